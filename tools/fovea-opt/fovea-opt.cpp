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

/// What the parser would not survive. What cannot be read is for it to report; standard input
/// cannot be read twice.
static std::string faultOf(llvm::StringRef path) {
  if (path == "-")
    return "";
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  return file && !mlir::isBytecode(**file) ? fovea::faultOfMlirText((*file)->getBuffer()) : "";
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
  if (std::string fault = faultOf(input); !fault.empty()) {
    llvm::errs() << input << ": error: the text " << fault << '\n';
    return 1;
  }
  return mlir::failed(mlir::MlirOptMain(argc, argv, input, output, registry));
}
