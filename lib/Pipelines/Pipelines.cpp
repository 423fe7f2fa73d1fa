//===- Pipelines.cpp - The pass pipelines by name -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Pipelines/Pipelines.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "fovea/Conversion/Passes.h"
#include "fovea/Machine/TargetModel.h"
#include "fovea/Support/Diagnostics.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace fovea;

llvm::ArrayRef<llvm::StringLiteral> fovea::passesToDisable() {
  static constexpr llvm::StringLiteral names[] = {
      "depthwise-to-shift", "fold-batch-norm", "canonicalize", "cse",
      "merge-equal-layers", "fuse-conv",       "fuse-pool",    "fuse-elementwise",
      "absorb-shuffles",
  };
  return names;
}

llvm::ArrayRef<llvm::StringLiteral> fovea::layoutNames() {
  static constexpr llvm::StringLiteral names[] = {"blocked", "nchw"};
  return names;
}

/// An error unless `name` is one of `known`, which it lists or of which it offers the nearest.
static llvm::Error checkName(llvm::StringRef what, llvm::StringRef name,
                             llvm::ArrayRef<llvm::StringLiteral> known) {
  if (llvm::is_contained(known, name))
    return llvm::Error::success();
  std::vector<llvm::StringRef> names(known.begin(), known.end());
  llvm::StringRef near = nearestName(name, names);
  return llvm::createStringError("unknown " + what + " '" + name + "'; " +
                                 (near.empty() ? "expected one of " + llvm::join(names, ", ")
                                               : "did you mean '" + near.str() + "'?"));
}

llvm::Error fovea::checkDisabled(llvm::ArrayRef<std::string> names) {
  for (const std::string &name : names)
    if (llvm::Error error = checkName("pass to disable", name, passesToDisable()))
      return error;
  return llvm::Error::success();
}

llvm::Error fovea::checkLayout(llvm::StringRef name) {
  return checkName("layout", name, layoutNames());
}

void fovea::buildCnnPipeline(OpPassManager &manager, const CnnOptions &options) {
  manager.addPass(cnn::createVerifyCnn());
  cnn::ReportHintsOptions hints;
  llvm::append_range(hints.disabled, options.disable);
  manager.addNestedPass<func::FuncOp>(cnn::createReportHints(hints));
  manager.addNestedPass<func::FuncOp>(cnn::createRemoveDeadLayers());
  if (options.runs("depthwise-to-shift"))
    manager.addPass(
        cnn::createDepthwiseToShift({options.shiftBudget > 0, double(options.shiftBudget)}));
  auto &function = manager.nest<func::FuncOp>();
  function.addPass(cnn::createFoldBatchNorm({options.runs("fold-batch-norm")}));
  if (options.runs("canonicalize"))
    function.addPass(createCanonicalizerPass());
  function.addPass(cnn::createConvTransposeToConv());
  function.addPass(cnn::createConvToIm2Col({options.im2col}));
  if (options.runs("cse"))
    function.addPass(createCSEPass());
  if (options.runs("merge-equal-layers"))
    function.addPass(cnn::createMergeEqualLayers());
  if (options.runs("fuse-conv"))
    function.addPass(cnn::createFuseConv({options.runs("fuse-pool")}));
  if (options.runs("fuse-elementwise"))
    function.addPass(cnn::createFuseElementwise());
  manager.addPass(createSymbolDCEPass());
  manager.addPass(cnn::createVerifyCnnOpt());
}

/// A name that is no target's is left to the passes to report.
static bool isGpu(llvm::StringRef target) {
  llvm::Expected<TargetModel> model = TargetModel::byName(target);
  if (model)
    return !model->device.empty();
  llvm::consumeError(model.takeError());
  return false;
}

void fovea::buildSchedPipeline(OpPassManager &manager, const SchedOptions &options) {
  manager.addPass(createConvertCnnToSched());
  auto &function = manager.nest<func::FuncOp>();
  if (options.runs("absorb-shuffles"))
    function.addPass(sched::createAbsorbShuffles());
  function.addPass(sched::createSelectAlgorithm());
  function.addPass(sched::createAssignLayouts({options.target, options.layout}));
  if (options.runs("cse"))
    function.addPass(createCSEPass());
  function.addPass(sched::createBufferize());
  if (isGpu(options.target))
    function.addPass(sched::createMapToGpu({options.target}));
  else
    function.addPass(sched::createTileAndVectorize({options.target}));
  function.addPass(sched::createVerifySched());
}

/// As PassPipelineRegistration, but values of options are checked.
template <typename Options>
static void registerPipeline(llvm::StringRef name, llvm::StringRef description,
                             void (*build)(OpPassManager &, const Options &)) {
  registerPassPipeline(
      name, description,
      [build](OpPassManager &manager, llvm::StringRef text,
              function_ref<LogicalResult(const llvm::Twine &)> report) -> LogicalResult {
        Options options;
        if (failed(options.parseFromString(text)))
          return failure();
        llvm::Error error = checkDisabled(llvm::ArrayRef<std::string>(options.disable));
        if constexpr (std::is_same_v<Options, SchedOptions>)
          if (!error)
            error = checkLayout(options.layout);
        if (error)
          return report(llvm::toString(std::move(error)));
        build(manager, options);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> handle) { handle(Options()); });
}

void fovea::registerPipelines() {
  registerPipeline<CnnOptions>("cnn-pipeline", "From cnn to cnn-opt", buildCnnPipeline);
  registerPipeline<SchedOptions>("sched-pipeline", "From cnn-opt to sched", buildSchedPipeline);
}
