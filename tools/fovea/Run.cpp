//===- Run.cpp - fovea run ------------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "Tensors.h"
#include "fovea/Support/Compare.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <numeric>

using namespace fovea;

namespace {
struct RunOptions : CompileOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::optional<std::string> labels;
  bool reference = false, compare = false;
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
    return compiler.checkWeights();
  }

  llvm::Expected<std::vector<Tensor>> run(llvm::ArrayRef<Tensor> inputs) {
    if (!native)
      return compiler.runReference(inputs);
    llvm::Expected<std::vector<Tensor>> outputs = native->run(inputs);
    if (outputs && options.compare)
      if (llvm::Error error = compareWithReference(inputs, *outputs))
        return error;
    return outputs;
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
};
} // namespace

//===----------------------------------------------------------------------===//
// One sample
//===----------------------------------------------------------------------===//

/// What a class is called; its number where it has no name.
static std::string nameOf(int64_t index, llvm::ArrayRef<std::string> classes) {
  return index < int64_t(classes.size()) ? classes[index] : std::to_string(index);
}

/// The largest values with their places, or the classes' names, or what a picture holds.
static void printSummary(const NetworkPort &port, const Tensor &tensor, int top,
                         llvm::ArrayRef<std::string> classes) {
  llvm::ArrayRef<float> values = tensor.floats();
  llvm::outs() << port.name << ' ' << tensor.typeName() << ':';
  if (tensor.shape().size() <= 2) {
    std::vector<int64_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    size_t shown = std::min<size_t>(top, order.size());
    std::partial_sort(order.begin(), order.begin() + shown, order.end(), [&](int64_t a, int64_t b) {
      return values[a] > values[b] || (values[a] == values[b] && a < b);
    });
    bool named = classes.size() == values.size();
    for (size_t i = 0; i < shown; ++i)
      llvm::outs() << (i ? ", " : " ")
                   << nameOf(order[i], named ? classes : llvm::ArrayRef<std::string>()) << " ("
                   << llvm::format("%.4g", double(values[order[i]])) << ')';
  } else {
    auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    double mean = std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
    llvm::outs() << llvm::format(" from %.4g to %.4g, mean %.4g", double(*least), double(*greatest),
                                 mean);
  }
  llvm::outs() << '\n';
}

static int64_t prediction(llvm::ArrayRef<Tensor> outputs) {
  llvm::ArrayRef<float> values = outputs[0].floats();
  return std::max_element(values.begin(), values.end()) - values.begin();
}

/// A picture in characters, two rows of pixels to a line of text; dark is low.
static void draw(const Tensor &image) {
  llvm::ArrayRef<int64_t> shape = image.shape();
  if (shape.size() != 4)
    return;
  llvm::ArrayRef<float> values = image.floats();
  float greatest = *std::max_element(values.begin(), values.end());
  constexpr llvm::StringLiteral shades = " .:-=+*#%@";
  for (int64_t y = 0; y + 1 < shape[2]; y += 2) {
    std::string line;
    for (int64_t x = 0; x < shape[3]; ++x) {
      float value = (values[y * shape[3] + x] + values[(y + 1) * shape[3] + x]) / 2;
      float shade = greatest > 0 && value > 0 ? value / greatest : 0;
      line += shades[std::min<size_t>(shade * shades.size(), shades.size() - 1)];
    }
    llvm::outs() << "  " << llvm::StringRef(line).rtrim() << '\n';
  }
}

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

static int printAccuracy(const RunOptions &options, const Runner &runner, int64_t right,
                         int64_t count) {
  double percent = 100.0 * double(right) / double(count);
  if (options.json) {
    llvm::json::Object object{{"samples", count}, {"right", right}, {"percent", percent}};
    if (options.compare) {
      object["differentPredictions"] = runner.differentPredictions;
      object["greatestRelativeError"] = runner.greatestError;
    }
    llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object)));
  } else {
    llvm::outs() << right << " of " << count << " right (" << llvm::format("%.2f", percent)
                 << " %)\n";
  }
  if (percent < options.atLeast)
    return report(llvm::formatv("{0:F2} % right is less than {1:F2} %", percent, options.atLeast));
  return 0;
}

static void printComparison(const Runner &runner, int64_t count) {
  llvm::outs() << "compared with the reference: " << runner.differentPredictions << " of " << count
               << " predictions differ, greatest relative error "
               << llvm::format("%.1e", runner.greatestError) << '\n';
}

static void drawSample(llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<Tensor> outputs,
                       std::optional<int64_t> label, llvm::ArrayRef<std::string> classes) {
  draw(inputs[0]);
  llvm::outs() << "  predicted " << nameOf(prediction(outputs), classes);
  if (label)
    llvm::outs() << ", labelled " << nameOf(*label, classes);
  llvm::outs() << '\n';
}

/// Runs all samples and says what came out.
static int runSamples(const RunOptions &options, Compiler &compiler, Runner &runner,
                      const Samples &samples, llvm::ArrayRef<int64_t> labels) {
  std::vector<std::vector<Tensor>> runs;
  int64_t right = 0;
  for (int64_t i = 0; i < samples.count; ++i) {
    std::vector<Tensor> inputs = samples.at(i, compiler.inputs());
    llvm::Expected<std::vector<Tensor>> outputs = runner.run(inputs);
    if (!outputs)
      return report(outputs.takeError());
    std::optional<int64_t> label;
    if (!labels.empty())
      label = labels[i];
    right += label && prediction(*outputs) == *label;
    if (i < options.draw)
      drawSample(inputs, *outputs, label, compiler.labels());
    runs.push_back(std::move(*outputs));
  }
  int code = 0;
  if (!labels.empty())
    code = printAccuracy(options, runner, right, samples.count);
  else if (samples.count == 1)
    for (auto [port, tensor] : llvm::zip(compiler.outputs(), runs[0]))
      printSummary(port, tensor, options.top, compiler.labels());
  else
    llvm::outs() << samples.count << " samples\n";
  if (options.compare && !options.json)
    printComparison(runner, samples.count);
  if (options.output.empty() || code)
    return code;
  llvm::Expected<std::vector<Tensor>> all = stack(runs);
  if (!all)
    return report(all.takeError());
  std::vector<std::string> written;
  if (llvm::Error error = writeOutputs(options.output, compiler.outputs(), *all, written))
    return report(std::move(error));
  if (!options.json)
    for (const std::string &path : written)
      llvm::outs() << "wrote " << path << '\n';
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
  line.flag("json", options.json, "Print the accuracy as JSON");
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
  return runSamples(options, *compiler, runner, *samples, labels);
}
