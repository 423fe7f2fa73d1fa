//===- AbsorbShuffles.cpp - Channel shuffles into weights -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Passes.h"

namespace fovea::sched {
#define GEN_PASS_DEF_ABSORBSHUFFLES
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea::sched;

/// The convolution that is the only reader of this input of a kernel, if it reads all channels for
/// every output.
static StageOp denseReader(OpOperand &use) {
  auto kernel = dyn_cast<KernelOp>(use.getOwner());
  if (!kernel)
    return nullptr;
  BlockArgument argument = kernel.block().getArgument(use.getOperandNumber());
  if (!argument.hasOneUse())
    return nullptr;
  auto stage = dyn_cast<StageOp>(*argument.user_begin());
  bool dense = stage && stage.getKind() == StageKind::conv && stage.ints("groups")[0] == 1 &&
               argument.use_begin()->getOperandNumber() == 0;
  return dense && stage.ints("input_permutation").empty() ? stage : nullptr;
}

/// Channel i*groups + g of the shuffled tensor is channel g*(C/groups) + i of the source.
static SmallVector<int64_t> sourceChannels(StageOp shuffle) {
  int64_t channels = shuffle.type().getDimSize(1), groups = shuffle.ints("groups")[0];
  SmallVector<int64_t> source;
  for (int64_t channel = 0; channel < channels; ++channel)
    source.push_back(channel % groups * (channels / groups) + channel / groups);
  return source;
}

static bool absorb(KernelOp kernel) {
  SmallVector<StageOp> stages = stagesOf(kernel);
  if (!kernel.getResult() || stages.size() != 1 ||
      stages[0].getKind() != StageKind::channel_shuffle)
    return false;
  SmallVector<StageOp> readers;
  for (OpOperand &use : kernel.getResult().getUses()) {
    readers.push_back(denseReader(use));
    if (!readers.back())
      return false;
  }
  for (StageOp reader : readers)
    reader.setInts("input_permutation", sourceChannels(stages[0]));
  kernel.getResult().replaceAllUsesWith(kernel.getInputs()[0]);
  kernel.erase();
  return true;
}

namespace {
struct AbsorbShuffles : fovea::sched::impl::AbsorbShufflesBase<AbsorbShuffles> {
  void runOnOperation() override {
    for (auto kernel : llvm::make_early_inc_range(getOperation().getOps<KernelOp>()))
      absorb(kernel);
  }
};
} // namespace
