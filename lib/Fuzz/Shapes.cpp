//===- Shapes.cpp - Shapes by the manual's formulas -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Network.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include <numeric>

using namespace fovea;
using namespace fovea::fuzz;
using Operands = llvm::ArrayRef<Shape>;
using Results = std::optional<std::vector<Shape>>;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// One direction of a window that slides.
struct Axis {
  int64_t input, kernel, stride, dilation, before, after;

  int64_t extent() const { return dilation * (kernel - 1) + 1; }
  int64_t padded() const { return input + before + after; }
  bool fits() const { return extent() <= padded() && stride >= 1 && kernel >= 1; }
  int64_t outputs() const { return (padded() - extent()) / stride + 1; }
  /// A last window that is cut off counts if it begins before the end padding.
  int64_t outputsRoundedUp() const {
    int64_t count = outputs();
    bool all = (count - 1) * stride + extent() >= padded();
    return all || count * stride >= input + before ? count : count + 1;
  }
};
} // namespace

static std::pair<int64_t, int64_t> strideOf(const Node &node) {
  bool pool = node.layer == "max_pool" || node.layer == "avg_pool";
  return node.pair("stride",
                   pool ? node.pair("kernel", {1, 1}) : std::pair<int64_t, int64_t>(1, 1));
}

/// Rows, then columns; `padding` is top, left, bottom, right.
static std::array<Axis, 2> axesOf(const Node &node, llvm::ArrayRef<int64_t> input,
                                  llvm::ArrayRef<int64_t> padding) {
  auto kernel = node.pair("kernel", {1, 1}), dilation = node.pair("dilation", {1, 1});
  auto stride = strideOf(node);
  return {Axis{input[2], kernel.first, stride.first, dilation.first, padding[0], padding[2]},
          Axis{input[3], kernel.second, stride.second, dilation.second, padding[1], padding[3]}};
}

std::vector<int64_t> fuzz::paddingOf(const Node &node, llvm::ArrayRef<int64_t> input) {
  if (const std::vector<int64_t> *list = node.integers("padding"))
    return list->size() == 4 ? *list
                             : std::vector<int64_t>{(*list)[0], (*list)[1], (*list)[0], (*list)[1]};
  if (node.text("padding") != "same")
    return std::vector<int64_t>(4, node.integer("padding", 0));
  std::vector<int64_t> result(4);
  auto axes = axesOf(node, input, result);
  for (size_t i : {0, 1}) {
    int64_t outputs = (axes[i].input + axes[i].stride - 1) / axes[i].stride;
    int64_t total =
        std::max<int64_t>((outputs - 1) * axes[i].stride + axes[i].extent() - axes[i].input, 0);
    result[i] = total / 2;
    result[2 + i] = total - total / 2;
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static Results one(Shape shape) { return std::vector<Shape>{std::move(shape)}; }

static bool divides(int64_t divisor, int64_t value) { return divisor >= 1 && value % divisor == 0; }

static Results sameShape(const Node &, Operands operands) { return one(operands[0]); }

/// Whether weight and bias, where they are written as numbers, have these shapes.
static bool literalsFit(const Node &node, const Shape &weightShape, int64_t outputs) {
  const LiteralTensor *weight = node.literal("weight"), *bias = node.literal("bias");
  return (!weight || weight->shape == weightShape) && (!bias || bias->shape == Shape{outputs});
}

static Results conv(const Node &node, Operands operands) {
  const Shape &input = operands[0];
  int64_t channels = node.integer("channels", 0), groups = node.integer("groups", 1);
  if (channels < 1 || !divides(groups, input[1]) || !divides(groups, channels))
    return std::nullopt;
  auto kernel = node.pair("kernel", {1, 1});
  if (!literalsFit(node, {channels, input[1] / groups, kernel.first, kernel.second}, channels))
    return std::nullopt;
  auto axes = axesOf(node, input, paddingOf(node, input));
  if (!axes[0].fits() || !axes[1].fits())
    return std::nullopt;
  return one({input[0], channels, axes[0].outputs(), axes[1].outputs()});
}

/// The gradient of a convolution with respect to its input: (in - 1) * stride - padding + extent +
/// output padding.
static Results convTranspose(const Node &node, Operands operands) {
  const Shape &input = operands[0];
  int64_t channels = node.integer("channels", 0), groups = node.integer("groups", 1);
  if (channels < 1 || !divides(groups, input[1]) || !divides(groups, channels))
    return std::nullopt;
  auto kernel = node.pair("kernel", {1, 1});
  if (!literalsFit(node, {input[1], channels / groups, kernel.first, kernel.second}, channels))
    return std::nullopt;
  auto axes = axesOf(node, input, paddingOf(node, input));
  auto extra = node.pair("output_padding", {0, 0});
  Shape result{input[0], channels};
  for (size_t i : {0, 1}) {
    int64_t more = i == 0 ? extra.first : extra.second;
    if (more < 0 || more >= std::max(axes[i].stride, axes[i].dilation))
      return std::nullopt;
    result.push_back((axes[i].input - 1) * axes[i].stride - axes[i].before - axes[i].after +
                     axes[i].extent() + more);
  }
  return one(result);
}

static Results pool(const Node &node, Operands operands) {
  const Shape &input = operands[0];
  std::vector<int64_t> padding = paddingOf(node, input);
  auto axes = axesOf(node, input, padding);
  Shape result{input[0], input[1]};
  for (const Axis &axis : axes) {
    if (!axis.fits() || 2 * axis.before > axis.kernel || 2 * axis.after > axis.kernel)
      return std::nullopt;
    result.push_back(node.flag("ceil_mode", false) ? axis.outputsRoundedUp() : axis.outputs());
  }
  return one(result);
}

static Results globalPool(const Node &, Operands operands) {
  return one({operands[0][0], operands[0][1], 1, 1});
}

static Results linear(const Node &node, Operands operands) {
  int64_t features = node.integer("features", 0);
  if (features < 1 || !literalsFit(node, {features, operands[0][1]}, features))
    return std::nullopt;
  return one({operands[0][0], features});
}

static Results add(const Node &, Operands operands) {
  return operands[0] == operands[1] ? one(operands[0]) : std::nullopt;
}

/// An axis counted from the front; nothing if there is none such.
static std::optional<size_t> axisOf(const Node &node, llvm::StringRef attribute, size_t rank) {
  int64_t axis = node.integer(attribute, 1);
  axis += axis < 0 ? rank : 0;
  return axis < 0 || axis >= int64_t(rank) ? std::nullopt : std::optional<size_t>(axis);
}

static Results softmax(const Node &node, Operands operands) {
  return axisOf(node, "axis", operands[0].size()) ? one(operands[0]) : std::nullopt;
}

static Results concat(const Node &node, Operands operands) {
  Shape result = operands[0];
  std::optional<size_t> axis = axisOf(node, "axis", result.size());
  if (!axis)
    return std::nullopt;
  for (const Shape &shape : operands.drop_front()) {
    Shape expected = operands[0];
    if (shape.size() != expected.size())
      return std::nullopt;
    expected[*axis] = shape[*axis];
    if (shape != expected)
      return std::nullopt;
    result[*axis] += shape[*axis];
  }
  return one(result);
}

static Results split(const Node &node, Operands operands) {
  std::optional<size_t> axis = axisOf(node, "axis", operands[0].size());
  if (!axis)
    return std::nullopt;
  int64_t extent = operands[0][*axis], parts = node.integer("parts", 0);
  std::vector<int64_t> sizes;
  if (const std::vector<int64_t> *list = node.integers("parts"))
    sizes = *list;
  else if (divides(parts, extent))
    sizes.assign(parts, extent / parts);
  if (sizes.size() < 2 || std::accumulate(sizes.begin(), sizes.end(), int64_t(0)) != extent ||
      llvm::any_of(sizes, [](int64_t size) { return size < 1; }))
    return std::nullopt;
  std::vector<Shape> results(sizes.size(), operands[0]);
  for (auto [shape, size] : llvm::zip(results, sizes))
    shape[*axis] = size;
  return results;
}

static Results shuffle(const Node &node, Operands operands) {
  return divides(node.integer("groups", 0), operands[0][1]) ? one(operands[0]) : std::nullopt;
}

static Results shift(const Node &node, Operands operands) {
  int64_t kernel = node.integer("kernel", 3), offsets = kernel * kernel;
  if (const std::vector<int64_t> *list = node.integers("offsets"))
    offsets = list->size() / 2;
  return kernel % 2 == 1 && offsets >= 1 && offsets <= operands[0][1] ? one(operands[0])
                                                                      : std::nullopt;
}

static Results flatten(const Node &node, Operands operands) {
  std::optional<size_t> start = axisOf(node, "start", operands[0].size());
  if (!start)
    return std::nullopt;
  Shape result(operands[0].begin(), operands[0].begin() + *start);
  result.push_back(std::accumulate(operands[0].begin() + *start, operands[0].end(), int64_t(1),
                                   std::multiplies<>()));
  return one(result);
}

/// torchvision's: an integer is the length of the shorter side, the longer one is cut off.
static Results resize(const Node &node, Operands operands) {
  Shape result = operands[0];
  if (node.integers("size")) {
    std::tie(result[2], result[3]) = node.pair("size", {0, 0});
  } else {
    int64_t size = node.integer("size", 0), shorter = std::min(result[2], result[3]);
    for (size_t i : {2, 3})
      result[i] = result[i] == shorter ? size : size * result[i] / shorter;
  }
  return result[2] < 1 || result[3] < 1 ? std::nullopt : one(result);
}

static Results crop(const Node &node, Operands operands) {
  const Shape &input = operands[0];
  int64_t top = node.integer("top", -1), left = node.integer("left", -1);
  int64_t height = node.integer("height", 0), width = node.integer("width", 0);
  if (top < 0 || left < 0 || height < 1 || width < 1 || top + height > input[2] ||
      left + width > input[3])
    return std::nullopt;
  return one({input[0], input[1], height, width});
}

static Results centerCrop(const Node &node, Operands operands) {
  Shape result = operands[0];
  auto [height, width] = node.pair("size", {0, 0});
  if (height < 1 || width < 1 || height > result[2] || width > result[3])
    return std::nullopt;
  return one({result[0], result[1], height, width});
}

static Results pad(const Node &node, Operands operands) {
  const Shape &input = operands[0];
  std::vector<int64_t> padding = paddingOf(node, input);
  auto [before, after] = node.pair("channels", {0, 0});
  return one({input[0], input[1] + before + after, input[2] + padding[0] + padding[2],
              input[3] + padding[1] + padding[3]});
}

static Results normalize(const Node &node, Operands operands) {
  for (llvm::StringRef role : {"mean", "std"})
    if (const LiteralTensor *list = node.literal(role);
        !list || list->shape != Shape{operands[0][1]})
      return std::nullopt;
  return one(operands[0]);
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

namespace {
struct Rule {
  Results (*infer)(const Node &, Operands);
  /// The rank that the first operand must have; 0: any.
  size_t rank = 0;
};
} // namespace

static const llvm::StringMap<Rule> &rules() {
  static const llvm::StringMap<Rule> table = {
      {"conv", {conv, 4}},
      {"conv_transpose", {convTranspose, 4}},
      {"linear", {linear, 2}},
      {"batch_norm", {sameShape}},
      {"relu", {sameShape}},
      {"relu6", {sameShape}},
      {"tanh", {sameShape}},
      {"sigmoid", {sameShape}},
      {"gelu", {sameShape}},
      {"dropout", {sameShape}},
      {"softmax", {softmax}},
      {"max_pool", {pool, 4}},
      {"avg_pool", {pool, 4}},
      {"global_avg_pool", {globalPool, 4}},
      {"global_max_pool", {globalPool, 4}},
      {"add", {add}},
      {"concat", {concat}},
      {"split", {split}},
      {"channel_shuffle", {shuffle, 4}},
      {"spatial_shift", {shift, 4}},
      {"flatten", {flatten}},
      {"resize", {resize, 4}},
      {"crop", {crop, 4}},
      {"center_crop", {centerCrop, 4}},
      {"pad", {pad, 4}},
      {"normalize", {normalize, 4}},
  };
  return table;
}

static Shape inputShape(const Node &node) {
  const Shape &s = node.shape;
  return node.channelsLast ? Shape{s[0], s[3], s[1], s[2]} : s;
}

std::optional<std::vector<Shape>> fuzz::inferShapes(const Node &node,
                                                    llvm::ArrayRef<Shape> operands) {
  if (node.isInput())
    return one(inputShape(node));
  auto rule = rules().find(node.layer);
  if (rule == rules().end() || operands.empty() ||
      (node.layer == "add") != (operands.size() == 2 && node.layer != "concat"))
    return std::nullopt;
  if (rule->second.rank && operands[0].size() != rule->second.rank)
    return std::nullopt;
  Results results = rule->second.infer(node, operands);
  bool possible = results && llvm::all_of(*results, [](const Shape &shape) {
                    return llvm::all_of(shape, [](int64_t extent) { return extent >= 1; });
                  });
  return possible ? results : std::nullopt;
}

/// Instances of one layer have weights of one shape: their inputs' channels agree.
static bool sharingIsLegal(const Network &network, const Node &node, Operands operands,
                           llvm::ArrayRef<std::vector<Shape>> shapes) {
  if (!node.sharedWith)
    return true;
  const Node &first = network.nodes[*node.sharedWith];
  const Value &operand = first.operands[0];
  return first.layer == node.layer && operands[0].size() > 1 &&
         shapes[operand.node][operand.result].size() > 1 &&
         shapes[operand.node][operand.result][1] == operands[0][1];
}

std::optional<std::vector<std::vector<Shape>>> fuzz::inferShapes(const Network &network) {
  std::vector<std::vector<Shape>> shapes;
  for (const Node &node : network.nodes) {
    std::vector<Shape> operands;
    for (const Value &value : node.operands) {
      if (value.node >= shapes.size() || value.result >= shapes[value.node].size())
        return std::nullopt;
      operands.push_back(shapes[value.node][value.result]);
    }
    std::optional<std::vector<Shape>> results = inferShapes(node, operands);
    if (!results || !sharingIsLegal(network, node, operands, shapes))
      return std::nullopt;
    shapes.push_back(std::move(*results));
  }
  return shapes;
}
