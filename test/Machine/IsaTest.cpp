//===- IsaTest.cpp - Commands as bits -------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RandomPrograms.h"
#include "fovea/Machine/IsaTable.h"
#include "gtest/gtest.h"

using namespace fovea;

static isa::Word encoded(const isa::Command &command) {
  llvm::Expected<isa::Word> word = encode(command);
  EXPECT_TRUE(bool(word)) << disassemble(command);
  return word ? *word : isa::Word();
}

/// The error's text; empty where it decodes.
static std::string decodeError(const isa::Word &word) {
  llvm::Expected<isa::Command> command = isa::decode(word);
  return command ? "" : llvm::toString(command.takeError());
}

static std::string encodeError(const isa::Command &command) {
  llvm::Expected<isa::Word> word = encode(command);
  return word ? "" : llvm::toString(word.takeError());
}

/// All fields of both, one after the other.
static std::vector<int64_t> numbers(const isa::Command &command) {
  std::vector<int64_t> list = {int64_t(command.operation.index()), command.wait, command.signal};
  isa::visitOperands(command.operation, [&](const auto &operands) {
    isa::RowOf<decltype(operands)>::forEachField(operands, [&](auto, const auto &value) {
      list.push_back(isa::numberOf(value));
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, isa::Local>)
        list.push_back(value.accumulator);
    });
  });
  return list;
}

TEST(IsaTest, CommandsComeBackFromTheirBits) {
  RandomSequence random(1);
  for (int i = 0; i < 10000; ++i) {
    isa::Command command = test::randomCommand(random);
    isa::Word word = encoded(command);
    llvm::Expected<isa::Command> back = isa::decode(word);
    ASSERT_TRUE(bool(back)) << disassemble(command);
    ASSERT_EQ(numbers(*back), numbers(command)) << disassemble(command);
  }
}

TEST(IsaTest, FlippingABitGivesAnErrorOrAnotherCommand) {
  RandomSequence random(2);
  for (int i = 0; i < 1000; ++i) {
    isa::Command command = test::randomCommand(random);
    isa::Word word = encoded(command);
    for (unsigned bit = 0; bit < 256; ++bit) {
      isa::Word flipped = word;
      flipped[bit / 64] ^= uint64_t(1) << bit % 64;
      llvm::Expected<isa::Command> other = isa::decode(flipped);
      if (!other) {
        ASSERT_NE(llvm::toString(other.takeError()), "");
        continue;
      }
      ASSERT_NE(numbers(*other), numbers(command)) << disassemble(command) << ", bit " << bit;
      ASSERT_EQ(encoded(*other), flipped) << disassemble(*other);
    }
  }
}

TEST(IsaTest, TheLayoutIsWhatThePageSays) {
  isa::Gemm gemm;
  gemm.a = 5;
  gemm.m = 16;
  gemm.accumulate = true;
  isa::Word word = encoded({gemm, 0b0001, 0b1000});
  EXPECT_EQ(word[0] & 63, uint64_t(isa::Opcode::Gemm));
  EXPECT_EQ(word[0] >> 6 & 15, 1u);
  EXPECT_EQ(word[0] >> 10 & 15, 8u);
  EXPECT_EQ(word[0] >> 14 & ((1 << 28) - 1), 5u);
  EXPECT_EQ(word[1] >> 30 & 0xffff, 15u); // Behind 14 + 28 + 28 + 24 bits: m less one.
  EXPECT_EQ(word[3] >> (14 + 80 + 96 + 2 - 192) & 1, 1u);
  isa::Ld ld;
  ld.dst = {true, 7};
  EXPECT_EQ(encoded({ld, 0, 0})[0] >> 14, (uint64_t(1) << 28) + 7);
}

TEST(IsaTest, WhatAFieldHasNoRoomForIsAnError) {
  unsigned tried = 0;
  isa::forEachCommand([&](auto operands) {
    using Row = isa::RowOf<decltype(operands)>;
    auto copy = operands;
    Row::forEachField(operands, [&](const auto &field, auto &value) {
      auto kept = value;
      for (int64_t number : {field.range.least - 1, field.range.most + 1}) {
        isa::setNumber(value, number);
        if (isa::numberOf(value) != number) // The operand's type has no room for it either.
          continue;
        ++tried;
        std::string error = encodeError({operands, 0, 0});
        EXPECT_NE(error.find((Row::mnemonic + ": " + field.name + " is ").str()), error.npos)
            << error;
      }
      value = kept;
    });
    EXPECT_EQ(encodeError({copy, 0, 0}), "");
  });
  EXPECT_GT(tried, 100u);
  EXPECT_EQ(encodeError({isa::Fence(), 16, 0}), "fence: wait is 16; it may be 0 to 15");
  EXPECT_EQ(encodeError({isa::Fence(), 0, 255}), "fence: signal is 255; it may be 0 to 15");
  EXPECT_EQ(encodeError({}), "there is no operation");
}

TEST(IsaTest, WordsThatMeanNothing) {
  EXPECT_EQ(decodeError({}), "opcode 0 means nothing");
  EXPECT_EQ(decodeError({63}), "opcode 63 means nothing");
  isa::Word halt = encoded({isa::Halt(), 0, 0});
  for (unsigned bit : {14, 63, 64, 200, 255}) {
    isa::Word word = halt;
    word[bit / 64] |= uint64_t(1) << bit % 64;
    EXPECT_EQ(decodeError(word), "halt: a bit behind its fields is set");
  }
  isa::Word pool = encoded({isa::Pool(), 0, 0});
  pool[1] |= uint64_t(3) << (14 + 56 - 64); // Its kind.
  EXPECT_EQ(decodeError(pool), "pool: kind is 3; it may be 0 to 2");
}

TEST(IsaTest, QueuesAndMnemonics) {
  EXPECT_EQ(isa::queueOf({isa::Ld(), 0, 0}), isa::Queue::Ld);
  EXPECT_EQ(isa::queueOf({isa::Conv(), 0, 0}), isa::Queue::Ex);
  EXPECT_EQ(isa::queueOf({isa::Depthwise(), 0, 0}), isa::Queue::Vx);
  EXPECT_EQ(isa::queueOf({isa::St(), 0, 0}), isa::Queue::St);
  EXPECT_EQ(isa::queueOf({isa::Fence(), 0, 0}), isa::Queue::None);
  EXPECT_EQ(isa::mnemonicOf({isa::Depthwise(), 0, 0}), "dwc");
  EXPECT_EQ(isa::mnemonicOf({}), "(none)");
}
