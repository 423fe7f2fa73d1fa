//===- Command.h - What the subcommands share -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_COMMAND_H
#define FOVEA_TOOLS_FOVEA_COMMAND_H

#include "CommandLine.h"
#include "fovea/Driver/Compiler.h"
#include "fovea/Driver/NativeNetwork.h"

namespace fovea {

/// The arguments behind the subcommand's name, and the path of this program.
struct CommandArguments {
  llvm::ArrayRef<llvm::StringRef> arguments;
  std::string program;
};

// One file each. The result is the exit code: 0, 1 after an error, 2 for a wrong command line.
int compileCommand(const CommandArguments &command);
int runCommand(const CommandArguments &command);
int inspectCommand(const CommandArguments &command);
int costCommand(const CommandArguments &command);
int verifyCommand(const CommandArguments &command);
int bisectCommand(const CommandArguments &command);
int benchCommand(const CommandArguments &command);
int fuzzCommand(const CommandArguments &command);
int fmtCommand(const CommandArguments &command);
int explainCommand(const CommandArguments &command);
int doctorCommand(const CommandArguments &command);
int cacheCommand(const CommandArguments &command);
int asmCommand(const CommandArguments &command);
int disasmCommand(const CommandArguments &command);
int machinesCommand(const CommandArguments &command);
int simulateCommand(const CommandArguments &command);

/// Options that say what to compile and how.
class CompileOptions {
public:
  /// Declares them. `withKernels`: those of machine code too.
  void declare(CommandLine &line, bool withKernels);
  /// A compiler for what was given; null after an error, which is printed.
  std::unique_ptr<Compiler> makeCompiler(const CommandArguments &command);
  /// Makes `options` of what was given. False after an error, which is printed.
  bool finish(const CommandArguments &command);

  CompilerOptions options;
  int threads = 0;
  bool json = false;

  bool timing = false;

private:
  std::vector<std::string> parameters;
  std::string cache, fault;
  bool noCache = false;
  int jobs = 0;
};

/// Options of commands that compare a network with the reference.
class ComparisonOptions : public CompileOptions {
public:
  void declareComparison(CommandLine &line);

  std::vector<std::string> inputs;
  int seed = 0;
  double tolerance = 1e-4;
};

/// Parses, shows help or errors. A value: the command ends with it.
std::optional<int> parseOrExit(CommandLine &line, const CommandArguments &command);

/// Prints "error: …" on standard error; returns the exit code 1.
int report(const llvm::Twine &message);
int report(llvm::Error error);

/// Writes to a file, or to standard output where the path is empty or "-".
int writeOutput(llvm::StringRef path, llvm::function_ref<void(llvm::raw_ostream &)> print);

/// Whether standard error is a terminal: then there are colours and progress.
bool onTerminal();

/// The folders that hold the library of networks: the one installed beside `program`, and that of
/// the source tree it was built in.
std::vector<std::string> networkFolders(llvm::StringRef program);

/// Tells on a terminal what the workers did; anywhere where the time went, if that is asked for.
void showProgress(const CompileOptions &options, const Compiler &compiler);

/// Adds how long each part took ("milliseconds") and how much memory ("peakBytes" of this process,
/// "peakWorkerBytes" of one that compiled a kernel).
void addStatistics(llvm::json::Object &object, const Compiler &compiler);

/// On a terminal: a line that says how far the kernels are, and goes when they are done. Elsewhere
/// null.
std::function<void(const halide::CompileProgress &)> progressLine();

/// From here on lack of memory is an error of its own: files half-written are removed and the
/// program ends with 1. `limit`: most bytes this process may allocate, 0 for no limit.
void handleLackOfMemory(uint64_t limit);

} // namespace fovea

#endif
