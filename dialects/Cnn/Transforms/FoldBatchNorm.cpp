//===- FoldBatchNorm.cpp - Fold batch norms into weights ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/MlirLocations.h"
#include "fovea/Support/PassStatistics.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

/// "relu1 (cnn.relu)".
static std::string describe(Operation *layer) {
  return (fovea::layerName(layer) + " (" + layer->getName().getStringRef() + ")").str();
}

/// The readers of a value but one: "is read by relu1 and an output of the network".
static std::string otherReaders(Value value, Operation *reader) {
  SmallVector<StringRef> names;
  bool isOutput = false;
  SmallVector<Operation *> users(value.getUsers());
  for (Operation *user : llvm::reverse(users))
    if (isa<func::ReturnOp>(user))
      isOutput = true;
    else if (user != reader && !llvm::is_contained(names, fovea::layerName(user)))
      names.push_back(fovea::layerName(user));
  std::string text = names.empty() ? "" : "is read by " + llvm::join(names, " and ");
  if (isOutput)
    text += (names.empty() ? "is" : " and") + std::string(" an output of the network");
  return text.empty() ? "is read twice" : text;
}

/// What a scale and a shift of the result can go into.
static bool hasWeight(Operation *layer) {
  if (auto affine = dyn_cast<ChannelAffineOp>(layer))
    return affine.getAxis() == 1;
  return isa<ConvOp, ConvTransposeOp, MatmulOp, LinearOp>(layer);
}

/// The layer with weights from which `layer` comes, each step the only operand of the next.
static Operation *weightsBefore(Operation *layer) {
  while (layer && !hasWeight(layer))
    layer = layer->getNumOperands() == 1 ? layer->getOperand(0).getDefiningOp() : nullptr;
  return layer;
}

/// Why what scales and shifts `value` cannot go into the layer that computes it; empty where it
/// can.
static std::string refusalBefore(Value value, Operation *norm) {
  Operation *producer = value.getDefiningOp();
  if (!producer)
    return "its input is an input of the network";
  if (!hasWeight(producer)) {
    Operation *layer = weightsBefore(producer);
    return describe(producer) + (layer ? (" stands between it and " + fovea::layerName(layer)).str()
                                       : " before it has no weight");
  }
  if (!value.hasOneUse())
    return (fovea::layerName(producer) + " before it " + otherReaders(value, norm) + " as well")
        .str();
  if (auto transposed = dyn_cast<ConvTransposeOp>(producer);
      transposed && transposed.getGroups() != 1)
    return (transposed.getName() + " before it has " + llvm::Twine(transposed.getGroups()) +
            " groups")
        .str();
  return {};
}

static bool hasBorder(ConvOp conv) {
  return llvm::any_of(conv.getPadding(), [](int64_t side) { return side != 0; });
}

/// Why it cannot go into the layer that reads `value`, its result.
static std::string refusalBehind(Value value, bool shifts) {
  if (!value.hasOneUse())
    return "it " +
           (value.use_empty() ? std::string("has no reader") : otherReaders(value, nullptr));
  OpOperand &use = *value.use_begin();
  Operation *reader = use.getOwner();
  if (isa<func::ReturnOp>(reader))
    return "it is an output of the network";
  if (!isa<ConvOp, LinearOp>(reader) || use.getOperandNumber() != 0)
    return describe(reader) + " behind it takes no scale";
  if (auto conv = dyn_cast<ConvOp>(reader); conv && shifts && hasBorder(conv))
    return ("inexact padding: the border of " + conv.getName() + " behind it is not shifted").str();
  return {};
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

namespace {
/// A scale, and perhaps a shift, per channel.
struct Affine {
  Value scale, shift;
};

/// Folds one batch norm or channel_affine.
class Folder {
public:
  Folder(Operation *norm, RewriterBase &rewriter) : norm(norm), rewriter(rewriter) {}

  /// Returns the channel_affine that took it on, if it was one: that may be folded further.
  Operation *intoProducer();
  void intoConsumer();
  void becomeAffine();

private:
  Affine affine();
  template <typename Layer> void scaleOutput(Layer layer, int64_t weightAxis);
  Operation *compose(ChannelAffineOp first);
  template <typename Layer> void scaleInput(Layer layer, int64_t groups);

  Operation *norm;
  RewriterBase &rewriter;
};
} // namespace

Affine Folder::affine() {
  if (auto op = dyn_cast<ChannelAffineOp>(norm))
    return {op.getScale(), op.getShift()};
  auto op = cast<BatchNormOp>(norm);
  auto affine = BatchNormAffineOp::create(rewriter, op.getLoc(), op.getWeight(), op.getBias(),
                                          op.getMean(), op.getVar(), op.getName(), op.getEps());
  return {affine.getScale(), affine.getShift()};
}

/// scale * (W x + b) + shift = (scale * W) x + (scale * b + shift). The layer moves to the batch
/// norm's place, where the batch norm's parameters are at hand.
template <typename Layer> void Folder::scaleOutput(Layer layer, int64_t weightAxis) {
  auto [scale, shift] = affine();
  Location loc = rewriter.getFusedLoc({layer.getLoc(), norm->getLoc()});
  std::string name = layer.getName().str();
  Value weight = ChannelAffineOp::create(rewriter, loc, layer.getWeight(), scale, Value(),
                                         name + ".weight", weightAxis);
  Value bias = shift;
  if (layer.getBias())
    bias = ChannelAffineOp::create(rewriter, loc, layer.getBias(), scale, shift, name + ".bias",
                                   /*axis=*/0);
  auto folded = cast<Layer>(rewriter.clone(*layer));
  folded->setLoc(loc);
  folded.getWeightMutable().assign(weight);
  if (bias)
    folded.getBiasMutable().assign(bias);
  rewriter.replaceOp(norm, folded);
  rewriter.eraseOp(layer);
}

/// scale * (a x + b) + shift = (scale * a) x + (scale * b + shift).
Operation *Folder::compose(ChannelAffineOp first) {
  auto [scale, shift] = affine();
  Location loc = rewriter.getFusedLoc({first.getLoc(), norm->getLoc()});
  std::string name = first.getName().str();
  Value a = ChannelAffineOp::create(rewriter, loc, first.getScale(), scale, Value(),
                                    name + ".scale", /*axis=*/0);
  Value b = shift;
  if (first.getShift())
    b = ChannelAffineOp::create(rewriter, loc, first.getShift(), scale, shift, name + ".shift",
                                /*axis=*/0);
  auto both = ChannelAffineOp::create(rewriter, loc, first.getInput(), a, b, name);
  rewriter.replaceOp(norm, both);
  rewriter.eraseOp(first);
  return both;
}

Operation *Folder::intoProducer() {
  Operation *producer = norm->getOperand(0).getDefiningOp();
  if (auto first = dyn_cast<ChannelAffineOp>(producer))
    return compose(first);
  // The weight of a transposed convolution is [I, O, kh, kw].
  if (auto transposed = dyn_cast<ConvTransposeOp>(producer))
    scaleOutput(transposed, /*weightAxis=*/1);
  else if (auto conv = dyn_cast<ConvOp>(producer))
    scaleOutput(conv, /*weightAxis=*/0);
  else if (auto matmul = dyn_cast<MatmulOp>(producer))
    scaleOutput(matmul, /*weightAxis=*/0);
  else
    scaleOutput(cast<LinearOp>(producer), /*weightAxis=*/0);
  return nullptr;
}

/// W (scale * x + shift) + b = (W * scale) x + (W shift + b).
template <typename Layer> void Folder::scaleInput(Layer layer, int64_t groups) {
  auto [scale, shift] = affine();
  Location loc = rewriter.getFusedLoc({layer.getLoc(), norm->getLoc()});
  auto folded = InputAffineOp::create(rewriter, loc, layer.getWeight(), scale, shift,
                                      layer.getBias(), layer.getName(), groups);
  rewriter.modifyOpInPlace(layer, [&] {
    layer->setLoc(loc);
    layer.getInputMutable().assign(norm->getOperand(0));
    layer.getWeightMutable().assign(folded.getFoldedWeight());
    if (shift)
      layer.getBiasMutable().assign(folded.getFoldedBias());
  });
  rewriter.eraseOp(norm);
}

void Folder::intoConsumer() {
  Operation *reader = *norm->user_begin();
  // The layer's own parameters may be loaded behind the batch norm.
  rewriter.setInsertionPoint(reader);
  if (auto conv = dyn_cast<ConvOp>(reader))
    scaleInput(conv, conv.getGroups());
  else
    scaleInput(cast<LinearOp>(reader), /*groups=*/1);
}

void Folder::becomeAffine() {
  auto op = dyn_cast<BatchNormOp>(norm);
  if (!op)
    return;
  auto [scale, shift] = affine();
  rewriter.replaceOpWithNewOp<ChannelAffineOp>(op, op.getInput(), scale, shift, op.getName());
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct FoldBatchNorm : fovea::cnn::impl::FoldBatchNormBase<FoldBatchNorm> {
  using FoldBatchNormBase::FoldBatchNormBase;

  /// In program order, so that batch norms in a row fold one after the other.
  void runOnOperation() override {
    SmallVector<Operation *> norms;
    for (Block &block : getOperation().getBody()) {
      llvm::DenseSet<Operation *> constants = constantOps(block);
      for (Operation &op : block)
        if (isNorm(&op) && !constants.contains(&op))
          norms.push_back(&op);
    }
    IRRewriter rewriter(&getContext());
    for (Operation *norm : norms) {
      rewriter.setInsertionPoint(norm);
      run(norm, rewriter);
    }
    statistics.report(getOperation(), getArgument());
  }

private:
  /// A channel_affine of the network itself is folded like a batch norm.
  bool isNorm(Operation *op) {
    auto affine = dyn_cast<ChannelAffineOp>(op);
    return isa<BatchNormOp>(op) || (fold && affine && affine.getAxis() == 1);
  }

  void run(Operation *norm, RewriterBase &rewriter) {
    auto remark = remark::RemarkOpts::name(fovea::layerName(norm)).category(getArgument());
    auto affine = dyn_cast<ChannelAffineOp>(norm);
    // Two in a row become one when it is the second's turn.
    if (affine && norm->hasOneUse() && isNorm(*norm->user_begin()))
      return;
    std::string before = fold ? refusalBefore(norm->getOperand(0), norm) : "folding is off";
    std::string behind =
        fold ? refusalBehind(norm->getResult(0), !affine || affine.getShift()) : before;
    Folder folder(norm, rewriter);
    if (before.empty()) {
      statistics.add("folded into the layer before");
      remark::passed(norm->getLoc(), remark)
          << ("folded into " + fovea::layerName(norm->getOperand(0).getDefiningOp())).str();
      if (Operation *composed = folder.intoProducer())
        run(composed, rewriter);
    } else if (behind.empty()) {
      statistics.add("folded into the layer behind");
      remark::passed(norm->getLoc(), remark)
          << ("folded into " + fovea::layerName(*norm->user_begin()) + " behind it: " + before)
                 .str();
      folder.intoConsumer();
    } else {
      statistics.add("left as a channel_affine");
      remark::missed(norm->getLoc(), remark) << (affine ? "kept: " : "became a channel_affine: ") +
                                                    before + (fold ? "; " + behind : "");
      folder.becomeAffine();
    }
  }

  fovea::PassStatistics statistics;
};
} // namespace
