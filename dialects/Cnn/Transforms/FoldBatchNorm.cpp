//===- FoldBatchNorm.cpp - Fold batch norms into weights ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

/// A batch norm's scale and shift, each [C].
struct Affine {
  Value scale, shift;
};

static Affine affineOf(BatchNormOp norm, RewriterBase &rewriter) {
  auto affine =
      BatchNormAffineOp::create(rewriter, norm.getLoc(), norm.getWeight(), norm.getBias(),
                                norm.getMean(), norm.getVar(), norm.getName(), norm.getEps());
  return {affine.getScale(), affine.getShift()};
}

/// Why the batch norm cannot be folded into what computes its input; empty where it can.
static std::string refusal(BatchNormOp norm) {
  Operation *producer = norm.getInput().getDefiningOp();
  if (!producer)
    return "its input is an input of the network";
  if (!isa<ConvOp, MatmulOp, LinearOp>(producer))
    return ("its input is a " + producer->getName().getStringRef()).str();
  if (!norm.getInput().hasOneUse())
    return ("the " + producer->getName().getStringRef() + " before it has other readers").str();
  return {};
}

/// scale * (W x + b) + shift = (scale * W) x + (scale * b + shift). The layer moves to the batch
/// norm's place, where the batch norm's parameters are at hand.
template <typename Layer>
static void foldInto(Layer layer, BatchNormOp norm, RewriterBase &rewriter) {
  Affine affine = affineOf(norm, rewriter);
  Location loc = rewriter.getFusedLoc({layer.getLoc(), norm.getLoc()});
  std::string name = layer.getName().str();
  Value weight = ChannelAffineOp::create(rewriter, loc, layer.getWeight(), affine.scale, Value(),
                                         name + ".weight", /*axis=*/0);
  Value bias = affine.shift;
  if (layer.getBias())
    bias = ChannelAffineOp::create(rewriter, loc, layer.getBias(), affine.scale, affine.shift,
                                   name + ".bias", /*axis=*/0);
  auto folded = cast<Layer>(rewriter.clone(*layer));
  folded->setLoc(loc);
  folded.getWeightMutable().assign(weight);
  folded.getBiasMutable().assign(bias);
  rewriter.replaceOp(norm, folded);
  rewriter.eraseOp(layer);
}

static void foldBatchNorm(BatchNormOp norm, RewriterBase &rewriter) {
  auto remark = remark::RemarkOpts::name(norm.getName()).category("fold-batch-norm");
  if (std::string reason = refusal(norm); !reason.empty()) {
    remark::missed(norm.getLoc(), remark) << "became a channel_affine: " + reason;
    Affine affine = affineOf(norm, rewriter);
    rewriter.replaceOpWithNewOp<ChannelAffineOp>(norm, norm.getInput(), affine.scale, affine.shift,
                                                 norm.getName());
    return;
  }
  Operation *producer = norm.getInput().getDefiningOp();
  remark::passed(norm.getLoc(), remark)
      << ("folded into " + producer->getAttrOfType<StringAttr>("name").getValue()).str();
  if (auto conv = dyn_cast<ConvOp>(producer))
    foldInto(conv, norm, rewriter);
  else if (auto matmul = dyn_cast<MatmulOp>(producer))
    foldInto(matmul, norm, rewriter);
  else
    foldInto(cast<LinearOp>(producer), norm, rewriter);
}

namespace {
struct FoldBatchNorm : fovea::cnn::impl::FoldBatchNormBase<FoldBatchNorm> {
  /// In program order, so that batch norms in a row fold one after the other.
  void runOnOperation() override {
    SmallVector<BatchNormOp> norms;
    getOperation().walk([&](BatchNormOp norm) { norms.push_back(norm); });
    IRRewriter rewriter(&getContext());
    for (BatchNormOp norm : norms) {
      rewriter.setInsertionPoint(norm);
      foldBatchNorm(norm, rewriter);
    }
  }
};
} // namespace
