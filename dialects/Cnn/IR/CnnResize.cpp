//===- CnnResize.cpp - Where a resized image is sampled -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnResize.h"

#include <algorithm>
#include <cmath>

using namespace fovea::cnn;

/// Pixels of the input from one pixel of the result to the next.
static float scaleOf(int64_t input, int64_t output, bool alignCorners) {
  if (!alignCorners)
    return static_cast<float>(input) / output;
  return output > 1 ? static_cast<float>(input - 1) / (output - 1) : 0.0f;
}

static ResizeTap nearestTap(int64_t index, int64_t input, float scale) {
  auto source = static_cast<int64_t>(std::floor(static_cast<float>(index) * scale));
  source = std::min(source, input - 1);
  return {source, source, 0.0f};
}

static ResizeTap linearTap(int64_t index, int64_t input, float scale, bool alignCorners) {
  auto place = static_cast<float>(index);
  place = alignCorners ? place * scale : std::max((place + 0.5f) * scale - 0.5f, 0.0f);
  int64_t first = std::min(static_cast<int64_t>(std::floor(place)), input - 1);
  float weight = std::clamp(place - static_cast<float>(first), 0.0f, 1.0f);
  return {first, std::min(first + 1, input - 1), weight};
}

std::vector<ResizeTap> fovea::cnn::resizeTaps(int64_t input, int64_t output, llvm::StringRef mode,
                                              bool alignCorners) {
  float scale = scaleOf(input, output, alignCorners);
  std::vector<ResizeTap> taps;
  for (int64_t index = 0; index < output; ++index)
    taps.push_back(mode == "nearest" ? nearestTap(index, input, scale)
                                     : linearTap(index, input, scale, alignCorners));
  return taps;
}
