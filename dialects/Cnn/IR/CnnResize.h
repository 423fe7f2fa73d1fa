//===- CnnResize.h - Where a resized image is sampled -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_RESIZE_H
#define FOVEA_CNN_RESIZE_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <vector>

namespace fovea::cnn {

/// The two rows, or columns, of the input that one of the result is mixed from: `first` times
/// 1 - `weight` plus `second` times `weight`.
struct ResizeTap {
  int64_t first, second;
  float weight;
};

/// One tap per row, or column, of a result that has `output` of them where the input has `input`.
/// `mode` is "bilinear" or "nearest". In f32, as PyTorch's interpolate computes it (UpSample.h), so
/// that places that lie between two pixels by rounding alone are the same.
std::vector<ResizeTap> resizeTaps(int64_t input, int64_t output, llvm::StringRef mode,
                                  bool alignCorners);

} // namespace fovea::cnn

#endif
