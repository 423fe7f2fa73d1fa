//===- ArrayUnitTest.cpp - Products beside plain loops --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Sim/ArrayUnit.h"
#include "fovea/Support/Random.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

namespace {
Accelerator arrayMachine(unsigned bits) {
  Accelerator machine;
  machine.input = machine.weight = {bits};
  machine.spadBytes = 1 << 16;
  machine.accBytes = 1 << 16;
  return machine;
}

template <typename T> class Products : public testing::Test {
public:
  using Sum = typename LocalMemory<T>::Sum;

  /// Elements of magnitude up to `most`.
  void fill(int most) {
    for (T &element : memory.spad)
      element = T(int(random.below(2 * most + 1)) - most);
    for (Sum &sum : memory.acc)
      sum = Sum(int(random.below(2001)) - 1000);
  }
  uint32_t upTo(uint32_t most) { return 1 + uint32_t(random.below(most)); }

  RandomSequence random{3};
  Accelerator machine = arrayMachine(8 * sizeof(T) > 16 ? 8 : 8 * sizeof(T));
  LocalMemory<T> memory{machine};
  ArrayUnit<T> array{memory};
};

using Elements = testing::Types<int8_t, int16_t, float>;
TYPED_TEST_SUITE(Products, Elements);

TYPED_TEST(Products, Gemm) {
  using Sum = typename TestFixture::Sum;
  auto &memory = this->memory;
  for (int round = 0; round < 300; ++round) {
    this->fill(127);
    isa::Gemm op;
    op.m = this->upTo(70);
    op.k = this->upTo(70);
    op.n = this->upTo(40);
    op.ta = round & 1;
    op.tb = round & 2;
    op.accumulate = round & 4;
    op.dataflow = Dataflow(round % 3);
    op.lda = (op.ta ? op.m : op.k) + this->random.below(3);
    op.ldb = (op.tb ? op.k : op.n) + this->random.below(3);
    op.ldacc = op.n + this->random.below(3);
    op.a = this->random.below(1000);
    op.b = 20000;
    op.acc = this->random.below(1000);
    std::vector<Sum> expected = memory.acc;
    for (uint32_t m = 0; m < op.m; ++m)
      for (uint32_t n = 0; n < op.n; ++n) {
        Sum sum = op.accumulate ? expected[op.acc + m * op.ldacc + n] : Sum(0);
        for (uint32_t k = 0; k < op.k; ++k)
          sum += Sum(memory.spad[op.a + (op.ta ? k * op.lda + m : m * op.lda + k)]) *
                 Sum(memory.spad[op.b + (op.tb ? n * op.ldb + k : k * op.ldb + n)]);
        expected[op.acc + m * op.ldacc + n] = sum;
      }
    ASSERT_EQ(llvm::toString(this->array.run(op)), "");
    ASSERT_EQ(memory.acc, expected) << "round " << round;
  }
}

TYPED_TEST(Products, Conv) {
  using Sum = typename TestFixture::Sum;
  auto &memory = this->memory;
  for (int round = 0; round < 300; ++round) {
    this->fill(127);
    isa::Conv op;
    op.h = this->upTo(9);
    op.w = this->upTo(9);
    op.c = this->upTo(9);
    op.n = this->upTo(20);
    op.kh = this->upTo(4);
    op.kw = this->upTo(4);
    op.sh = this->upTo(3);
    op.sw = this->upTo(3);
    op.dh = this->upTo(2);
    op.dw = this->upTo(2);
    op.pt = this->random.below(3);
    op.pl = this->random.below(3);
    op.oh = this->upTo(7);
    op.ow = this->upTo(7);
    op.lda = op.c + this->random.below(2);
    op.ldb = op.n + this->random.below(3);
    op.ldacc = op.n + this->random.below(3);
    op.fill = int8_t(this->random.below(256));
    op.accumulate = round & 1;
    op.shift = round & 2;
    op.a = this->random.below(100);
    op.b = 20000;
    op.acc = 100;
    for (auto &offset : memory.shift)
      offset = {int32_t(this->random.below(5)) - 2, int32_t(this->random.below(5)) - 2};
    std::vector<Sum> expected = memory.acc;
    for (int y = 0; y < int(op.oh); ++y)
      for (int x = 0; x < int(op.ow); ++x)
        for (uint32_t n = 0; n < op.n; ++n) {
          Sum &place = expected[op.acc + (y * op.ow + x) * op.ldacc + n];
          Sum sum = op.accumulate ? place : Sum(0);
          for (uint32_t k = 0; k < op.kh * op.kw * op.c; ++k) {
            uint32_t c = k % op.c, kx = k / op.c % op.kw, ky = k / op.c / op.kw;
            int row = y * int(op.sh) + int(ky * op.dh) - int(op.pt);
            int column = x * int(op.sw) + int(kx * op.dw) - int(op.pl);
            if (op.shift) {
              row += memory.shift[c].rows;
              column += memory.shift[c].columns;
            }
            bool inside = row >= 0 && row < int(op.h) && column >= 0 && column < int(op.w);
            Sum element =
                inside ? Sum(memory.spad[op.a + (row * op.w + column) * op.lda + c]) : Sum(op.fill);
            sum += element * Sum(memory.spad[op.b + k * op.ldb + n]);
          }
          place = sum;
        }
    ASSERT_EQ(llvm::toString(this->array.run(op)), "");
    ASSERT_EQ(memory.acc, expected) << "round " << round;
  }
}

/// Sums that may overflow take another way; it finds the overflow exactly, and gives the same.
TEST(Overflow, IsFoundExactly) {
  RandomSequence random(5);
  int overflows = 0;
  for (int round = 0; round < 400; ++round) {
    Accelerator machine = arrayMachine(round % 2 ? 8 : 16);
    machine.rows = 1 + random.below(8);
    machine.partialSum = {unsigned(10 + random.below(8))};
    machine.accumulator = {unsigned(machine.partialSum.bits + random.below(4))};
    machine.accBytes = 4096;
    const bool isLarge = round % 8 == 0; // Products of up to 2^30.
    if (isLarge) {
      machine.partialSum = {unsigned(30 + random.below(3))};
      machine.accumulator = {32};
    }
    auto check = [&](auto element) {
      using T = decltype(element);
      LocalMemory<T> memory(machine);
      for (T &value : memory.spad)
        value = isLarge ? T(random.next()) : T(int(random.below(61)) - 30);
      for (int32_t &sum : memory.acc)
        sum = int32_t(random.below(401)) - 200;
      isa::Gemm op;
      op.m = 3;
      op.k = 1 + random.below(isLarge ? 6 : 40);
      op.n = 5;
      op.lda = op.k;
      op.ldb = op.ldacc = 5;
      op.b = 1000;
      op.accumulate = random.below(2);
      op.dataflow = Dataflow(random.below(3));
      bool fits = true;
      std::vector<int32_t> expected = memory.acc;
      for (uint32_t m = 0; m < 3; ++m)
        for (uint32_t n = 0; n < 5; ++n) {
          int64_t sum = op.accumulate ? expected[m * 5 + n] : 0, partial = 0;
          for (uint32_t k = 0; k < op.k; ++k) {
            partial += int64_t(memory.spad[m * op.k + k]) * memory.spad[1000 + k * 5 + n];
            fits &= std::abs(2 * partial + 1) < int64_t(1) << machine.partialSum.bits;
            bool endsFold =
                op.dataflow != Dataflow::OutputStationary && (k + 1) % machine.rows == 0;
            if (endsFold || k + 1 == op.k) {
              sum += partial;
              partial = 0;
              fits &= std::abs(2 * sum + 1) < int64_t(1) << machine.accumulator.bits;
            }
          }
          expected[m * 5 + n] = int32_t(sum);
        }
      std::string error = llvm::toString(ArrayUnit<T>(memory).run(op));
      ASSERT_EQ(error.empty(), fits) << "round " << round << ": " << error;
      if (fits) {
        ASSERT_EQ(memory.acc, expected) << "round " << round;
      }
      overflows += !fits;
    };
    round % 2 ? check(int8_t()) : check(int16_t());
  }
  EXPECT_GT(overflows, 50);
  EXPECT_LT(overflows, 350);
}

/// Processors without AVX2 compute the same.
TEST(MatrixKernel, IsTheSameOnEveryProcessor) {
  RandomSequence random(6);
  for (unsigned rows = 1; rows <= tileRows; ++rows)
    for (size_t k : {2, 4, 30}) {
      std::vector<int16_t> a(rows * k), panel(k * panelColumns);
      for (std::vector<int16_t> *values : {&a, &panel})
        for (int16_t &value : *values)
          value = int16_t(random.next());
      std::vector<int32_t> sums(rows * panelColumns), baseline;
      for (int32_t &sum : sums)
        sum = int32_t(random.next());
      baseline = sums;
      multiply(a.data(), k, rows, panel.data(), k, sums.data());
      multiplyBaseline(a.data(), k, rows, panel.data(), k, baseline.data());
      EXPECT_EQ(sums, baseline);
      EXPECT_EQ(multiplyWatched(a.data(), k, rows, panel.data(), 1, k, sums.data()),
                multiplyWatchedBaseline(a.data(), k, rows, panel.data(), 1, k, baseline.data()));
      EXPECT_EQ(sums, baseline);
    }
}
} // namespace
