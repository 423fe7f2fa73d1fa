//===- Weights.cpp - The values that kernels read -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompilerState.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Reference/Interpreter.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

bool Compiler::checkWeights() {
  if (!state->module) { // A plan that was read.
    if (plan().weightBytes == 0 || llvm::StringRef(state->options.weights).ends_with(".weights"))
      return true;
    return fail("'" + state->options.input +
                "' needs its packed weights, a file .weights that --save-temps wrote beside it or "
                "fovea compile: give --weights FILE.weights");
  }
  if (!state->options.weights.empty())
    return true;
  std::vector<std::string> missing;
  state->module->walk([&](cnn::ParamOp param) {
    if (!param.getValue())
      missing.push_back(param.getSymName().str());
  });
  if (missing.empty())
    return true;
  return fail(llvm::formatv("'{0}' needs weights for {1} parameters ({2}{3}): give --weights FILE, "
                            "or --weights random to try it",
                            state->options.input, missing.size(), missing[0],
                            missing.size() > 1 ? ", …" : "")
                  .str());
}

llvm::Error Compiler::pack(unsigned constant, llvm::MutableArrayRef<char> bytes) {
  return packConstant(
      state->built.packs[constant], [](mlir::Value value) { return evaluateConstant(value); },
      bytes);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> Compiler::readPackedWeights() const {
  const std::string &path = state->options.weights;
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                          /*IsVolatile=*/false, llvm::Align(64));
  if (!file)
    return llvm::createStringError("cannot read '" + path + "': " + file.getError().message());
  if (llvm::Error error = driver::checkPackedWeights(plan(), (*file)->getBuffer()))
    return llvm::createStringError("'" + path + "': " + llvm::toString(std::move(error)));
  return std::move(*file);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> Compiler::packWeights() {
  if (plan().weightBytes == 0)
    return nullptr;
  TimedPart part(*state->times, "weights");
  if (!state->module)
    return readPackedWeights();
  return driver::packWeights(plan(),
                             [&](unsigned, unsigned i, auto bytes) { return pack(i, bytes); });
}
