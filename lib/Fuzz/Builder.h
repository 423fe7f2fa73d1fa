//===- Builder.h - Grows a random network -----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FUZZ_BUILDER_H
#define FOVEA_LIB_FUZZ_BUILDER_H

#include "fovea/Fuzz/Network.h"
#include "fovea/Support/Random.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea::fuzz {

/// Choices of one seed.
class Choices {
public:
  explicit Choices(uint64_t seed) : random(seed) {}
  /// From `least` to `most`.
  int64_t range(int64_t least, int64_t most) { return least + random.below(most - least + 1); }
  bool percent(unsigned chance) { return random.below(100) < chance; }
  template <typename List> auto oneOf(const List &list) {
    return *(std::begin(list) + random.below(std::end(list) - std::begin(list)));
  }
  int64_t oneOf(std::initializer_list<int64_t> list) { return oneOf<>(list); }
  /// A multiple of 1/8 from -1 to 1: literals short to read.
  float literal() { return float(range(-8, 8)) / 8; }

private:
  RandomSequence random;
};

/// A network under construction with the shapes of its values.
class Builder {
public:
  explicit Builder(uint64_t seed) : choices(seed) {}

  Value addInput(Shape shape, llvm::StringRef element = "f32", bool channelsLast = false);
  /// Adds a layer; nothing if its shapes do not allow it or it would be too much work.
  std::optional<Value> add(Node node);
  std::optional<Value> add(llvm::StringRef layer, Value operand,
                           std::map<std::string, AttrValue> attributes = {});

  const Shape &shape(Value value) const { return shapes[value.node][value.result]; }
  /// One of the values so far for which `fits`; prefers those that nothing reads yet, and new ones.
  std::optional<Value> pick(llvm::function_ref<bool(const Shape &)> fits);
  /// [N, C, H, W].
  std::optional<Value> pickImage();
  std::vector<Value> values(llvm::function_ref<bool(const Shape &)> fits) const;
  unsigned readers(Value value) const;

  Network network;
  Choices choices;

private:
  std::vector<std::vector<Shape>> shapes;
};

/// A way to go on: one layer, or several that belong together.
struct Move {
  llvm::StringLiteral name; ///< The layer's name; of several layers, what they are.
  bool isLayer;
  /// How often it is drawn beside the others: more, the more attributes there are to combine.
  unsigned weight;
  bool (*make)(Builder &); ///< False if the network has nothing that it could be put on.
};

/// A linear with whatever it may have.
std::optional<Value> addLinear(Builder &builder, Value input);

llvm::ArrayRef<Move> layerMoves();
llvm::ArrayRef<Move> motifMoves();

} // namespace fovea::fuzz

#endif
