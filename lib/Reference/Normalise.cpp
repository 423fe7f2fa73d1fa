//===- Normalise.cpp - Affine functions of channels, softmax ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Kernels.h"
#include <cmath>

using namespace fovea;
using namespace fovea::reference;

/// function(x, index along the axis) for every element.
template <typename Function>
static Tensors mapAlongAxis(mlir::Operation *op, const Tensor &input, int64_t axis,
                            Function function) {
  AxisView view(input.shape(), axis);
  auto x = input.floats();
  std::vector<float> values(x.size());
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.size; ++c)
      for (int64_t i = 0; i < view.inner; ++i) {
        int64_t index = view.index(o, c, i);
        values[index] = static_cast<float>(function(double(x[index]), c));
      }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::BatchNormOp op, Operands operands) {
  auto weight = operands[1].floats(), bias = operands[2].floats();
  auto mean = operands[3].floats(), var = operands[4].floats();
  double eps = op.getEps().convertToDouble();
  return mapAlongAxis(op, operands[0], 1, [&](double x, int64_t c) {
    return (x - mean[c]) / std::sqrt(var[c] + eps) * weight[c] + bias[c];
  });
}

Tensors reference::evaluate(cnn::BatchNormAffineOp op, Operands operands) {
  auto weight = operands[0].floats(), bias = operands[1].floats();
  auto mean = operands[2].floats(), var = operands[3].floats();
  double eps = op.getEps().convertToDouble();
  std::vector<float> scales, shifts;
  for (size_t c = 0; c < weight.size(); ++c) {
    double scale = weight[c] / std::sqrt(var[c] + eps);
    scales.push_back(static_cast<float>(scale));
    shifts.push_back(static_cast<float>(bias[c] - mean[c] * scale));
  }
  return {Tensor::fromFloats(resultShape(op, 0), std::move(scales)),
          Tensor::fromFloats(resultShape(op, 1), std::move(shifts))};
}

/// One value of an operand that may be missing, which is one of zeros.
static double valueOrZero(const Operands &operands, mlir::OperandRange range, int64_t index) {
  return range.empty() ? 0.0 : operands[range.getBeginOperandIndex()].floats()[index];
}

Tensors reference::evaluate(cnn::InputAffineOp op, Operands operands) {
  auto weight = operands[0].floats(), scale = operands[1].floats();
  int64_t rows = operands[0].shape()[0], inputs = operands[0].shape()[1];
  int64_t area = weight.size() / (rows * inputs), rowsPerGroup = rows / op.getGroups();
  std::vector<float> weights, biases;
  for (int64_t row = 0; row < rows; ++row) {
    double bias = valueOrZero(operands, op.getODSOperands(3), row);
    for (int64_t i = 0; i < inputs * area; ++i) {
      int64_t channel = row / rowsPerGroup * inputs + i / area;
      double w = weight[row * inputs * area + i];
      weights.push_back(static_cast<float>(w * scale[channel]));
      bias += w * valueOrZero(operands, op.getODSOperands(2), channel);
    }
    biases.push_back(static_cast<float>(bias));
  }
  return {Tensor::fromFloats(resultShape(op, 0), std::move(weights)),
          Tensor::fromFloats(resultShape(op, 1), std::move(biases))};
}

Tensors reference::evaluate(cnn::ChannelAffineOp op, Operands operands) {
  auto scale = operands[1].floats();
  std::vector<float> zeros(op.getShift() ? 0 : scale.size());
  auto shift = op.getShift() ? operands[2].floats() : llvm::ArrayRef<float>(zeros);
  return mapAlongAxis(op, operands[0], op.getAxis(),
                      [&](double x, int64_t c) { return x * scale[c] + shift[c]; });
}

Tensors reference::evaluate(cnn::SoftmaxOp op, Operands operands) {
  AxisView view(operands[0].shape(), op.getAxis());
  auto x = operands[0].floats();
  std::vector<float> values(x.size());
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t i = 0; i < view.inner; ++i) {
      double max = x[view.index(o, 0, i)], sum = 0;
      for (int64_t c = 0; c < view.size; ++c)
        max = std::max(max, double(x[view.index(o, c, i)]));
      for (int64_t c = 0; c < view.size; ++c)
        sum += std::exp(x[view.index(o, c, i)] - max);
      for (int64_t c = 0; c < view.size; ++c)
        values[view.index(o, c, i)] =
            static_cast<float>(std::exp(x[view.index(o, c, i)] - max) / sum);
    }
  return result(op, std::move(values));
}
