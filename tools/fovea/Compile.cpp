//===- Compile.cpp - fovea compile ----------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/Artefact.h"
#include "fovea/Driver/Provenance.h"
#include "fovea/Support/AtomicFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace fovea;

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

/// Writes a rule for make and ninja: the first of `paths` depends on all files that were read.
static int writeDepfile(const std::string &depfile, const std::vector<std::string> &paths,
                        const CompileOptions &options, const Compiler &compiler) {
  std::vector<std::string> files = compiler.sourceFiles();
  if (llvm::sys::fs::exists(options.options.weights))
    files.push_back(options.options.weights);
  auto escaped = [](llvm::StringRef path) {
    llvm::SmallString<128> absolute(path);
    (void)llvm::sys::fs::make_absolute(absolute);
    std::string text;
    for (char c : absolute) {
      if (llvm::is_contained(llvm::StringRef(" #"), c))
        text += '\\';
      text += c == '$' ? "$$" : std::string(1, c);
    }
    return text;
  };
  return writeOutput(depfile, [&](llvm::raw_ostream &os) {
    os << escaped(paths.front()) << ':';
    for (const std::string &file : files)
      os << " \\\n  " << escaped(file);
    os << '\n';
  });
}

static llvm::json::Array variantList(const Artefact &artefact) {
  llvm::json::Array variants;
  for (const driver::Variant &variant : artefact.variants()) {
    const plan::Plan &plan = *variant.plan;
    variants.push_back(llvm::json::Object{{"batch", variant.batch()},
                                          {"target", variant.target},
                                          {"kernels", int64_t(plan.kernels.size())},
                                          {"calls", callMap(plan)},
                                          {"arenaBytes", plan.arenaBytes},
                                          {"scratchBytesPerThread", plan.scratchBytes}});
  }
  return variants;
}

static void printReport(const Compiler &compiler, const Artefact &artefact,
                        const std::vector<std::string> &paths) {
  llvm::json::Array files;
  for (const std::string &path : paths)
    files.push_back(path);
  KernelStatistics statistics = compiler.statistics();
  llvm::json::Object report{{"network", compiler.plan().network},
                            {"files", std::move(files)},
                            {"kernels", statistics.kernels},
                            {"compiled", statistics.compiled},
                            {"cached", statistics.cached},
                            {"corrupt", statistics.corrupt},
                            {"weightBytes", int64_t(artefact.weightBytes())},
                            {"variants", variantList(artefact)}};
  addStatistics(report, compiler);
  llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(report)));
}

namespace {
/// What to compile and where to, and a compiler for each batch size and target.
class Variants : public CompileOptions {
public:
  void declareArtefact(CommandLine &line);
  /// Before anything is compiled: whether its files can be written. Not zero: the exit code.
  int checkOutputs() const;
  /// Null after an error, which is printed.
  std::unique_ptr<Artefact> compile(const CommandArguments &command);
  /// Of the first variant.
  const Compiler &first() const { return *compilers.front(); }
  /// Where the artefact goes: below a folder its files have its name.
  std::string prefix() const;

  std::string depfile;
  ArtefactOptions artefact;

private:
  std::optional<std::vector<int64_t>> parseBatches() const;
  bool makeCompilers(const CommandArguments &command);
  llvm::raw_ostream &streamFor(size_t variant);

  std::string output, batches, repeated;
  llvm::raw_string_ostream repeatedStream{repeated};
  std::vector<std::unique_ptr<Compiler>> compilers;
};
} // namespace

void Variants::declareArtefact(CommandLine &line) {
  line.text("o", output, "PREFIX", "Where to write; a folder: DIR/NAME.* (default: ./NAME.*)");
  line.text("name", artefact.name, "NAME",
            "How symbols and macros begin (default: the network's name): a program that holds a "
            "network twice needs two names");
  line.text("depfile", depfile, "FILE", "Write a rule for make and ninja of what was read");
  line.flag("shared", artefact.shared, "Write NAME.so, too");
  line.flag("embed-weights", artefact.embedWeights,
            "Put the weights into the libraries; then there is no NAME.weights");
  line.text("batch", batches, "N,…", "Batch sizes: the first extent of every input");
  line.flag("json", json, "Report as JSON");
}

int Variants::checkOutputs() const {
  bool makesFolder = llvm::StringRef(output).ends_with("/");
  if (makesFolder)
    if (std::error_code error = llvm::sys::fs::create_directories(output))
      return report("cannot make the folder " + output + ": " + error.message());
  bool isFolder = output.empty() || makesFolder || llvm::sys::fs::is_directory(output);
  llvm::StringRef folder = isFolder ? output : llvm::sys::path::parent_path(output);
  if (std::error_code error = checkWritable(folder.empty() ? "." : folder))
    return report("cannot write " + (isFolder ? output : output + ".a") + ": " + error.message());
  return 0;
}

std::string Variants::prefix() const {
  std::string file =
      driver::symbolPrefix(artefact.name.empty() ? first().plan().network : artefact.name);
  if (output.empty())
    return file;
  if (!llvm::sys::fs::is_directory(output))
    return output;
  llvm::SmallString<128> path(output);
  llvm::sys::path::append(path, file);
  return path.str().str();
}

/// Zero where nothing was given: as the network is written.
std::optional<std::vector<int64_t>> Variants::parseBatches() const {
  if (batches.empty())
    return std::vector<int64_t>{0};
  std::vector<int64_t> sizes;
  for (llvm::StringRef text : llvm::split(batches, ',')) {
    int64_t size;
    if (text.getAsInteger(10, size) || size < 1 || size > INT32_MAX) {
      report("--batch: expected positive numbers such as 1,4, got '" + llvm::Twine(batches) + "'");
      return std::nullopt;
    }
    sizes.push_back(size);
  }
  return sizes;
}

/// What later variants say is what the first has said, unless they fail or are looked into.
llvm::raw_ostream &Variants::streamFor(size_t variant) {
  bool looks = options.remarks || options.printAfterChange || !options.printAfter.empty();
  if (variant == 0 || looks)
    return llvm::errs();
  return repeatedStream;
}

bool Variants::makeCompilers(const CommandArguments &command) {
  std::optional<std::vector<int64_t>> sizes = parseBatches();
  if (!sizes || !finish(command))
    return false;
  llvm::SmallVector<llvm::StringRef> targets;
  llvm::StringRef(options.target).split(targets, ',');
  for (int64_t size : *sizes)
    for (llvm::StringRef target : targets) {
      CompilerOptions one = options;
      one.batch = size;
      one.target = target.str();
      if (!one.saveTemps.empty() && sizes->size() * targets.size() > 1)
        one.saveTemps +=
            "/" + (size ? llvm::formatv("batch{0}-{1}", size, target).str() : target.str());
      llvm::raw_ostream &errors = streamFor(compilers.size());
      compilers.push_back(std::make_unique<Compiler>(std::move(one), errors));
    }
  return true;
}

std::unique_ptr<Artefact> Variants::compile(const CommandArguments &command) {
  if (!makeCompilers(command))
    return nullptr;
  std::vector<Compiler *> list;
  for (const std::unique_ptr<Compiler> &compiler : compilers)
    list.push_back(compiler.get());
  std::unique_ptr<Artefact> result = Artefact::make(list, artefact);
  if (!result)
    llvm::errs() << repeated;
  return result;
}

static void printPaths(const Artefact &artefact, const std::vector<std::string> &paths) {
  if (artefact.variants().size() > 1)
    for (const driver::Variant &variant : artefact.variants())
      llvm::outs() << "batch " << variant.batch() << " for " << variant.target << '\n';
  for (const std::string &path : paths)
    llvm::outs() << "wrote " << path << '\n';
}

int fovea::compileCommand(const CommandArguments &command) {
  CommandLine line("compile",
                   "Compiles a network to NAME.a, NAME.h and NAME.weights: a static "
                   "library with its C and C++ header, and the\nweights in the order "
                   "its kernels read them. With several batch sizes or targets "
                   "(--target=x86-64-v3,x86-64-v4), one\nlibrary holds code for all, and "
                   "what suits is chosen when the network is loaded.",
                   "net.cnn[:network] --weights FILE [-o PREFIX|DIR/]");
  Variants options;
  options.declareArtefact(line);
  options.declare(line, /*withKernels=*/true);
  line.example("fovea compile lenet5.cnn --weights lenet5.safetensors -o build/",
               "build/lenet5.a, build/lenet5.h, build/lenet5.weights");
  line.example("fovea compile resnet.cnn:resnet18 --param classes=10 --weights random "
               "--target=x86-64-v3",
               "one network of several, for any CPU with AVX2");
  line.example("fovea compile lenet5.cnn --weights lenet5.safetensors --batch=1,8 "
               "--target=x86-64-v3,x86-64-v4 --shared --embed-weights",
               "one file, lenet5.so, for two batch sizes and two kinds of CPU");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (int code = options.checkOutputs())
    return code;
  std::unique_ptr<Artefact> artefact = options.compile(command);
  if (!artefact)
    return 1;
  const Compiler &compiler = options.first();
  std::vector<std::string> paths = artefact->write(options.prefix());
  if (paths.empty())
    return 1;
  if (!options.depfile.empty())
    if (int code = writeDepfile(options.depfile, paths, options, compiler))
      return code;
  showProgress(options, compiler);
  if (options.json)
    printReport(compiler, *artefact, paths);
  else
    printPaths(*artefact, paths);
  return 0;
}
