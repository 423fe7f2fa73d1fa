//===- Dumps.cpp - The IR between the passes ------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Dumps.h"
#include "fovea/Import/BindWeights.h"
#include "fovea/Support/AtomicFile.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace fovea;
using namespace mlir;

void fovea::printModule(ModuleOp module, std::optional<Phase> phase, llvm::raw_ostream &os) {
  OwningOpRef<ModuleOp> copy = elideValues(module);
  if (phase)
    (*copy)->setAttr(phaseAttribute, StringAttr::get(module.getContext(), toString(*phase)));
  copy->print(os, OpPrintingFlags().enableDebugInfo().elideLargeResourceString(0));
  os << '\n';
}

llvm::Error SavedFiles::open(llvm::StringRef path) {
  if (path.empty())
    return llvm::Error::success();
  if (std::error_code error = llvm::sys::fs::create_directories(path))
    return llvm::createStringError(error,
                                   "cannot make the folder " + path + ": " + error.message());
  folder = path.str();
  return llvm::Error::success();
}

llvm::Error SavedFiles::number(llvm::StringRef name, llvm::StringRef text) {
  std::string numbered;
  llvm::raw_string_ostream(numbered) << llvm::format("%02u-", next++) << name;
  return write(numbered, text);
}

llvm::Error SavedFiles::write(llvm::StringRef name, llvm::StringRef bytes) {
  if (!isOpen())
    return llvm::Error::success();
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return writeFileAtomically(path, bytes);
}

static ModuleOp moduleOf(Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  return module ? module : op->getParentOfType<ModuleOp>();
}

void DumpInstrumentation::runBeforePass(Pass *pass, Operation *op) {
  if (!pass->getArgument().empty() && (options.afterPass || options.printAfterChange))
    before.emplace(moduleOf(op));
}

void DumpInstrumentation::runAfterPass(Pass *pass, Operation *op) {
  llvm::StringRef name = pass->getArgument();
  if (name.empty()) // Those that only run others.
    return;
  ModuleOp module = moduleOf(op);
  bool changed = before && *before != OperationFingerPrint(module);
  if (options.afterPass && changed)
    for (func::FuncOp function : module.getOps<func::FuncOp>())
      options.afterPass(name, function);
  bool shown = llvm::is_contained(options.printAfter, name) ||
               llvm::is_contained(options.printAfter, "all") ||
               (options.printAfterChange && changed);
  if (!shown && !files.isOpen())
    return;
  std::string text;
  llvm::raw_string_ostream stream(text);
  printModule(module, std::nullopt, stream);
  if (shown)
    os << "// ----- after " << name << " -----\n" << text;
  if (llvm::Error error = files.number((name + ".mlir").str(), text))
    failure = llvm::toString(std::move(error));
}
