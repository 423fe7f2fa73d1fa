//===- VerifyCnn.cpp - The contracts of the phases cnn and cnn-opt --------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"

#include "fovea/Support/MlirLocations.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_VERIFYCNN
#define GEN_PASS_DEF_VERIFYCNNOPT
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

/// A layer, as opposed to what stands around layers.
static bool isLayer(Operation *op) {
  return isa_and_present<CnnDialect>(op->getDialect()) && !isa<ParamOp, LoadParamOp, YieldOp>(op);
}

static LogicalResult checkFunction(func::FuncOp function) {
  if (function.isExternal() || !llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("must have a body of one block in the phases cnn and cnn-opt");
  for (Type type : llvm::concat<const Type>(function.getArgumentTypes(), function.getResultTypes()))
    if (auto tensor = dyn_cast<RankedTensorType>(type);
        !tensor || !isShapeSupported(tensor.getShape()))
      return function.emitOpError("must take and give static tensors, got ") << type;
  return success();
}

static LogicalResult checkOp(Operation *op) {
  if (auto function = dyn_cast<func::FuncOp>(op))
    return checkFunction(function);
  if (!isa_and_present<CnnDialect>(op->getDialect()) && !isa<ModuleOp, func::ReturnOp>(op))
    return op->emitOpError("does not belong in the phases cnn and cnn-opt");
  if (isLayer(op) && fovea::sourcePositions(op->getLoc()).empty())
    return op->emitOpError("must have a location in a file");
  return success();
}

/// What the optimising passes promise beyond checkOp.
static LogicalResult checkOptimised(Operation *op) {
  if (isa<BatchNormOp>(op))
    return op->emitOpError("is left in the phase cnn-opt: run fold-batch-norm before");
  if (isa<ConvTransposeOp>(op))
    return op->emitOpError("is left in the phase cnn-opt: run conv-transpose-to-conv before");
  if (isa<DropoutOp>(op))
    return op->emitOpError("is left in the phase cnn-opt: run remove-dead-layers before");
  auto fused = dyn_cast<FusedOp>(op);
  if (!fused || llvm::any_of(fused.getBody().getOps(), [&](Operation &layer) {
        return fovea::layerName(&layer) == fused.getName();
      }))
    return success();
  return op->emitOpError("must bear the name of one of its layers, got \"")
         << fused.getName() << "\"";
}

/// Applies `check` to every op, so that all that breaks the contract is reported.
static LogicalResult checkAll(ModuleOp module, function_ref<LogicalResult(Operation *)> check) {
  bool wrong = false;
  module.walk([&](Operation *op) { wrong |= failed(check(op)); });
  return failure(wrong);
}

namespace {
struct VerifyCnn : fovea::cnn::impl::VerifyCnnBase<VerifyCnn> {
  void runOnOperation() override {
    if (failed(checkAll(getOperation(), checkOp)))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

struct VerifyCnnOpt : fovea::cnn::impl::VerifyCnnOptBase<VerifyCnnOpt> {
  void runOnOperation() override {
    auto check = [](Operation *op) {
      return failure(failed(checkOp(op)) || failed(checkOptimised(op)));
    };
    if (failed(checkAll(getOperation(), check)))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
