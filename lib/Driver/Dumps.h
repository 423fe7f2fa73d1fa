//===- Dumps.h - The IR between the passes ----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_DRIVER_DUMPS_H
#define FOVEA_LIB_DRIVER_DUMPS_H

#include "fovea/Driver/Compiler.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Pass/PassInstrumentation.h"

namespace fovea {

/// The attribute of a printed module that says which phase it is in.
constexpr llvm::StringLiteral phaseAttribute = "fovea.phase";

/// Prints a module with locations and without the values of weights; `phase` is noted where it is
/// given.
void printModule(mlir::ModuleOp module, std::optional<Phase> phase, llvm::raw_ostream &os);

/// The numbered files of --save-temps.
class SavedFiles {
public:
  /// Makes the folder; empty: saves nothing.
  llvm::Error open(llvm::StringRef folder);
  bool isOpen() const { return !folder.empty(); }
  /// Writes FOLDER/NN-NAME, NN counting up.
  llvm::Error number(llvm::StringRef name, llvm::StringRef text);
  /// Writes FOLDER/NAME.
  llvm::Error write(llvm::StringRef name, llvm::StringRef bytes);

private:
  std::string folder;
  unsigned next = 0;
};

/// Prints and saves the module after each pass.
class DumpInstrumentation : public mlir::PassInstrumentation {
public:
  /// A failure to save goes to `failure`.
  DumpInstrumentation(const CompilerOptions &options, SavedFiles &files, llvm::raw_ostream &os,
                      std::string &failure)
      : options(options), files(files), os(os), failure(failure) {}

  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;

private:
  const CompilerOptions &options;
  SavedFiles &files;
  llvm::raw_ostream &os;
  std::string &failure;
  std::optional<mlir::OperationFingerPrint> before; ///< Of the module, before the pass that runs.
};

} // namespace fovea

#endif
