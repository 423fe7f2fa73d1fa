//===- Contracts.cpp - What the sched passes rely on ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/Transforms/Contracts.h"
#include "dialects/Sched/Transforms/Tiles.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace fovea::sched;

static int64_t rankOf(Value value) { return cast<ShapedType>(value.getType()).getRank(); }

static bool isView(Operation *op) { return isa<ConcatOp, SliceOp, ReshapeOp>(op); }

static bool isImage(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() == 4 && isShapeSupported(tensor.getShape());
}

/// Whether the value is an image that the function computes, not a constant.
static bool isActivation(Value value) {
  Operation *producer = value.getDefiningOp();
  return isImage(value.getType()) && (!producer || isa<KernelOp>(producer) || isView(producer));
}

LogicalResult fovea::sched::checkBody(func::FuncOp function) {
  if (function.isExternal() || !llvm::hasSingleElement(function.getBody()) ||
      !isa<func::ReturnOp>(function.getBody().front().back()))
    return function.emitOpError("expected one block that ends in func.return");
  return success();
}

static LogicalResult checkKernel(KernelOp kernel) {
  if (!kernel.getResult() || !isImage(kernel.getResult().getType()))
    return kernel.emitOpError("expected an image as result");
  for (Value input : kernel.getInputs())
    if (!isa<RankedTensorType>(input.getType()))
      return kernel.emitOpError("expected tensors as inputs, got ") << input.getType();
  return success();
}

LogicalResult fovea::sched::checkTensors(func::FuncOp function) {
  if (failed(checkBody(function)))
    return failure();
  for (Type type : function.getArgumentTypes())
    if (!isImage(type))
      return function.emitOpError("expected images as arguments, got ") << type;
  for (Operation &op : function.getBody().front()) {
    auto kernel = dyn_cast<KernelOp>(op);
    if (kernel && failed(checkKernel(kernel)))
      return failure();
    if ((isView(&op) || isa<func::ReturnOp>(op)) && !llvm::all_of(op.getOperands(), isActivation))
      return op.emitOpError("expected images that arguments, kernels or views give");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The rank of a weight as its layer has it.
static bool isUnpacked(StageOp stage, Value constant, bool isWeight) {
  if (!isWeight || !isDense(stage.getKind()))
    return rankOf(constant) >= 1;
  return stage.getKind() == StageKind::conv ? rankOf(constant) == 4 : rankOf(constant) >= 2;
}

LogicalResult fovea::sched::checkUnpacked(func::FuncOp function) {
  if (failed(checkTensors(function)))
    return failure();
  for (auto kernel : function.getOps<KernelOp>())
    for (StageOp stage : stagesOf(kernel)) {
      if (!stage.getAlgorithm())
        return stage.emitOpError("expected an algorithm: run sched-select-algorithm");
      for (OpOperand &operand : stage->getOpOperands()) {
        auto argument = dyn_cast<BlockArgument>(operand.get());
        Value input = argument ? kernel.getInputs()[argument.getArgNumber()] : Value();
        bool isConstant = argument && !isActivation(input);
        bool isWeight = operand.getOperandNumber() == 1;
        if (operand.getOperandNumber() == 0 ? isConstant : isDense(stage.getKind()) && !isConstant)
          return stage.emitOpError("expected ") << (isConstant ? "an image" : "a constant")
                                                << " as operand " << operand.getOperandNumber();
        if (isConstant && !isUnpacked(stage, input, isWeight))
          return stage.emitOpError("cannot pack ") << input.getType();
      }
    }
  return success();
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

static LayoutAttr layoutOfValue(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  return tensor ? layoutOf(tensor) : LayoutAttr();
}

/// Channels become a vector where each stands alone; any other order of dimensions has no view.
static LogicalResult checkReshape(ReshapeOp reshape) {
  LayoutAttr layout = layoutOfValue(reshape.getSource());
  RankedTensorType from = reshape.getSource().getType(), to = reshape.getResult().getType();
  bool regroups = from.getDimSize(1) != to.getDimSize(1);
  if (layout != layoutOfValue(reshape.getResult()) ||
      layout != LayoutAttr::get(reshape.getContext(), layout.getBlock()) ||
      (regroups && layout.getBlock() != 1))
    return reshape.emitOpError("has no view in these layouts");
  return success();
}

LogicalResult fovea::sched::checkLayouts(func::FuncOp function) {
  if (failed(checkTensors(function)))
    return failure();
  auto missing = [](Operation *op) {
    return op->emitOpError("expected layouts: run sched-assign-layouts");
  };
  for (Value argument : function.getArguments())
    if (!layoutOfValue(argument))
      return missing(function);
  for (Operation &op : function.getBody().front()) {
    auto kernel = dyn_cast<KernelOp>(op);
    if ((kernel || isView(&op)) && !layoutOfValue(op.getResult(0)))
      return missing(&op);
    for (Value input : kernel ? ValueRange(kernel.getInputs()) : ValueRange())
      if (bool(layoutOfValue(input)) != isActivation(input))
        return missing(&op);
    auto reshape = dyn_cast<ReshapeOp>(op);
    if (reshape && failed(checkReshape(reshape)))
      return failure();
  }
  return success();
}

LogicalResult fovea::sched::checkStages(KernelOp kernel) {
  for (StageOp stage : stagesOf(kernel)) {
    if (!stage.getAlgorithm())
      return stage.emitOpError("expected an algorithm: run sched-select-algorithm");
    if (!layoutOf(stage.type()) || !layoutOfValue(stage.getOperands_()[0]))
      return stage.emitOpError("expected a layout: run sched-assign-layouts");
    bool isPacked = stage.getAlgorithm() == Algorithm::depthwise || !isDense(stage.getKind()) ||
                    rankOf(stage.getOperands_()[1]) == 6;
    if (!isPacked)
      return stage.emitOpError("expected packed weights: run sched-assign-layouts");
  }
  return success();
}

FailureOr<fovea::TargetModel> fovea::sched::findTarget(func::FuncOp function,
                                                       llvm::StringRef name) {
  llvm::Expected<TargetModel> model = TargetModel::byName(name);
  if (!model)
    return function.emitError(toString(model.takeError()));
  return *model;
}

LogicalResult fovea::sched::scheduleKernels(func::FuncOp function, llvm::StringRef pass,
                                            llvm::function_ref<std::string(KernelOp)> write) {
  for (auto kernel : function.getOps<KernelOp>()) {
    if (kernel.getSchedule())
      continue;
    if (failed(checkStages(kernel)))
      return failure();
    remark::passed(kernel.getLoc(), remark::RemarkOpts::name(kernel.getName()).category(pass))
        << write(kernel);
  }
  return success();
}
