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
#include "fovea/Support/Nesting.h"

#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

/// MLIR's parser calls itself for each bracket. What cannot be read is for it to report; standard
/// input cannot be read twice.
static bool nestsTooDeep(llvm::StringRef path) {
  if (path == "-")
    return false;
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  return file && !mlir::isBytecode(**file) &&
         fovea::nestingDepth((*file)->getBuffer()) > fovea::maxMlirNesting;
}

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<fovea::cnn::CnnDialect, fovea::sched::SchedDialect, mlir::func::FuncDialect,
                  mlir::memref::MemRefDialect, mlir::quant::QuantDialect>();
  mlir::registerTransformsPasses();
  fovea::cnn::registerCnnPasses();
  fovea::sched::registerSchedPasses();
  fovea::registerConversionPasses();
  fovea::registerPipelines();
  auto [input, output] =
      mlir::registerAndParseCLIOptions(argc, argv, "Fovea's optimiser driver\n", registry);
  if (nestsTooDeep(input)) {
    llvm::errs() << input << ": error: brackets nest more than " << fovea::maxMlirNesting
                 << " levels deep\n";
    return 1;
  }
  return mlir::failed(mlir::MlirOptMain(argc, argv, input, output, registry));
}
