//===- Groups.cpp - Layers that become one kernel -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Groups.h"

#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Support/MlirLocations.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea::cnn;

/// A kernel's compile time grows faster than its number of stages.
static constexpr size_t maxGroupSize = 9;

bool fovea::cnn::isDense(Operation *op) { return isa<ConvOp, MatmulOp, LinearOp>(op); }

static bool isActivation(Operation *op) {
  return isa<ReluOp, Relu6Op, TanhOp, SigmoidOp, GeluOp>(op);
}

/// The dense layer from which `value` comes by activations and channel_affine alone, each the only
/// reader of the one before; null where there is none.
static Operation *denseLayerOf(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && value.hasOneUse() && (isActivation(op) || isa<ChannelAffineOp>(op))) {
    value = op->getOperand(0);
    op = value.getDefiningOp();
  }
  return op && value.hasOneUse() && isDense(op) ? op : nullptr;
}

/// Whether the add whose operand `mine` comes from `root` is left to the layer its other operand
/// comes from.
static bool isLeftToOther(AddOp add, Value mine, Operation *root) {
  Operation *other = denseLayerOf(add.getLhs() == mine ? add.getRhs() : add.getLhs());
  return other && other->getBlock() == root->getBlock() && root->isBeforeInBlock(other);
}

Group fovea::cnn::collectGroup(Operation *root) {
  Group group{root};
  bool hasAdd = isa<AddOp>(root);
  while (group.size() < maxGroupSize) {
    Value value = group.back()->getResult(0);
    if (!value.hasOneUse())
      break;
    Operation *user = *value.user_begin();
    auto affine = dyn_cast<ChannelAffineOp>(user);
    auto add = dyn_cast<AddOp>(user);
    bool fits = isActivation(user) ||
                (affine && affine.getInput() == value && affine.getAxis() == 1) ||
                (add && !hasAdd && !isLeftToOther(add, value, root));
    if (!fits || user->getBlock() != root->getBlock())
      break;
    hasAdd |= add != nullptr;
    group.push_back(user);
  }
  return group;
}

/// No two windows share a pixel, and all lie in the image.
template <typename Pool> static bool isPartition(Pool pool) {
  ArrayRef<int64_t> kernel = pool.getKernel(), stride = pool.getStride();
  return kernel[0] <= stride[0] && kernel[1] <= stride[1] && !pool.getCeilMode() &&
         llvm::all_of(pool.getPadding(), [](int64_t side) { return side == 0; });
}

static bool isPoolToFuse(Operation *op) {
  if (auto pool = dyn_cast<MaxPoolOp>(op))
    return isPartition(pool) &&
           llvm::all_of(pool.getDilation(), [](int64_t step) { return step == 1; });
  auto pool = dyn_cast<AvgPoolOp>(op);
  return pool && isPartition(pool);
}

/// A conv behind which a pool costs more than it: few channels in, such as those of an image. At
/// the pool's tiles it has fewer sums in registers than at its own.
static bool isCheap(ConvOp conv) {
  ArrayRef<int64_t> weight = conv.getWeight().getType().getShape();
  return conv.getGroups() == 1 && weight[1] <= 4 && weight[1] * weight[2] * weight[3] <= 64;
}

void fovea::cnn::appendPool(Group &group) {
  auto conv = dyn_cast<ConvOp>(group.front());
  Value value = group.back()->getResult(0);
  if (!conv || !isCheap(conv) || !value.hasOneUse() || group.size() >= maxGroupSize)
    return;
  Operation *user = *value.user_begin();
  if (user->getBlock() == conv->getBlock() && isPoolToFuse(user))
    group.push_back(user);
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

static void reportFusion(ArrayRef<Operation *> group, StringRef pass) {
  Operation *root = group.front();
  std::string names = llvm::join(llvm::map_range(group.drop_front(), fovea::layerName), ", ");
  remark::passed(root->getLoc(), remark::RemarkOpts::name(fovea::layerName(root)).category(pass))
      << "fused with " + names;
}

void fovea::cnn::fuseGroup(ArrayRef<Operation *> group, StringRef pass, RewriterBase &rewriter) {
  if (group.size() < 2)
    return;
  reportFusion(group, pass);
  // At the place of its last member, everything the group reads is defined.
  Operation *last = group.back();
  rewriter.setInsertionPoint(last);
  SmallVector<Location> locations =
      llvm::map_to_vector(group, [](Operation *op) { return op->getLoc(); });
  SmallVector<Value> inputs = inputsOf(group);
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
