//===- Compare.cpp - How far two tensors are apart ------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Compare.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace fovea;
using llvm::ArrayRef;

static bool differInFiniteness(float a, float b) {
  if (std::isfinite(a) && std::isfinite(b))
    return false;
  return !(a == b || (std::isnan(a) && std::isnan(b)));
}

static bool argmaxEqual(ArrayRef<float> a, ArrayRef<float> b, int64_t rowLength) {
  auto argmax = [](ArrayRef<float> row) {
    return std::max_element(row.begin(), row.end()) - row.begin();
  };
  for (size_t start = 0; start < a.size(); start += rowLength)
    if (argmax(a.slice(start, rowLength)) != argmax(b.slice(start, rowLength)))
      return false;
  return true;
}

llvm::Expected<Comparison> fovea::compare(const Tensor &expected, const Tensor &actual) {
  if (expected.shape() != actual.shape())
    return llvm::createStringError("cannot compare " + expected.typeName() + " with " +
                                   actual.typeName());
  Tensor expectedF32 = expected.toF32(), actualF32 = actual.toF32();
  ArrayRef<float> a = expectedF32.floats(), b = actualF32.floats();
  Comparison result;
  double range = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    double error = std::abs(double(a[i]) - double(b[i]));
    if (differInFiniteness(a[i], b[i])) {
      ++result.notFinite;
      error = std::numeric_limits<double>::infinity();
    }
    if (std::isfinite(a[i]))
      range = std::max(range, std::abs(double(a[i])));
    if (error > result.maxAbsError) {
      result.maxAbsError = error;
      result.worst = static_cast<int64_t>(i);
    }
  }
  result.relativeError = result.maxAbsError / (range > 0 ? range : 1);
  result.sameArgmax =
      argmaxEqual(a, b, a.empty() || expected.shape().empty() ? 1 : expected.shape().back());
  return result;
}
