//===- TensorFileTest.cpp - Reading and writing tensor files ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/TensorFile.h"
#include "TestFiles.h"
#include "llvm/Support/Endian.h"
#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::test;
using V = std::vector<float>;

static V floats(const Tensor &tensor) { return tensor.toF32().floats().vec(); }

static std::string safeTensors(llvm::StringRef header, llvm::StringRef data) {
  char length[8];
  llvm::support::endian::write64le(length, header.size());
  return std::string(length, 8) + header.str() + data.str();
}

static std::string safeTensorsError(llvm::StringRef header, llvm::StringRef data = "") {
  return errorText(parseSafeTensors(buffer(safeTensors(header, data))));
}

//===----------------------------------------------------------------------===//
// What other programs write
//===----------------------------------------------------------------------===//

TEST(SafeTensors, ReadsPyTorchs) {
  NamedTensors tensors = valueOf(readSafeTensors(input("types.safetensors")));
  ASSERT_EQ(tensors.size(), 5u);
  EXPECT_EQ(tensors["f32"].typeName(), "f32[1,2]");
  EXPECT_EQ(floats(tensors["f32"]), (V{1.5, -2}));
  EXPECT_EQ(floats(tensors["f16"]),
            (V{1.5, std::ldexp(1.0f, -24), 65504, std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(floats(tensors["bf16"]), (V{1, -3.140625f}));
  EXPECT_EQ(tensors["i64"].typeName(), "i64[2]");
  EXPECT_EQ(floats(tensors["i64"]), (V{-1, 1099511627776.0f}));
  EXPECT_EQ(floats(tensors["bool"]), (V{1, 0}));
}

TEST(Npy, ReadsNumpysFortranOrder) {
  Tensor tensor = valueOf(readNpy(input("fortran.npy")));
  EXPECT_EQ(tensor.typeName(), "f32[2,3,4]");
  for (int i = 0; i < 24; ++i)
    EXPECT_EQ(tensor.floats()[i], i);
}

TEST(Npz, ReadsNumpys) {
  NamedTensors tensors = valueOf(readNpz(input("stored.npz")));
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors["matrix"].typeName(), "f32[2,3]");
  EXPECT_EQ(floats(tensors["matrix"]), (V{0, 0.25, 0.5, 0.75, 1, 1.25}));
  EXPECT_EQ(tensors["scalar"].typeName(), "f64[]");
  EXPECT_EQ(floats(tensors["scalar"]), (V{0.5}));
  EXPECT_EQ(floats(tensors["bytes"]), (V{1, 255}));
}

TEST(Npz, ReadsNumpysDeflated) {
  NamedTensors tensors = valueOf(readNpz(input("deflated.npz")));
  EXPECT_EQ(floats(tensors["matrix"]), (V{0, 0.25, 0.5, 0.75, 1, 1.25}));
  EXPECT_EQ(tensors["zeros"].typeName(), "f16[100,100]");
  EXPECT_EQ(floats(tensors["zeros"]), V(10000, 0.0f));
}

//===----------------------------------------------------------------------===//
// Round trips
//===----------------------------------------------------------------------===//

static NamedTensors someTensors() {
  Tensor bytes = valueOf(Tensor::allocate(ElementType::U8, {3}));
  bytes.mutableBytes()[1] = 42;
  return {{"a.bytes", bytes},
          {"b.weight", Tensor::fromFloats({2, 1}, {1.5, -2})},
          {"empty", valueOf(Tensor::allocate(ElementType::F32, {0, 4}))},
          {"scalar", Tensor::fromFloats({}, {7})}};
}

static void expectEqual(const NamedTensors &a, const NamedTensors &b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto &[name, tensor] : a) {
    ASSERT_TRUE(b.count(name)) << name;
    EXPECT_EQ(tensor.typeName(), b.at(name).typeName());
    EXPECT_EQ(tensor.bytes(), b.at(name).bytes());
  }
}

TEST(TensorFile, RoundTrips) {
  Folder folder;
  for (llvm::StringRef name : {"x.safetensors", "x.npz"}) {
    ASSERT_EQ(errorText(writeTensorFile(folder.path(name), someTensors())), "");
    expectEqual(someTensors(), valueOf(readTensorFile(folder.path(name))));
    std::string first = contents(folder.path(name));
    ASSERT_EQ(errorText(writeTensorFile(folder.path(name), someTensors())), "");
    EXPECT_EQ(contents(folder.path(name)), first);
  }
  ASSERT_EQ(errorText(writeTensorFile(folder.path("x.npy"), {{"x", someTensors()["scalar"]}})), "");
  expectEqual({{"x", someTensors()["scalar"]}}, valueOf(readTensorFile(folder.path("x.npy"))));
}

TEST(TensorFile, WriterErrors) {
  Folder folder;
  EXPECT_CONTAINS(errorText(writeTensorFile(folder.path("x.npy"), someTensors())),
                  "an .npy file holds one tensor, not 4");
  EXPECT_CONTAINS(errorText(writeTensorFile(folder.path("x.txt"), someTensors())),
                  "expected a file .safetensors, .npz or .npy");
  EXPECT_CONTAINS(errorText(readTensorFile(folder.path("x.txt"))), "expected a file");
  Tensor bf16 = valueOf(Tensor::allocate(ElementType::BF16, {2}));
  EXPECT_CONTAINS(errorText(writeNpz(folder.path("x.npz"), {{"x", bf16}})),
                  "npy has no element type bf16");
  EXPECT_CONTAINS(errorText(writeSafeTensors(folder.path("x.st"), {{"__metadata__", bf16}})),
                  "'__metadata__' cannot name a tensor");
  EXPECT_CONTAINS(errorText(writeSafeTensors(folder.path("x.st"), {{"\xff", bf16}})),
                  "cannot name a tensor");
  EXPECT_TRUE(folder.files().empty());
}

TEST(TensorFile, UnreadableFiles) {
  Folder folder;
  EXPECT_CONTAINS(errorText(readSafeTensors(folder.path("none.safetensors"))),
                  "none.safetensors': No such file or directory");
  EXPECT_CONTAINS(errorText(readNpz(folder.path(""))), "is a directory");
  EXPECT_CONTAINS(errorText(readNpz("/dev/zero")), "is no regular file");
}

//===----------------------------------------------------------------------===//
// Bad safetensors
//===----------------------------------------------------------------------===//

TEST(SafeTensors, BadHeaders) {
  EXPECT_CONTAINS(errorText(parseSafeTensors(buffer("1234"))), "not a safetensors file: 4 bytes");
  EXPECT_CONTAINS(errorText(parseSafeTensors(buffer(std::string(16, '\xff')))),
                  "a header of 18446744073709551615 bytes in a file of 16");
  EXPECT_CONTAINS(safeTensorsError("[1]"), "not an object");
  EXPECT_CONTAINS(safeTensorsError("{\"a\": "), "malformed header");
  EXPECT_CONTAINS(safeTensorsError(std::string(100000, '[')), "nested deeper");
  EXPECT_CONTAINS(safeTensorsError("{\"a\": 1}"), "tensor 'a': not an object");
  EXPECT_CONTAINS(safeTensorsError("{\"a\": {}}"), "no string 'dtype'");
  EXPECT_CONTAINS(safeTensorsError(R"({"a": {"dtype": "F8_E4M3"}})"), "'F8_E4M3' is not supported");
  EXPECT_CONTAINS(safeTensorsError(R"({"a": {"dtype": "F32"}})"), "no array 'shape'");
  EXPECT_CONTAINS(safeTensorsError(R"({"a": {"dtype": "F32", "shape": [-1]}})"), "no integer >= 0");
  EXPECT_CONTAINS(safeTensorsError(R"({"a": {"dtype": "F32", "shape": [1.5]}})"), "no integer");
  EXPECT_CONTAINS(safeTensorsError(R"({"a": {"dtype": "F32", "shape": [4294967296, 4294967296]}})"),
                  "too large");
  EXPECT_EQ(safeTensorsError("{}"), "");
}

TEST(SafeTensors, BadOffsets) {
  auto error = [](llvm::StringRef offsets, llvm::StringRef data) {
    return safeTensorsError(
        (R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": )" + offsets + "}}").str(), data);
  };
  EXPECT_EQ(error("[0, 4]", "1234"), "");
  EXPECT_CONTAINS(error("[0]", "1234"), "not two integers [begin, end]");
  EXPECT_CONTAINS(error("[-1, 3]", "1234"), "not two integers");
  EXPECT_CONTAINS(error("[4, 0]", "1234"), "not two integers");
  EXPECT_CONTAINS(error("[0, 4]", "123"), "ends at byte 4 of 3 (is the file truncated?)");
  EXPECT_CONTAINS(error("[0, 9223372036854775807]", "1234"), "truncated?");
  EXPECT_CONTAINS(error("[1, 4]", "1234"), "u8[4] takes 4 bytes, but its offsets span 3");
}

TEST(SafeTensors, Overlap) {
  EXPECT_CONTAINS(safeTensorsError(R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                           "b": {"dtype": "U8", "shape": [2], "data_offsets": [3, 5]}})",
                                   "12345"),
                  "tensors 'a' and 'b' overlap");
}

//===----------------------------------------------------------------------===//
// Bad npy and npz
//===----------------------------------------------------------------------===//

static std::string npyError(llvm::StringRef header, llvm::StringRef data = "") {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += char(header.size() & 0xff);
  bytes += char(header.size() >> 8);
  bytes += header.str() + data.str();
  return errorText(parseNpy({bytes.data(), bytes.size()}, nullptr, "test.npy"));
}

TEST(Npy, BadHeaders) {
  auto with = [](llvm::StringRef type, llvm::StringRef order, llvm::StringRef shape) {
    return ("{'descr': " + type + ", 'fortran_order': " + order + ", 'shape': " + shape + "}")
        .str();
  };
  EXPECT_EQ(npyError(with("'<f4'", "False", "(1,)"), "1234"), "");
  EXPECT_EQ(npyError(with("\"|u1\"", "True", "(2, 2)"), "1234"), "");
  EXPECT_CONTAINS(npyError(with("'>f4'", "False", "(1,)"), "1234"), "'>f4' is not supported");
  EXPECT_CONTAINS(npyError(with("'<c8'", "False", "(1,)")), "'<c8' is not supported");
  EXPECT_CONTAINS(npyError(with("[('x', '<f4')]", "False", "(1,)")), "records");
  EXPECT_CONTAINS(npyError(with("'<f4'", "Maybe", "(1,)")), "neither True nor False");
  EXPECT_CONTAINS(npyError(with("'<f4'", "False", "1")), "expected '('");
  EXPECT_CONTAINS(npyError(with("'<f4'", "False", "(-1,)")), "no integer >= 0");
  EXPECT_CONTAINS(npyError(with("'<f4'", "False", "(99999999999999999999,)")), "no integer");
  EXPECT_CONTAINS(npyError(with("'<f4'", "False", "(4294967296, 4294967296)")), "too large");
  EXPECT_CONTAINS(npyError(with("'<f4'", "False", "(2, 3)"), "1234"),
                  "test.npy: truncated: f32[2,3] takes 24 bytes, but there are 4");
  EXPECT_CONTAINS(npyError("{'shape': ()}"), "is missing");
  EXPECT_CONTAINS(npyError("{'other': ()}"), "unknown key 'other'");
  EXPECT_CONTAINS(npyError("{'descr"), "not closed");
  EXPECT_CONTAINS(npyError(""), "expected '{'");
}

TEST(Npy, NotNpy) {
  auto error = [](llvm::StringRef bytes) {
    return errorText(parseNpy({bytes.data(), bytes.size()}, nullptr, "x"));
  };
  EXPECT_CONTAINS(error(""), "not an npy file");
  EXPECT_CONTAINS(error(llvm::StringRef("\x93NUMPY\x09\x00\x00\x00", 10)), "version 9");
  EXPECT_CONTAINS(error(llvm::StringRef("\x93NUMPY\x01\x00\xff\xff", 10)), "truncated npy header");
  EXPECT_CONTAINS(error(llvm::StringRef("\x93NUMPY\x02\x00\xff\xff", 10)), "truncated npy header");
}

static std::string npzError(llvm::StringRef bytes) { return errorText(parseNpz(buffer(bytes))); }

TEST(Npz, DamagedFiles) {
  std::string good = contents(input("stored.npz"));
  EXPECT_EQ(npzError(good), "");
  EXPECT_CONTAINS(npzError(""), "not a zip file");
  EXPECT_CONTAINS(npzError(llvm::StringRef(good).drop_back(30)), "not a zip file, or truncated");
  std::string flipped = good;
  flipped[200] ^= 1;
  EXPECT_CONTAINS(npzError(flipped), "member 'matrix.npy': its checksum is wrong");
  std::string directory = good;
  directory[directory.size() - 22 + 16] += 1; // The directory's offset.
  EXPECT_CONTAINS(npzError(directory), "directory is damaged");
}

/// Changes 32 bits of the first directory entry.
static std::string withEntryField(std::string zip, size_t offset, uint32_t value) {
  size_t entry = zip.find("PK\x01\x02");
  llvm::support::endian::write32le(zip.data() + entry + offset, value);
  return zip;
}

TEST(Npz, LyingDirectory) {
  std::string deflated = contents(input("deflated.npz")), stored = contents(input("stored.npz"));
  EXPECT_CONTAINS(npzError(withEntryField(deflated, 24, 0x7fffffff)), "is impossible or too large");
  EXPECT_CONTAINS(npzError(withEntryField(deflated, 24, 10)), "deflated data are damaged");
  EXPECT_CONTAINS(npzError(withEntryField(deflated, 20, 5)), "deflated data are damaged");
  EXPECT_CONTAINS(npzError(withEntryField(stored, 24, 5)), "sizes differ though it is stored");
  EXPECT_CONTAINS(npzError(withEntryField(stored, 20, 0x7fffffff)), "past the end of the file");
  EXPECT_CONTAINS(npzError(withEntryField(stored, 42, 0x7fffffff)), "its header is damaged");
  EXPECT_CONTAINS(npzError(withEntryField(stored, 8, 1)), "it is encrypted");
  EXPECT_CONTAINS(npzError(withEntryField(stored, 8, 12 << 16)), "method 12 is not supported");
}

TEST(Npz, MemberThatIsNoArray) {
  std::string zip = contents(input("stored.npz"));
  for (size_t at = zip.find("matrix.npy"); at != std::string::npos; at = zip.find("matrix.npy"))
    zip.replace(at, 10, "matrix.txt");
  EXPECT_CONTAINS(npzError(zip), "member 'matrix.txt' is no .npy file");
}
