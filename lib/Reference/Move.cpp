//===- Move.cpp - Ops that move elements and compute nothing ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Kernels.h"

using namespace fovea;
using namespace fovea::reference;

Tensors reference::evaluate(cnn::ConcatOp op, Operands operands) {
  AxisView whole(resultShape(op), op.getAxis());
  std::vector<float> values;
  for (int64_t o = 0; o < whole.outer; ++o)
    for (const Tensor &operand : operands) {
      AxisView part(operand.shape(), op.getAxis());
      for (int64_t c = 0; c < part.size; ++c)
        for (int64_t i = 0; i < part.inner; ++i)
          values.push_back(operand.floats()[part.index(o, c, i)]);
    }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::SplitOp op, Operands operands) {
  AxisView whole(operands[0].shape(), op.getAxis());
  Tensors results;
  int64_t begin = 0;
  for (auto [n, size] : llvm::enumerate(op.getSizes())) {
    std::vector<float> values;
    for (int64_t o = 0; o < whole.outer; ++o)
      for (int64_t c = begin; c < begin + size; ++c)
        for (int64_t i = 0; i < whole.inner; ++i)
          values.push_back(operands[0].floats()[whole.index(o, c, i)]);
    results.push_back(Tensor::fromFloats(resultShape(op, n), std::move(values)));
    begin += size;
  }
  return results;
}

Tensors reference::evaluate(cnn::ChannelShuffleOp op, Operands operands) {
  Image input(operands[0]);
  int64_t groups = static_cast<int64_t>(op.getGroups()), perGroup = input.channels / groups;
  std::vector<float> values;
  for (int64_t n = 0; n < input.batch; ++n)
    for (int64_t i = 0; i < perGroup; ++i)
      for (int64_t g = 0; g < groups; ++g)
        for (int64_t y = 0; y < input.height; ++y)
          for (int64_t x = 0; x < input.width; ++x)
            values.push_back(input.at(n, g * perGroup + i, y, x));
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::SpatialShiftOp op, Operands operands) {
  Image input(operands[0]);
  auto offsets = op.getOffsets();
  std::vector<float> values;
  for (int64_t n = 0; n < input.batch; ++n)
    for (int64_t c = 0; c < input.channels; ++c)
      for (int64_t y = 0; y < input.height; ++y)
        for (int64_t x = 0; x < input.width; ++x)
          values.push_back(input.atOrZero(n, c, y + offsets[2 * c], x + offsets[2 * c + 1]));
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::FlattenOp op, Operands operands) {
  return {operands[0].reshaped(resultShape(op))};
}
