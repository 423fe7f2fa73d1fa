//===- RequantizeTest.cpp - The machine's integer arithmetic --------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Requantize.h"
#include "fovea/Support/Random.h"
#include <gtest/gtest.h>

using namespace fovea;

namespace {
using Wide = __int128;

/// The nearest of all whole numbers beside numerator / denominator, the even one of two.
Wide nearest(Wide numerator, Wide denominator) {
  Wide near = numerator / denominator, best = near - 2;
  auto distance = [&](Wide value) {
    Wide difference = numerator - value * denominator;
    return difference < 0 ? -difference : difference;
  };
  for (Wide value = near - 1; value <= near + 1; ++value)
    if (distance(value) < distance(best) || (distance(value) == distance(best) && value % 2 == 0))
      best = value;
  return best;
}

/// value * multiplier / 2^shift for shifts of which 128 bits hold all numbers.
Wide scaledExactly(int64_t value, int32_t multiplier, int shift) {
  Wide product = Wide(value) * multiplier;
  Wide limit = Wide(1) << 62;
  Wide result = shift <= 0 ? product * (Wide(1) << -shift) : nearest(product, Wide(1) << shift);
  return std::min(std::max(result, -limit), limit);
}

constexpr int32_t least32 = std::numeric_limits<int32_t>::min();
constexpr int32_t greatest32 = std::numeric_limits<int32_t>::max();
const int64_t edges[] = {
    0,       1,          -1,  2,       -2,      3,          5,          -7,
    127,     -128,       255, 1 << 15, 1 << 30, -(1 << 30), greatest32, greatest32 - 1,
    least32, least32 + 1};

TEST(Requantize, ScalesAsExactArithmetic) {
  RandomSequence random(1);
  auto check = [](int64_t value, int32_t multiplier, int shift) {
    ASSERT_EQ(Wide(scaleToNearestEven(value, multiplier, int16_t(shift))),
              scaledExactly(value, multiplier, shift))
        << value << " * " << multiplier << " / 2^" << shift;
  };
  for (int shift = -60; shift <= 62; ++shift) {
    for (int64_t value : edges)
      for (int64_t multiplier : edges)
        check(value, int32_t(multiplier), shift);
    for (int i = 0; i < 20000; ++i) {
      // All magnitudes are as likely.
      int64_t value = int32_t(random.next()) >> random.below(32);
      check(value, int32_t(random.next()) >> random.below(32), shift);
    }
  }
}

TEST(Requantize, RoundsEverySmallTieToEven) {
  for (int shift = 1; shift <= 8; ++shift)
    for (int64_t value = -1024; value <= 1024; ++value)
      for (int32_t multiplier : {1, -1, 3, 5})
        ASSERT_EQ(Wide(scaleToNearestEven(value, multiplier, int16_t(shift))),
                  nearest(Wide(value) * multiplier, Wide(1) << shift));
}

TEST(Requantize, GivesEveryShiftAMeaning) {
  for (int64_t value : edges)
    for (int64_t multiplier : edges) {
      for (int shift : {63, 64, 100, 32767})
        EXPECT_EQ(scaleToNearestEven(value, int32_t(multiplier), int16_t(shift)), 0);
      int64_t far = scaleToNearestEven(value, int32_t(multiplier), -32768);
      int64_t sign = value == 0 || multiplier == 0 ? 0 : (value < 0) == (multiplier < 0) ? 1 : -1;
      EXPECT_EQ(far, sign * (int64_t(1) << 62));
    }
}

TEST(Requantize, DividesAsExactArithmetic) {
  for (int64_t denominator = 1; denominator <= 40; ++denominator)
    for (int64_t numerator = -500; numerator <= 500; ++numerator)
      ASSERT_EQ(Wide(divideToNearestEven(numerator, denominator)), nearest(numerator, denominator))
          << numerator << " / " << denominator;
  RandomSequence random(2);
  for (int i = 0; i < 100000; ++i) {
    int64_t numerator = int64_t(random.next() >> 2 >> random.below(60)) - 1000;
    int64_t denominator = 1 + int64_t(random.next() >> 3 >> random.below(60));
    ASSERT_EQ(Wide(divideToNearestEven(numerator, denominator)), nearest(numerator, denominator));
  }
}

TEST(Requantize, MovesAndClamps) {
  QuantizationEntry entry{3, 1, 10, -20, 25};
  EXPECT_EQ(requantize(int64_t(1), entry), 12); // 1.5 is 2.
  EXPECT_EQ(requantize(int64_t(3), entry), 14); // 4.5 is 4.
  EXPECT_EQ(requantize(int64_t(-1), entry), 8); // -1.5 is -2.
  EXPECT_EQ(requantize(int64_t(100), entry), 25);
  EXPECT_EQ(requantize(int64_t(-100), entry), -20);
  EXPECT_EQ(requantize(int64_t(7), {1, 0, 0, 5, 3}), 3); // Least above greatest.
  FloatQuantizationEntry floats{0.5f, 10, -20, 25};
  EXPECT_EQ(requantize(3.0f, floats), 11.5f);
  EXPECT_EQ(requantize(1000.0f, floats), 25.0f);
}

TEST(Requantize, TakesTheZeroPointFromOperandsFirst) {
  QuantizationEntry entry{3, 1, 10, 0, 0};
  EXPECT_EQ(dequantize(int64_t(11), entry, {32}), 2);
  EXPECT_EQ(dequantize(int64_t(9), entry, {32}), -2);
  EXPECT_EQ(dequantize(int64_t(110), {greatest32, -8, 0, 0, 0}, {32}), greatest32);
  EXPECT_EQ(dequantize(int64_t(-110), {greatest32, -8, 0, 0, 0}, {32}), least32);
  EXPECT_EQ(dequantize(int64_t(least32), {1, 0, 1, 0, 0}, {32}), least32);
  EXPECT_EQ(dequantize(11.0f, {0.5f, 10, 0, 0}), 0.5f);
}

TEST(Requantize, Saturates) {
  EXPECT_EQ(saturate(127, {8}), 127);
  EXPECT_EQ(saturate(128, {8}), 127);
  EXPECT_EQ(saturate(-129, {8}), -128);
  EXPECT_EQ(saturate(int64_t(1) << 40, {32}), greatest32);
}
} // namespace
