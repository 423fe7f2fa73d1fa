//===- Pipelines.cpp - The pass pipelines by name -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Pipelines/Pipelines.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "fovea/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace fovea;

void fovea::buildCnnPipeline(OpPassManager &manager, const CnnOptions &options) {
  manager.addPass(cnn::createVerifyCnn());
  if (options.depthwiseToShift)
    manager.addPass(cnn::createDepthwiseToShift());
  auto &function = manager.nest<func::FuncOp>();
  function.addPass(cnn::createFoldBatchNorm());
  function.addPass(createCanonicalizerPass());
  if (!options.im2col.empty())
    function.addPass(cnn::createConvToIm2Col({options.im2col}));
  function.addPass(createCSEPass());
  function.addPass(cnn::createFuseConv());
  function.addPass(cnn::createFuseElementwise());
  manager.addPass(createSymbolDCEPass());
  manager.addPass(cnn::createVerifyCnnOpt());
}

void fovea::buildSchedPipeline(OpPassManager &manager, const SchedOptions &options) {
  manager.addPass(createConvertCnnToSched());
  auto &function = manager.nest<func::FuncOp>();
  function.addPass(sched::createAbsorbShuffles());
  function.addPass(sched::createSelectAlgorithm());
  function.addPass(sched::createAssignLayouts({options.target}));
  function.addPass(createCSEPass());
  function.addPass(sched::createBufferize());
  function.addPass(sched::createTileAndVectorize({options.target}));
  function.addPass(sched::createVerifySched());
}

void fovea::registerPipelines() {
  PassPipelineRegistration<CnnOptions>("cnn-pipeline", "From cnn to cnn-opt", buildCnnPipeline);
  PassPipelineRegistration<SchedOptions>("sched-pipeline", "From cnn-opt to sched",
                                         buildSchedPipeline);
}
