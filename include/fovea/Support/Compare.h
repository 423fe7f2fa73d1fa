//===- Compare.h - How far two tensors are apart ----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_COMPARE_H
#define FOVEA_SUPPORT_COMPARE_H

#include "fovea/Support/Tensor.h"

namespace fovea {

struct Comparison {
  double maxAbsError = 0;
  /// maxAbsError divided by the largest magnitude in `expected`; by 1 where `expected` is all
  /// zeros.
  double relativeError = 0;
  /// Index of the element with the largest error, row-major.
  int64_t worst = 0;
  /// The largest element stands at the same place along the last dimension, in every row; of equal
  /// ones the first counts.
  bool sameArgmax = true;
  /// Elements that are NaN or infinite in one tensor and not the same in the other; then the errors
  /// are infinite.
  int64_t notFinite = 0;

  bool within(double relativeTolerance) const { return relativeError <= relativeTolerance; }
};

/// Compares two tensors as f32. An error if their shapes differ.
llvm::Expected<Comparison> compare(const Tensor &expected, const Tensor &actual);

} // namespace fovea

#endif
