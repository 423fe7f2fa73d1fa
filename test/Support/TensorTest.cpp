//===- TensorTest.cpp - Tensors and their conversion --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Tensor.h"
#include "TestFiles.h"
#include "fovea/Support/Compare.h"
#include "fovea/Support/Hash.h"
#include "fovea/Support/Json.h"
#include "fovea/Support/Memory.h"
#include "fovea/Support/Random.h"
#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::test;

template <typename T> static Tensor tensorOf(ElementType type, std::vector<T> values) {
  auto keep = std::make_shared<std::vector<T>>(std::move(values));
  llvm::ArrayRef<char> bytes(reinterpret_cast<const char *>(keep->data()),
                             keep->size() * sizeof(T));
  return valueOf(Tensor::view(type, {int64_t(keep->size())}, bytes, keep));
}

static std::vector<float> floats(const Tensor &tensor) { return tensor.toF32().floats().vec(); }

TEST(Tensor, TypeNames) {
  EXPECT_EQ(typeName(ElementType::F32, {1, 3, 224, 224}), "f32[1,3,224,224]");
  EXPECT_EQ(typeName(ElementType::Bool, {}), "bool[]");
  EXPECT_EQ(parseElementType("bf16"), ElementType::BF16);
  EXPECT_EQ(parseElementType("f8"), std::nullopt);
}

TEST(Tensor, ImpossibleShapes) {
  EXPECT_CONTAINS(errorText(byteSize(ElementType::F32, {2, -1})), "negative extent in f32[2,-1]");
  int64_t huge = int64_t(1) << 40;
  EXPECT_CONTAINS(errorText(byteSize(ElementType::F32, {huge, huge})), "too large");
  EXPECT_CONTAINS(errorText(Tensor::allocate(ElementType::U8, {huge, 1 << 19})), "no memory");
  // What fits in bytes alone could not be converted.
  EXPECT_CONTAINS(errorText(Tensor::allocate(ElementType::U8, {INT64_MAX})), "too large");
  EXPECT_CONTAINS(errorText(byteSize(ElementType::I16, {huge, 1 << 21, 0})), "too large");
  EXPECT_CONTAINS(errorText(Tensor::view(ElementType::F32, {2}, {"123", 3}, nullptr)),
                  "f32[2] takes 8 bytes, but there are 3");
}

TEST(Tensor, AllocatedIsZeroAlignedAndWritable) {
  Tensor tensor = valueOf(Tensor::allocate(ElementType::F32, {3, 5}));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.bytes().data()) % 64, 0u);
  EXPECT_EQ(floats(tensor), std::vector<float>(15, 0.0f));
  tensor.mutableFloats()[4] = 2;
  EXPECT_EQ(tensor.floats()[4], 2);
}

TEST(Tensor, UnalignedBytesAreCopied) {
  alignas(8) const char bytes[9] = {0, 0, 0, '\x80', '\x3f', 0, 0, 0, 0};
  Tensor tensor = valueOf(Tensor::view(ElementType::F32, {2}, {bytes + 1, 8}, nullptr));
  EXPECT_EQ(floats(tensor), (std::vector<float>{1.0f, 0.0f}));
}

TEST(Tensor, HalfToFloat) {
  EXPECT_EQ(halfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(halfToFloat(0xc000), -2.0f);
  EXPECT_EQ(halfToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(halfToFloat(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(halfToFloat(0x83ff), -std::ldexp(1023.0f, -24));
  EXPECT_EQ(halfToFloat(0x7c00), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(halfToFloat(0x7e00)));
  EXPECT_TRUE(std::signbit(halfToFloat(0x8000)));
}

TEST(Tensor, ConvertsToF32) {
  using V = std::vector<float>;
  EXPECT_EQ(floats(tensorOf<uint16_t>(ElementType::F16, {0x3c00, 0xc000})), (V{1, -2}));
  EXPECT_EQ(floats(tensorOf<uint16_t>(ElementType::BF16, {0x3f80, 0xc049})), (V{1, -3.140625f}));
  EXPECT_EQ(floats(tensorOf<double>(ElementType::F64, {0.1, 1e300})),
            (V{0.1f, std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(floats(tensorOf<uint8_t>(ElementType::Bool, {0, 1, 7})), (V{0, 1, 1}));
  EXPECT_EQ(floats(tensorOf<uint8_t>(ElementType::U8, {255})), (V{255}));
  EXPECT_EQ(floats(tensorOf<int8_t>(ElementType::I8, {-128})), (V{-128}));
  EXPECT_EQ(floats(tensorOf<uint16_t>(ElementType::U16, {65535})), (V{65535}));
  EXPECT_EQ(floats(tensorOf<int16_t>(ElementType::I16, {-5})), (V{-5}));
  EXPECT_EQ(floats(tensorOf<uint32_t>(ElementType::U32, {4294967295u})), (V{4294967296.0f}));
  EXPECT_EQ(floats(tensorOf<int32_t>(ElementType::I32, {-16777217})), (V{-16777216.0f}));
  EXPECT_EQ(floats(tensorOf<uint64_t>(ElementType::U64, {1ull << 63})), (V{9223372036854775808.f}));
  EXPECT_EQ(floats(tensorOf<int64_t>(ElementType::I64, {-3})), (V{-3}));
}

TEST(Hash, FirstDigitsOfXxh3) { EXPECT_EQ(hash8({"abc", 3}), "78af5f94"); }

TEST(Memory, Amounts) {
  EXPECT_EQ(parseBytes("1000"), 1000u);
  EXPECT_EQ(parseBytes("64K"), 65536u);
  EXPECT_EQ(parseBytes("1.5m"), 3u << 19);
  EXPECT_EQ(parseBytes("4G"), uint64_t(1) << 32);
  for (const char *bad : {"", "G", "0", "-1", "x", "4GB", "1e3", "1.2.3", "0x10", "9999999T"})
    EXPECT_EQ(parseBytes(bad), std::nullopt) << bad;
  EXPECT_EQ(printBytes(0), "0 bytes");
  EXPECT_EQ(printBytes(1), "1 byte");
  EXPECT_EQ(printBytes(1536), "1.5 KiB");
  EXPECT_EQ(printBytes(uint64_t(20) << 20), "20 MiB");
  EXPECT_EQ(printBytes(UINT64_MAX), "16777216 TiB");
}

TEST(Memory, OfThisProcess) {
  uint64_t before = allocatedMemory();
  constexpr size_t bytes = 64 << 20;
  std::vector<char> block(bytes, 1);
  EXPECT_GE(allocatedMemory(), before + bytes / 2);
  EXPECT_GE(peakMemory(), allocatedMemory());
  EXPECT_GT(availableMemory(), bytes);
  EXPECT_EQ(block.back(), 1);
}

TEST(Memory, LargeBuffersAreAligned) {
  auto startOf = [](const auto &buffer) {
    return reinterpret_cast<uintptr_t>(buffer->getBufferStart());
  };
  constexpr uint64_t hugePage = 2 << 20;
  std::unique_ptr<llvm::WritableMemoryBuffer> little = largeBuffer(100, "a little");
  std::unique_ptr<llvm::WritableMemoryBuffer> much = largeBuffer(hugePage + 1, "much");
  ASSERT_TRUE(little && much);
  EXPECT_EQ(little->getBufferSize(), 100u);
  EXPECT_EQ(startOf(little) % 64, 0u);
  EXPECT_EQ(startOf(much) % hugePage, 0u);
  much->getBufferStart()[hugePage] = 1;
  EXPECT_FALSE(largeBuffer(uint64_t(1) << 60, "more than there is"));
}

TEST(Json, DeepNestingIsAnError) {
  EXPECT_CONTAINS(errorText(parseJson(std::string(1000000, '['))), "nested deeper than 64");
  EXPECT_EQ(errorText(parseJson("[\"[[[[[\\\"[[[\"]", 2)), "");
  EXPECT_NE(errorText(parseJson("[1,")), "");
}

TEST(Random, DependsOnSeedAndNameAlone) {
  Tensor a = valueOf(randomParameter("conv1.weight", {8, 4, 3, 3}, 1));
  Tensor again = valueOf(randomParameter("conv1.weight", {8, 4, 3, 3}, 1));
  Tensor otherName = valueOf(randomParameter("conv2.weight", {8, 4, 3, 3}, 1));
  Tensor otherSeed = valueOf(randomParameter("conv1.weight", {8, 4, 3, 3}, 2));
  EXPECT_EQ(floats(a), floats(again));
  EXPECT_NE(floats(a), floats(otherName));
  EXPECT_NE(floats(a), floats(otherSeed));
  // The same on every machine, for ever: dumps keep hashes of random weights.
  EXPECT_EQ(hash8(a.bytes()), "fa88e6a0");
}

TEST(Random, RangesByRole) {
  auto check = [](llvm::StringRef name, std::vector<int64_t> shape, float low, float high) {
    auto values = floats(valueOf(randomParameter(name, shape, 7)));
    auto [min, max] = std::minmax_element(values.begin(), values.end());
    EXPECT_GE(*min, low);
    EXPECT_LT(*max, high);
    EXPECT_LT(*min, low + 0.1 * (high - low));
    EXPECT_GT(*max, high - 0.1 * (high - low));
  };
  check("bn.running_var", {500}, 0.5f, 2.0f);
  check("bn.weight", {500}, 0.9f, 1.1f);
  check("bn.running_mean", {500}, -0.1f, 0.1f);
  check("fc.bias", {500}, -0.1f, 0.1f);
  check("fc.weight", {10, 600}, -0.1f, 0.1f); // sqrt(6 / 600)
}

TEST(Compare, Errors) {
  Tensor a = Tensor::fromFloats({2, 2}, {1, -4, 2, 3});
  Tensor b = Tensor::fromFloats({2, 2}, {1, -4, 2.5, 2.25});
  Comparison result = valueOf(compare(a, b));
  EXPECT_EQ(result.maxAbsError, 0.75);
  EXPECT_EQ(result.relativeError, 0.75 / 4);
  EXPECT_EQ(result.worst, 3);
  EXPECT_FALSE(result.sameArgmax);
  EXPECT_FALSE(result.within(0.1));
  EXPECT_TRUE(valueOf(compare(a, a)).sameArgmax);
  EXPECT_TRUE(valueOf(compare(a, a)).within(0));
}

TEST(Compare, NotFinite) {
  float nan = std::nanf(""), inf = std::numeric_limits<float>::infinity();
  Tensor a = Tensor::fromFloats({3}, {nan, inf, 1});
  EXPECT_EQ(valueOf(compare(a, a)).maxAbsError, 0);
  Comparison result = valueOf(compare(a, Tensor::fromFloats({3}, {1, -inf, 1})));
  EXPECT_EQ(result.notFinite, 2);
  EXPECT_FALSE(result.within(1e9));
  EXPECT_CONTAINS(errorText(compare(a, a.reshaped({1, 3}))), "cannot compare f32[3] with f32[1,3]");
}
