//===- FuseElementwise.cpp - Fuse elementwise layers with one another -----===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Groups.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/PassStatistics.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

static bool isRoot(Operation *op) {
  return isa<MaxPoolOp, AvgPoolOp, GlobalAvgPoolOp, GlobalMaxPoolOp, SpatialShiftOp, DepthToSpaceOp,
             ResizeOp, PadOp, ToTensorOp, ChannelAffineOp, AddOp, ReluOp, Relu6Op, TanhOp,
             SigmoidOp, GeluOp>(op);
}

namespace {
struct FuseElementwise : fovea::cnn::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    for (Block &block : getOperation().getBody()) {
      llvm::DenseSet<Operation *> constants = constantOps(block);
      // A layer that an earlier one takes in is gone when its turn comes: collect all groups
      // before.
      SmallVector<Group> groups;
      llvm::DenseSet<Operation *> taken;
      for (Operation &op : block) {
        if (!isRoot(&op) || constants.contains(&op) || taken.contains(&op))
          continue;
        Group group = collectUntaken(&op, taken);
        taken.insert(group.begin(), group.end());
        groups.push_back(std::move(group));
      }
      for (const Group &group : groups) {
        statistics.add("groups", group.size() > 1);
        statistics.add("layers fused into the one before", group.size() - 1);
        fuseGroup(group, getArgument(), rewriter);
      }
    }
    statistics.report(getOperation(), getArgument());
  }

  /// Two chains may meet in an add: it belongs to the first.
  static Group collectUntaken(Operation *root, const llvm::DenseSet<Operation *> &taken) {
    Group group = collectGroup(root);
    auto end = llvm::find_if(group, [&](Operation *op) { return taken.contains(op); });
    group.erase(end, group.end());
    return group;
  }

  fovea::PassStatistics statistics;
};
} // namespace
