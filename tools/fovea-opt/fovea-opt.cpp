//===- fovea-opt.cpp - Runs passes over the text of Fovea's dialects ------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnOps.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "fovea/Conversion/Passes.h"
#include "fovea/Pipelines/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<fovea::cnn::CnnDialect, fovea::sched::SchedDialect, mlir::func::FuncDialect,
                  mlir::memref::MemRefDialect, mlir::quant::QuantDialect>();
  mlir::registerTransformsPasses();
  fovea::cnn::registerCnnPasses();
  fovea::sched::registerSchedPasses();
  fovea::registerConversionPasses();
  fovea::registerPipelines();
  return mlir::failed(mlir::MlirOptMain(argc, argv, "Fovea's optimiser driver\n", registry));
}
