//===- Conv.cpp - Convolution and matrix products -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Kernels.h"

using namespace fovea;
using namespace fovea::reference;

Tensors reference::evaluate(cnn::ConvOp op, Operands operands) {
  Image input(operands[0]), weight(operands[1]);
  auto stride = op.getStride(), padding = op.getPadding(), dilation = op.getDilation();
  auto shape = resultShape(op);
  int64_t outPerGroup = weight.batch / static_cast<int64_t>(op.getGroups());
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t o = 0; o < shape[1]; ++o)
      for (int64_t y = 0; y < shape[2]; ++y)
        for (int64_t x = 0; x < shape[3]; ++x) {
          double sum = op.getBias() ? operands[2].floats()[o] : 0.0;
          int64_t firstChannel = o / outPerGroup * weight.channels;
          for (int64_t i = 0; i < weight.channels; ++i)
            for (int64_t ky = 0; ky < weight.height; ++ky)
              for (int64_t kx = 0; kx < weight.width; ++kx) {
                int64_t iy = y * stride[0] - padding[0] + ky * dilation[0];
                int64_t ix = x * stride[1] - padding[1] + kx * dilation[1];
                if (input.contains(iy, ix))
                  sum += double(weight.at(o, i, ky, kx)) * input.at(n, firstChannel + i, iy, ix);
              }
          values.push_back(static_cast<float>(sum));
        }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::LinearOp op, Operands operands) {
  auto input = operands[0].floats(), weight = operands[1].floats();
  int64_t features = operands[0].shape()[1];
  auto shape = resultShape(op);
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t o = 0; o < shape[1]; ++o) {
      double sum = op.getBias() ? operands[2].floats()[o] : 0.0;
      for (int64_t i = 0; i < features; ++i)
        sum += double(weight[o * features + i]) * input[n * features + i];
      values.push_back(static_cast<float>(sum));
    }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::Im2ColOp op, Operands operands) {
  Image input(operands[0]);
  auto kernel = op.getKernel(), stride = op.getStride();
  auto padding = op.getPadding(), dilation = op.getDilation();
  auto outputExtent = [&](int d, int64_t extent) {
    int64_t window = dilation[d] * (kernel[d] - 1) + 1;
    return (extent + padding[d] + padding[d + 2] - window) / stride[d] + 1;
  };
  int64_t height = outputExtent(0, input.height), width = outputExtent(1, input.width);
  std::vector<float> values;
  for (int64_t n = 0; n < input.batch; ++n)
    for (int64_t c = 0; c < input.channels; ++c)
      for (int64_t ky = 0; ky < kernel[0]; ++ky)
        for (int64_t kx = 0; kx < kernel[1]; ++kx)
          for (int64_t y = 0; y < height; ++y)
            for (int64_t x = 0; x < width; ++x)
              values.push_back(input.atOrZero(n, c, y * stride[0] - padding[0] + ky * dilation[0],
                                              x * stride[1] - padding[1] + kx * dilation[1]));
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::MatmulOp op, Operands operands) {
  auto columns = operands[0].floats(), weight = operands[1].floats();
  int64_t rows = operands[0].shape()[1], pixels = operands[0].shape()[2];
  auto shape = resultShape(op);
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t o = 0; o < shape[1]; ++o)
      for (int64_t p = 0; p < pixels; ++p) {
        double sum = op.getBias() ? operands[2].floats()[o] : 0.0;
        for (int64_t k = 0; k < rows; ++k)
          sum += double(weight[o * rows + k]) * columns[(n * rows + k) * pixels + p];
        values.push_back(static_cast<float>(sum));
      }
  return result(op, std::move(values));
}
