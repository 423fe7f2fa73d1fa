//===- LayerBuilder.h - What the evaluator asks of its host -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The evaluator runs a network's statements; whenever a layer is called it asks a LayerBuilder to
// add the layer and to say what shape comes out. Import implements it by building ops of the cnn
// dialect; tests implement it with a recorder. Nothing here knows MLIR.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_LAYERBUILDER_H
#define FOVEA_FRONTEND_LAYERBUILDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fovea {

/// A tensor of the network under construction; handed out by the builder.
using TensorId = unsigned;

/// A literal tensor, row-major.
struct LiteralTensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

/// An attribute of a layer, its type fixed by the layer's signature. A `vector<int64_t>` is what a
/// kernel size, a padding or a list of sizes becomes, always in full length: kernel [h, w], padding
/// [top, left, bottom, right].
using AttrValue =
    std::variant<int64_t, double, bool, std::string, std::vector<int64_t>, LiteralTensor>;

/// A place in a `.cnn` file; line and column count from 1.
struct SourcePosition {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
};

/// One call of a layer, all attributes present: defaults are filled in by the evaluator.
struct LayerCall {
  std::string layer; ///< The layer's name in the language: "conv".
  std::string name;  ///< The dotted name of this instance: "layer1.0.conv1". Unique in a network.
  std::string
      weights; ///< The dotted name its weights bear; equals `name` unless weights are shared.
  std::vector<TensorId> inputs;
  std::map<std::string, AttrValue> attributes;
  std::vector<SourcePosition> callSites; ///< Innermost first; never empty.
  /// What the text wishes, name -> value: {"algorithm", "im2col"}. Only hints that can mean
  /// something for the layer; whether one is followed is for the passes to say.
  std::map<std::string, std::string> hints = {};
};

/// Why a layer cannot be added. `operands` are those that disagree, to be underlined and traced.
struct LayerError {
  std::string code;    ///< "E0203".
  std::string message; ///< One line, lower case, no full stop.
  std::vector<unsigned> operands;
};

/// What a layer call gives: its results, or why not.
using LayerResult = std::variant<std::vector<TensorId>, LayerError>;

/// Element types that a `.cnn` file can name: "f32", "u8", ….
using ElementName = std::string;

class LayerBuilder {
public:
  virtual ~LayerBuilder() = default;
  /// Begins a network; exactly one network is built by one builder.
  virtual void beginNetwork(llvm::StringRef name, SourcePosition where) = 0;
  /// `layout` is "nchw" or "nhwc", `shape` as it is written. The tensor that comes back is what the
  /// network reads: an image of u8, or one with channels last, has become f32 with channels second
  /// (values of u8 divided by 255) by a layer named "<name>.to_tensor".
  virtual TensorId addInput(llvm::StringRef name, llvm::StringRef element,
                            llvm::ArrayRef<int64_t> shape, llvm::StringRef layout,
                            SourcePosition where) = 0;
  virtual LayerResult addLayer(const LayerCall &call) = 0;
  virtual std::vector<int64_t> shapeOf(TensorId tensor) const = 0;
  /// For messages: "f32[1,64,56,56]".
  virtual std::string typeOf(TensorId tensor) const = 0;
  virtual void addOutput(llvm::StringRef name, TensorId tensor, SourcePosition where) = 0;
  /// The names of the classes, one per channel of the first output; at most once a network. `file`
  /// is where they were read.
  virtual void setLabels(llvm::StringRef file, llvm::ArrayRef<std::string> names) = 0;
  /// Weights of these names may stand in a checkpoint although no layer takes them. `pattern` is a
  /// well-formed glob of llvm::GlobPattern.
  virtual void addUnused(llvm::StringRef pattern) = 0;
  /// The names of all weights so far, without literals: "layer1.0.conv1.weight".
  virtual std::vector<std::string> weightNames() const = 0;
};

} // namespace fovea

#endif
