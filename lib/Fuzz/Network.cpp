//===- Network.cpp - A network as data that tools can edit ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Network.h"
#include "fovea/Frontend/Layers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <map>
#include <set>

using namespace fovea;
using namespace fovea::fuzz;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

template <typename T> static const T *find(const Node &node, llvm::StringRef attribute) {
  auto found = node.attributes.find(attribute.str());
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

int64_t Node::integer(llvm::StringRef attribute, int64_t otherwise) const {
  const int64_t *value = find<int64_t>(*this, attribute);
  return value ? *value : otherwise;
}

bool Node::flag(llvm::StringRef attribute, bool otherwise) const {
  const bool *value = find<bool>(*this, attribute);
  return value ? *value : otherwise;
}

std::string Node::text(llvm::StringRef attribute) const {
  const std::string *value = find<std::string>(*this, attribute);
  return value ? *value : "";
}

const std::vector<int64_t> *Node::integers(llvm::StringRef attribute) const {
  return find<std::vector<int64_t>>(*this, attribute);
}

const LiteralTensor *Node::literal(llvm::StringRef attribute) const {
  return find<LiteralTensor>(*this, attribute);
}

std::pair<int64_t, int64_t> Node::pair(llvm::StringRef attribute,
                                       std::pair<int64_t, int64_t> otherwise) const {
  if (const std::vector<int64_t> *list = integers(attribute); list && list->size() == 2)
    return {(*list)[0], (*list)[1]};
  const int64_t *value = find<int64_t>(*this, attribute);
  return value ? std::pair(*value, *value) : otherwise;
}

unsigned Network::layerCount() const {
  return llvm::count_if(nodes, [](const Node &node) { return !node.isInput(); });
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.9g", value);
  return text;
}

static std::string nestedList(const LiteralTensor &tensor, size_t level, size_t &next) {
  if (level == tensor.shape.size())
    return number(tensor.values[next++]);
  std::vector<std::string> parts;
  for (int64_t i = 0; i < tensor.shape[level]; ++i)
    parts.push_back(nestedList(tensor, level + 1, next));
  return "[" + llvm::join(parts, ", ") + "]";
}

static std::string integerList(llvm::ArrayRef<int64_t> values) {
  return llvm::join(llvm::map_range(values, [](int64_t v) { return std::to_string(v); }), ", ");
}

static std::string pairList(llvm::ArrayRef<int64_t> values) {
  std::vector<std::string> pairs;
  for (; values.size() >= 2; values = values.drop_front(2))
    pairs.push_back("(" + integerList(values.take_front(2)) + ")");
  return "[" + llvm::join(pairs, ", ") + "]";
}

static std::string valueText(llvm::StringRef name, const AttrValue &value) {
  if (auto *integer = std::get_if<int64_t>(&value))
    return std::to_string(*integer);
  if (auto *real = std::get_if<double>(&value))
    return number(*real);
  if (auto *flag = std::get_if<bool>(&value))
    return *flag ? "true" : "false";
  if (auto *text = std::get_if<std::string>(&value))
    return "\"" + *text + "\"";
  if (auto *tensor = std::get_if<LiteralTensor>(&value)) {
    size_t next = 0;
    return nestedList(*tensor, 0, next);
  }
  const auto &list = std::get<std::vector<int64_t>>(value);
  if (name == "offsets")
    return pairList(list);
  return name == "parts" ? "[" + integerList(list) + "]" : "(" + integerList(list) + ")";
}

/// "conv(8, kernel = 3)", "relu"; required arguments come first and without their names.
static std::string callText(const Node &node) {
  std::vector<std::string> arguments;
  const LayerKind *kind = findLayerKind(node.layer);
  for (const LayerAttribute &attribute :
       kind ? kind->attributes : llvm::ArrayRef<LayerAttribute>()) {
    auto found = node.attributes.find(attribute.name.str());
    if (found == node.attributes.end())
      continue;
    bool named = !attribute.isRequired() || !arguments.empty();
    arguments.push_back((named ? attribute.name.str() + " = " : "") +
                        valueText(attribute.name, found->second));
  }
  return node.layer + (arguments.empty() ? "" : "(" + llvm::join(arguments, ", ") + ")");
}

namespace {
class Printer {
public:
  Printer(const Network &network, llvm::raw_ostream &os);
  void print();

private:
  void printInput(unsigned node);
  void printLayer(unsigned node, unsigned indent);
  void printBlock(unsigned block);
  void printNetwork(unsigned block);
  void printCall(unsigned block);
  void printShared(unsigned node);
  std::string nameOf(const Value &value) const;
  std::vector<std::string> resultNames(unsigned node) const;
  std::vector<Value> readFromOutside(std::pair<unsigned, unsigned> range) const;
  std::vector<Value> readOutside(std::pair<unsigned, unsigned> range) const;
  /// The first extent of the first tensor that a block reads.
  int64_t batchOf(std::pair<unsigned, unsigned> range) const {
    Value first = readFromOutside(range).front();
    return shapes[first.node][first.result][0];
  }
  std::string names(llvm::ArrayRef<Value> values) const {
    return llvm::join(llvm::map_range(values, [&](const Value &v) { return nameOf(v); }), ", ");
  }

  const Network &network;
  llvm::raw_ostream &os;
  std::set<Value> read;                   ///< By layers or outputs.
  std::set<unsigned> isShared;            ///< Nodes whose weights others use.
  std::vector<std::vector<Shape>> shapes; ///< Of the results of each node.
};
} // namespace

Printer::Printer(const Network &network, llvm::raw_ostream &os) : network(network), os(os) {
  if (auto inferred = inferShapes(network))
    shapes = std::move(*inferred);
  else // A test's, perhaps.
    shapes.assign(network.nodes.size(), {{1}});
  for (const Node &node : network.nodes) {
    read.insert(node.operands.begin(), node.operands.end());
    if (node.sharedWith)
      isShared.insert(*node.sharedWith);
  }
  read.insert(network.outputs.begin(), network.outputs.end());
}

/// A piece of a split that nothing reads has a name that says so.
std::string Printer::nameOf(const Value &value) const {
  if (network.nodes[value.node].isInput())
    return "in" + std::to_string(value.node);
  std::string name = "v" + std::to_string(value.node);
  if (network.nodes[value.node].layer == "split")
    name += "_" + std::to_string(value.result);
  return read.count(value) ? name : "_" + name;
}

std::vector<std::string> Printer::resultNames(unsigned node) const {
  std::vector<std::string> names;
  for (unsigned i = 0; i < shapes[node].size(); ++i)
    names.push_back(nameOf({node, i}));
  return names;
}

void Printer::printInput(unsigned index) {
  const Node &node = network.nodes[index];
  os << "  input " << nameOf({index, 0}) << ": " << node.element << "[" << integerList(node.shape)
     << "]" << (node.channelsLast ? " as nhwc" : "") << '\n';
}

void Printer::printShared(unsigned index) {
  std::string call = callText(network.nodes[index]);
  os << "  layer shared" << index << " = " << call << (call.back() == ')' ? "" : "()") << '\n';
}

void Printer::printLayer(unsigned index, unsigned indent) {
  const Node &node = network.nodes[index];
  if (isShared.count(index))
    printShared(index);
  os.indent(indent);
  os << llvm::join(resultNames(index), ", ") << " = ";
  if (node.layer == "add" && !node.labelled) {
    os << nameOf(node.operands[0]) << " + " << nameOf(node.operands[1]) << '\n';
    return;
  }
  std::string operands = names(node.operands);
  bool many = node.layer == "concat";
  os << (many ? "[" + operands + "]" : nameOf(node.operands[0])) << " -> ";
  if (!node.algorithm.empty())
    os << "@algorithm(\"" << node.algorithm << "\") ";
  if (!node.precision.empty())
    os << "@precision(\"" << node.precision << "\") ";
  if (node.labelled)
    os << "n" << index << ": ";
  if (node.sharedWith || isShared.count(index))
    os << "shared" << node.sharedWith.value_or(index);
  else if (node.layer == "add")
    os << "add(" << nameOf(node.operands[1]) << ")";
  else
    os << callText(node);
  os << '\n';
}

/// What nodes of the range read from before it.
std::vector<Value> Printer::readFromOutside(std::pair<unsigned, unsigned> range) const {
  std::set<Value> found;
  for (unsigned i = range.first; i < range.second; ++i)
    for (const Value &value : network.nodes[i].operands)
      if (value.node < range.first)
        found.insert(value);
  return {found.begin(), found.end()};
}

/// What later nodes and outputs read of the range's results.
std::vector<Value> Printer::readOutside(std::pair<unsigned, unsigned> range) const {
  std::set<Value> found;
  auto add = [&](const Value &value) {
    if (value.node >= range.first && value.node < range.second)
      found.insert(value);
  };
  for (unsigned i = range.second; i < network.nodes.size(); ++i)
    llvm::for_each(network.nodes[i].operands, add);
  llvm::for_each(network.outputs, add);
  return {found.begin(), found.end()};
}

/// What several layers read and give, as a block or as a network of its own.
void Printer::printBlock(unsigned block) {
  auto range = network.blocks[block];
  if (network.blocksAreNetworks)
    return printNetwork(block);
  os << "block Block" << block << "(" << names(readFromOutside(range)) << ") {\n";
  for (unsigned i = range.first; i < range.second; ++i)
    printLayer(i, 2);
  os << "  return " << names(readOutside(range)) << "\n}\n\n";
}

/// With a parameter that must be given, so that the file has one network alone that can be chosen.
void Printer::printNetwork(unsigned block) {
  auto range = network.blocks[block];
  int64_t batch = batchOf(range);
  os << "network Block" << block << "(batch: int) {\n";
  for (const Value &value : readFromOutside(range)) {
    const Shape &shape = shapes[value.node][value.result];
    os << "  input " << nameOf(value) << ": f32["
       << (shape[0] == batch ? "batch" : std::to_string(shape[0])) << ", "
       << integerList(llvm::ArrayRef(shape).drop_front()) << "]\n";
  }
  for (unsigned i = range.first; i < range.second; ++i)
    printLayer(i, 2);
  for (const Value &value : readOutside(range))
    os << "  output " << nameOf(value) << '\n';
  os << "}\n\n";
}

void Printer::printCall(unsigned block) {
  auto range = network.blocks[block];
  std::vector<Value> results = readOutside(range);
  std::string call = "Block" + std::to_string(block) + "(" + names(readFromOutside(range));
  bool isRecord = network.blocksAreNetworks && results.size() > 1;
  if (network.blocksAreNetworks)
    call += ", batch = " + std::to_string(batchOf(range));
  std::string label = "block" + std::to_string(block);
  os << "  " << (isRecord ? "record" + std::to_string(block) : names(results)) << " = " << label
     << ": " << call << ")\n";
  for (const Value &value : isRecord ? results : std::vector<Value>())
    os << "  " << nameOf(value) << " = record" << block << "." << nameOf(value) << '\n';
}

void Printer::print() {
  for (unsigned i = 0; i < network.blocks.size(); ++i)
    printBlock(i);
  os << "network random {\n";
  if (network.hasUnused)
    os << "  unused \"gone.*\"\n";
  for (unsigned i = 0; i < network.nodes.size(); ++i)
    if (network.nodes[i].isInput())
      printInput(i);
  unsigned block = 0;
  for (unsigned i = 0; i < network.nodes.size(); ++i) {
    if (block < network.blocks.size() && network.blocks[block].first == i) {
      i = network.blocks[block].second - 1;
      printCall(block++);
    } else if (!network.nodes[i].isInput()) {
      printLayer(i, 2);
    }
  }
  for (auto [i, value] : llvm::enumerate(network.outputs))
    os << "  output out" << i << " = " << nameOf(value) << '\n';
  os << "}\n";
}

void fuzz::print(const Network &network, llvm::raw_ostream &os) { Printer(network, os).print(); }

std::string fuzz::toText(const Network &network) {
  std::string text;
  llvm::raw_string_ostream os(text);
  print(network, os);
  return text;
}

//===----------------------------------------------------------------------===//
// Dead nodes
//===----------------------------------------------------------------------===//

static std::vector<bool> liveNodes(const Network &network) {
  std::vector<bool> live(network.nodes.size());
  for (const Value &value : network.outputs)
    live[value.node] = true;
  for (unsigned i = network.nodes.size(); i-- > 0;)
    if (live[i])
      for (const Value &value : network.nodes[i].operands)
        live[value.node] = true;
  return live;
}

/// The first of those that share weights is the one that the others name; if it goes, the next one
/// takes its place.
static void moveSharing(Network &network, const std::vector<bool> &live) {
  std::map<unsigned, unsigned> successor;
  for (unsigned i = 0; i < network.nodes.size(); ++i) {
    std::optional<unsigned> &owner = network.nodes[i].sharedWith;
    if (!live[i] || !owner || live[*owner])
      continue;
    auto [entry, isFirst] = successor.try_emplace(*owner, i);
    owner = isFirst ? std::nullopt : std::optional<unsigned>(entry->second);
  }
}

void fuzz::removeDeadNodes(Network &network) {
  std::vector<bool> live = liveNodes(network);
  moveSharing(network, live);
  std::vector<unsigned> number(network.nodes.size() + 1);
  std::vector<Node> nodes;
  for (unsigned i = 0; i < network.nodes.size(); ++i) {
    number[i] = nodes.size();
    if (live[i])
      nodes.push_back(std::move(network.nodes[i]));
  }
  number.back() = nodes.size();
  for (Node &node : nodes) {
    for (Value &value : node.operands)
      value.node = number[value.node];
    if (node.sharedWith)
      node.sharedWith = number[*node.sharedWith];
  }
  for (Value &value : network.outputs)
    value.node = number[value.node];
  for (auto &[first, last] : network.blocks) {
    first = number[first];
    last = number[last];
  }
  llvm::erase_if(network.blocks, [](auto range) { return range.first == range.second; });
  network.nodes = std::move(nodes);
}
