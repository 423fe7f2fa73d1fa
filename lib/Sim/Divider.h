//===- Divider.h - Division by what stays the same --------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_DIVIDER_H
#define FOVEA_LIB_SIM_DIVIDER_H

#include <cstdint>

namespace fovea::sim {

/// Divides by a number of 1 to 2^31 - 1. Dividends below 2^32 are multiplied by 2^63 / divisor,
/// rounded up, which is exact for them (Granlund and Montgomery 1994) and several times as fast.
class Divider {
public:
  explicit Divider(uint64_t divisor)
      : divisor(divisor), factor((uint64_t(1) << 63) / divisor + 1) {}

  uint64_t floor(uint64_t value) const {
    return value >> 32 ? value / divisor : floor32(uint32_t(value));
  }
  uint64_t floor32(uint32_t value) const {
    return uint64_t((static_cast<unsigned __int128>(value) * factor) >> 63);
  }
  uint64_t ceil(uint64_t value) const { return floor(value + divisor - 1); }

private:
  uint64_t divisor, factor;
};

} // namespace fovea::sim

#endif
