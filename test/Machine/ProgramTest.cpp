//===- ProgramTest.cpp - Programs as files and as text --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RandomPrograms.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"
#include "gtest/gtest.h"

using namespace fovea;
using fovea::isa::Program;

static std::string written(const Program &program) {
  llvm::Expected<std::string> bytes = writeProgram(program);
  EXPECT_TRUE(bool(bytes)) << (bytes ? "" : llvm::toString(bytes.takeError()));
  return bytes ? *bytes : "";
}

static std::string readError(llvm::StringRef bytes) {
  llvm::Expected<Program> program = readProgram(bytes);
  return program ? "" : llvm::toString(program.takeError());
}

static std::string withChecksum(std::string bytes) {
  llvm::support::endian::write64le(bytes.data() + bytes.size() - 8,
                                   llvm::xxh3_64bits(llvm::StringRef(bytes).drop_back(8)));
  return bytes;
}

/// What holds of a program that was read: as text it is the same program, and the text stays.
static void expectRoundTrip(const Program &program) {
  std::string bytes = written(program), text = disassemble(program);
  llvm::Expected<Program> assembled = assemble(text, "x.fasm");
  ASSERT_TRUE(bool(assembled)) << llvm::toString(assembled.takeError()) << '\n' << text;
  ASSERT_EQ(written(*assembled), bytes) << text;
  ASSERT_EQ(disassemble(*assembled), text);
}

TEST(ProgramTest, FilesAndTextsRoundTrip) {
  RandomSequence random(3);
  for (int i = 0; i < 10000; ++i) {
    Program program = test::randomProgram(random, random.below(12));
    std::string bytes = written(program);
    llvm::Expected<Program> back = readProgram(bytes);
    ASSERT_TRUE(bool(back)) << llvm::toString(back.takeError());
    ASSERT_EQ(written(*back), bytes);
    ASSERT_NO_FATAL_FAILURE(expectRoundTrip(program));
  }
}

TEST(ProgramTest, FilesThatWereCutOffAreErrors) {
  RandomSequence random(4);
  std::string bytes = written(test::randomProgram(random, 4));
  for (size_t size = 0; size < bytes.size(); ++size) {
    llvm::StringRef part(bytes.data(), size);
    ASSERT_NE(readError(part), "") << size;
    std::string mended = size < 20 ? part.str() : withChecksum(part.str());
    ASSERT_NE(readError(mended), "") << size;
  }
  EXPECT_EQ(readError(""), "it is no program of an accelerator: it does not begin with 'FoveaFVA'");
  EXPECT_EQ(readError(llvm::StringRef(bytes).take_front(10)), "it ends before its checksum");
}

TEST(ProgramTest, FilesWithAFlippedBitAreErrors) {
  RandomSequence random(5);
  std::string bytes = written(test::randomProgram(random, 4));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= char(1 << bit % 8);
    ASSERT_NE(readError(flipped), "") << bit;
  }
}

TEST(ProgramTest, WithItsChecksumMendedAFlippedBitIsAnErrorOrAnotherProgram) {
  RandomSequence random(6);
  unsigned readable = 0, errors = 0;
  for (int i = 0; i < 8; ++i) {
    std::string bytes = written(test::randomProgram(random, 6));
    for (size_t bit = 0; bit < 8 * (bytes.size() - 8); ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] ^= char(1 << bit % 8);
      flipped = withChecksum(flipped);
      llvm::Expected<Program> program = readProgram(flipped);
      if (!program) {
        ++errors;
        ASSERT_NE(llvm::toString(program.takeError()), "");
        continue;
      }
      ++readable;
      ASSERT_EQ(written(*program), flipped);
      ASSERT_NO_FATAL_FAILURE(expectRoundTrip(*program));
    }
  }
  EXPECT_GT(readable, 1000u);
  EXPECT_GT(errors, 1000u);
}

/// A program of a halt, without tensors and layers, as the format describes it.
static std::string smallest() {
  return written({"m", {}, {32}, {}, 0, {}, {}, {{isa::Halt(), 0, 0}}});
}

TEST(ProgramTest, CountsThatTheFileHasNoRoomFor) {
  std::string bytes = smallest();
  // Magic, version, "m", three bytes, DRAM: the counts of tensors and layers follow.
  constexpr size_t tensors = 8 + 4 + 5 + 3 + 8, layers = tensors + 4, commands = layers + 4;
  auto with = [&](size_t at, size_t size) {
    std::string changed = bytes;
    changed.replace(at, size, std::string(size, '\xff'));
    return readError(withChecksum(changed));
  };
  EXPECT_EQ(with(8, 4), "its format has version 4294967295; this Fovea reads version 1");
  EXPECT_EQ(with(12, 4), "the head: malformed, or the file ends there");
  EXPECT_EQ(with(tensors, 4), "tensor 1: malformed, or the file ends there");
  EXPECT_EQ(with(layers, 4), "layer 0: malformed, or the file ends there");
  EXPECT_EQ(with(commands, 8), "the file ought to end with 18446744073709551615 commands; behind "
                               "the layers it has 32 bytes");
  EXPECT_EQ(with(commands + 8, 32), "command 0: opcode 63 means nothing");
  bytes[bytes.size() - 1] ^= 1;
  EXPECT_EQ(readError(bytes), "its checksum does not agree: it was cut off or changed");
}

TEST(ProgramTest, ACommandThatCannotBeEncodedIsAnError) {
  isa::Gemm gemm;
  gemm.m = 70000;
  auto bytes = writeProgram({"m", {}, {32}, {}, 0, {}, {}, {{gemm, 0, 0}}});
  ASSERT_FALSE(bool(bytes));
  EXPECT_EQ(llvm::toString(bytes.takeError()),
            "command 0 (gemm a=spad[0] b=spad[0] acc=acc[0] m=70000): gemm: m is 70000; it may be "
            "1 to 65536");
}
