//===- FmaPeak.h - The most this machine can compute ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_FMAPEAK_H
#define FOVEA_DRIVER_FMAPEAK_H

#include <cstdint>

namespace fovea {

/// Runs independent fused multiply-adds on f32 vectors of `vectorBits` (512 or 256; others and CPUs
/// without FMA give 0) on `threads` threads for about `milliseconds`, and returns the GFLOP/s of
/// all together. Clock rates change: measure it in turns with what it is compared with.
double measureFmaPeak(int64_t vectorBits, int threads, double milliseconds);

} // namespace fovea

#endif
