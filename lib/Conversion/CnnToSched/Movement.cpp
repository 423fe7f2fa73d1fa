//===- Movement.cpp - Layers that move data as stages ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using sched::StageKind;

static std::optional<StageSpec> shiftSpec(cnn::SpatialShiftOp op) {
  SmallVector<int32_t> offsets(op.getOffsets().begin(), op.getOffsets().end());
  int64_t channels = op.getInput().getType().getDimSize(1);
  auto type = RankedTensorType::get({channels, 2}, IntegerType::get(op.getContext(), 32));
  StageSpec spec{StageKind::spatial_shift, {op.getInput()}, {}};
  spec.literals.push_back({"offsets", DenseElementsAttr::get(type, ArrayRef(offsets))});
  return spec;
}

static std::optional<StageSpec> shuffleSpec(cnn::ChannelShuffleOp op) {
  return StageSpec{
      StageKind::channel_shuffle, {op.getInput()}, {{"groups", {int64_t(op.getGroups())}}}};
}

static std::optional<StageSpec> depthToSpaceSpec(cnn::DepthToSpaceOp op) {
  return StageSpec{StageKind::depth_to_space,
                   {op.getInput()},
                   {{"factor", llvm::to_vector(op.getFactor())},
                    {"offset", llvm::to_vector(op.getOffset())},
                    {"groups", {int64_t(op.getGroups())}}}};
}

SpecResult fovea::movementSpec(Operation *op) {
  return TypeSwitch<Operation *, SpecResult>(op)
      .Case(shiftSpec)
      .Case(shuffleSpec)
      .Case(depthToSpaceSpec)
      .Default([](Operation *) { return std::optional<StageSpec>(); });
}
