//===- FuseConv.cpp - Fuse elementwise layers into convolutions -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"

#include "fovea/Support/MlirLocations.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_FUSECONV
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

static bool isRoot(Operation *op) { return isa<ConvOp, MatmulOp, LinearOp>(op); }

static bool isActivation(Operation *op) { return isa<ReluOp, Relu6Op, TanhOp, SigmoidOp>(op); }

/// The conv, matmul or linear from which `value` comes by elementwise layers alone, each the only
/// reader of the one before; null where there is none.
static Operation *rootOf(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && value.hasOneUse() && (isActivation(op) || isa<ChannelAffineOp>(op))) {
    value = op->getOperand(0);
    op = value.getDefiningOp();
  }
  return op && value.hasOneUse() && isRoot(op) ? op : nullptr;
}

/// The add belongs to the chain of `root` unless its other operand's chain begins later.
static bool takesAdd(AddOp add, Value mine, Operation *root) {
  Operation *other = rootOf(add.getLhs() == mine ? add.getRhs() : add.getLhs());
  return !other || other->getBlock() != root->getBlock() || other->isBeforeInBlock(root);
}

/// The root and the layers that can be fused into it, in order.
static SmallVector<Operation *> collectGroup(Operation *root) {
  SmallVector<Operation *> group{root};
  bool hasAdd = false;
  while (true) {
    Value value = group.back()->getResult(0);
    if (!value.hasOneUse())
      return group;
    Operation *user = *value.user_begin();
    auto affine = dyn_cast<ChannelAffineOp>(user);
    auto add = dyn_cast<AddOp>(user);
    bool fits = isActivation(user) ||
                (affine && affine.getInput() == value && affine.getAxis() == 1) ||
                (add && !hasAdd && takesAdd(add, value, root));
    if (!fits || user->getBlock() != root->getBlock())
      return group;
    hasAdd |= add != nullptr;
    group.push_back(user);
  }
}

/// Values the group reads from outside, each once.
static SmallVector<Value> inputsOf(ArrayRef<Operation *> group) {
  llvm::SetVector<Value> inputs;
  for (Operation *op : group)
    for (Value operand : op->getOperands())
      if (!llvm::is_contained(group, operand.getDefiningOp()))
        inputs.insert(operand);
  return inputs.takeVector();
}

/// Moves the group into a region at the place of its last member: everything it reads is defined by
/// then.
static void outline(ArrayRef<Operation *> group, IRRewriter &rewriter) {
  Operation *last = group.back();
  SmallVector<Location> locations =
      llvm::map_to_vector(group, [](Operation *op) { return op->getLoc(); });
  SmallVector<Value> inputs = inputsOf(group);
  rewriter.setInsertionPoint(last);
  auto fused = FusedOp::create(rewriter, rewriter.getFusedLoc(locations), last->getResultTypes(),
                               inputs, fovea::layerName(group.front()));
  Block *body = rewriter.createBlock(&fused.getBody());
  IRMapping mapping;
  for (Value input : inputs)
    mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
  for (Operation *op : group)
    rewriter.clone(*op, mapping);
  YieldOp::create(rewriter, last->getLoc(), mapping.lookup(last->getResult(0)));
  rewriter.replaceOp(last, fused);
  for (Operation *op : llvm::reverse(group.drop_back()))
    rewriter.eraseOp(op);
}

static void reportFusion(ArrayRef<Operation *> group) {
  Operation *root = group.front();
  std::string names = llvm::join(llvm::map_range(group.drop_front(), fovea::layerName), ", ");
  remark::passed(root->getLoc(),
                 remark::RemarkOpts::name(fovea::layerName(root)).category("fuse-conv"))
      << "fused with " + names;
}

namespace {
struct FuseConv : fovea::cnn::impl::FuseConvBase<FuseConv> {
  void runOnOperation() override {
    SmallVector<Operation *> roots;
    for (Block &block : getOperation().getBody())
      for (Operation &op : block)
        if (isRoot(&op))
          roots.push_back(&op);
    IRRewriter rewriter(&getContext());
    for (Operation *root : roots) {
      SmallVector<Operation *> group = collectGroup(root);
      if (group.size() == 1)
        continue;
      reportFusion(group);
      outline(group, rewriter);
    }
  }
};
} // namespace
