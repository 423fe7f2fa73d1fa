//===- AssignLayouts.cpp - A layout for every tensor ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Contracts.h"
#include "dialects/Sched/Transforms/CopyKernel.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Tiles.h"
#include "fovea/Support/PassStatistics.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/EquivalenceClasses.h"

namespace fovea::sched {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea;
using namespace fovea::sched;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The greatest power of two that divides `value`; `limit` if value is 0.
static int64_t powerOfTwoIn(int64_t value, int64_t limit) {
  return value == 0 ? limit : std::min(limit, value & -value);
}

namespace {
/// The greatest block that a tensor can have, and what makes it so.
struct Bound {
  int64_t most = 0;
  std::string reason;

  void lower(const Bound &other) {
    if (most == 0 || other.most < most)
      *this = other;
  }
};

/// Chooses the block of every tensor between kernels.
class Blocks {
public:
  /// No block is greater than `greatest`.
  Blocks(func::FuncOp function, const TargetModel &target, int64_t greatest)
      : function(function), target(target), greatest(greatest) {}
  void assign();
  int64_t of(Value value) { return block.lookup(value).most; }
  const std::string &reasonFor(Value value) { return block[value].reason; }
  RankedTensorType typeWith(Value value);
  static RankedTensorType typeWith(Value value, int64_t block);

private:
  void tie(Value a, Value b);
  void limit(Value value, int64_t most, const Twine &reason);
  Bound natural(Value value);
  void visit(Operation *op);

  func::FuncOp function;
  const TargetModel &target;
  int64_t greatest;
  llvm::EquivalenceClasses<void *> ties;
  llvm::DenseMap<void *, Bound> limits;
  llvm::DenseMap<Value, Bound> block;
};
} // namespace

/// An input that is marked so lies as its user has it: channels last.
static bool isChannelsLast(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto function = argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()) : nullptr;
  return function && function.getArgAttr(argument.getArgNumber(), "sched.channels_last");
}

RankedTensorType Blocks::typeWith(Value value) {
  RankedTensorType type = typeWith(value, of(value));
  if (!isChannelsLast(value))
    return type;
  auto layout = LayoutAttr::get(type.getContext(), ArrayRef<int64_t>{0, 2, 3, 1}, 1);
  return RankedTensorType::get(type.getShape(), type.getElementType(), layout);
}

RankedTensorType Blocks::typeWith(Value value, int64_t block) {
  auto type = cast<RankedTensorType>(value.getType());
  return RankedTensorType::get(type.getShape(), type.getElementType(),
                               LayoutAttr::get(type.getContext(), block));
}

void Blocks::tie(Value a, Value b) {
  ties.unionSets(a.getAsOpaquePointer(), b.getAsOpaquePointer());
}

void Blocks::limit(Value value, int64_t most, const Twine &reason) {
  limits[value.getAsOpaquePointer()].lower({most, reason.str()});
}

/// What the tensor would have if it stood alone.
Bound Blocks::natural(Value value) {
  int64_t channels = shapeOf(value)[1];
  int64_t most = std::min(greatest, naturalBlock(channels, target));
  if (greatest == 1)
    return {most, "the layout nchw is asked for"};
  return {most, most == target.lanes(32)
                    ? "a vector of the target"
                    : std::to_string(channels) + " channels are less than a vector"};
}

void Blocks::visit(Operation *op) {
  const int64_t lanes = target.lanes(32);
  if (auto concat = dyn_cast<ConcatOp>(op)) {
    int64_t offset = 0;
    for (Value input : concat.getInputs()) {
      tie(input, concat.getResult());
      if (concat.getAxis() == 1)
        limit(input, powerOfTwoIn(offset, lanes),
              "it begins at channel " + Twine(offset) + " of " + concat.getName());
      offset += shapeOf(input)[concat.getAxis()];
    }
  } else if (auto slice = dyn_cast<SliceOp>(op)) {
    tie(slice.getSource(), slice.getResult());
    // Lanes past a slice's end belong to its neighbour, so a slice that ends inside its source ends
    // with a block.
    int64_t end = slice.getOffset() + shapeOf(slice.getResult())[1];
    if (slice.getAxis() == 1) {
      std::string where = " of what " + slice.getName().str() + " cuts";
      limit(slice.getResult(), powerOfTwoIn(slice.getOffset(), lanes),
            "it begins at channel " + Twine(slice.getOffset()) + where);
      if (end != shapeOf(slice.getSource())[1])
        limit(slice.getResult(), powerOfTwoIn(end, lanes),
              "it ends at channel " + Twine(end) + where);
    }
  } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    tie(reshape.getSource(), reshape.getResult());
    if (shapeOf(reshape.getSource())[1] != shapeOf(reshape.getResult())[1])
      limit(reshape.getSource(), 1, reshape.getName() + " changes the channels");
  } else if (isa<func::ReturnOp>(op)) {
    for (Value value : op->getOperands())
      limit(value, 1, "an output of the network");
  }
}

void Blocks::assign() {
  SmallVector<Value> tensors(function.getArguments());
  for (Value argument : function.getArguments())
    limit(argument, 1, "an input of the network");
  for (Operation &op : function.getBody().front()) {
    visit(&op);
    if (isa<KernelOp, ConcatOp, SliceOp, ReshapeOp>(op))
      tensors.push_back(op.getResult(0));
  }
  // A tie shares the smallest block that any of its members can bear.
  llvm::DenseMap<void *, Bound> shared;
  auto leader = [&](Value value) {
    return ties.getOrInsertLeaderValue(value.getAsOpaquePointer());
  };
  for (Value value : tensors) {
    Bound bound = natural(value);
    auto found = limits.find(value.getAsOpaquePointer());
    if (found != limits.end())
      bound.lower(found->second);
    shared[leader(value)].lower(bound);
  }
  for (Value value : tensors)
    block[value] = shared.lookup(leader(value));
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

namespace {
/// Rewrites the types inside one kernel and packs its constants.
class KernelLayout {
public:
  KernelLayout(KernelOp kernel, Blocks &blocks, const TargetModel &target)
      : kernel(kernel), blocks(blocks), target(target) {}
  /// True where the kernel had to end in a copy.
  bool rewrite();

private:
  bool isActivation(Value input) { return blocks.of(input) != 0; }
  int64_t blockOfStage(StageOp stage);
  void packConstants(StageOp stage);
  Value packed(Value source, PackingKind kind, ArrayRef<int64_t> extents, int64_t outBlock,
               int64_t inBlock);
  void packOperand(OpOperand &operand, StageOp stage);
  void changeBlock(int64_t block);

  KernelOp kernel;
  Blocks &blocks;
  const TargetModel &target;
};
} // namespace

static int64_t innerBlock(Value value) {
  return layoutOf(cast<RankedTensorType>(value.getType())).getBlock();
}

/// Stages with weights compute in full vectors whatever they are stored in, and pools whatever they
/// are stored to; the others keep the block of the result, and a border has the block its reader
/// wants.
int64_t KernelLayout::blockOfStage(StageOp stage) {
  int64_t natural = naturalBlock(stage.type().getDimSize(1), target);
  if (stage.getKind() == StageKind::pad) {
    auto reader = cast<StageOp>(*stage->user_begin());
    return reader.getAlgorithm() == Algorithm::depthwise ? natural
                                                         : innerBlock(stage.getOperands_()[0]);
  }
  auto stages = stagesOf(kernel);
  bool dense = llvm::any_of(stages, [](StageOp s) { return isDense(s.getKind()); });
  bool pools = llvm::any_of(stages, hasSums) &&
               llvm::any_of(kernel.getInputs(), [&](Value v) { return blocks.of(v) > 1; });
  return dense || pools ? natural : blocks.of(kernel.getResult());
}

Value KernelLayout::packed(Value source, PackingKind kind, ArrayRef<int64_t> extents,
                           int64_t outBlock, int64_t inBlock) {
  OpBuilder builder(kernel);
  auto element = cast<RankedTensorType>(source.getType()).getElementType();
  return PackOp::create(builder, kernel.getLoc(), RankedTensorType::get(extents, element), source,
                        kind, outBlock, inBlock, nullptr, nullptr);
}

/// Channels in a block of a weight whose input has blocks of `block`: a part of these where fewer
/// channels are multiplied that do not exist.
static int64_t blockOfInputs(int64_t channels, int64_t block) {
  constexpr int64_t least = 4;
  int64_t best = block;
  for (int64_t part = block / 2; part >= least; part /= 2)
    if (llvm::alignTo(channels, part) < llvm::alignTo(channels, best))
      best = part;
  return best;
}

/// Replaces the constant behind a stage's operand by its packed form, as an input of its own.
void KernelLayout::packOperand(OpOperand &operand, StageOp stage) {
  Value source = kernel.getInputs()[cast<BlockArgument>(operand.get()).getArgNumber()];
  ArrayRef<int64_t> shape = shapeOf(source);
  int64_t out = innerBlock(stage.getResult());
  Value input = stage.getOperands_()[0];
  bool isWeight = isDense(stage.getKind()) && operand.getOperandNumber() == 1;
  Value result;
  bool isTable =
      stage.getKind() == StageKind::spatial_shift || stage.getKind() == StageKind::resize;
  if (isTable) {
    result = packed(source, PackingKind::plain, shape, 1, 1);
  } else if (!isWeight) {
    result = packed(source, PackingKind::vector, {ceilDiv(shape[0], out), out}, out, 1);
  } else if (stage.getAlgorithm() == Algorithm::depthwise) {
    result = packed(source, PackingKind::depthwise,
                    {ceilDiv(shape[0], out), shape[2], shape[3], out}, out, 1);
  } else if (stage.getKind() == StageKind::conv) {
    bool isDirect = stage.getAlgorithm() == Algorithm::direct;
    int64_t in = isDirect ? blockOfInputs(shape[1], innerBlock(input)) : 1;
    result = packed(source, PackingKind::conv,
                    {ceilDiv(shape[0], out), ceilDiv(shape[1], in), shape[2], shape[3], in, out},
                    out, in);
    if (ArrayRef<int64_t> order = stage.ints("input_permutation"); !order.empty())
      result.getDefiningOp<PackOp>().setInputPermutation(order);
    stage->removeAttr("input_permutation");
  } else {
    // A matrix product reads its columns as an image of one pixel per position.
    SmallVector<int64_t> image(shapeOf(input).drop_front());
    if (stage.getKind() == StageKind::matmul)
      image = {image[0], 1, 1};
    int64_t in = innerBlock(input);
    result = packed(source, PackingKind::linear,
                    {ceilDiv(shape[0], out), ceilDiv(image[0], in), image[1], image[2], in, out},
                    out, in);
    result.getDefiningOp<PackOp>().setInputShape(image);
  }
  kernel.getInputsMutable().append(result);
  operand.set(kernel.block().addArgument(result.getType(), stage.getLoc()));
}

void KernelLayout::packConstants(StageOp stage) {
  for (OpOperand &operand : stage->getOpOperands()) {
    auto argument = dyn_cast<BlockArgument>(operand.get());
    if (argument && !isActivation(kernel.getInputs()[argument.getArgNumber()]))
      packOperand(operand, stage);
  }
}

/// Appends a stage that copies the result into another block.
static void appendCopy(KernelOp kernel, int64_t block, StringRef suffix) {
  YieldOp yield = kernel.yield();
  OpBuilder builder(yield);
  Value value = yield.getValue();
  auto last = value.getDefiningOp<StageOp>();
  auto copy = StageOp::create(
      builder, last.getLoc(), Blocks::typeWith(value, block), StageKind::copy, value,
      builder.getStringAttr(kernel.getName() + suffix), nullptr, nullptr, nullptr);
  copy.setAlgorithm(Algorithm::copy);
  yield.getValueMutable().assign(copy.getResult());
}

/// Ends the kernel in a stage that brings its result into the block that its buffer has. Sums need
/// a stage behind them at whose tiles they are computed; where there is none, it is a copy too.
void KernelLayout::changeBlock(int64_t block) {
  auto last = kernel.yield().getValue().getDefiningOp<StageOp>();
  if (isDense(last.getKind()) || last.getAlgorithm() == Algorithm::pool)
    appendCopy(kernel, innerBlock(last.getResult()), ".sum");
  appendCopy(kernel, block, ".copy");
}

bool KernelLayout::rewrite() {
  for (auto [argument, input] : llvm::zip(kernel.block().getArguments(), kernel.getInputs()))
    if (isActivation(input))
      argument.setType(blocks.typeWith(input));
  for (StageOp stage : stagesOf(kernel))
    stage.getResult().setType(Blocks::typeWith(stage.getResult(), blockOfStage(stage)));
  for (StageOp stage : stagesOf(kernel))
    packConstants(stage);
  dropUnusedInputs(kernel);
  int64_t wanted = blocks.of(kernel.getResult());
  if (innerBlock(kernel.yield().getValue()) == wanted)
    return false;
  changeBlock(wanted);
  return true;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The network's own inputs lie where the caller has them: a concat needs a copy.
static void copyInputsOfConcats(func::FuncOp function) {
  for (auto concat : llvm::make_early_inc_range(function.getOps<ConcatOp>()))
    for (OpOperand &operand : concat->getOpOperands())
      if (isa<BlockArgument>(operand.get()))
        operand.set(copyBefore(concat, operand.get(), "it is an input of the network"));
}

namespace {
struct AssignLayouts : fovea::sched::impl::AssignLayoutsBase<AssignLayouts> {
  using AssignLayoutsBase::AssignLayoutsBase;
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    FailureOr<TargetModel> model = findTarget(function, target);
    if (failed(model))
      return signalPassFailure();
    if (failed(checkUnpacked(function)))
      return signalPassFailure();
    copyInputsOfConcats(function);
    if (layout != "blocked" && layout != "nchw") {
      function.emitError("assign-layouts: expected layout blocked or nchw, got '") << layout << "'";
      return signalPassFailure();
    }
    Blocks blocks(function, *model, layout == "nchw" ? 1 : model->lanes(32));
    blocks.assign();
    for (auto kernel : function.getOps<KernelOp>()) {
      bool copies = KernelLayout(kernel, blocks, *model).rewrite();
      report(kernel, blocks.of(kernel.getResult()), blocks.reasonFor(kernel.getResult()), copies);
    }
    rewriteTypes(function, blocks);
    statistics.report(getOperation(), getArgument());
  }

  void report(KernelOp kernel, int64_t block, const std::string &reason, bool copies) {
    statistics.add(block > 1 ? "in blocks" : "in NCHW");
    statistics.add("with a copy to another block", copies);
    std::string text = block > 1 ? "blocks of " + std::to_string(block) + " channels" : "NCHW";
    remark::passed(kernel.getLoc(),
                   remark::RemarkOpts::name(kernel.getName()).category(getArgument()))
        << text + ": " + reason + (copies ? "; a copy brings it there" : "");
  }

  void rewriteTypes(func::FuncOp function, Blocks &blocks) {
    Operation *ret = function.getBody().front().getTerminator();
    for (Value argument : function.getArguments())
      argument.setType(blocks.typeWith(argument));
    for (Operation &op : function.getBody().front())
      if (isa<KernelOp, ConcatOp, SliceOp, ReshapeOp>(op))
        op.getResult(0).setType(blocks.typeWith(op.getResult(0)));
    function.setFunctionType(FunctionType::get(
        function.getContext(), function.getBody().getArgumentTypes(), ret->getOperandTypes()));
  }

  fovea::PassStatistics statistics;
};
} // namespace
