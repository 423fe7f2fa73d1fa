//===- Generate.cpp - Random networks -------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Generate.h"
#include "Builder.h"
#include "fovea/Frontend/Layers.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

using namespace fovea;
using namespace fovea::fuzz;

std::vector<std::string> fuzz::generatedLayers() {
  std::vector<std::string> names;
  for (const Move &move : layerMoves())
    names.push_back(move.name.str());
  return names;
}

/// A matrix now and then, else images; batches and sizes are common to all, so that they meet.
static void addInputs(Builder &builder) {
  Choices &choices = builder.choices;
  int64_t batch = choices.oneOf({1, 1, 1, 2, 3});
  int64_t height = choices.oneOf({1, 2, 3, 5, 7, 7, 8, 13, 17, 29});
  int64_t width = choices.percent(50) ? height : choices.oneOf({1, 3, 5, 6, 8, 11, 16});
  for (int64_t i = choices.oneOf({1, 1, 1, 2, 2, 3}); i > 0; --i) {
    int64_t channels = choices.oneOf({1, 3, 3, 5, 8, 16, 17});
    if (i > 1 && choices.percent(35))
      builder.addInput({batch, channels});
    else if (choices.percent(15))
      builder.addInput({batch, height, width, channels}, choices.percent(50) ? "u8" : "f32", true);
    else if (choices.percent(7))
      builder.addInput({batch, channels, height, width}, "u8");
    else
      builder.addInput({batch, channels, height, width});
  }
}

/// Every network prefers some moves of its own and does without others: more of what happens only
/// where few kinds of layer meet is found than if all were equally likely (Groce et al., "Swarm
/// Testing", 2012).
static std::vector<const Move *> drawMoves(Choices &choices) {
  std::vector<const Move *> moves;
  for (llvm::ArrayRef<Move> all : {layerMoves(), motifMoves()})
    for (const Move &move : all)
      if (!move.isLayer || findLayerKind(move.name))
        moves.insert(moves.end(), move.weight * choices.oneOf({0, 1, 1, 1, 4}), &move);
  return moves;
}

/// What nothing reads is an output; some values that are read are, too.
static void addOutputs(Builder &builder) {
  Network &network = builder.network;
  for (const Value &value : builder.values([](const Shape &) { return true; })) {
    bool unread = builder.readers(value) == 0, input = network.nodes[value.node].isInput();
    bool piece = network.nodes[value.node].layer == "split" && value.result > 0;
    bool mustBe = unread && !(piece && builder.choices.percent(40));
    if (mustBe ? !input || builder.choices.percent(40) : builder.choices.percent(input ? 3 : 8))
      network.outputs.push_back(value);
  }
  if (network.outputs.empty())
    network.outputs.push_back({unsigned(network.nodes.size()) - 1, 0});
  if (builder.choices.percent(5))
    network.outputs.push_back(builder.choices.oneOf(network.outputs));
  if (builder.choices.percent(30))
    std::reverse(network.outputs.begin(), network.outputs.end());
}

/// A run of nodes becomes a block, where no weights are shared.
static void addBlock(Builder &builder) {
  Network &network = builder.network;
  unsigned inputs = network.nodes.size() - network.layerCount();
  if (network.layerCount() < 2 || !builder.choices.percent(40))
    return;
  unsigned first = builder.choices.range(inputs, network.nodes.size() - 1);
  unsigned last = builder.choices.range(first + 1, network.nodes.size());
  std::set<unsigned> sharing;
  for (unsigned i = 0; i < network.nodes.size(); ++i)
    if (network.nodes[i].sharedWith)
      sharing.insert({i, *network.nodes[i].sharedWith});
  if (llvm::none_of(sharing, [&](unsigned i) { return i >= first && i < last; }))
    network.blocks.push_back({first, last});
  network.blocksAreNetworks = builder.choices.percent(50);
}

Network fuzz::generate(uint64_t seed) {
  Builder builder(seed);
  addInputs(builder);
  std::vector<const Move *> moves = drawMoves(builder.choices);
  int64_t layers = builder.choices.range(3, 13);
  for (int64_t tries = 0; tries < 50 && builder.network.layerCount() < layers; ++tries)
    builder.choices.oneOf(moves)->make(builder);
  addOutputs(builder);
  for (Node &node : builder.network.nodes)
    node.labelled = !node.isInput() && builder.choices.percent(30);
  removeDeadNodes(builder.network);
  addBlock(builder);
  builder.network.hasUnused = builder.choices.percent(5);
  return std::move(builder.network);
}
