//===- Pool.cpp - Maxima and means over windows -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Kernels.h"
#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::reference;

/// As PyTorch: NaN is larger than everything.
static float larger(float a, float b) { return b > a || std::isnan(b) ? b : a; }

Tensors reference::evaluate(cnn::MaxPoolOp op, Operands operands) {
  Image input(operands[0]);
  auto kernel = op.getKernel(), stride = op.getStride();
  auto padding = op.getPadding(), dilation = op.getDilation();
  auto shape = resultShape(op);
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t y = 0; y < shape[2]; ++y)
        for (int64_t x = 0; x < shape[3]; ++x) {
          float max = -std::numeric_limits<float>::infinity();
          for (int64_t ky = 0; ky < kernel[0]; ++ky)
            for (int64_t kx = 0; kx < kernel[1]; ++kx) {
              int64_t iy = y * stride[0] - padding[0] + ky * dilation[0];
              int64_t ix = x * stride[1] - padding[1] + kx * dilation[1];
              if (input.contains(iy, ix))
                max = larger(max, input.at(n, c, iy, ix));
            }
          values.push_back(max);
        }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::AvgPoolOp op, Operands operands) {
  Image input(operands[0]);
  auto kernel = op.getKernel(), stride = op.getStride(), padding = op.getPadding();
  auto shape = resultShape(op);
  auto inPaddedInput = [&](int64_t y, int64_t x) {
    return y < input.height + padding[2] && x < input.width + padding[3];
  };
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t y = 0; y < shape[2]; ++y)
        for (int64_t x = 0; x < shape[3]; ++x) {
          double sum = 0;
          int64_t count = 0;
          for (int64_t ky = 0; ky < kernel[0]; ++ky)
            for (int64_t kx = 0; kx < kernel[1]; ++kx) {
              int64_t iy = y * stride[0] - padding[0] + ky;
              int64_t ix = x * stride[1] - padding[1] + kx;
              sum += input.atOrZero(n, c, iy, ix);
              count += op.getCountIncludePad() ? inPaddedInput(iy, ix) : input.contains(iy, ix);
            }
          values.push_back(static_cast<float>(sum / count));
        }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::GlobalAvgPoolOp op, Operands operands) {
  Image input(operands[0]);
  std::vector<float> values;
  for (int64_t n = 0; n < input.batch; ++n)
    for (int64_t c = 0; c < input.channels; ++c) {
      double sum = 0;
      for (int64_t y = 0; y < input.height; ++y)
        for (int64_t x = 0; x < input.width; ++x)
          sum += input.at(n, c, y, x);
      values.push_back(static_cast<float>(sum / (input.height * input.width)));
    }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::GlobalMaxPoolOp op, Operands operands) {
  Image input(operands[0]);
  std::vector<float> values;
  for (int64_t n = 0; n < input.batch; ++n)
    for (int64_t c = 0; c < input.channels; ++c) {
      float max = -std::numeric_limits<float>::infinity();
      for (int64_t y = 0; y < input.height; ++y)
        for (int64_t x = 0; x < input.width; ++x)
          max = larger(max, input.at(n, c, y, x));
      values.push_back(max);
    }
  return result(op, std::move(values));
}
