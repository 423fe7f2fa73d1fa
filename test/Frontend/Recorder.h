//===- Recorder.h - A LayerBuilder that remembers its calls -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_FRONTEND_RECORDER_H
#define FOVEA_TEST_FRONTEND_RECORDER_H

#include "fovea/Frontend/Evaluator.h"

namespace fovea::test {

/// Infers shapes in the plainest way, counts weights and keeps every call.
class Recorder : public LayerBuilder {
public:
  void beginNetwork(llvm::StringRef network, SourcePosition) override { name = network.str(); }
  TensorId addInput(llvm::StringRef input, llvm::StringRef element, llvm::ArrayRef<int64_t> shape,
                    llvm::StringRef layout, SourcePosition) override;
  LayerResult addLayer(const LayerCall &call) override;
  std::vector<int64_t> shapeOf(TensorId tensor) const override { return shapes[tensor]; }
  std::string typeOf(TensorId tensor) const override;
  void addOutput(llvm::StringRef output, TensorId tensor, SourcePosition) override {
    outputs.push_back({output.str(), tensor});
  }
  void setLabels(llvm::StringRef, llvm::ArrayRef<std::string> names) override {
    labels = names.vec();
  }
  void addUnused(llvm::StringRef pattern) override { unused.push_back(pattern.str()); }
  std::vector<std::string> weightNames() const override;

  /// The call that made the layer of that name, or null.
  const LayerCall *layer(llvm::StringRef layerName) const;
  /// "f32[1,10]" of the only output.
  std::string outputType() const { return typeOf(outputs.front().second); }

  std::string name;
  std::vector<LayerCall> layers;
  std::vector<std::string> inputs;
  std::vector<std::pair<std::string, TensorId>> outputs;
  std::vector<std::string> labels, unused;
  /// Trained values by name: "fc.weight" has 840 of them. Running means and variances are not
  /// counted.
  std::map<std::string, int64_t> weights;
  int64_t weightCount() const;

private:
  std::vector<std::vector<int64_t>> shapes;
  std::vector<std::string> elements;
};

/// A text evaluated: what was built and what was said.
struct Evaluation {
  SourceManager sources;
  DiagnosticEngine diagnostics{sources};
  Program program;
  Recorder built;
  bool succeeded = false;

  /// The diagnostics as they are printed.
  std::string text() const;
  /// "E0203" of all errors and warnings, separated by blanks.
  std::string codes() const;
};

/// Evaluates a text that stands for a file "test.cnn", with others beside it.
std::unique_ptr<Evaluation>
evaluateText(llvm::StringRef text, const EvaluateOptions &options = {},
             llvm::ArrayRef<std::pair<std::string, std::string>> otherFiles = {});
/// Evaluates a file.
std::unique_ptr<Evaluation> evaluateFile(llvm::StringRef path, const EvaluateOptions &options = {});
/// A network of one input "x" around some statements.
std::string network(llvm::StringRef body, llvm::StringRef inputType = "f32[1, 8, 16, 16]");

} // namespace fovea::test

#endif
