//===- FuseConv.cpp - Fuse elementwise layers into convolutions -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Groups.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/PassStatistics.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_FUSECONV
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

namespace {
struct FuseConv : fovea::cnn::impl::FuseConvBase<FuseConv> {
  using FuseConvBase::FuseConvBase;

  void runOnOperation() override {
    SmallVector<Operation *> roots;
    for (Block &block : getOperation().getBody())
      for (Operation &op : block)
        if (isDense(&op))
          roots.push_back(&op);
    // No root is a member of another's group, so that all stay where they are until their turn.
    IRRewriter rewriter(&getContext());
    for (Operation *root : roots) {
      Group group = collectGroup(root);
      if (pool)
        appendPool(group);
      statistics.add("groups", group.size() > 1);
      statistics.add("layers fused into the one before", group.size() - 1);
      fuseGroup(group, getArgument(), rewriter);
    }
    statistics.report(getOperation(), getArgument());
  }

  fovea::PassStatistics statistics;
};
} // namespace
