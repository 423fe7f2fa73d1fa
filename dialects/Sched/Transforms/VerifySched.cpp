//===- VerifySched.cpp - The contract of the sched phase ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Contracts.h"
#include "dialects/Sched/Transforms/Passes.h"

namespace fovea::sched {
#define GEN_PASS_DEF_VERIFYSCHED
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea::sched;

static LogicalResult verifyStage(StageOp stage) {
  if (stage.getName().empty())
    return stage.emitOpError("expected a name");
  if (!stage.getAlgorithm())
    return stage.emitOpError("expected an algorithm: run sched-select-algorithm");
  if (!layoutOf(stage.type()))
    return stage.emitOpError("expected a layout: run sched-assign-layouts");
  bool isReduction = stage.getKind() == StageKind::conv || stage.getKind() == StageKind::linear ||
                     stage.getKind() == StageKind::matmul;
  if (isReduction && !stage.getUpdate())
    return stage.emitOpError("expected a schedule of its reduction: run sched-tile-and-vectorize");
  return success();
}

static LogicalResult verifyKernel(KernelOp kernel) {
  if (!kernel.getOutput())
    return kernel.emitOpError("expected buffers: run sched-bufferize");
  if (!kernel.getSchedule())
    return kernel.emitOpError("expected a schedule: run sched-tile-and-vectorize");
  for (StageOp stage : stagesOf(kernel))
    if (failed(verifyStage(stage)))
      return failure();
  return success();
}

static LogicalResult verifyArguments(func::FuncOp function) {
  for (Type type : function.getArgumentTypes()) {
    auto buffer = dyn_cast<MemRefType>(type);
    if (!buffer || !spanOf(buffer))
      return function.emitOpError("expected buffers as arguments, got ") << type;
  }
  return success();
}

namespace {
struct VerifySched : fovea::sched::impl::VerifySchedBase<VerifySched> {
  void runOnOperation() override {
    if (failed(checkBody(getOperation())))
      return signalPassFailure();
    for (Operation &op : getOperation().getBody().front()) {
      if (isa<ConcatOp, SliceOp, ReshapeOp>(op)) {
        op.emitOpError("expected buffers: run sched-bufferize");
        return signalPassFailure();
      }
      auto kernel = dyn_cast<KernelOp>(op);
      if (kernel && failed(verifyKernel(kernel)))
        return signalPassFailure();
    }
    if (failed(verifyArguments(getOperation())))
      signalPassFailure();
  }
};
} // namespace
