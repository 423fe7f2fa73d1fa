//===- CompilerState.h - What a Compiler holds ------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_DRIVER_COMPILERSTATE_H
#define FOVEA_LIB_DRIVER_COMPILERSTATE_H

#include "Dumps.h"
#include "Messages.h"
#include "fovea/Driver/Compiler.h"
#include "fovea/Frontend/Program.h"
#include "fovea/Import/BindWeights.h"
#include "fovea/Target/Driver/PackedWeights.h"
#include "fovea/Target/Driver/StagedFiles.h"
#include "fovea/Target/Halide/CompileService.h"
#include "fovea/Target/Plan/BuildPlan.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringSet.h"

namespace fovea {

class TimedPart;

/// Where the time of a compilation went.
struct PartTimes {
  std::vector<PhaseTime> parts;
  TimedPart *innermost = nullptr; ///< Of those that are under way.
};

/// Counts the time from its making to its end as that of a part, less that of parts within it.
class TimedPart {
public:
  TimedPart(PartTimes &times, llvm::StringRef name);
  ~TimedPart();
  TimedPart(const TimedPart &) = delete;

private:
  PartTimes &times;
  TimedPart *outer;
  size_t index;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  double within = 0; ///< Milliseconds.
};

struct Compiler::State {
  State(CompilerOptions options, llvm::raw_ostream &errors);

  /// What is checked and opened before the first phase.
  bool start(const Compiler &compiler);
  /// Prints what compile workers say at the lines of the layers they name.
  bool failAtLayers(const Compiler &compiler, llvm::Error error) const;
  /// Runs a pipeline to the next phase, or what is left of it, with dumps.
  bool runPipeline(llvm::function_ref<void(mlir::PassManager &)> build);
  /// The plan as the only variant of its network.
  driver::Network network() const;
  /// The module's only function, or null.
  mlir::func::FuncOp findFunction() const;

  /// Saves an intermediate form where that is asked for.
  bool save(llvm::StringRef name, llvm::function_ref<void(llvm::raw_ostream &)> print);
  bool savePlan(Compiler &compiler);
  bool saveHalide(const Compiler &compiler);
  bool saveObjects(const Compiler &compiler);
  void print(llvm::raw_ostream &os) const;
  void printPlan(llvm::raw_ostream &os) const;
  /// A row per object: its size and the layers that use it.
  void printObjects(llvm::raw_ostream &os) const;

  CompilerOptions options;
  llvm::raw_ostream &errors;
  TargetModel target;
  SavedFiles saved;
  Station station; ///< Of the module.
  int next = 0;    ///< The phase to enter next.
  bool broken = false;

  SourceManager sources;
  std::optional<Program> program;
  mlir::MLIRContext context;
  std::unique_ptr<Messages> messages; // Hears the context: goes before it.
  mlir::OwningOpRef<mlir::ModuleOp> module, reference;
  std::vector<std::pair<std::string, unsigned>> tappedKernels;
  BuiltPlan built;
  std::shared_ptr<halide::CompileService> service;
  std::vector<driver::ObjectFile> objects;
  std::shared_ptr<PartTimes> times = std::make_shared<PartTimes>();
};

} // namespace fovea

#endif
