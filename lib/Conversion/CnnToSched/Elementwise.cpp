//===- Elementwise.cpp - Elementwise layers as stages ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using sched::StageKind;

template <typename UnaryOp> static auto unary(StageKind kind) {
  return [kind](UnaryOp op) -> SpecResult {
    return std::optional(StageSpec{kind, {op.getInput()}, {}});
  };
}

static SpecResult affineSpec(cnn::ChannelAffineOp op) {
  if (op.getAxis() != 1)
    return op.emitOpError("has no kernel: expected axis 1, got ") << op.getAxis();
  StageSpec spec{StageKind::channel_affine, {op.getInput(), op.getScale()}, {}};
  if (op.getShift())
    spec.operands.push_back(op.getShift());
  return std::optional(spec);
}

static std::optional<StageSpec> softmaxSpec(cnn::SoftmaxOp op) {
  int64_t axis = imageAxis(op.getAxis(), op.getInput().getType().getRank());
  return StageSpec{StageKind::softmax, {op.getInput()}, {{"axis", {axis}}}};
}

SpecResult fovea::elementwiseSpec(Operation *op) {
  return TypeSwitch<Operation *, SpecResult>(op)
      .Case(unary<cnn::ReluOp>(StageKind::relu))
      .Case(unary<cnn::Relu6Op>(StageKind::relu6))
      .Case(unary<cnn::TanhOp>(StageKind::tanh))
      .Case(unary<cnn::SigmoidOp>(StageKind::sigmoid))
      .Case(unary<cnn::GeluOp>(StageKind::gelu))
      .Case([](cnn::AddOp add) {
        return std::optional(StageSpec{StageKind::add, {add.getLhs(), add.getRhs()}, {}});
      })
      .Case(affineSpec)
      .Case(softmaxSpec)
      .Default([](Operation *) { return std::optional<StageSpec>(); });
}
