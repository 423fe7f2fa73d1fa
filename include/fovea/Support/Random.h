//===- Random.h - Reproducible random tensors -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The values depend on the seed and the name alone: not on the order of calls, the machine or the
// library.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_RANDOM_H
#define FOVEA_SUPPORT_RANDOM_H

#include "fovea/Support/Tensor.h"

namespace fovea {

/// SplitMix64 (Steele, Lea and Flood 2014): every seed gives a good sequence, the same everywhere.
class RandomSequence {
public:
  explicit RandomSequence(uint64_t seed) : state(seed) {}
  uint64_t next();
  /// From 0 to `bound` - 1; `bound` is positive and small beside 2^64.
  uint64_t below(uint64_t bound) { return next() % bound; }

private:
  uint64_t state;
};

/// Fills `values` uniformly from [low, high).
void fillUniform(llvm::MutableArrayRef<float> values, llvm::StringRef name, uint64_t seed,
                 float low, float high);

/// An f32 tensor, uniform in [low, high).
llvm::Expected<Tensor> randomTensor(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                                    uint64_t seed, float low = -1, float high = 1);

/// Values that keep activations near 1 through a deep network, by the role that the name's last
/// part gives: a weight of two or more dimensions is uniform in ±sqrt(3 / fan-in) * sqrt(2) (He et
/// al. 2015), a weight of one (batch norm's) in [0.9, 1.1), a running_var in [0.5, 2), everything
/// else in ±0.1.
llvm::Expected<Tensor> randomParameter(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                                       uint64_t seed);

} // namespace fovea

#endif
