//===- ReceptiveField.cpp - What of an image a layer sees -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/ReceptiveField.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace fovea;
using namespace mlir;

namespace {
/// Along one axis: how many pixels of its operand a pixel of the result reads, and how many pixels
/// of the operand there are to one of the result.
struct Reach {
  double pixels = 1, stride = 1;
};
using Reaches = std::array<Reach, 2>;
} // namespace

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

static Reaches windows(ArrayRef<int64_t> kernel, ArrayRef<int64_t> stride,
                       ArrayRef<int64_t> dilation) {
  Reaches reaches;
  for (size_t i : {0, 1})
    reaches[i] = {double(dilation[i] * (kernel[i] - 1) + 1), double(stride[i])};
  return reaches;
}

/// A pixel of the result is reached from every stride-th pixel of the kernel.
static Reaches transposed(cnn::ConvTransposeOp conv) {
  Reaches reaches;
  for (size_t i : {0, 1}) {
    int64_t stride = conv.getStride()[i];
    int64_t extent = conv.getDilation()[i] * (shapeOf(conv.getWeight())[2 + i] - 1) + 1;
    reaches[i] = {double(llvm::divideCeil(extent, stride)), 1.0 / double(stride)};
  }
  return reaches;
}

/// All channels together: from the least offset to the greatest.
static Reaches shifted(cnn::SpatialShiftOp shift) {
  Reaches reaches;
  for (size_t i : {0, 1}) {
    int64_t least = INT64_MAX, greatest = INT64_MIN;
    for (size_t at = i; at < shift.getOffsets().size(); at += 2) {
      least = std::min(least, shift.getOffsets()[at]);
      greatest = std::max(greatest, shift.getOffsets()[at]);
    }
    reaches[i].pixels = double(greatest - least + 1);
  }
  return reaches;
}

static Reaches resized(cnn::ResizeOp resize) {
  Reaches reaches;
  for (size_t i : {2, 3})
    reaches[i - 2] = {resize.getMode() == "bilinear" ? 2.0 : 1.0,
                      double(shapeOf(resize.getInput())[i]) / double(shapeOf(resize)[i])};
  return reaches;
}

static Reaches wholeImage(Value image) {
  Reaches reaches;
  if (ArrayRef<int64_t> shape = shapeOf(image); shape.size() == 4)
    for (size_t i : {2, 3})
      reaches[i - 2].pixels = double(shape[i]);
  return reaches;
}

static Reaches reachOf(Operation *op) {
  static constexpr int64_t ones[] = {1, 1};
  return llvm::TypeSwitch<Operation *, Reaches>(op)
      .Case([](cnn::ConvOp conv) {
        return windows(shapeOf(conv.getWeight()).take_back(2), conv.getStride(),
                       conv.getDilation());
      })
      .Case([](cnn::Im2ColOp columns) {
        return windows(columns.getKernel(), columns.getStride(), columns.getDilation());
      })
      .Case([](cnn::MaxPoolOp pool) {
        return windows(pool.getKernel(), pool.getStride(), pool.getDilation());
      })
      .Case([](cnn::AvgPoolOp pool) { return windows(pool.getKernel(), pool.getStride(), ones); })
      .Case([](cnn::ConvTransposeOp conv) { return transposed(conv); })
      .Case([](cnn::SpatialShiftOp shift) { return shifted(shift); })
      .Case([](cnn::ResizeOp resize) { return resized(resize); })
      .Case([](cnn::DepthToSpaceOp op) {
        return Reaches{Reach{1, 1.0 / double(op.getFactor()[0])},
                       Reach{1, 1.0 / double(op.getFactor()[1])}};
      })
      .Case<cnn::GlobalAvgPoolOp, cnn::GlobalMaxPoolOp, cnn::FlattenOp, cnn::LinearOp>(
          [](Operation *layer) { return wholeImage(layer->getOperand(0)); })
      .Case([](cnn::SoftmaxOp softmax) {
        Reaches reaches = wholeImage(softmax.getInput());
        for (int64_t i : {0, 1})
          if (softmax.getAxis() != uint64_t(2 + i))
            reaches[i] = {};
        return reaches;
      })
      .Default(Reaches());
}

/// In the order of the ops, which stand behind what they read; a group's layers before the group.
ReceptiveFields::ReceptiveFields(func::FuncOp function) {
  for (Value input : function.getArguments())
    fields[input] = {};
  for (Operation &op : function.getBody().front())
    visit(op);
}

void ReceptiveFields::visit(Operation &op) {
  if (auto fused = dyn_cast<cnn::FusedOp>(op)) {
    Block &body = fused.getBody().front();
    for (auto [argument, input] : llvm::zip_equal(body.getArguments(), fused.getInputs()))
      if (fields.count(input))
        fields[argument] = of(input);
    for (Operation &layer : body)
      visit(layer);
    for (auto [result, yielded] :
         llvm::zip_equal(fused.getResults(), body.getTerminator()->getOperands()))
      fields[result] = of(yielded);
    return;
  }
  Reaches reaches = reachOf(&op);
  Fields result{ReceptiveField{0, 0}, ReceptiveField{0, 0}};
  for (Value operand : op.getOperands())
    if (auto known = fields.find(operand); known != fields.end())
      for (size_t i : {0, 1}) {
        auto [size, step] = known->second[i];
        result[i].size = std::max(result[i].size, size + (reaches[i].pixels - 1) * step);
        result[i].step = std::max(result[i].step, step * reaches[i].stride);
      }
  for (Value value : op.getResults())
    if (result[0].size > 0) // Weights depend on no image.
      fields[value] = result;
}
