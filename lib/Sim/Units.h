//===- Units.h - Elements as bytes ------------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_UNITS_H
#define FOVEA_LIB_SIM_UNITS_H

#include "llvm/Support/MathExtras.h"
#include <cstdint>
#include <cstring>

namespace fovea::sim {

/// The signed integer of 1 to 8 bytes, little endian.
inline int64_t loadInteger(const char *from, int64_t bytes) {
  uint64_t value = 0;
  for (int64_t i = 0; i < bytes; ++i)
    value |= uint64_t(uint8_t(from[i])) << (8 * i);
  return llvm::SignExtend64(value, unsigned(8 * bytes));
}

inline void storeInteger(char *to, int64_t bytes, int64_t value) {
  for (int64_t i = 0; i < bytes; ++i)
    to[i] = char(uint64_t(value) >> (8 * i));
}

inline float loadFloat(const char *from) {
  float value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

inline void storeFloat(char *to, float value) { std::memcpy(to, &value, sizeof(value)); }

} // namespace fovea::sim

#endif
