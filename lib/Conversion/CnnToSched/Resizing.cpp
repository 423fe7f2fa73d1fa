//===- Resizing.cpp - Images of other sizes and layouts as stages ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "dialects/Cnn/IR/CnnResize.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using sched::StageKind;

/// i32 [output, 2]: the two rows, or columns, behind each of the result.
static DenseElementsAttr placesOf(ArrayRef<cnn::ResizeTap> taps, MLIRContext *context) {
  SmallVector<int32_t> places;
  for (const cnn::ResizeTap &tap : taps)
    places.append({int32_t(tap.first), int32_t(tap.second)});
  auto type = RankedTensorType::get({int64_t(taps.size()), 2}, IntegerType::get(context, 32));
  return DenseElementsAttr::get(type, ArrayRef(places));
}

/// f32 [output]: how much the second of them counts.
static DenseElementsAttr weightsOf(ArrayRef<cnn::ResizeTap> taps, MLIRContext *context) {
  SmallVector<float> weights;
  for (const cnn::ResizeTap &tap : taps)
    weights.push_back(tap.weight);
  auto type = RankedTensorType::get({int64_t(taps.size())}, Float32Type::get(context));
  return DenseElementsAttr::get(type, ArrayRef(weights));
}

static std::optional<StageSpec> resizeSpec(cnn::ResizeOp op) {
  MLIRContext *context = op.getContext();
  ArrayRef<int64_t> input = op.getInput().getType().getShape();
  auto rows = cnn::resizeTaps(input[2], op.getSize()[0], op.getMode(), op.getAlignCorners());
  auto columns = cnn::resizeTaps(input[3], op.getSize()[1], op.getMode(), op.getAlignCorners());
  StageSpec spec{StageKind::resize, {op.getInput()}, {}};
  spec.literals = {{"rows", placesOf(rows, context)}, {"columns", placesOf(columns, context)}};
  if (op.getMode() == "bilinear")
    spec.literals.append({{"row_weights", weightsOf(rows, context)},
                          {"column_weights", weightsOf(columns, context)}});
  return spec;
}

static std::optional<StageSpec> padSpec(cnn::PadOp op) {
  return StageSpec{StageKind::extend,
                   {op.getInput()},
                   {{"padding", llvm::to_vector(op.getPadding())},
                    {"channels", llvm::to_vector(op.getChannels())}}};
}

/// An input with channels last is seen as [N, C, H, W] by all that reads it: see lowerSignature.
static SpecResult toTensorSpec(cnn::ToTensorOp op) {
  if (op.getLayout() == "nhwc" && !isChannelsLast(op.getInput()))
    return op.emitOpError(
        "has no kernel: expected an input of the network that only such ops read");
  return std::optional(StageSpec{StageKind::to_tensor, {op.getInput()}, {}});
}

SpecResult fovea::resizingSpec(Operation *op) {
  return TypeSwitch<Operation *, SpecResult>(op)
      .Case(resizeSpec)
      .Case(padSpec)
      .Case(toTensorSpec)
      .Default([](Operation *) { return std::optional<StageSpec>(); });
}
