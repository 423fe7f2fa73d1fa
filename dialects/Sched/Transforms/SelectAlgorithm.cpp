//===- SelectAlgorithm.cpp - An algorithm for every stage -----------------===//
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

namespace fovea::sched {
#define GEN_PASS_DEF_SELECTALGORITHM
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea::sched;

static Algorithm convAlgorithm(StageOp conv) {
  int64_t groups = conv.ints("groups")[0];
  int64_t inputs = cast<ShapedType>(conv.getOperands_()[0].getType()).getDimSize(1);
  if (groups == 1)
    return Algorithm::direct;
  return groups == inputs && groups == conv.type().getDimSize(1) ? Algorithm::depthwise
                                                                 : Algorithm::grouped;
}

static Algorithm algorithmFor(StageOp stage) {
  switch (stage.getKind()) {
  case StageKind::conv:
    return convAlgorithm(stage);
  case StageKind::pad:
    return Algorithm::pad;
  case StageKind::linear:
    return Algorithm::matvec;
  case StageKind::matmul:
    return Algorithm::matmul;
  case StageKind::im2col:
    return Algorithm::im2col;
  case StageKind::max_pool:
  case StageKind::avg_pool:
    return Algorithm::pool;
  case StageKind::global_avg_pool:
  case StageKind::global_max_pool:
    return Algorithm::global_pool;
  case StageKind::spatial_shift:
    return Algorithm::shift;
  case StageKind::softmax:
    return Algorithm::softmax;
  case StageKind::resize:
    return Algorithm::resize;
  case StageKind::channel_shuffle:
  case StageKind::copy:
  case StageKind::depth_to_space:
  case StageKind::extend:
  case StageKind::to_tensor:
    return Algorithm::copy;
  default:
    return Algorithm::elementwise;
  }
}

/// What decides for the algorithm of a stage with sums; empty for all other stages.
static std::string reasonFor(StageOp stage) {
  std::string algorithm = stringifyAlgorithm(*stage.getAlgorithm()).str();
  switch (*stage.getAlgorithm()) {
  case Algorithm::direct:
    return algorithm + ": one group";
  case Algorithm::depthwise:
    return algorithm + ": as many groups as channels, in and out";
  case Algorithm::grouped:
    return algorithm + ": " + std::to_string(stage.ints("groups")[0]) + " groups";
  case Algorithm::matvec:
  case Algorithm::matmul:
  case Algorithm::pool:
  case Algorithm::global_pool:
    return algorithm + ": the one for " + stringifyStageKind(stage.getKind()).str();
  default:
    return "";
  }
}

static bool areAll(ArrayRef<int64_t> values, int64_t value) {
  return llvm::all_of(values, [&](int64_t other) { return other == value; });
}

/// Whether the convolution reads only some of the pixels, each with all its channels.
static bool skipsPixels(StageOp conv) {
  return conv.getAlgorithm() == Algorithm::direct && areAll(conv.ints("kernel"), 1) &&
         !areAll(conv.ints("stride"), 1);
}

/// Gives the convolution an input with a border of zeros, so that its inner loops need no test, and
/// without the pixels that it skips, so that they take no room in the cache.
static bool gatherInput(StageOp conv) {
  SmallVector<int64_t> padding = llvm::to_vector(conv.ints("padding"));
  bool skips = skipsPixels(conv);
  if (areAll(padding, 0) && !skips)
    return false;
  Value input = conv.getOperands_()[0];
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape = llvm::to_vector(type.getShape());
  shape[2] += padding[0] + padding[2];
  shape[3] += padding[1] + padding[3];
  if (skips)
    llvm::copy(conv.type().getShape().take_back(2), shape.begin() + 2);
  OpBuilder builder(conv);
  auto pad = StageOp::create(
      builder, conv.getLoc(), RankedTensorType::get(shape, type.getElementType()), StageKind::pad,
      input, builder.getStringAttr(conv.getName() + ".pad"), nullptr, nullptr, nullptr);
  pad.setInts("padding", padding);
  pad.setInts("stride", skips ? conv.ints("stride") : ArrayRef<int64_t>{1, 1});
  if (skips)
    conv.setInts("stride", {1, 1});
  pad.setAlgorithm(Algorithm::pad);
  conv->setOperand(0, pad.getResult());
  conv.setInts("padding", {0, 0, 0, 0});
  return true;
}

//===----------------------------------------------------------------------===//
// Flattening pixels
//===----------------------------------------------------------------------===//

static RankedTensorType flatType(RankedTensorType type) {
  ArrayRef<int64_t> shape = type.getShape();
  return RankedTensorType::get({shape[0], shape[1], 1, shape[2] * shape[3]}, type.getElementType());
}

/// The direct convolution of a kernel in which only pointwise stages follow it.
static StageOp soleConvolution(KernelOp kernel) {
  StageOp conv;
  for (StageOp stage : stagesOf(kernel)) {
    if (stage.getAlgorithm() == Algorithm::direct && !conv)
      conv = stage;
    else if (stage.getKind() != StageKind::pad && !isPointwise(stage.getKind()))
      return nullptr;
  }
  return conv;
}

static bool isUnitConvolution(StageOp conv) {
  auto ones = [&](StringRef name) {
    return llvm::all_of(conv.ints(name), [](int64_t value) { return value == 1; });
  };
  Operation *input = conv.getOperands_()[0].getDefiningOp();
  return ones("kernel") && ones("stride") && !input;
}

/// Gives the stage's operand, an input of the kernel, as an image of one row.
static void flattenOperand(KernelOp kernel, OpOperand &operand) {
  auto argument = cast<BlockArgument>(operand.get());
  OpBuilder builder(kernel);
  Value input = kernel.getInputs()[argument.getArgNumber()];
  auto flat = ReshapeOp::create(builder, kernel.getLoc(),
                                flatType(cast<RankedTensorType>(argument.getType())), input,
                                kernel.getNameAttr());
  kernel.getInputsMutable().append(flat.getResult());
  operand.set(kernel.block().addArgument(flat.getResult().getType(), argument.getLoc()));
}

/// Rewrites the kernel so that the convolution and all behind it work on one row of pixels. A 1x1
/// convolution with stride 1 does so on its input too; any other keeps its input and finds its rows
/// again through `flat`.
static void flattenPixels(KernelOp kernel, StageOp conv) {
  if (isUnitConvolution(conv))
    flattenOperand(kernel, conv->getOpOperand(0));
  else
    conv.setInts("flat", {conv.type().getDimSize(3)});
  for (StageOp stage : stagesOf(kernel)) {
    if (stage.getKind() == StageKind::pad)
      continue;
    for (OpOperand &operand : stage->getOpOperands())
      if (stage != conv && isa<BlockArgument>(operand.get()) &&
          operand.get().getType() == stage.type())
        flattenOperand(kernel, operand);
    stage.getResult().setType(flatType(stage.type()));
  }
  dropUnusedInputs(kernel);
  auto result = cast<RankedTensorType>(kernel.getResult().getType());
  kernel.getResult().setType(flatType(result));
  OpBuilder builder(kernel->getContext());
  builder.setInsertionPointAfter(kernel);
  auto back =
      ReshapeOp::create(builder, kernel.getLoc(), result, kernel.getResult(), kernel.getNameAttr());
  kernel.getResult().replaceAllUsesExcept(back, back);
}

namespace {
struct SelectAlgorithm : fovea::sched::impl::SelectAlgorithmBase<SelectAlgorithm> {
  void runOnOperation() override {
    if (failed(checkTensors(getOperation())))
      return signalPassFailure();
    for (auto kernel : getOperation().getOps<KernelOp>()) {
      for (StageOp stage : stagesOf(kernel))
        run(stage);
      bool isFlat = flattenIfPossible(kernel);
      for (StageOp stage : stagesOf(kernel))
        if (!isFlat || stage.getAlgorithm() != Algorithm::direct)
          report(stage, reasonFor(stage));
    }
    statistics.report(getOperation(), getArgument());
  }

private:
  void run(StageOp stage) {
    if (!stage.getAlgorithm())
      stage.setAlgorithm(algorithmFor(stage));
    if (stage.getKind() == StageKind::conv)
      statistics.add("convolutions with a gathered input", gatherInput(stage));
  }

  bool flattenIfPossible(KernelOp kernel) {
    StageOp conv = soleConvolution(kernel);
    if (!conv || conv.type().getDimSize(2) == 1)
      return false;
    statistics.add("kernels over one row of pixels");
    report(conv, isUnitConvolution(conv) ? "a matrix product over pixels: 1x1, stride 1"
                                         : "direct, tiles run across the ends of rows");
    flattenPixels(kernel, conv);
    return true;
  }

  void report(StageOp stage, const std::string &text) {
    if (text.empty())
      return;
    remark::passed(stage.getLoc(),
                   remark::RemarkOpts::name(stage.getName()).category(getArgument()))
        << text;
  }

  fovea::PassStatistics statistics;
};
} // namespace
