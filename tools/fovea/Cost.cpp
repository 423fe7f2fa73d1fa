//===- Cost.cpp - fovea cost ----------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Cost.h"
#include "Command.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

/// The host is at hand and measured, any other machine described.
static MachineLimits limitsOf(const Compiler &compiler, llvm::StringRef target,
                              const NetworkCost &cost) {
  if (target.split(':').first != "host")
    return describedLimits(compiler.target());
  int64_t weights = 0, most = 0;
  for (const LayerCost &layer : cost.layers) {
    weights += layer.weightBytes;
    most = std::max(most, layer.bytes);
  }
  return measureLimits(compiler.target(), std::max(weights, most), int(compiler.target().cores));
}

int fovea::costCommand(const CommandArguments &command) {
  CommandLine line("cost",
                   "Tabulates what each layer of a network costs: its output's shape, its "
                   "parameters, multiply-adds, the bytes it reads\nand writes, operations per "
                   "byte, how much of the input image a pixel sees, the least time it can take on "
                   "this\nmachine, which is measured, or on another --target, which is estimated, "
                   "and the kernel it is computed in, which\nseveral layers share. Needs no "
                   "weights.",
                   "net.cnn[:network] [options]");
  CompileOptions options;
  std::string output;
  line.flag("json", options.json, "Print JSON");
  line.text("o", output, "FILE", "Where to write (default: standard output)");
  options.declare(line, /*withKernels=*/false);
  line.example("fovea cost lenet5.cnn", "a table, a layer a row");
  line.example("fovea cost resnet.cnn:resnet18 --param size=192 --json", "for other programs");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  std::unique_ptr<Compiler> compiler = options.makeCompiler(command);
  if (!compiler || !compiler->reach(Phase::Cnn))
    return 1;
  if (compiler->phase() > Phase::CnnOpt)
    return report("cost needs a network of the phase cnn or cnn-opt, not " +
                  toString(compiler->phase()));
  NetworkCost cost = costOf(compiler->function());
  addBounds(cost, limitsOf(*compiler, options.options.target, cost));
  // What a layer costs is known even of a network that cannot be compiled.
  CompilerOptions toPlan = options.options;
  toPlan.keepReference = true;
  toPlan.saveTemps.clear();
  Compiler further(toPlan, llvm::nulls());
  addKernels(cost, further);
  return writeOutput(output, [&](llvm::raw_ostream &os) {
    if (options.json)
      os << llvm::formatv("{0:2}\n", toJSON(cost));
    else
      printTable(cost, os);
  });
}
