//===- Command.cpp - What the subcommands share ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/Faults.h"
#include "fovea/Driver/Installation.h"
#include "fovea/Support/AtomicFile.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Threading.h"

using namespace fovea;

bool fovea::onTerminal() { return llvm::sys::Process::StandardErrIsDisplayed(); }

int fovea::report(const llvm::Twine &message) {
  llvm::raw_ostream &os = llvm::errs();
  if (onTerminal())
    os.changeColor(llvm::raw_ostream::RED, /*Bold=*/true);
  os << "error: ";
  if (onTerminal())
    os.resetColor();
  os << message << '\n';
  return 1;
}

int fovea::report(llvm::Error error) {
  std::string text = llvm::toString(std::move(error));
  if (!llvm::StringRef(text).split('\n').first.contains(": error: "))
    return report(text);
  // Errors of a text have their places in front.
  llvm::errs() << text << '\n';
  return 1;
}

std::optional<int> fovea::parseOrExit(CommandLine &line, const CommandArguments &command) {
  if (llvm::Error error = line.parse(command.arguments)) {
    report(std::move(error));
    return 2;
  }
  if (!line.helpAsked())
    return std::nullopt;
  line.printHelp(llvm::outs());
  return 0;
}

int fovea::writeOutput(llvm::StringRef path, llvm::function_ref<void(llvm::raw_ostream &)> print) {
  if (path.empty() || path == "-") {
    print(llvm::outs());
    llvm::outs().flush();
    return 0;
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  print(os);
  llvm::Error error = writeFileAtomically(path, text);
  return error ? report(std::move(error)) : 0;
}

void CompileOptions::declare(CommandLine &line, bool withKernels) {
  line.positional(options.input, "a network");
  line.list("param", parameters, "NAME=VALUE", "Value of a parameter of the network");
  line.text("weights", options.weights, "FILE",
            "A .safetensors, .npz or .npy file, or random[:SEED]");
  line.text("target", options.target, "NAME", "host, or a level such as x86-64-v3 (default: host)");
  line.list("import-path", options.libraryFolders, "DIR", "Where imports are looked for");
  if (withKernels)
    line.integer("threads", threads, 0, 1024, "Threads of a run; 0: one per CPU (default: 0)");
  line.section("Rewrites");
  line.text("im2col", options.im2col, "REGEX", "Compute these convolutions by im2col");
  line.list("disable", options.disabledPasses, "PASS",
            "Leave a pass out: depthwise-to-shift, fold-batch-norm, "
            "canonicalize, cse, merge-equal-layers, fuse-conv, fuse-pool (the pool at the end of a "
            "fused convolution), fuse-elementwise or absorb-shuffles");
  line.text("layout", options.layout, "NAME",
            "Of tensors between kernels: blocked or nchw (default: blocked)");
  line.number("shift-budget", options.shiftBudget,
              "Greatest relative error of a layer's weight for a depthwise convolution to become "
              "shifts (default: 0, exact)");
  line.section("Looking inside");
  line.list("print-ir-after", options.printAfter, "PASS",
            "Print the IR after a pass, or after all");
  line.flag("print-ir-after-change", options.printAfterChange,
            "Print the IR after each pass that changed something");
  line.text("save-temps", options.saveTemps, "DIR", "Keep every intermediate form, numbered");
  line.flag("print-constants", options.printConstants, "Print the values of weights, too");
#ifdef FOVEA_FAULTS
  line.text("inject-fault", fault, "PASS:LAYER", "Let a pass lose a layer's bias, to see it found");
#endif
  line.optionalText("remarks", options.remarks, ".*", "REGEX",
                    "Say why each decision was taken (pass: layer: reason)");
  if (!withKernels)
    return;
  line.section("Compilation");
  line.integer("jobs", jobs, 1, 1024, "Kernels compiled at a time (default: one per CPU)");
  line.letter('j');
  line.bytes("memory", options.memoryLimit,
             "Most memory to compile with: fewer kernels at a time, and an error for one that "
             "needs more");
  line.text("cache", cache, "DIR", "Folder of compiled kernels (default: the user's cache)");
  line.flag("no-cache", noCache, "Compile every kernel anew");
  line.flag("timing", timing, "Say where the time went, and how much memory it took");
}

std::vector<std::string> fovea::networkFolders(llvm::StringRef program) {
  llvm::SmallString<128> installed(program);
  llvm::sys::path::remove_filename(installed);
  llvm::sys::path::append(installed, "..", "share", "fovea", "nn");
  return {installed.str().str(), FOVEA_SOURCE_NN};
}

bool CompileOptions::finish(const CommandArguments &command) {
  for (const std::string &parameter : parameters) {
    auto [name, value] = llvm::StringRef(parameter).split('=');
    if (name.empty() || value.empty())
      return report("--param: expected NAME=VALUE, got '" + llvm::Twine(parameter) + "'"), false;
    options.parameters.emplace_back(name.str(), value.str());
  }
  for (std::string &folder : networkFolders(command.program))
    options.libraryFolders.push_back(std::move(folder));
  options.worker = command.program;
  options.workers = jobs ? jobs : llvm::hardware_concurrency().compute_thread_count();
  options.colours = onTerminal();
  options.progress = progressLine();
  if (options.memoryLimit)
    handleLackOfMemory(options.memoryLimit);
  if (!noCache)
    options.cacheFolder = cache.empty() ? defaultCacheFolder() : cache;
  if (!fault.empty()) {
    llvm::Expected<Tamper> tamper = parseFault(fault);
    if (!tamper)
      return report("--inject-fault: " + llvm::toString(tamper.takeError())), false;
    options.tamper = std::move(*tamper);
  }
  return true;
}

void ComparisonOptions::declareComparison(CommandLine &line) {
  line.list("input", inputs, "[NAME=]FILE", "Inputs; the first sample of several");
  line.integer("seed", seed, 0, INT32_MAX, "Of random inputs, -1 to 1 (default: 0)");
  line.number("tolerance", tolerance, "Greatest relative error (default: 1e-4)");
}

std::unique_ptr<Compiler> CompileOptions::makeCompiler(const CommandArguments &command) {
  if (!finish(command))
    return nullptr;
  return std::make_unique<Compiler>(options, llvm::errs());
}
