//===- Reduce.cpp - The smallest network that still fails -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Reduce.h"
#include "fovea/Frontend/Layers.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

using namespace fovea;
using namespace fovea::fuzz;

namespace {
/// One step: a smaller network, or nothing if it does not apply.
class Reducer {
public:
  Reducer(Network network, llvm::function_ref<bool(const Network &)> fails, unsigned probes)
      : network(std::move(network)), fails(fails), probes(probes) {}
  Network run();

private:
  /// Takes the candidate if it is legal and fails as well.
  bool keep(Network candidate);

  bool dropOutputs();
  bool moveOutputs();
  bool dropBlocks();
  bool cutAtValues();
  bool bypassNodes();
  bool skipLayers();
  bool dropOperands();
  bool simplifyNodes();
  bool dropAttributes();
  bool shrinkAttributes();
  bool shrinkExtents();
  bool shrinkInputs();

  Network network;
  llvm::function_ref<bool(const Network &)> fails;
  unsigned probes;
};
} // namespace

bool Reducer::keep(Network candidate) {
  removeDeadNodes(candidate);
  if (probes == 0 || !inferShapes(candidate))
    return false;
  --probes;
  if (!fails(candidate))
    return false;
  network = std::move(candidate);
  return true;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

static void replace(Network &network, Value from, Value to) {
  for (Node &node : network.nodes)
    llvm::replace(node.operands, from, to);
  llvm::replace(network.outputs, from, to);
}

/// Puts a new input before all nodes.
static Value addInput(Network &network, const Shape &shape) {
  for (Node &node : network.nodes) {
    for (Value &value : node.operands)
      ++value.node;
    if (node.sharedWith)
      ++*node.sharedWith;
  }
  for (Value &value : network.outputs)
    ++value.node;
  for (auto &[first, last] : network.blocks)
    ++first, ++last;
  Node input;
  input.layer = "input";
  input.shape = shape;
  network.nodes.insert(network.nodes.begin(), std::move(input));
  return {0, 0};
}

bool Reducer::dropBlocks() {
  Network candidate = network;
  candidate.blocksAreNetworks = false;
  candidate.hasUnused = false;
  if ((network.blocksAreNetworks || network.hasUnused) && keep(candidate))
    return true;
  candidate.blocks.clear();
  return !network.blocks.empty() && keep(std::move(candidate));
}

/// One output alone, else one output less.
bool Reducer::dropOutputs() {
  if (network.outputs.size() < 2)
    return false;
  for (const Value &value : network.outputs) {
    Network candidate = network;
    candidate.outputs = {value};
    if (keep(std::move(candidate)))
      return true;
  }
  for (unsigned i = 0; i < network.outputs.size(); ++i) {
    Network candidate = network;
    candidate.outputs.erase(candidate.outputs.begin() + i);
    if (keep(std::move(candidate)))
      return true;
  }
  return false;
}

/// An output's last layer goes, where nothing else reads it.
bool Reducer::moveOutputs() {
  for (unsigned i = 0; i < network.outputs.size(); ++i)
    for (const Value &operand : network.nodes[network.outputs[i].node].operands) {
      Network candidate = network;
      candidate.outputs[i] = operand;
      removeDeadNodes(candidate);
      if (candidate.layerCount() < network.layerCount() && keep(std::move(candidate)))
        return true;
    }
  return false;
}

/// What computes a value goes: an input of its shape stands for it. The last ones first: they take
/// the most with them.
bool Reducer::cutAtValues() {
  auto shapes = *inferShapes(network);
  for (unsigned node = network.nodes.size(); node-- > 0;) {
    if (network.nodes[node].isInput())
      continue;
    for (unsigned result = 0; result < shapes[node].size(); ++result) {
      Network candidate = network;
      Value input = addInput(candidate, shapes[node][result]);
      replace(candidate, {node + 1, result}, input);
      removeDeadNodes(candidate);
      if (candidate.layerCount() < network.layerCount() && keep(std::move(candidate)))
        return true;
    }
  }
  return false;
}

/// A node's reader takes its operand where that has the same shape. An output that would become an
/// operand goes on being one.
bool Reducer::bypassNodes() {
  auto shapes = *inferShapes(network);
  for (unsigned node = network.nodes.size(); node-- > 0;)
    for (const Value &operand : network.nodes[node].operands)
      for (unsigned result = 0; result < shapes[node].size(); ++result) {
        if (shapes[node][result] != shapes[operand.node][operand.result])
          continue;
        Network candidate = network;
        replace(candidate, {node, result}, operand);
        removeDeadNodes(candidate);
        if (candidate.layerCount() < network.layerCount() && keep(std::move(candidate)))
          return true;
      }
  return false;
}

/// A node reads what its operand's layer read, if it can: shapes may become others.
bool Reducer::skipLayers() {
  for (unsigned node = network.nodes.size(); node-- > 0;)
    for (unsigned i = 0; i < network.nodes[node].operands.size(); ++i)
      for (const Value &earlier : network.nodes[network.nodes[node].operands[i].node].operands) {
        Network candidate = network;
        candidate.nodes[node].operands[i] = earlier;
        removeDeadNodes(candidate);
        if (candidate.layerCount() < network.layerCount() && keep(std::move(candidate)))
          return true;
      }
  return false;
}

bool Reducer::dropOperands() {
  for (unsigned node = 0; node < network.nodes.size(); ++node) {
    if (network.nodes[node].layer != "concat" || network.nodes[node].operands.size() < 2)
      continue;
    for (unsigned i = 0; i < network.nodes[node].operands.size(); ++i) {
      Network candidate = network;
      auto &operands = candidate.nodes[node].operands;
      operands.erase(operands.begin() + i);
      if (keep(std::move(candidate)))
        return true;
    }
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// Labels, hints, sharing, layouts and bytes.
bool Reducer::simplifyNodes() {
  for (unsigned i = 0; i < network.nodes.size(); ++i) {
    const Node &node = network.nodes[i];
    std::vector<Network> candidates;
    auto edit = [&](auto &&change) {
      candidates.push_back(network);
      change(candidates.back().nodes[i]);
    };
    if (node.labelled)
      edit([](Node &copy) { copy.labelled = false; });
    if (!node.algorithm.empty())
      edit([](Node &copy) { copy.algorithm.clear(); });
    if (!node.precision.empty())
      edit([](Node &copy) { copy.precision.clear(); });
    if (node.sharedWith)
      edit([](Node &copy) { copy.sharedWith.reset(); });
    if (node.element != "f32")
      edit([](Node &copy) { copy.element = "f32"; });
    if (node.channelsLast)
      edit([](Node &copy) {
        copy.channelsLast = false;
        copy.shape = {copy.shape[0], copy.shape[3], copy.shape[1], copy.shape[2]};
      });
    for (Network &candidate : candidates)
      if (keep(std::move(candidate)))
        return true;
  }
  return false;
}

/// Nodes that share weights have the same attributes.
static void editAttributes(Network &network, unsigned node,
                           llvm::function_ref<void(std::map<std::string, AttrValue> &)> edit) {
  unsigned owner = network.nodes[node].sharedWith.value_or(node);
  for (unsigned i = 0; i < network.nodes.size(); ++i)
    if (i == owner || network.nodes[i].sharedWith == owner)
      edit(network.nodes[i].attributes);
}

bool Reducer::dropAttributes() {
  for (unsigned node = 0; node < network.nodes.size(); ++node)
    for (const auto &[name, value] : network.nodes[node].attributes) {
      const LayerKind *kind = findLayerKind(network.nodes[node].layer);
      auto named = [&](const LayerAttribute &attribute) { return attribute.name == name; };
      if (!kind || llvm::any_of(kind->attributes, [&](const LayerAttribute &attribute) {
            return named(attribute) && attribute.isRequired();
          }))
        continue;
      Network candidate = network;
      editAttributes(candidate, node, [&](auto &attributes) { attributes.erase(name); });
      if (keep(std::move(candidate)))
        return true;
    }
  return false;
}

/// Smaller ones to try instead of `value`, the smallest first.
static std::set<int64_t> smaller(int64_t value) {
  std::set<int64_t> candidates;
  for (int64_t other : {int64_t(0), int64_t(1), int64_t(2), value / 2, value - 1})
    if (std::abs(other) < std::abs(value))
      candidates.insert(other);
  return candidates;
}

/// Simpler values of an attribute.
static std::vector<AttrValue> simpler(const AttrValue &value) {
  std::vector<AttrValue> candidates;
  if (auto *integer = std::get_if<int64_t>(&value))
    for (int64_t other : smaller(*integer))
      candidates.push_back(other);
  auto *list = std::get_if<std::vector<int64_t>>(&value);
  if (list && llvm::all_equal(*list))
    candidates.push_back(list->front());
  for (size_t i = 0; list && i < list->size(); ++i)
    for (int64_t other : smaller((*list)[i])) {
      std::vector<int64_t> copy = *list;
      copy[i] = other;
      candidates.push_back(copy);
    }
  return candidates;
}

bool Reducer::shrinkAttributes() {
  for (unsigned node = 0; node < network.nodes.size(); ++node)
    for (const auto &[name, value] : network.nodes[node].attributes)
      for (const AttrValue &other : simpler(value)) {
        Network candidate = network;
        editAttributes(candidate, node,
                       [&, &key = name](auto &attributes) { attributes[key] = other; });
        if (keep(std::move(candidate)))
          return true;
      }
  return false;
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

/// An extent that several inputs, channels and pieces have becomes smaller everywhere.
bool Reducer::shrinkExtents() {
  std::set<int64_t> extents;
  for (const Node &node : network.nodes)
    extents.insert(node.shape.begin(), node.shape.end());
  for (int64_t extent : extents)
    for (int64_t other : smaller(extent)) {
      if (other == 0)
        continue;
      Network candidate = network;
      for (Node &node : candidate.nodes) {
        llvm::replace(node.shape, extent, other);
        for (llvm::StringRef name : {"channels", "groups"})
          if (node.integer(name, 0) == extent)
            node.attributes[name.str()] = other;
      }
      if (keep(std::move(candidate)))
        return true;
    }
  return false;
}

/// One extent of one input.
bool Reducer::shrinkInputs() {
  for (unsigned node = 0; node < network.nodes.size(); ++node)
    for (unsigned i = 0; i < network.nodes[node].shape.size(); ++i)
      for (int64_t other : smaller(network.nodes[node].shape[i])) {
        if (other == 0)
          continue;
        Network candidate = network;
        candidate.nodes[node].shape[i] = other;
        if (keep(std::move(candidate)))
          return true;
      }
  return false;
}

Network Reducer::run() {
  using Step = bool (Reducer::*)();
  static constexpr Step steps[] = {
      &Reducer::dropOutputs,   &Reducer::moveOutputs,   &Reducer::dropBlocks,
      &Reducer::cutAtValues,   &Reducer::bypassNodes,   &Reducer::skipLayers,
      &Reducer::dropOperands,  &Reducer::simplifyNodes, &Reducer::dropAttributes,
      &Reducer::shrinkExtents, &Reducer::shrinkInputs,  &Reducer::shrinkAttributes};
  // After each success from the beginning: what drops most comes first.
  while (probes > 0 && llvm::any_of(steps, [&](Step step) { return (this->*step)(); })) {
  }
  return network;
}

Network fuzz::reduce(Network network, llvm::function_ref<bool(const Network &)> fails,
                     unsigned probes) {
  return Reducer(std::move(network), fails, probes).run();
}
