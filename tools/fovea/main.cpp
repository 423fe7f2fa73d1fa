//===- main.cpp - The program fovea ---------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/Installation.h"
#include "fovea/Support/Diagnostics.h"
#include "llvm/Support/FileSystem.h"

using namespace fovea;

namespace {
struct Command {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  int (*run)(const CommandArguments &);
};
} // namespace

static constexpr Command commands[] = {
    {"compile", "Compile a network to an archive, a header and packed weights", compileCommand},
    {"run", "Run a network on tensors, pictures or a labelled data set", runCommand},
    {"inspect", "Print a network at any station of its compilation", inspectCommand},
    {"cost", "Tabulate shapes, parameters, multiply-adds and bytes per layer", costCommand},
    {"verify", "Compare every pass and native code with the reference interpreter", verifyCommand},
    {"bisect", "Find the pass and the layer that first break a tolerance", bisectCommand},
    {"bench", "Measure latency and the share of the machine's peak", benchCommand},
    {"fuzz", "Compare all ways of compiling on random networks", fuzzCommand},
    {"fmt", "Bring .cnn files into the canonical layout", fmtCommand},
    {"machines", "List simulated machines and their facts", machinesCommand},
    {"asm", "Assemble a program for an accelerator", asmCommand},
    {"disasm", "Print a program for an accelerator as assembly", disasmCommand},
    {"simulate", "Run a program on a simulated accelerator", simulateCommand},
    {"doctor", "Examine this machine and what Fovea works with", doctorCommand},
    {"cache", "Show or clean the folder of compiled kernels", cacheCommand},
    {"explain", "Tell more about the code of an error or warning", explainCommand},
};

static void printHelp(llvm::raw_ostream &os) {
  os << "Fovea compiles convolutional networks, written as text, to native code.\n\n"
        "Usage: fovea COMMAND net.cnn [options]\n\nCommands:\n";
  for (const Command &command : commands)
    os << "  " << command.name << std::string(10 - command.name.size(), ' ') << command.summary
       << '\n';
  os << "\nfovea COMMAND --help shows the options of a command, with examples.\n";
}

static int runNamed(llvm::StringRef name, const CommandArguments &arguments) {
  std::vector<llvm::StringRef> names;
  for (const Command &command : commands) {
    if (command.name == name)
      return command.run(arguments);
    names.push_back(command.name);
  }
  llvm::StringRef near = nearestName(name, names);
  report("unknown command '" + name + "'" +
         (near.empty() ? "; fovea --help lists them" : "; did you mean '" + near + "'?"));
  return 2;
}

/// The exit code, 1 if standard output took not all: its destructor would abort.
static int flushed(int code) {
  llvm::outs().flush();
  if (!llvm::outs().has_error())
    return code;
  std::string reason = llvm::outs().error().message();
  llvm::outs().clear_error();
  return report("cannot write to standard output: " + reason);
}

int main(int argc, char **argv) {
  llvm::StringRef first = argc > 1 ? argv[1] : "";
  if (first == "--kernel-worker")
    return kernelWorkerMain();
  if (first.empty()) {
    printHelp(llvm::errs());
    return 2;
  }
  if (first == "--help" || first == "-h" || first == "help")
    return printHelp(llvm::outs()), 0;
  if (first == "--version")
    return llvm::outs() << "fovea " << FOVEA_VERSION << "\nLLVM and MLIR " << llvmVersion()
                        << "\nHalide " << halideVersion() << '\n',
           0;
  handleLackOfMemory(0);
  std::vector<llvm::StringRef> arguments(argv + 2, argv + argc);
  std::string program =
      llvm::sys::fs::getMainExecutable(argv[0], reinterpret_cast<void *>(&printHelp));
  return flushed(runNamed(first, {arguments, program}));
}
