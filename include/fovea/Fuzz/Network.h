//===- Network.h - A network as data that tools can edit --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// What the generator makes and the reducer cuts down. Shapes are worked out here from the manual's
// formulas alone, not by the compiler's code, so that the two can disagree.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FUZZ_NETWORK_H
#define FOVEA_FUZZ_NETWORK_H

#include "fovea/Frontend/LayerBuilder.h"
#include "llvm/Support/raw_ostream.h"

namespace fovea::fuzz {

using Shape = std::vector<int64_t>;

/// A result of a node.
struct Value {
  unsigned node = 0;
  unsigned result = 0;
  bool operator==(const Value &other) const { return node == other.node && result == other.result; }
  bool operator<(const Value &other) const {
    return std::pair(node, result) < std::pair(other.node, other.result);
  }
};

/// A layer, or an input: then `layer` is "input".
struct Node {
  std::string layer;
  std::vector<Value> operands = {};
  /// Arguments by their names in the language, as they are written: a vector is a pair, four
  /// amounts of padding, or a list. Those that are missing have their defaults.
  std::map<std::string, AttrValue> attributes = {};
  /// Of an input, as it is written: with channels last if `channelsLast`.
  Shape shape = {};
  std::string element = "f32";
  bool channelsLast = false;
  /// The values of @algorithm(…) and @precision(…); empty: none.
  std::string algorithm = {}, precision = {};
  /// A label is written: the layer's name is its value's.
  bool labelled = false;
  /// The node whose weights this one uses too; it has the same layer and attributes.
  std::optional<unsigned> sharedWith = std::nullopt;

  bool isInput() const { return layer == "input"; }
  int64_t integer(llvm::StringRef attribute, int64_t otherwise) const;
  bool flag(llvm::StringRef attribute, bool otherwise) const;
  std::string text(llvm::StringRef attribute) const;
  /// Null if it is missing or no list of integers.
  const std::vector<int64_t> *integers(llvm::StringRef attribute) const;
  const LiteralTensor *literal(llvm::StringRef attribute) const;
  /// Height and width; an integer stands for both.
  std::pair<int64_t, int64_t> pair(llvm::StringRef attribute,
                                   std::pair<int64_t, int64_t> otherwise) const;
};

/// Nodes stand behind those whose results they read; outputs are named out0, out1, ….
struct Network {
  std::vector<Node> nodes;
  std::vector<Value> outputs;
  /// Runs of nodes [first, last), in order, that are written as blocks of their own.
  std::vector<std::pair<unsigned, unsigned>> blocks;
  /// Blocks are written as networks, which the network calls.
  bool blocksAreNetworks = false;
  /// It says of weights that a checkpoint may hold them although no layer takes them.
  bool hasUnused = false;

  /// Layers, without inputs.
  unsigned layerCount() const;
};

/// The shapes of all results of all nodes; nothing if a layer cannot be added so.
std::optional<std::vector<std::vector<Shape>>> inferShapes(const Network &network);
/// Of one node's results.
std::optional<std::vector<Shape>> inferShapes(const Node &node, llvm::ArrayRef<Shape> operands);

/// Top, left, bottom and right of a conv or pool with that input, "same" worked out.
std::vector<int64_t> paddingOf(const Node &node, llvm::ArrayRef<int64_t> input);

/// Prints the network as a .cnn file.
void print(const Network &network, llvm::raw_ostream &os);
std::string toText(const Network &network);

/// Removes the nodes that reach no output, inputs too, and numbers the rest anew.
void removeDeadNodes(Network &network);

} // namespace fovea::fuzz

#endif
