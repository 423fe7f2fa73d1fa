//===- Dumps.h - The IR between the passes ----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_DRIVER_DUMPS_H
#define FOVEA_LIB_DRIVER_DUMPS_H

#include "fovea/Driver/Compiler.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

namespace fovea {

/// Where a module stands on its way: behind a phase, or behind the n-th pass of the pipeline to the
/// next phase. A printed module says so in attributes, and compiles on from there.
struct Station {
  /// `fovea.phase`: the phase that has been reached.
  Phase phase = Phase::Cnn;
  /// `fovea.passes` and `fovea.after`: how many passes have run since, and the last one.
  unsigned passes = 0;
  std::string after;
  /// `fovea.target`: the machine that the sched level is for; empty before it.
  std::string target;
};

/// Prints a module with locations and where it stands. The values of weights are left out unless
/// `constants`.
void printModule(mlir::ModuleOp module, const Station &station, bool constants,
                 llvm::raw_ostream &os);

/// Where the module that was read stands: none if it does not say so. An error if it says what
/// cannot be.
llvm::Expected<std::optional<Station>> stationOf(mlir::ModuleOp module);

/// The numbered files of --save-temps.
class SavedFiles {
public:
  /// Makes the folder; empty: saves nothing.
  llvm::Error open(llvm::StringRef folder);
  bool isOpen() const { return !folder.empty(); }
  /// Writes FOLDER/NNN-NAME, NNN counting up.
  llvm::Error number(llvm::StringRef name, llvm::StringRef text);
  /// Writes FOLDER/NAME.
  llvm::Error write(llvm::StringRef name, llvm::StringRef bytes);

private:
  std::string folder;
  unsigned next = 0;
};

/// Watches a pipeline: leaves out the passes that the module has behind it, prints and saves the
/// module after each other one.
class PipelineWatch {
public:
  PipelineWatch(const CompilerOptions &options, SavedFiles &files, llvm::raw_ostream &os)
      : options(options), files(files), os(os) {}

  /// Runs the pipeline on a module that stands at `station`, whose `passes` move on. False if a
  /// pass failed or if `failure` says what went wrong.
  bool run(mlir::PassManager &manager, mlir::ModuleOp module, Station &station);
  std::string failure;

private:
  friend class DumpInstrumentation;
  void execute(llvm::function_ref<void()> pass, llvm::StringRef name, mlir::Operation *op);
  void skip(llvm::StringRef name);
  void beforePass(mlir::Operation *op);
  void afterPass(llvm::StringRef name, mlir::Operation *op);

  const CompilerOptions &options;
  SavedFiles &files;
  llvm::raw_ostream &os;
  Station *station = nullptr;
  unsigned toSkip = 0, seen = 0;
  std::optional<mlir::OperationFingerPrint> before; ///< Of the module, before the pass that runs.
};

} // namespace fovea

#endif
