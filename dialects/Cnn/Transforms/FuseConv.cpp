//===- FuseConv.cpp - Fuse elementwise layers into convolutions -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Groups.h"
#include "dialects/Cnn/Transforms/Passes.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_FUSECONV
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

namespace {
struct FuseConv : fovea::cnn::impl::FuseConvBase<FuseConv> {
  void runOnOperation() override {
    SmallVector<Operation *> roots;
    for (Block &block : getOperation().getBody())
      for (Operation &op : block)
        if (isDense(&op))
          roots.push_back(&op);
    // No root is a member of another's group, so that all stay where they are until their turn.
    IRRewriter rewriter(&getContext());
    for (Operation *root : roots)
      fuseGroup(collectGroup(root), getArgument(), rewriter);
  }
};
} // namespace
