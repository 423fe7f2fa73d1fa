//===- CnnFolds.cpp - Folds and canonicalisations of the cnn dialect ------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Only what is exact for every value: an op that changes nothing gives its input.
//
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnOps.h"
#include "dialects/Cnn/IR/CnnValues.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace fovea::cnn;

static bool allEqual(ArrayRef<int64_t> values, int64_t value) {
  return llvm::all_of(values, [&](int64_t v) { return v == value; });
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// Zeros around the image are what the convolution's own border is made of.
static LogicalResult takePadding(ConvOp conv, PatternRewriter &rewriter) {
  auto pad = conv.getInput().getDefiningOp<PadOp>();
  if (!pad || !allEqual(pad.getChannels(), 0))
    return rewriter.notifyMatchFailure(conv, "the input is no pad of pixels alone");
  SmallVector<int64_t> padding(conv.getPadding());
  for (auto [side, more] : llvm::zip_equal(padding, pad.getPadding()))
    side += more;
  rewriter.modifyOpInPlace(conv, [&] {
    conv.setPadding(padding);
    conv.getInputMutable().assign(pad.getInput());
  });
  return success();
}

void ConvOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(takePadding);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// relu(x) = x where x is never negative.
OpFoldResult ReluOp::fold(FoldAdaptor) {
  return isa_and_present<ReluOp, Relu6Op, SigmoidOp>(getInput().getDefiningOp()) ? getInput()
                                                                                 : Value();
}

/// relu6(x) = x where x lies in 0 to 6.
OpFoldResult Relu6Op::fold(FoldAdaptor) {
  return isa_and_present<Relu6Op, SigmoidOp>(getInput().getDefiningOp()) ? getInput() : Value();
}

/// relu6(relu(x)) = relu6(x).
static LogicalResult dropReluBeforeRelu6(Relu6Op op, PatternRewriter &rewriter) {
  auto relu = op.getInput().getDefiningOp<ReluOp>();
  if (!relu)
    return rewriter.notifyMatchFailure(op, "the input is no relu");
  rewriter.modifyOpInPlace(op, [&] { op.getInputMutable().assign(relu.getInput()); });
  return success();
}

void Relu6Op::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(dropReluBeforeRelu6);
}

/// A parameter whose values are known to be zeros.
static bool isZero(Value value, Operation *reader) {
  auto load = value.getDefiningOp<LoadParamOp>();
  auto param =
      load ? SymbolTable::lookupNearestSymbolFrom<ParamOp>(reader, load.getParamAttr()) : ParamOp();
  if (!param || !param.getValueAttr())
    return false;
  std::optional<std::vector<double>> values = floatValues(param.getValueAttr());
  return values && llvm::all_of(*values, [](double x) { return x == 0; });
}

static LogicalResult dropZero(AddOp add, PatternRewriter &rewriter) {
  for (auto [zero, other] :
       {std::pair(add.getLhs(), add.getRhs()), std::pair(add.getRhs(), add.getLhs())})
    if (isZero(zero, add)) {
      rewriter.replaceOp(add, other);
      return success();
    }
  return rewriter.notifyMatchFailure(add, "no operand is known to be zero");
}

void AddOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(dropZero);
}

OpFoldResult DropoutOp::fold(FoldAdaptor) { return getInput(); }

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// A window of one pixel at every pixel gives the input.
template <typename Pool> static OpFoldResult foldPool(Pool op) {
  bool identity =
      allEqual(op.getKernel(), 1) && allEqual(op.getStride(), 1) && allEqual(op.getPadding(), 0);
  return identity ? op.getInput() : Value();
}

OpFoldResult MaxPoolOp::fold(FoldAdaptor) { return foldPool(*this); }
OpFoldResult AvgPoolOp::fold(FoldAdaptor) { return foldPool(*this); }

/// The mean or maximum of one pixel is that pixel.
template <typename Pool> static OpFoldResult foldGlobalPool(Pool op) {
  return op.getInput().getType() == op.getType() ? op.getInput() : Value();
}

OpFoldResult GlobalAvgPoolOp::fold(FoldAdaptor) { return foldGlobalPool(*this); }
OpFoldResult GlobalMaxPoolOp::fold(FoldAdaptor) { return foldGlobalPool(*this); }

//===----------------------------------------------------------------------===//
// Moving data
//===----------------------------------------------------------------------===//

/// One operand joined is itself; so are all pieces of a split in their order.
OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  auto split = getInputs().front().getDefiningOp<SplitOp>();
  if (split && split.getAxis() == getAxis() && llvm::equal(split.getResults(), getInputs()))
    return split.getInput();
  return {};
}

/// One piece is the whole; a concat cut where it was joined gives its operands. Pieces of the
/// operands' shapes can be cut along the concat's axis only.
LogicalResult SplitOp::fold(FoldAdaptor, SmallVectorImpl<OpFoldResult> &results) {
  if (getSizes().size() != 1)
    return failure();
  results.push_back(getInput());
  return success();
}

/// The operands that make up each piece of a concat; none for a piece that ends within an operand.
static SmallVector<SmallVector<Value>> piecesOf(ConcatOp concat, ArrayRef<int64_t> sizes) {
  SmallVector<SmallVector<Value>> pieces;
  OperandRange rest = concat.getInputs();
  int64_t into = 0; // The place in the first of the rest where the next piece begins.
  for (int64_t size : sizes) {
    SmallVector<Value> piece;
    bool isWhole = into == 0;
    for (size += into; !rest.empty(); rest = rest.drop_front()) {
      int64_t extent = cast<ShapedType>(rest.front().getType()).getDimSize(concat.getAxis());
      if (extent > size)
        break;
      size -= extent;
      piece.push_back(rest.front());
    }
    into = size;
    pieces.push_back(isWhole && into == 0 ? piece : SmallVector<Value>());
  }
  return pieces;
}

/// A piece that is an operand of the concat needs neither. One of several operands is a smaller
/// concat, if that makes both superfluous; else its operands would be copied twice.
static LogicalResult takeOperandsOfConcat(SplitOp split, PatternRewriter &rewriter) {
  auto concat = split.getInput().getDefiningOp<ConcatOp>();
  if (!concat || concat.getAxis() != split.getAxis())
    return rewriter.notifyMatchFailure(split, "the input is no concat along its axis");
  SmallVector<SmallVector<Value>> pieces = piecesOf(concat, split.getSizes());
  bool areAll =
      concat->hasOneUse() && llvm::all_of(llvm::zip(split.getResults(), pieces), [](auto p) {
        return std::get<0>(p).use_empty() || !std::get<1>(p).empty();
      });
  bool changed = false;
  for (auto [result, piece] : llvm::zip(split.getResults(), pieces)) {
    if (result.use_empty() || piece.empty() || (piece.size() > 1 && !areAll))
      continue;
    Value value = piece.front();
    if (piece.size() > 1) {
      // It is not what the layer of that name computes: not its first piece, at any rate.
      auto named = dyn_cast<NameLoc>(split.getLoc());
      std::string name = (split.getName() + "[" + Twine(result.getResultNumber()) + "]").str();
      value = ConcatOp::create(rewriter, named ? Location(named.getChildLoc()) : split.getLoc(),
                               piece, name, split.getAxis());
    }
    rewriter.replaceAllUsesWith(result, value);
    changed = true;
  }
  return changed ? success() : rewriter.notifyMatchFailure(split, "its pieces end within operands");
}

void SplitOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(takeOperandsOfConcat);
}

/// One group, or as many as channels, changes nothing; g groups and then C / g undo one another.
OpFoldResult ChannelShuffleOp::fold(FoldAdaptor) {
  int64_t channels = getType().getDimSize(1), groups = getGroups();
  if (groups == 1 || groups == channels)
    return getInput();
  auto inner = getInput().getDefiningOp<ChannelShuffleOp>();
  if (inner && inner.getGroups() == static_cast<uint64_t>(channels / groups))
    return inner.getInput();
  return {};
}

OpFoldResult SpatialShiftOp::fold(FoldAdaptor) {
  return allEqual(getOffsets(), 0) ? getInput() : Value();
}

/// Flattened from a later dimension on before, it may as well not have been.
OpFoldResult FlattenOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto inner = getInput().getDefiningOp<FlattenOp>();
  if (!inner || getStartDim() > inner.getStartDim())
    return {};
  getInputMutable().assign(inner.getInput());
  return getResult();
}

/// An op whose result has the input's shape where it can only be the input itself.
template <typename Op> static OpFoldResult foldSameShape(Op op) {
  return op.getInput().getType() == op.getType() ? op.getInput() : Value();
}

/// Every pixel is sampled where it lies.
OpFoldResult ResizeOp::fold(FoldAdaptor) { return foldSameShape(*this); }
OpFoldResult PadOp::fold(FoldAdaptor) { return foldSameShape(*this); }

/// A rectangle of a rectangle is one of the image.
OpFoldResult CropOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<CropOp>();
  if (!inner)
    return foldSameShape(*this);
  setOffset({getOffset()[0] + inner.getOffset()[0], getOffset()[1] + inner.getOffset()[1]});
  getInputMutable().assign(inner.getInput());
  return getResult();
}

OpFoldResult ToTensorOp::fold(FoldAdaptor) {
  return getLayout() == "nchw" ? foldSameShape(*this) : Value();
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

/// Drops inputs that the body does not read, and reads an input given twice from its first place.
static LogicalResult dropInputs(FusedOp op, PatternRewriter &rewriter) {
  Block &block = op.getBody().front();
  for (BlockArgument argument : llvm::reverse(block.getArguments())) {
    unsigned index = argument.getArgNumber();
    OperandRange inputs = op.getInputs();
    unsigned first = std::distance(inputs.begin(), llvm::find(inputs, inputs[index]));
    if (!argument.use_empty() && first == index)
      continue;
    rewriter.modifyOpInPlace(op, [&] {
      if (first != index)
        rewriter.replaceAllUsesWith(argument, block.getArgument(first));
      block.eraseArgument(index);
      op.getInputsMutable().erase(index);
    });
    return success();
  }
  return rewriter.notifyMatchFailure(op, "every input is read and stands once");
}

void FusedOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(dropInputs);
}
