//===- Resize.cpp - Images of other sizes and layouts ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Kernels.h"
#include "dialects/Cnn/IR/CnnResize.h"

using namespace fovea;
using namespace fovea::reference;

Tensors reference::evaluate(cnn::ResizeOp op, Operands operands) {
  Image input(operands[0]);
  auto rows = cnn::resizeTaps(input.height, op.getSize()[0], op.getMode(), op.getAlignCorners());
  auto columns = cnn::resizeTaps(input.width, op.getSize()[1], op.getMode(), op.getAlignCorners());
  auto mix = [](double a, double b, double weight) { return a * (1 - weight) + b * weight; };
  std::vector<float> values;
  for (int64_t n = 0; n < input.batch; ++n)
    for (int64_t c = 0; c < input.channels; ++c)
      for (const cnn::ResizeTap &y : rows)
        for (const cnn::ResizeTap &x : columns) {
          double above = input.at(n, c, y.first, x.first),
                 below = input.at(n, c, y.second, x.first);
          if (op.getMode() == "bilinear") {
            above = mix(above, input.at(n, c, y.first, x.second), x.weight);
            below = mix(below, input.at(n, c, y.second, x.second), x.weight);
            above = mix(above, below, y.weight);
          }
          values.push_back(static_cast<float>(above));
        }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::CropOp op, Operands operands) {
  Image input(operands[0]);
  auto offset = op.getOffset(), size = op.getSize();
  std::vector<float> values;
  for (int64_t n = 0; n < input.batch; ++n)
    for (int64_t c = 0; c < input.channels; ++c)
      for (int64_t y = 0; y < size[0]; ++y)
        for (int64_t x = 0; x < size[1]; ++x)
          values.push_back(input.at(n, c, y + offset[0], x + offset[1]));
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::PadOp op, Operands operands) {
  Image input(operands[0]);
  auto shape = resultShape(op), padding = op.getPadding();
  int64_t before = op.getChannels()[0];
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t y = 0; y < shape[2]; ++y)
        for (int64_t x = 0; x < shape[3]; ++x) {
          bool inside = c >= before && c - before < input.channels;
          values.push_back(inside ? input.atOrZero(n, c - before, y - padding[0], x - padding[1])
                                  : 0.0f);
        }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::DepthToSpaceOp op, Operands operands) {
  Image input(operands[0]);
  auto shape = resultShape(op), factor = op.getFactor(), offset = op.getOffset();
  int64_t perGroup = shape[1] / static_cast<int64_t>(op.getGroups());
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t y = offset[0]; y < offset[0] + shape[2]; ++y)
        for (int64_t x = offset[1]; x < offset[1] + shape[3]; ++x) {
          int64_t row = c / perGroup * factor[0] + y % factor[0];
          int64_t channel = (row * factor[1] + x % factor[1]) * perGroup + c % perGroup;
          values.push_back(input.at(n, channel, y / factor[0], x / factor[1]));
        }
  return result(op, std::move(values));
}

Tensors reference::evaluate(cnn::ToTensorOp op, Operands operands) {
  auto shape = resultShape(op);
  bool isBytes = !op.getInput().getType().getElementType().isF32();
  bool isLast = op.getLayout() == "nhwc";
  int64_t pixels = shape[2] * shape[3];
  auto input = operands[0].floats();
  std::vector<float> values;
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t pixel = 0; pixel < pixels; ++pixel) {
        int64_t index =
            isLast ? (n * pixels + pixel) * shape[1] + c : (n * shape[1] + c) * pixels + pixel;
        values.push_back(isBytes ? static_cast<float>(input[index] / 255.0) : input[index]);
      }
  return result(op, std::move(values));
}
