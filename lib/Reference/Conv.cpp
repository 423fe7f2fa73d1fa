//===- Conv.cpp - Convolution and matrix products -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Kernels.h"

using namespace fovea;
using namespace fovea::reference;

/// The outputs x for which x * stride + offset is inside an input of `extent`: [first, second).
static std::pair<int64_t, int64_t> outputsInside(int64_t offset, int64_t stride, int64_t extent,
                                                 int64_t outputs) {
  int64_t first = offset < 0 ? (-offset + stride - 1) / stride : 0;
  int64_t behind = offset < extent ? (extent - 1 - offset) / stride + 1 : 0;
  return {first, std::max(first, std::min(behind, outputs))};
}

/// Adds what one weight gives to a plane of sums: the input moved by its tap, times the weight.
static void addTap(llvm::MutableArrayRef<double> sums, const float *plane, const Image &input,
                   llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> stride, int64_t offsetY,
                   int64_t offsetX, double weight) {
  auto [firstY, behindY] = outputsInside(offsetY, stride[0], input.height, shape[2]);
  auto [firstX, behindX] = outputsInside(offsetX, stride[1], input.width, shape[3]);
  int64_t step = stride[1];
  for (int64_t y = firstY; y < behindY; ++y) {
    const float *row = plane + (y * stride[0] + offsetY) * input.width;
    double *sum = sums.data() + y * shape[3];
    if (step == 1)
      for (int64_t x = firstX; x < behindX; ++x)
        sum[x] += weight * row[x + offsetX];
    else
      for (int64_t x = firstX; x < behindX; ++x)
        sum[x] += weight * row[x * step + offsetX];
  }
}

// A plane of outputs at a time: the order of each output's sum is that of the formula, and the
// innermost loop runs along memory.
Tensors reference::evaluate(cnn::ConvOp op, Operands operands) {
  Image input(operands[0]), weight(operands[1]);
  auto stride = op.getStride(), padding = op.getPadding(), dilation = op.getDilation();
  auto shape = resultShape(op);
  int64_t outPerGroup = weight.batch / static_cast<int64_t>(op.getGroups());
  std::vector<float> values;
  values.reserve(shape[0] * shape[1] * shape[2] * shape[3]);
  std::vector<double> sums(shape[2] * shape[3]);
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t o = 0; o < shape[1]; ++o) {
      std::fill(sums.begin(), sums.end(), op.getBias() ? operands[2].floats()[o] : 0.0);
      int64_t firstChannel = o / outPerGroup * weight.channels;
      for (int64_t i = 0; i < weight.channels; ++i) {
        const float *plane =
            input.data + (n * input.channels + firstChannel + i) * input.height * input.width;
        for (int64_t ky = 0; ky < weight.height; ++ky)
          for (int64_t kx = 0; kx < weight.width; ++kx)
            addTap(sums, plane, input, shape, stride, ky * dilation[0] - padding[0],
                   kx * dilation[1] - padding[1], weight.at(o, i, ky, kx));
      }
      values.insert(values.end(), sums.begin(), sums.end());
    }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::ConvTransposeOp op, Operands operands) {
  Image input(operands[0]), weight(operands[1]);
  auto stride = op.getStride(), padding = op.getPadding(), dilation = op.getDilation();
  auto shape = resultShape(op);
  int64_t inPerGroup = input.channels / static_cast<int64_t>(op.getGroups());
  int64_t height = shape[2], width = shape[3];
  std::vector<double> sums;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t o = 0; o < shape[1]; ++o)
      sums.insert(sums.end(), height * width, op.getBias() ? operands[2].floats()[o] : 0.0);
  auto scatter = [&](int64_t n, int64_t i, int64_t o, int64_t ky, int64_t kx) {
    int64_t channel = i / inPerGroup * weight.channels + o;
    double *image = &sums[(n * shape[1] + channel) * height * width];
    for (int64_t y = 0; y < input.height; ++y)
      for (int64_t x = 0; x < input.width; ++x) {
        int64_t oy = y * stride[0] - padding[0] + ky * dilation[0];
        int64_t ox = x * stride[1] - padding[1] + kx * dilation[1];
        if (oy >= 0 && oy < height && ox >= 0 && ox < width)
          image[oy * width + ox] += double(weight.at(i, o, ky, kx)) * input.at(n, i, y, x);
      }
  };
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t i = 0; i < input.channels; ++i)
      for (int64_t o = 0; o < weight.channels; ++o)
        for (int64_t ky = 0; ky < weight.height; ++ky)
          for (int64_t kx = 0; kx < weight.width; ++kx)
            scatter(n, i, o, ky, kx);
  return result(op, std::vector<float>(sums.begin(), sums.end()));
}

Tensors reference::evaluate(cnn::SubPixelWeightOp op, Operands operands) {
  Image weight(operands[0]);
  auto stride = op.getStride(), dilation = op.getDilation(), shape = resultShape(op);
  int64_t outputs = weight.channels, inputs = shape[1], height = shape[2], width = shape[3];
  std::vector<float> values(shape[0] * inputs * height * width);
  for (int64_t i = 0; i < weight.batch; ++i)
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t ky = 0; ky < weight.height; ++ky)
        for (int64_t kx = 0; kx < weight.width; ++kx) {
          int64_t y = ky * dilation[0], x = kx * dilation[1];
          int64_t subPixel = (i / inputs * stride[0] + y % stride[0]) * stride[1] + x % stride[1];
          int64_t row = subPixel * outputs + o;
          int64_t ty = height - 1 - y / stride[0], tx = width - 1 - x / stride[1];
          values[((row * inputs + i % inputs) * height + ty) * width + tx] =
              weight.at(i, o, ky, kx);
        }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::SubPixelBiasOp op, Operands operands) {
  auto bias = operands[0].floats();
  int64_t groups = op.getGroups(), perGroup = bias.size() / groups;
  std::vector<float> values;
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t r = 0; r < op.getStride()[0] * op.getStride()[1]; ++r)
      for (int64_t o = 0; o < perGroup; ++o)
        values.push_back(bias[g * perGroup + o]);
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
