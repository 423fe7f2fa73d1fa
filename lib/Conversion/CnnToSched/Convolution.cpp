//===- Convolution.cpp - Convolutions and matrix products as stages -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using sched::StageKind;

/// A layer without bias gets one of zeros: one kernel then serves both.
static void addBias(StageSpec &spec, Value bias, ShapedType weight) {
  if (bias) {
    spec.operands.push_back(bias);
    return;
  }
  auto type = RankedTensorType::get({weight.getDimSize(0)}, weight.getElementType());
  FloatAttr zero = FloatAttr::get(weight.getElementType(), 0.0);
  spec.literals.push_back({"zero_bias", DenseElementsAttr::get(type, zero)});
}

static StageSpec convSpec(cnn::ConvOp op) {
  ArrayRef<int64_t> weight = op.getWeight().getType().getShape();
  StageSpec spec{StageKind::conv,
                 {op.getInput(), op.getWeight()},
                 {{"kernel", {weight[2], weight[3]}},
                  {"stride", llvm::to_vector(op.getStride())},
                  {"padding", llvm::to_vector(op.getPadding())},
                  {"dilation", llvm::to_vector(op.getDilation())},
                  {"groups", {int64_t(op.getGroups())}}}};
  addBias(spec, op.getBias(), op.getWeight().getType());
  return spec;
}

static StageSpec linearSpec(cnn::LinearOp op) {
  StageSpec spec{StageKind::linear, {op.getInput(), op.getWeight()}, {}};
  addBias(spec, op.getBias(), op.getWeight().getType());
  return spec;
}

static StageSpec matmulSpec(cnn::MatmulOp op) {
  StageSpec spec{StageKind::matmul, {op.getColumns(), op.getWeight()}, {}};
  addBias(spec, op.getBias(), op.getWeight().getType());
  return spec;
}

static StageSpec im2colSpec(cnn::Im2ColOp op) {
  return {StageKind::im2col,
          {op.getInput()},
          {{"kernel", llvm::to_vector(op.getKernel())},
           {"stride", llvm::to_vector(op.getStride())},
           {"padding", llvm::to_vector(op.getPadding())},
           {"dilation", llvm::to_vector(op.getDilation())}}};
}

SpecResult fovea::convolutionSpec(Operation *op) {
  return TypeSwitch<Operation *, SpecResult>(op)
      .Case([](cnn::ConvOp conv) { return std::optional(convSpec(conv)); })
      .Case([](cnn::LinearOp linear) { return std::optional(linearSpec(linear)); })
      .Case([](cnn::MatmulOp matmul) { return std::optional(matmulSpec(matmul)); })
      .Case([](cnn::Im2ColOp im2col) { return std::optional(im2colSpec(im2col)); })
      .Default([](Operation *) { return std::optional<StageSpec>(); });
}
