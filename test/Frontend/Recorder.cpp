//===- Recorder.cpp - A LayerBuilder that remembers its calls -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <numeric>

using namespace fovea;
using namespace fovea::test;
using Shape = std::vector<int64_t>;

TensorId Recorder::addInput(llvm::StringRef input, llvm::StringRef element,
                            llvm::ArrayRef<int64_t> shape, llvm::StringRef layout, SourcePosition) {
  bool converts = shape.size() == 4 && (element == "u8" || layout == "nhwc");
  inputs.push_back(input.str());
  shapes.push_back(shape.vec());
  elements.push_back(converts ? "f32" : element.str());
  if (layout == "nhwc")
    shapes.back() = {shape[0], shape[3], shape[1], shape[2]};
  return shapes.size() - 1;
}

std::vector<std::string> Recorder::weightNames() const {
  std::vector<std::string> names;
  for (auto &[weight, count] : weights)
    names.push_back(weight);
  return names;
}

std::string Recorder::typeOf(TensorId tensor) const {
  std::string text = elements[tensor] + "[";
  for (auto [i, extent] : llvm::enumerate(shapes[tensor]))
    text += (i ? "," : "") + std::to_string(extent);
  return text + "]";
}

const LayerCall *Recorder::layer(llvm::StringRef layerName) const {
  auto found = llvm::find_if(layers, [&](const LayerCall &call) { return call.name == layerName; });
  return found == layers.end() ? nullptr : &*found;
}

int64_t Recorder::weightCount() const {
  int64_t count = 0;
  for (auto &[name, size] : weights)
    count += size;
  return count;
}

static const Shape &integers(const LayerCall &call, const char *attribute) {
  return std::get<Shape>(call.attributes.at(attribute));
}

/// Output pixels of a window along one dimension.
static int64_t windowed(const LayerCall &call, int64_t extent, unsigned i) {
  auto &kernel = integers(call, "kernel"), &stride = integers(call, "stride"),
       &padding = integers(call, "padding");
  int64_t dilation = call.attributes.count("dilation") ? integers(call, "dilation")[i] : 1;
  int64_t padded = extent + padding[i] + padding[i + 2];
  int64_t window = (kernel[i] - 1) * dilation + 1;
  return padded < window ? 0 : (padded - window) / stride[i] + 1;
}

/// Images that get another size or other channels.
static void changeImage(const LayerCall &call, Shape &shape) {
  auto integer = [&](const char *name) { return std::get<int64_t>(call.attributes.at(name)); };
  if (call.layer == "resize" || call.layer == "center_crop")
    std::copy_n(integers(call, "size").begin(), 2, shape.begin() + 2);
  if (call.layer == "crop")
    shape[2] = integer("height"), shape[3] = integer("width");
  if (call.layer == "conv_transpose")
    shape[1] = integer("channels");
  for (unsigned i : {0, 1}) {
    if (call.layer == "pad") {
      shape[1] += integers(call, "channels")[i];
      shape[2 + i] += integers(call, "padding")[i] + integers(call, "padding")[i + 2];
    }
    if (call.layer == "conv_transpose")
      shape[2 + i] = (shape[2 + i] - 1) * integers(call, "stride")[i] +
                     (integers(call, "kernel")[i] - 1) * integers(call, "dilation")[i] + 1 +
                     integers(call, "output_padding")[i] - integers(call, "padding")[i] -
                     integers(call, "padding")[i + 2];
  }
}

/// The results' shapes, or why there are none.
static std::variant<std::vector<Shape>, LayerError> infer(const Recorder &recorder,
                                                          const LayerCall &call) {
  Shape shape = recorder.shapeOf(call.inputs.front());
  auto type = [&](unsigned i) { return recorder.typeOf(call.inputs[i]); };
  bool isImage = llvm::is_contained({"conv", "max_pool", "avg_pool"}, call.layer);
  if ((isImage && shape.size() != 4) || (call.layer == "linear" && shape.size() != 2))
    return LayerError{"E0201", call.layer + " does not take " + type(0), {0}};
  if (call.layer == "batch_norm" && shape.size() < 2)
    return LayerError{"E0201", "batch_norm does not take " + type(0), {0}};
  if (call.layer == "concat")
    for (TensorId other : call.inputs)
      if (recorder.shapeOf(other).size() != shape.size())
        return LayerError{"E0204", "cannot concatenate", {0}};
  if (llvm::StringRef(call.layer).starts_with("global") && shape.size() != 4)
    return LayerError{"E0201", call.layer + " does not take " + type(0), {0}};
  if (call.layer == "add" && shape != recorder.shapeOf(call.inputs[1]))
    return LayerError{"E0203", "cannot add " + type(0) + " and " + type(1), {0, 1}};
  if (isImage) {
    if (call.layer == "conv")
      shape[1] = std::get<int64_t>(call.attributes.at("channels"));
    for (unsigned i : {0, 1})
      if (!(shape[2 + i] = windowed(call, shape[2 + i], i)))
        return LayerError{"E0205", "the window does not fit in " + type(0), {0}};
  }
  if (shape.size() == 4)
    changeImage(call, shape);
  if (call.layer == "linear")
    shape[1] = std::get<int64_t>(call.attributes.at("features"));
  if (llvm::StringRef(call.layer).starts_with("global"))
    shape[2] = shape[3] = 1;
  if (call.layer == "flatten") {
    auto start = shape.begin() + std::get<int64_t>(call.attributes.at("start_dim"));
    int64_t product = std::accumulate(start, shape.end(), int64_t(1), std::multiplies<>());
    shape.erase(start, shape.end());
    shape.push_back(product);
  }
  if (call.layer == "concat") {
    int64_t axis = std::get<int64_t>(call.attributes.at("axis"));
    for (TensorId other : llvm::drop_begin(call.inputs))
      shape[axis] += recorder.shapeOf(other)[axis];
  }
  if (call.layer != "split")
    return std::vector<Shape>{shape};
  std::vector<Shape> results;
  for (int64_t size : integers(call, "sizes")) {
    results.push_back(shape);
    results.back()[std::get<int64_t>(call.attributes.at("axis"))] = size;
  }
  return results;
}

static void countWeights(const LayerCall &call, const Shape &input,
                         std::map<std::string, int64_t> &weights) {
  std::string prefix = call.weights + ".";
  bool biased = call.attributes.count("bias") && std::get<bool>(call.attributes.at("bias"));
  if (call.layer == "conv") {
    int64_t channels = std::get<int64_t>(call.attributes.at("channels"));
    int64_t groups = std::get<int64_t>(call.attributes.at("groups"));
    auto &kernel = integers(call, "kernel");
    weights[prefix + "weight"] = channels * (input[1] / groups) * kernel[0] * kernel[1];
    if (biased)
      weights[prefix + "bias"] = channels;
  } else if (call.layer == "linear") {
    int64_t features = std::get<int64_t>(call.attributes.at("features"));
    weights[prefix + "weight"] = features * input[1];
    if (biased)
      weights[prefix + "bias"] = features;
  } else if (call.layer == "batch_norm") {
    weights[prefix + "weight"] = weights[prefix + "bias"] = input[1];
  }
}

LayerResult Recorder::addLayer(const LayerCall &call) {
  auto inferred = infer(*this, call);
  if (auto *error = std::get_if<LayerError>(&inferred))
    return *error;
  countWeights(call, shapeOf(call.inputs.front()), weights);
  layers.push_back(call);
  std::vector<TensorId> results;
  for (const Shape &shape : std::get<std::vector<Shape>>(inferred)) {
    results.push_back(shapes.size());
    shapes.push_back(shape);
    elements.push_back(elements[call.inputs.front()]);
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

std::string Evaluation::text() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  diagnostics.print(os);
  return text;
}

std::string Evaluation::codes() const {
  return llvm::join(llvm::map_range(diagnostics.diagnostics(),
                                    [](const auto &diagnostic) { return diagnostic->code; }),
                    " ");
}

static void run(Evaluation &evaluation, llvm::StringRef path, const EvaluateOptions &options) {
  evaluation.program = parseProgram(evaluation.sources, path, {}, evaluation.diagnostics);
  evaluation.succeeded = evaluate(evaluation.program, options, evaluation.sources, evaluation.built,
                                  evaluation.diagnostics);
}

std::unique_ptr<Evaluation>
fovea::test::evaluateText(llvm::StringRef text, const EvaluateOptions &options,
                          llvm::ArrayRef<std::pair<std::string, std::string>> otherFiles) {
  auto evaluation = std::make_unique<Evaluation>();
  evaluation->sources.add("test.cnn", text);
  for (auto &[name, other] : otherFiles)
    evaluation->sources.add(name, other);
  run(*evaluation, "test.cnn", options);
  return evaluation;
}

std::unique_ptr<Evaluation> fovea::test::evaluateFile(llvm::StringRef path,
                                                      const EvaluateOptions &options) {
  auto evaluation = std::make_unique<Evaluation>();
  run(*evaluation, path, options);
  return evaluation;
}

std::string fovea::test::network(llvm::StringRef body, llvm::StringRef inputType) {
  return ("network n {\n  input x: " + inputType + "\n  " + body + "\n}\n").str();
}
