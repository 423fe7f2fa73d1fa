//===- Inspect.cpp - fovea inspect ----------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"

using namespace fovea;

int fovea::inspectCommand(const CommandArguments &command) {
  CommandLine line("inspect",
                   "Prints a network at any station of its compilation: ast, cnn, cnn-opt, sched, "
                   "plan (JSON) or object (a table).\nWhat it prints of cnn, cnn-opt and sched is "
                   "MLIR that every command takes in place of the .cnn file; so are the "
                   "files\nof --save-temps. A plan is taken as FILE.json with the packed weights.",
                   "net.cnn[:network] [--stop-after=PHASE | --emit=halide] [options]");
  CompileOptions options;
  std::string stopAfter = "cnn-opt", emit, output;
  line.text("stop-after", stopAfter, "PHASE",
            "ast, cnn, cnn-opt, sched, plan or object (default: cnn-opt)");
  line.text("emit", emit, "FORM", "halide: the kernels as Halide programs in C++");
  line.text("o", output, "FILE", "Where to write (default: standard output)");
  options.declare(line, /*withKernels=*/true);
  line.example("fovea inspect lenet5.cnn --stop-after=cnn", "the network, one op per layer");
  line.example("fovea inspect lenet5.cnn --stop-after=sched --remarks",
               "how it will be computed, and why so");
  line.example("fovea inspect lenet5.cnn --emit=halide", "its kernels, to read and to change");
  line.example("fovea inspect lenet5.cnn --print-ir-after=all --save-temps=temps",
               "every pass, on the screen and as files");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  std::optional<Phase> phase = parsePhase(stopAfter);
  if (!phase)
    return report("--stop-after: expected ast, cnn, cnn-opt, sched, plan or object, got '" +
                  stopAfter + "'"),
           2;
  if (!emit.empty() && emit != "halide")
    return report("--emit: expected halide, got '" + emit + "'"), 2;
  std::unique_ptr<Compiler> compiler = options.makeCompiler(command);
  if (!compiler)
    return 1;
  std::string text;
  llvm::raw_string_ostream os(text);
  if (!emit.empty()) {
    if (!compiler->printHalide(os))
      return 1;
  } else {
    // Of what phase IR is, is known once it is read.
    bool isText = !isCompiled(options.options.input);
    if (!compiler->reach(isText ? *phase : std::max(*phase, Phase::Cnn)))
      return 1;
    if (compiler->phase() != *phase)
      return report("--stop-after: '" + options.options.input + "' is of the phase " +
                    toString(compiler->phase()) + ", which is behind " + stopAfter);
    compiler->print(os);
  }
  return writeOutput(output, [&](llvm::raw_ostream &out) { out << text; });
}
