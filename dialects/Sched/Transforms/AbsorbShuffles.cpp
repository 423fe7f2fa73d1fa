//===- AbsorbShuffles.cpp - Channel shuffles into weights -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "fovea/Support/PassStatistics.h"
#include "mlir/IR/Remarks.h"

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

static bool isShuffle(KernelOp kernel) {
  SmallVector<StageOp> stages = stagesOf(kernel);
  return kernel.getResult() && stages.size() == 1 &&
         stages[0].getKind() == StageKind::channel_shuffle;
}

/// Why the shuffle stays; empty where it is gone.
static std::string absorb(KernelOp kernel) {
  SmallVector<StageOp> readers;
  for (OpOperand &use : kernel.getResult().getUses()) {
    readers.push_back(denseReader(use));
    if (!readers.back()) {
      auto reader = use.getOwner()->getAttrOfType<StringAttr>("name");
      return reader
                 ? (reader.getValue() + " reads it, which is no convolution with groups = 1").str()
                 : "it is an output of the network";
    }
  }
  for (StageOp reader : readers)
    reader.setInts("input_permutation", sourceChannels(stagesOf(kernel)[0]));
  kernel.getResult().replaceAllUsesWith(kernel.getInputs()[0]);
  kernel.erase();
  return "";
}

namespace {
struct AbsorbShuffles : fovea::sched::impl::AbsorbShufflesBase<AbsorbShuffles> {
  void runOnOperation() override {
    for (auto kernel : llvm::make_early_inc_range(getOperation().getOps<KernelOp>()))
      if (isShuffle(kernel))
        run(kernel);
    statistics.report(getOperation(), getArgument());
  }

private:
  void run(KernelOp kernel) {
    Location loc = kernel.getLoc();
    std::string name = kernel.getName().str();
    auto remark = remark::RemarkOpts::name(name).category(getArgument());
    std::string reason = absorb(kernel);
    statistics.add(reason.empty() ? "absorbed" : "kept");
    if (reason.empty())
      remark::passed(loc, remark) << "went into the weights of its readers";
    else
      remark::missed(loc, remark) << "kept: " + reason;
  }

  fovea::PassStatistics statistics;
};
} // namespace
