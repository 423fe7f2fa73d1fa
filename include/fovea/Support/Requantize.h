//===- Requantize.h - Arithmetic of quantised integers ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Sums become elements, and elements operands of sums, by an entry of the quantisation table:
//
//   requantize(sum)     = clamp(round(sum * multiplier / 2^shift) + zero point, least, greatest)
//   dequantize(element) = round((element - zero point) * multiplier / 2^shift)
//
// where `round` goes to the nearest integer, and to the even one of two that are as near (Jacob et
// al. 2018, section 2.2, with another tie). It depends on nothing, so that simulator and
// reference can both take it from here.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_REQUANTIZE_H
#define FOVEA_SUPPORT_REQUANTIZE_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace fovea {

/// Integer type of `bits` bits, 2 to 64, signed.
struct IntegerType {
  unsigned bits = 8;
  int64_t bytes() const { return (bits + 7) / 8; }
  int64_t min() const { return -max() - 1; }
  int64_t max() const { return static_cast<int64_t>(~uint64_t(0) >> (65 - bits)); }
};

/// An entry of the quantisation table. Any shift has a meaning; a negative one multiplies.
struct QuantizationEntry {
  int32_t multiplier = 1;
  int16_t shift = 0, zeroPoint = 0;
  int16_t least = -128, greatest = 127;
};

/// The same on floats: scale in place of multiplier / 2^shift, nothing is rounded.
struct FloatQuantizationEntry {
  float scale = 1, zeroPoint = 0, least = 0, greatest = 0;
};

/// The nearest value that the type has.
inline int64_t saturate(int64_t value, IntegerType type) {
  return std::clamp(value, type.min(), type.max());
}

/// round(numerator / denominator), ties to even. `denominator` is positive, both are less than
/// 2^62 in magnitude.
inline int64_t divideToNearestEven(int64_t numerator, int64_t denominator) {
  int64_t quotient = numerator / denominator, rest = numerator % denominator;
  if (rest < 0) { // Downwards.
    rest += denominator;
    --quotient;
  }
  int64_t twice = 2 * rest;
  return quotient + (twice > denominator || (twice == denominator && (quotient & 1)));
}

/// round(value * multiplier / 2^shift), ties to even, for |value| <= 2^31. What is greater than
/// 2^62 in magnitude becomes that.
inline int64_t scaleToNearestEven(int64_t value, int32_t multiplier, int16_t shift) {
  constexpr int64_t greatest = int64_t(1) << 62;
  int64_t product = value * multiplier; // At most 2^62.
  if (shift <= 0) {
    if (product == 0)
      return 0;
    int64_t limit = shift > -62 ? greatest >> -shift : 0;
    if (product > limit)
      return greatest;
    return product < -limit ? -greatest : product * (int64_t(1) << -shift);
  }
  if (shift > 62) // At most a half.
    return 0;
  int64_t floor = product >> shift, rest = product & ((int64_t(1) << shift) - 1);
  int64_t half = int64_t(1) << (shift - 1);
  return floor + (rest > half || (rest == half && (floor & 1)));
}

/// A sum as an element. Where `least` is greater than `greatest`, the result is `greatest`.
inline int64_t requantize(int64_t sum, const QuantizationEntry &entry) {
  int64_t moved = scaleToNearestEven(sum, entry.multiplier, entry.shift) + entry.zeroPoint;
  return std::min<int64_t>(std::max<int64_t>(moved, entry.least), entry.greatest);
}
inline float requantize(float sum, const FloatQuantizationEntry &entry) {
  return std::min(std::max(sum * entry.scale + entry.zeroPoint, entry.least), entry.greatest);
}

/// An element, or a sum, as an operand in units of another scale; saturates in `type`.
inline int64_t dequantize(int64_t element, const QuantizationEntry &entry, IntegerType type) {
  int64_t moved = saturate(element - entry.zeroPoint, IntegerType{32});
  return saturate(scaleToNearestEven(moved, entry.multiplier, entry.shift), type);
}
inline float dequantize(float element, const FloatQuantizationEntry &entry) {
  return (element - entry.zeroPoint) * entry.scale;
}

} // namespace fovea

#endif
