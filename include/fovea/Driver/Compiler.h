//===- Compiler.h - Text to artefact, the whole way -------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_COMPILER_H
#define FOVEA_DRIVER_COMPILER_H

#include "fovea/Machine/TargetModel.h"
#include "fovea/Support/Tensor.h"
#include "fovea/Target/Driver/DriverObject.h"
#include "fovea/Target/Halide/CompileService.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// The stations of a compilation, in order.
enum class Phase { Ast, Cnn, CnnOpt, Sched, Plan, Object };
llvm::StringRef toString(Phase phase);
/// "ast", "cnn", "cnn-opt", "sched", "plan", "object".
std::optional<Phase> parsePhase(llvm::StringRef name);

/// Whether an input is IR or a plan, of whatever phase, and no text of the language.
bool isCompiled(llvm::StringRef input);

struct CompilerOptions {
  /// `file.cnn`, `file.cnn:network`, a `.mlir` file that `print` wrote at one of the phases cnn,
  /// cnn-opt and sched or that `saveTemps` wrote behind a pass, or a plan as `.json`.
  std::string input;
  /// Values of the network's parameters, as written in the language.
  std::vector<std::pair<std::string, std::string>> parameters;
  /// Folders that imports are looked for in, after the importing file's.
  std::vector<std::string> libraryFolders;
  /// A .safetensors, .npz or .npy file, "random" or "random:<seed>"; for a plan, packed weights;
  /// empty: none.
  std::string weights;
  /// "host" or a level, such as "x86-64-v3".
  std::string target = "host";
  /// Layers to compute by im2col, a regular expression; empty: none.
  std::string im2col;
  /// Passes to leave out, of passesToDisable().
  std::vector<std::string> disabledPasses;
  /// Replaces the first extent of every input of a .cnn; 0: as it is written.
  int64_t batch = 0;
  /// Of tensors between kernels: "blocked" or "nchw".
  std::string layout = "blocked";
  /// Relative error of a layer's weight that depthwise-to-shift may make; 0: only exact shifts.
  double shiftBudget = 0;
  /// Layers whose results become outputs too; "all": every layer's.
  std::vector<std::string> taps;
  /// What each kernel computes becomes an output, named as LayerValue names the layer whose value
  /// it is. Unlike a tap it changes no decision of the passes before the sched level.
  bool tapKernels = false;

  /// Passes after which the IR is printed to `errors`; "all": each.
  std::vector<std::string> printAfter;
  /// Print it after every pass that changed something.
  bool printAfterChange = false;
  /// Folder for every intermediate form, made where missing; empty: none.
  std::string saveTemps;
  /// Print the values of weights, too.
  bool printConstants = false;
  /// Which remarks are printed: a regular expression on "pass: layer: message". Nothing: none.
  std::optional<std::string> remarks;
  /// Called after each pass that changed something, with the network as it is then.
  std::function<void(llvm::StringRef pass, mlir::func::FuncOp)> afterPass;
  /// Called at the end of each pass, may change the network: what a wrong pass would do. An error
  /// ends the compilation.
  std::function<llvm::Error(llvm::StringRef pass, mlir::func::FuncOp)> tamper;
  /// Keep the network as it was before all passes, for the reference interpreter.
  bool keepReference = false;

  /// The program that `--kernel-worker` turns into a compile worker.
  std::string worker;
  unsigned workers = 1;
  /// Folder of compiled kernels; empty: no cache.
  std::string cacheFolder;
  /// Most bytes that this process and its workers may hold together; 0: no limit.
  uint64_t memoryLimit = 0;
  /// Hears of every kernel that is begun or done.
  std::function<void(const halide::CompileProgress &)> progress;
  bool colours = false;
};

/// What the compile workers did.
struct KernelStatistics {
  unsigned kernels = 0, compiled = 0, cached = 0, corrupt = 0;
  double milliseconds = 0;
  int64_t peakBytes = 0; ///< Most that was resident in a process that compiled a kernel.
  /// Each kernel that was compiled, the slowest first.
  std::vector<halide::KernelTime> slowest;
};

/// A part of a compilation and how long it took.
struct PhaseTime {
  std::string name; ///< A phase, or "weights" (packing and writing them) or "artefact" (the rest).
  double milliseconds = 0;
};

/// One input or output as its user sees it.
struct NetworkPort {
  std::string name;
  std::vector<int64_t> shape;
  ElementType element = ElementType::F32; ///< F32 or, of an input, U8.
};

/// Takes one network from text to an artefact, phase by phase. Everything that goes wrong is
/// printed to `errors`, with its place in the text.
class Compiler {
public:
  Compiler(CompilerOptions options, llvm::raw_ostream &errors);
  ~Compiler();

  /// Goes on to `phase`. False after an error. A phase once reached stays reached.
  bool reach(Phase phase);

  /// The phase that has been reached; nothing is reached before the first call of `reach`.
  Phase phase() const;

  /// Prints the IR of the phase that has been reached: the AST, MLIR without the values of weights,
  /// the plan as JSON, or a table of the objects. What it prints of the phases cnn to sched can be
  /// compiled again. Objects have no text.
  void print(llvm::raw_ostream &os) const;
  /// Prints every kernel as a Halide program in C++. Needs the plan.
  bool printHalide(llvm::raw_ostream &os);

  /// The files that the network was read from so far: its own, imports, labels.
  std::vector<std::string> sourceFiles() const;

  /// Of the phases cnn to sched.
  mlir::func::FuncOp function() const;
  /// The layers whose values `tapKernels` made outputs, as LayerIndex names them, and which outputs
  /// these are.
  llvm::ArrayRef<std::pair<std::string, unsigned>> tappedKernels() const;
  /// What the network computes, by the interpreter, as it was before all passes. Needs
  /// `keepReference`.
  llvm::Expected<std::vector<Tensor>> runReference(llvm::ArrayRef<Tensor> inputs) const;
  /// That network. Needs `keepReference`.
  mlir::func::FuncOp reference() const;
  std::vector<NetworkPort> inputs() const;
  std::vector<NetworkPort> outputs() const;
  /// The names of classes that the network gives; empty where it gives none.
  std::vector<std::string> labels() const;

  const TargetModel &target() const;
  /// The level that the plan is for, such as "x86-64-v3".
  std::string targetName() const;
  const plan::Plan &plan() const;
  /// Driver and kernels, without the run-time library.
  llvm::ArrayRef<driver::ObjectFile> objects() const;
  KernelStatistics statistics() const;
  /// How long each part took, without what it waited for others, in the order they were begun.
  llvm::ArrayRef<PhaseTime> times() const;

  /// Whether every parameter has a value; if not, says how to give one.
  bool checkWeights();
  /// The image of a weights file for the plan; null where it has no weights.
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> packWeights();

  /// Prints an error that has no place in a text; returns false.
  bool fail(const llvm::Twine &message) const;
  bool fail(llvm::Error error) const;

private:
  friend class Artefact;
  bool enter(Phase phase);
  bool parse();
  bool import();
  bool readMlir();
  bool readPlan();
  bool bind();
  bool addTaps();
  bool tapKernels();
  llvm::Error pack(unsigned constant, llvm::MutableArrayRef<char> bytes);
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readPackedWeights() const;
  bool optimise();
  bool schedule();
  bool buildPlan();
  bool compileKernels();
  bool addDeviceRuntime();
  bool startWorkers();

  struct State;
  std::unique_ptr<State> state;
};

/// The body of the compile worker: `fovea --kernel-worker`. To be called before any thread exists.
int kernelWorkerMain();

} // namespace fovea

#endif
