//===- Compile.cpp - fovea compile ----------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/Provenance.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace fovea;

/// Where the artefact goes: below a folder it is named after the network.
static std::string prefixOf(const std::string &output, const Compiler &compiler) {
  std::string network = driver::symbolPrefix(compiler.plan());
  if (output.empty())
    return network;
  if (!llvm::sys::fs::is_directory(output) && !llvm::StringRef(output).ends_with("/"))
    return output;
  llvm::SmallString<128> path(output);
  llvm::sys::path::append(path, network);
  return path.str().str();
}

/// What each call of the network runs, and which lines that comes from.
static llvm::json::Array callMap(const plan::Plan &plan) {
  llvm::json::Array calls;
  for (const plan::Call &call : plan.calls) {
    llvm::json::Object row = toJSON(originOf(plan, call));
    row["macs"] = call.macs;
    calls.push_back(std::move(row));
  }
  return calls;
}

static void printReport(const Compiler &compiler, const std::vector<std::string> &paths) {
  llvm::json::Array files;
  for (const std::string &path : paths)
    files.push_back(path);
  KernelStatistics statistics = compiler.statistics();
  const plan::Plan &plan = compiler.plan();
  llvm::outs() << llvm::formatv(
      "{0:2}\n", llvm::json::Value(llvm::json::Object{{"network", plan.network},
                                                      {"files", std::move(files)},
                                                      {"target", plan.target},
                                                      {"kernels", int64_t(plan.kernels.size())},
                                                      {"compiled", statistics.compiled},
                                                      {"cached", statistics.cached},
                                                      {"calls", callMap(plan)},
                                                      {"arenaBytes", plan.arenaBytes},
                                                      {"scratchBytesPerThread", plan.scratchBytes},
                                                      {"weightBytes", plan.weightBytes}}));
}

int fovea::compileCommand(const CommandArguments &command) {
  CommandLine line("compile",
                   "Compiles a network to NAME.a, NAME.h and NAME.weights: a static "
                   "library with its C and C++ header, and the\nweights in the order "
                   "its kernels read them.",
                   "net.cnn[:network] --weights FILE [-o PREFIX|DIR/]");
  CompileOptions options;
  std::string output;
  line.text("o", output, "PREFIX", "Where to write; a folder: DIR/NAME.* (default: ./NAME.*)");
  line.flag("json", options.json, "Report as JSON");
  options.declare(line, /*withKernels=*/true);
  line.example("fovea compile lenet5.cnn --weights lenet5.safetensors -o build/",
               "build/lenet5.a, build/lenet5.h, build/lenet5.weights");
  line.example("fovea compile resnet.cnn:resnet18 --param classes=10 --weights random "
               "--target=x86-64-v3",
               "one network of several, for any CPU with AVX2");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  std::unique_ptr<Compiler> compiler = options.makeCompiler(command);
  if (!compiler || !compiler->reach(Phase::Object))
    return 1;
  if (llvm::StringRef(output).ends_with("/"))
    if (std::error_code error = llvm::sys::fs::create_directories(output))
      return report("cannot make the folder " + output + ": " + error.message());
  std::vector<std::string> paths = compiler->writeArtefact(prefixOf(output, *compiler));
  if (paths.empty())
    return 1;
  showProgress(*compiler);
  if (options.json)
    printReport(*compiler, paths);
  else
    for (const std::string &path : paths)
      llvm::outs() << "wrote " << path << '\n';
  return 0;
}
