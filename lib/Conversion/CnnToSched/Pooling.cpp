//===- Pooling.cpp - Pooling layers as stages -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using sched::StageKind;

template <typename PoolOp> static StageSpec windowSpec(PoolOp op, StageKind kind) {
  return {kind,
          {op.getInput()},
          {{"kernel", llvm::to_vector(op.getKernel())},
           {"stride", llvm::to_vector(op.getStride())},
           {"padding", llvm::to_vector(op.getPadding())}}};
}

static std::optional<StageSpec> maxPoolSpec(cnn::MaxPoolOp op) {
  StageSpec spec = windowSpec(op, StageKind::max_pool);
  spec.ints.push_back({"dilation", llvm::to_vector(op.getDilation())});
  return spec;
}

static std::optional<StageSpec> avgPoolSpec(cnn::AvgPoolOp op) {
  StageSpec spec = windowSpec(op, StageKind::avg_pool);
  spec.ints.push_back({"count_include_pad", {op.getCountIncludePad()}});
  return spec;
}

SpecResult fovea::poolingSpec(Operation *op) {
  return TypeSwitch<Operation *, SpecResult>(op)
      .Case(maxPoolSpec)
      .Case(avgPoolSpec)
      .Case([](cnn::GlobalAvgPoolOp pool) {
        return std::optional(StageSpec{StageKind::global_avg_pool, {pool.getInput()}, {}});
      })
      .Case([](cnn::GlobalMaxPoolOp pool) {
        return std::optional(StageSpec{StageKind::global_max_pool, {pool.getInput()}, {}});
      })
      .Default([](Operation *) { return std::optional<StageSpec>(); });
}
