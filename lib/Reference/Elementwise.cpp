//===- Elementwise.cpp - Functions of single elements -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Kernels.h"
#include <cmath>

using namespace fovea;
using namespace fovea::reference;

template <typename Function>
static Tensors mapElements(mlir::Operation *op, const Tensor &input, Function function) {
  std::vector<float> values;
  for (float x : input.floats())
    values.push_back(static_cast<float>(function(double(x))));
  return result(op, std::move(values));
}

// The comparisons are such that NaN stays NaN, as in PyTorch.

Tensors reference::evaluate(cnn::ReluOp op, Operands operands) {
  return mapElements(op, operands[0], [](double x) { return x < 0 ? 0 : x; });
}

Tensors reference::evaluate(cnn::Relu6Op op, Operands operands) {
  return mapElements(op, operands[0], [](double x) { return x < 0 ? 0 : x > 6 ? 6 : x; });
}

Tensors reference::evaluate(cnn::TanhOp op, Operands operands) {
  return mapElements(op, operands[0], [](double x) { return std::tanh(x); });
}

Tensors reference::evaluate(cnn::SigmoidOp op, Operands operands) {
  return mapElements(op, operands[0], [](double x) { return 1 / (1 + std::exp(-x)); });
}

/// x (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel 2016, section 2); at minus infinity the
/// limit, 0.
Tensors reference::evaluate(cnn::GeluOp op, Operands operands) {
  return mapElements(op, operands[0], [](double x) {
    double tail = std::erfc(-x * std::sqrt(0.5)) / 2;
    return tail == 0 ? 0 : x * tail;
  });
}

Tensors reference::evaluate(cnn::AddOp op, Operands operands) {
  auto lhs = operands[0].floats(), rhs = operands[1].floats();
  std::vector<float> values;
  for (size_t i = 0; i < lhs.size(); ++i)
    values.push_back(lhs[i] + rhs[i]);
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::DropoutOp, Operands operands) { return {operands[0]}; }
