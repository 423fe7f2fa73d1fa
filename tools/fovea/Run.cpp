//===- Run.cpp - fovea run ------------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "Profile.h"
#include "Summary.h"
#include "Tensors.h"
#include "fovea/Support/Compare.h"
#include "fovea/Support/Json.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace fovea;

namespace {
struct RunOptions : CompileOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::optional<std::string> labels;
  bool reference = false, compare = false, profile = false, sort = false;
  double atLeast = 0;
  int draw = 0, top = 5;
};

/// Runs samples natively, by the interpreter, or by both.
class Runner {
public:
  Runner(Compiler &compiler, const RunOptions &options) : compiler(compiler), options(options) {}

  bool prepare() {
    if (!options.reference && !(native = NativeNetwork::load(compiler, options.threads)))
      return false;
    if (options.profile)
      profiler.emplace(*native);
    return compiler.checkWeights();
  }

  llvm::Expected<std::vector<Tensor>> run(llvm::ArrayRef<Tensor> inputs) {
    if (!native)
      return compiler.runReference(inputs);
    if (profiler)
      profiler->start();
    llvm::Expected<std::vector<Tensor>> outputs = native->run(inputs);
    if (profiler)
      profiler->stop();
    if (outputs && options.compare)
      if (llvm::Error error = compareWithReference(inputs, *outputs))
        return error;
    return outputs;
  }

  /// What each kernel took beside what this machine can do. Needs `profile`.
  std::vector<LayerTime> layers() const {
    const plan::Plan &plan = compiler.plan();
    MachineLimits limits = measureLimits(compiler.target(), plan.weightBytes + plan.arenaBytes,
                                         native->executable().threads());
    return profiler->layers(plan, limits, options.sort);
  }

  /// Of all runs so far: where the largest value of an output stood elsewhere, and the greatest
  /// relative error.
  int64_t differentPredictions = 0;
  double greatestError = 0;

private:
  llvm::Error compareWithReference(llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<Tensor> outputs) {
    llvm::Expected<std::vector<Tensor>> expected = compiler.runReference(inputs);
    if (!expected)
      return expected.takeError();
    bool same = true;
    for (auto [reference, actual] : llvm::zip(*expected, outputs)) {
      llvm::Expected<Comparison> comparison = fovea::compare(reference, actual);
      if (!comparison)
        return comparison.takeError();
      same &= comparison->sameArgmax;
      greatestError = std::max(greatestError, comparison->relativeError);
    }
    differentPredictions += !same;
    return llvm::Error::success();
  }

  Compiler &compiler;
  const RunOptions &options;
  std::unique_ptr<NativeNetwork> native;
  std::optional<Profiler> profiler;
};

/// What came of all samples.
struct Results {
  std::vector<std::vector<Tensor>> runs;
  std::optional<int64_t> right; ///< Where there are labels.
  std::vector<std::string> written;

  int64_t count() const { return runs.size(); }
  double percent() const { return 100.0 * double(right.value_or(0)) / double(count()); }
};
} // namespace

//===----------------------------------------------------------------------===//
// Many samples
//===----------------------------------------------------------------------===//

static llvm::Expected<std::vector<int64_t>> readLabels(const Samples &samples,
                                                       llvm::StringRef name) {
  auto found = samples.others.find(name);
  if (found == samples.others.end())
    return llvm::createStringError("--labels: the input file has no array '" + name + "'");
  Tensor labels = found->second.toF32();
  if (labels.elementCount() != samples.count)
    return llvm::createStringError("--labels: '" + name + "' is " + found->second.typeName() +
                                   " for " + llvm::Twine(samples.count) + " samples");
  std::vector<int64_t> result;
  for (float label : labels.floats())
    result.push_back(std::lround(label));
  return result;
}

/// [N, …] of N times [1, …].
static llvm::Expected<std::vector<Tensor>> stack(llvm::ArrayRef<std::vector<Tensor>> runs) {
  std::vector<Tensor> result;
  for (size_t output = 0; output < runs[0].size(); ++output) {
    std::vector<int64_t> shape = runs[0][output].shape().vec();
    if (runs.size() > 1) {
      if (shape.empty() || shape[0] != 1)
        return llvm::createStringError("outputs of several samples cannot be stacked");
      shape[0] = runs.size();
    }
    std::vector<float> values;
    for (const std::vector<Tensor> &run : runs)
      llvm::append_range(values, run[output].floats());
    result.push_back(Tensor::fromFloats(shape, std::move(values)));
  }
  return result;
}

static llvm::Error runSamples(const RunOptions &options, const Compiler &compiler, Runner &runner,
                              const Samples &samples, llvm::ArrayRef<int64_t> labels,
                              Results &results) {
  if (!labels.empty())
    results.right = 0;
  for (int64_t i = 0; i < samples.count; ++i) {
    std::vector<Tensor> inputs = samples.at(i, compiler.inputs());
    llvm::Expected<std::vector<Tensor>> outputs = runner.run(inputs);
    if (!outputs)
      return outputs.takeError();
    std::optional<int64_t> label;
    if (!labels.empty()) {
      label = labels[i];
      *results.right += prediction(*outputs) == *label;
    }
    if (i < options.draw && !options.json)
      drawSample(inputs, *outputs, label, compiler.labels());
    results.runs.push_back(std::move(*outputs));
  }
  return llvm::Error::success();
}

static void print(const Results &results, const RunOptions &options, const Compiler &compiler,
                  const Runner &runner) {
  if (results.right)
    llvm::outs() << *results.right << " of " << results.count() << " right ("
                 << llvm::format("%.2f", results.percent()) << " %)\n";
  else if (results.count() == 1)
    for (auto [port, tensor] : llvm::zip(compiler.outputs(), results.runs[0]))
      printSummary(port, tensor, options.top, compiler.labels());
  else
    llvm::outs() << results.count() << " samples\n";
  if (options.compare)
    llvm::outs() << "compared with the reference: " << runner.differentPredictions << " of "
                 << results.count() << " predictions differ, greatest relative error "
                 << llvm::format("%.1e", runner.greatestError) << '\n';
  if (options.profile)
    printLayers(runner.layers());
  for (const std::string &path : results.written)
    llvm::outs() << "wrote " << path << '\n';
}

static void printJson(const Results &results, const RunOptions &options, const Compiler &compiler,
                      const Runner &runner) {
  llvm::json::Object object{{"samples", results.count()}};
  if (results.right) {
    object["right"] = *results.right;
    object["percent"] = results.percent();
  } else if (results.count() == 1) {
    llvm::json::Array outputs;
    for (auto [port, tensor] : llvm::zip(compiler.outputs(), results.runs[0]))
      outputs.push_back(summarise(port, tensor, options.top, compiler.labels()));
    object["outputs"] = std::move(outputs);
  }
  if (options.compare) {
    object["differentPredictions"] = runner.differentPredictions;
    object["greatestRelativeError"] = finiteOrNull(runner.greatestError);
  }
  if (options.profile)
    object["layers"] = toJSON(runner.layers());
  if (!results.written.empty())
    object["wrote"] = llvm::json::Array(results.written);
  llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object)));
}

/// Runs all, writes files, reports. Nothing is written of a network that is not right enough.
static int runAll(const RunOptions &options, const Compiler &compiler, Runner &runner,
                  const Samples &samples, llvm::ArrayRef<int64_t> labels) {
  Results results;
  if (llvm::Error error = runSamples(options, compiler, runner, samples, labels, results))
    return report(std::move(error));
  bool isEnough = !results.right || results.percent() >= options.atLeast;
  llvm::Error error = llvm::Error::success();
  if (isEnough && !options.output.empty()) {
    llvm::Expected<std::vector<Tensor>> all = stack(results.runs);
    error = all ? writeOutputs(options.output, compiler.outputs(), *all, results.written)
                : all.takeError();
  }
  (options.json ? printJson : print)(results, options, compiler, runner);
  if (error)
    return report(std::move(error));
  if (!isEnough)
    return report(
        llvm::formatv("{0:F2} % right is less than {1:F2} %", results.percent(), options.atLeast));
  return 0;
}

static void declare(CommandLine &line, RunOptions &options) {
  line.list("input", options.inputs, "[NAME=]FILE",
            ".npy, .npz, .safetensors, .png or .jpg (as 0 to 1); N samples run one by one");
  line.text("o", options.output, "FILE", "Outputs: .npz, .npy, .safetensors or .png");
  line.optionalText("labels", options.labels, "label", "ARRAY",
                    "Count right predictions against an array of the input's file");
  line.number("at-least", options.atLeast, "Fail if less than so many percent are right");
  line.integer("draw", options.draw, 0, 1000, "Draw the first N inputs with their predictions");
  line.integer("top", options.top, 1, 1000, "How many of the largest values to print");
  line.list("tap", options.options.taps, "LAYER",
            "Give this layer's or block's result as an output too; all: every layer's");
  line.flag("reference", options.reference, "Run the reference interpreter, no native code");
  line.flag("compare", options.compare, "Run both and compare");
  line.flag("profile", options.profile,
            "A row per kernel: the least time of all runs, and its share of the machine's peak and "
            "of its bandwidth");
  line.flag("sort", options.sort, "The slowest kernels first");
  line.flag("json", options.json, "Print JSON");
  options.declare(line, /*withKernels=*/true);
  line.example("fovea run resnet.cnn:resnet18 --weights resnet18.safetensors --input photo.npy",
               "the five largest values of each output");
  line.example("fovea run lenet5.cnn --weights lenet5.safetensors --input digits-test.npz --labels",
               "accuracy on a labelled data set");
  line.example("fovea run filters.cnn --input photo.jpg -o filtered.png", "pictures");
  line.example(
      "fovea run lenet5.cnn --weights lenet5.safetensors --input x.npy --tap conv1 -o y.npz",
      "what a layer computes");
}

int fovea::runCommand(const CommandArguments &command) {
  CommandLine line("run", "Compiles a network and runs it in this process.",
                   "net.cnn[:network] --weights FILE --input FILE [options]");
  RunOptions options;
  declare(line, options);
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (options.profile && options.reference)
    return report("--profile measures native code, not the reference interpreter");
  options.options.keepReference = options.reference || options.compare;
  std::unique_ptr<Compiler> compiler = options.makeCompiler(command);
  if (!compiler || !compiler->reach(options.reference ? Phase::Cnn : Phase::Plan))
    return 1;
  llvm::Expected<Samples> samples = readSamples(options.inputs, compiler->inputs());
  if (!samples)
    return report(samples.takeError());
  std::vector<int64_t> labels;
  if (options.labels) {
    llvm::Expected<std::vector<int64_t>> read = readLabels(*samples, *options.labels);
    if (!read)
      return report(read.takeError());
    labels = std::move(*read);
  }
  Runner runner(*compiler, options);
  if (!runner.prepare())
    return 1;
  showProgress(options, *compiler);
  return runAll(options, *compiler, runner, *samples, labels);
}
