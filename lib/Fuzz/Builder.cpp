//===- Builder.cpp - Grows a random network -------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Builder.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

using namespace fovea;
using namespace fovea::fuzz;

/// The interpreter takes some 10 ns for a multiply-add: bounds that keep a network to milliseconds.
static constexpr int64_t maxElements = 40'000;
static constexpr int64_t maxMultiplyAdds = 1'500'000;

static int64_t elements(llvm::ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

static int64_t multiplyAdds(const Node &node, const Shape &input, const Shape &output) {
  if (node.layer == "linear")
    return elements(input) * output[1];
  auto kernel = node.pair("kernel", {1, 1});
  int64_t window = kernel.first * kernel.second;
  if (node.layer == "conv")
    return elements(output) * window * input[1] / node.integer("groups", 1);
  if (node.layer == "conv_transpose")
    return elements(input) * window * output[1] / node.integer("groups", 1);
  return elements(output) * window;
}

Value Builder::addInput(Shape shape, llvm::StringRef element, bool channelsLast) {
  Node node;
  node.layer = "input";
  node.shape = std::move(shape);
  node.element = element.str();
  node.channelsLast = channelsLast;
  shapes.push_back(*inferShapes(node, {}));
  network.nodes.push_back(std::move(node));
  return {unsigned(network.nodes.size()) - 1, 0};
}

std::optional<Value> Builder::add(Node node) {
  std::vector<Shape> operands;
  for (const Value &value : node.operands)
    operands.push_back(shape(value));
  auto results = inferShapes(node, operands);
  if (!results)
    return std::nullopt;
  for (const Shape &result : *results)
    if (elements(result) > maxElements || multiplyAdds(node, operands[0], result) > maxMultiplyAdds)
      return std::nullopt;
  network.nodes.push_back(std::move(node));
  shapes.push_back(std::move(*results));
  return Value{unsigned(network.nodes.size()) - 1, 0};
}

std::optional<Value> Builder::add(llvm::StringRef layer, Value operand,
                                  std::map<std::string, AttrValue> attributes) {
  Node node;
  node.layer = layer.str();
  node.operands = {operand};
  node.attributes = std::move(attributes);
  return add(std::move(node));
}

unsigned Builder::readers(Value value) const {
  unsigned count = 0;
  for (const Node &node : network.nodes)
    count += llvm::count(node.operands, value);
  return count;
}

std::vector<Value> Builder::values(llvm::function_ref<bool(const Shape &)> fits) const {
  std::vector<Value> found;
  for (unsigned node = 0; node < shapes.size(); ++node)
    for (unsigned result = 0; result < shapes[node].size(); ++result)
      if (fits(shapes[node][result]))
        found.push_back({node, result});
  return found;
}

std::optional<Value> Builder::pick(llvm::function_ref<bool(const Shape &)> fits) {
  std::vector<Value> all = values(fits);
  if (all.empty())
    return std::nullopt;
  std::vector<Value> unread;
  llvm::copy_if(all, std::back_inserter(unread), [&](Value v) { return readers(v) == 0; });
  if (!unread.empty() && choices.percent(65))
    return choices.percent(60) ? unread.back() : choices.oneOf(unread);
  return choices.oneOf(all);
}

std::optional<Value> Builder::pickImage() {
  return pick([](const Shape &shape) { return shape.size() == 4; });
}
