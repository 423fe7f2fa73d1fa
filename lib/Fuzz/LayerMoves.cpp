//===- LayerMoves.cpp - One random layer of each kind ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Builder.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::fuzz;
using Attributes = std::map<std::string, AttrValue>;
using Integers = std::vector<int64_t>;

static bool anyShape(const Shape &) { return true; }

/// Puts one layer on a value; what was drawn may not fit, then others are drawn.
static bool attempt(llvm::function_ref<std::optional<Value>()> make) {
  for (int i = 0; i < 8; ++i)
    if (make())
      return true;
  return false;
}

/// Few different numbers, odd ones and those around a vector's length: kernels of different
/// networks are the same more often.
static int64_t drawChannels(Choices &choices) {
  return choices.oneOf({1, 3, 4, 5, 8, 8, 12, 16, 16, 17, 24, 33});
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// A number for both directions or one for each; absent where it is `otherwise`.
static void drawPair(Choices &choices, Attributes &attributes, llvm::StringRef name,
                     std::initializer_list<int64_t> values, unsigned percent) {
  if (!choices.percent(percent))
    return;
  if (choices.percent(60))
    attributes[name.str()] = choices.oneOf(values);
  else
    attributes[name.str()] = Integers{choices.oneOf(values), choices.oneOf(values)};
}

static void drawPadding(Choices &choices, Attributes &attributes, int64_t most) {
  switch (choices.range(0, 6)) {
  case 0:
    break;
  case 1:
    attributes["padding"] = std::string(choices.percent(75) ? "same" : "valid");
    break;
  case 2:
    attributes["padding"] = Integers{choices.range(0, most), choices.range(0, most)};
    break;
  case 3:
  case 4:
    attributes["padding"] = Integers{choices.range(0, most), choices.range(0, most),
                                     choices.range(0, most), choices.range(0, most)};
    break;
  default:
    attributes["padding"] = choices.range(0, most);
  }
}

static void drawKernel(Choices &choices, Attributes &attributes) {
  attributes["kernel"] = choices.oneOf({1, 1, 2, 2, 3, 3, 3, 5});
  if (choices.percent(30))
    attributes["kernel"] = Integers{choices.oneOf({1, 2, 3}), choices.oneOf({1, 3, 5})};
}

static int64_t greatestKernel(const Attributes &attributes) {
  const AttrValue &kernel = attributes.at("kernel");
  auto *list = std::get_if<Integers>(&kernel);
  return list ? std::min((*list)[0], (*list)[1]) : std::get<int64_t>(kernel);
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

static Integers properDivisors(int64_t value) {
  Integers divisors;
  for (int64_t divisor = 2; divisor < value; ++divisor)
    if (value % divisor == 0)
      divisors.push_back(divisor);
  return divisors;
}

/// Groups and channels: dense, grouped, depthwise, or depthwise with a multiplier.
static void drawGroups(Choices &choices, Attributes &attributes, int64_t input) {
  int64_t channels = drawChannels(choices);
  switch (choices.range(0, 9)) {
  case 0:
  case 1:
  case 2:
    attributes["groups"] = channels = input;
    break;
  case 3:
    attributes["groups"] = input;
    channels = input * choices.range(2, 3);
    break;
  case 4:
  case 5:
  case 6:
    if (Integers divisors = properDivisors(input); !divisors.empty()) {
      int64_t groups = choices.oneOf(divisors);
      attributes["groups"] = groups;
      channels = groups * choices.oneOf({1, 2, 3, 8});
    }
    break;
  default:
    break;
  }
  attributes["channels"] = channels;
}

/// Values short to read, so that a reduced case is too; nothing where it would be many.
static std::optional<LiteralTensor> drawLiteral(Choices &choices, Shape shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  if (count > 300)
    return std::nullopt;
  LiteralTensor literal{std::move(shape), {}};
  for (int64_t i = 0; i < count; ++i)
    literal.values.push_back(choices.literal());
  return literal;
}

/// A weight of that shape and a bias of so many elements, as numbers; or no bias.
static void drawWeights(Choices &choices, Attributes &attributes, Shape weight, int64_t outputs) {
  if (choices.percent(30))
    attributes["bias"] = false;
  else if (choices.percent(30))
    if (auto literal = drawLiteral(choices, {outputs}))
      attributes["bias"] = *literal;
  if (choices.percent(30))
    if (auto literal = drawLiteral(choices, std::move(weight)))
      attributes["weight"] = *literal;
}

/// Of what a conv or conv_transpose with those attributes multiplies.
static Shape kernelShape(const Attributes &attributes, int64_t outer, int64_t inner) {
  Node node;
  node.attributes = attributes;
  auto [height, width] = node.pair("kernel", {1, 1});
  return {outer, std::max<int64_t>(inner / node.integer("groups", 1), 1), height, width};
}

static const char *drawAlgorithm(Choices &choices) {
  static constexpr const char *hints[] = {"im2col", "im2col", "im2col", "direct", "shift"};
  return choices.oneOf(hints);
}

static const char *drawPrecision(Choices &choices) {
  static constexpr const char *hints[] = {"f32", "bf16", "f16"};
  return choices.oneOf(hints);
}

static bool addConv(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           Choices &choices = builder.choices;
           Node node;
           node.layer = "conv";
           node.operands = {*input};
           drawKernel(choices, node.attributes);
           drawPair(choices, node.attributes, "stride", {1, 2, 2, 3}, 35);
           drawPair(choices, node.attributes, "dilation", {1, 2, 2, 3}, 30);
           drawPadding(choices, node.attributes, greatestKernel(node.attributes));
           int64_t channels = builder.shape(*input)[1];
           drawGroups(choices, node.attributes, channels);
           int64_t outputs = std::get<int64_t>(node.attributes["channels"]);
           drawWeights(choices, node.attributes, kernelShape(node.attributes, outputs, channels),
                       outputs);
           if (choices.percent(12))
             node.algorithm = drawAlgorithm(choices);
           if (choices.percent(8))
             node.precision = drawPrecision(choices);
           return builder.add(std::move(node));
         });
}

static bool addConvTranspose(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           Choices &choices = builder.choices;
           Node node;
           node.layer = "conv_transpose";
           node.operands = {*input};
           Attributes &attributes = node.attributes;
           drawKernel(choices, attributes);
           drawPair(choices, attributes, "stride", {1, 2, 2, 3}, 70);
           drawPair(choices, attributes, "dilation", {1, 2}, 40);
           if (choices.percent(50))
             attributes["padding"] = choices.range(0, greatestKernel(attributes) / 2);
           else if (choices.percent(50))
             attributes["padding"] = Integers{choices.range(0, 1), choices.range(0, 1),
                                              choices.range(0, 1), choices.range(0, 1)};
           drawPair(choices, attributes, "output_padding", {0, 1}, 45);
           int64_t channels = builder.shape(*input)[1];
           drawGroups(choices, attributes, channels);
           int64_t outputs = std::get<int64_t>(attributes["channels"]);
           drawWeights(choices, attributes, kernelShape(attributes, channels, outputs), outputs);
           if (choices.percent(20))
             node.algorithm = drawAlgorithm(choices);
           if (choices.percent(15))
             node.precision = drawPrecision(choices);
           return builder.add(std::move(node));
         });
}

std::optional<Value> fuzz::addLinear(Builder &builder, Value input) {
  Choices &choices = builder.choices;
  int64_t features = drawChannels(choices);
  Node node;
  node.layer = "linear";
  node.operands = {input};
  node.attributes["features"] = features;
  drawWeights(choices, node.attributes, {features, builder.shape(input)[1]}, features);
  if (choices.percent(35))
    node.precision = drawPrecision(choices);
  return builder.add(std::move(node));
}

static bool addSomeLinear(Builder &builder) {
  std::optional<Value> input = builder.pick([](const Shape &shape) { return shape.size() == 2; });
  return input && addLinear(builder, *input);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

template <const char *Layer> static bool addUnary(Builder &builder) {
  std::optional<Value> input = builder.pick(anyShape);
  return input && builder.add(Layer, *input);
}

static bool addBatchNorm(Builder &builder) {
  std::optional<Value> input = builder.pick([](const Shape &shape) { return shape.size() >= 2; });
  Attributes attributes;
  if (builder.choices.percent(30))
    attributes["eps"] = 1e-3;
  return input && builder.add("batch_norm", *input, attributes);
}

static bool addDropout(Builder &builder) {
  std::optional<Value> input = builder.pick(anyShape);
  Attributes attributes;
  if (builder.choices.percent(75))
    attributes["p"] = 0.25;
  return input && builder.add("dropout", *input, attributes);
}

static bool addNormalize(Builder &builder) {
  std::optional<Value> input =
      builder.pick([](const Shape &shape) { return shape.size() == 4 && shape[1] <= 17; });
  if (!input)
    return false;
  Choices &choices = builder.choices;
  LiteralTensor mean{{builder.shape(*input)[1]}, {}}, deviation = mean;
  for (int64_t i = 0; i < mean.shape[0]; ++i) {
    mean.values.push_back(choices.literal());
    deviation.values.push_back(float(choices.range(4, 12)) / 8);
  }
  return builder.add("normalize", *input, {{"mean", mean}, {"std", deviation}}).has_value();
}

static bool addSoftmax(Builder &builder) {
  std::optional<Value> input = builder.pick(anyShape);
  if (!input)
    return false;
  int64_t rank = builder.shape(*input).size();
  Attributes attributes;
  if (builder.choices.percent(20))
    attributes["axis"] = 1 - rank;
  else if (builder.choices.percent(60))
    attributes["axis"] = builder.choices.range(-rank, rank - 1);
  return builder.add("softmax", *input, attributes).has_value();
}

static bool addAdd(Builder &builder) {
  std::optional<Value> first = builder.pick(anyShape);
  if (!first)
    return false;
  const Shape shape = builder.shape(*first);
  std::vector<Value> others = builder.values([&](const Shape &other) { return other == shape; });
  Node node;
  node.layer = "add";
  node.operands = {*first, builder.choices.oneOf(others)};
  if (builder.choices.percent(50))
    std::swap(node.operands[0], node.operands[1]);
  return builder.add(std::move(node)).has_value();
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

/// A dilated window can lie in the padding with all of its taps; the greatest of none is -inf.
static bool meetsImage(const Node &node, const Shape &input, const Shape &output) {
  auto kernel = node.pair("kernel", {1, 1}), dilation = node.pair("dilation", {1, 1});
  auto stride = node.pair("stride", kernel);
  std::vector<int64_t> padding = paddingOf(node, input);
  auto meets = [](int64_t extent, int64_t outputs, int64_t taps, int64_t step, int64_t apart,
                  int64_t before) {
    for (int64_t i = 0; i < outputs; ++i) {
      int64_t found = 0;
      for (int64_t tap = 0; tap < taps; ++tap) {
        int64_t at = i * step + tap * apart - before;
        found += at >= 0 && at < extent;
      }
      if (found == 0)
        return false;
    }
    return true;
  };
  return meets(input[2], output[2], kernel.first, stride.first, dilation.first, padding[0]) &&
         meets(input[3], output[3], kernel.second, stride.second, dilation.second, padding[1]);
}

static bool addPool(Builder &builder, llvm::StringRef layer) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           Choices &choices = builder.choices;
           Attributes attributes;
           drawKernel(choices, attributes);
           drawPair(choices, attributes, "stride", {1, 1, 2, 3}, 70);
           drawPadding(choices, attributes, (greatestKernel(attributes) + 1) / 2);
           if (choices.percent(40))
             attributes["ceil_mode"] = true;
           if (layer == "max_pool")
             drawPair(choices, attributes, "dilation", {1, 2, 3}, 40);
           else if (choices.percent(50))
             attributes["count_include_pad"] = false;
           Node node;
           node.layer = layer.str();
           node.operands = {*input};
           node.attributes = std::move(attributes);
           auto output = inferShapes(node, builder.shape(*input));
           if (!output || !meetsImage(node, builder.shape(*input), output->front()))
             return std::optional<Value>();
           return builder.add(std::move(node));
         });
}

static bool addMaxPool(Builder &builder) { return addPool(builder, "max_pool"); }
static bool addAvgPool(Builder &builder) { return addPool(builder, "avg_pool"); }

template <const char *Layer> static bool addGlobalPool(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && builder.add(Layer, *input);
}

//===----------------------------------------------------------------------===//
// Moving data
//===----------------------------------------------------------------------===//

/// Channels, but samples or pixels often enough.
static int64_t drawAxis(Choices &choices, const Shape &shape) {
  if (shape[0] > 1 && choices.percent(40))
    return 0;
  return choices.percent(50) ? 1 : choices.range(0, shape.size() - 1);
}

static bool addConcat(Builder &builder) {
  std::optional<Value> first = builder.pick(anyShape);
  if (!first)
    return false;
  Choices &choices = builder.choices;
  const Shape shape = builder.shape(*first);
  int64_t rank = shape.size();
  int64_t axis = drawAxis(choices, shape);
  std::vector<Value> others = builder.values([&](const Shape &other) {
    Shape same = other;
    if (int64_t(other.size()) == rank)
      same[axis] = shape[axis];
    return same == shape;
  });
  Node node;
  node.layer = "concat";
  node.operands = {*first};
  for (int64_t i = choices.oneOf({0, 0, 1, 1, 1, 2, 3}); i > 0; --i)
    node.operands.push_back(choices.oneOf(others));
  if (choices.percent(50))
    std::reverse(node.operands.begin(), node.operands.end());
  if (axis != 1 || choices.percent(20))
    node.attributes["axis"] = choices.percent(50) ? axis : axis - rank;
  return builder.add(std::move(node)).has_value();
}

/// Pieces of random sizes, at most four.
static Integers drawSizes(Choices &choices, int64_t extent) {
  Integers sizes;
  while (extent > 1 && sizes.size() < 3 && (sizes.empty() || choices.percent(40))) {
    sizes.push_back(choices.range(1, extent - 1));
    extent -= sizes.back();
  }
  sizes.push_back(extent);
  return sizes;
}

static bool addSplit(Builder &builder) {
  std::optional<Value> input = builder.pick(anyShape);
  return input && attempt([&] {
           Choices &choices = builder.choices;
           const Shape &shape = builder.shape(*input);
           int64_t axis = drawAxis(choices, shape);
           Attributes attributes{{"parts", choices.range(2, 4)}};
           if (choices.percent(30))
             attributes["parts"] = drawSizes(choices, shape[axis]);
           if (axis != 1)
             attributes["axis"] = axis;
           return builder.add("split", *input, attributes);
         });
}

static bool addShuffle(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           Integers divisors = properDivisors(builder.shape(*input)[1]);
           divisors.push_back(1);
           return builder.add("channel_shuffle", *input,
                              {{"groups", builder.choices.oneOf(divisors)}});
         });
}

static bool addShift(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           Choices &choices = builder.choices;
           Attributes attributes;
           if (choices.percent(40)) {
             Integers offsets;
             for (int64_t i = 2 * choices.range(1, 5); i > 0; --i)
               offsets.push_back(choices.range(-3, 3));
             attributes["offsets"] = offsets;
           } else if (choices.percent(60)) {
             attributes["kernel"] = choices.oneOf({1, 3, 5});
           }
           return builder.add("spatial_shift", *input, attributes);
         });
}

static bool addFlatten(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  Attributes attributes;
  if (builder.choices.percent(75))
    attributes["start"] = builder.choices.oneOf({2, -2, 1, 3});
  return input && builder.add("flatten", *input, attributes);
}

//===----------------------------------------------------------------------===//
// Pictures
//===----------------------------------------------------------------------===//

static bool addResize(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           Choices &choices = builder.choices;
           Attributes attributes{{"size", choices.oneOf({1, 2, 3, 5, 7, 8, 14})}};
           if (choices.percent(50))
             attributes["size"] = Integers{choices.range(1, 9), choices.range(1, 15)};
           if (choices.percent(50))
             attributes["mode"] = std::string(choices.percent(70) ? "nearest" : "bilinear");
           else if (choices.percent(50))
             attributes["align_corners"] = true;
           return builder.add("resize", *input, attributes);
         });
}

static bool addCrop(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           const Shape &shape = builder.shape(*input);
           Choices &choices = builder.choices;
           int64_t top = choices.range(0, shape[2] - 1), left = choices.range(0, shape[3] - 1);
           return builder.add("crop", *input,
                              {{"top", top},
                               {"left", left},
                               {"height", choices.range(1, shape[2] - top)},
                               {"width", choices.range(1, shape[3] - left)}});
         });
}

static bool addCenterCrop(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           const Shape &shape = builder.shape(*input);
           Choices &choices = builder.choices;
           Attributes attributes{{"size", choices.range(1, std::min(shape[2], shape[3]))}};
           if (choices.percent(50))
             attributes["size"] = Integers{choices.range(1, shape[2]), choices.range(1, shape[3])};
           return builder.add("center_crop", *input, attributes);
         });
}

static bool addPad(Builder &builder) {
  std::optional<Value> input = builder.pickImage();
  return input && attempt([&] {
           Choices &choices = builder.choices;
           Attributes attributes;
           if (choices.percent(80))
             attributes["padding"] = Integers{choices.range(0, 2), choices.range(0, 2),
                                              choices.range(0, 2), choices.range(0, 2)};
           if (choices.percent(30))
             attributes["padding"] = choices.range(0, 2);
           if (choices.percent(30))
             attributes["channels"] = choices.range(1, 3);
           else if (choices.percent(30))
             attributes["channels"] = Integers{choices.range(0, 3), choices.range(0, 5)};
           return builder.add("pad", *input, attributes);
         });
}

static constexpr char relu[] = "relu", relu6[] = "relu6", tanhName[] = "tanh",
                      sigmoid[] = "sigmoid", gelu[] = "gelu", averages[] = "global_avg_pool",
                      maxima[] = "global_max_pool";

llvm::ArrayRef<Move> fuzz::layerMoves() {
  static constexpr Move moves[] = {
      {"conv", true, 10, addConv},
      {"conv_transpose", true, 5, addConvTranspose},
      {"linear", true, 3, addSomeLinear},
      {"batch_norm", true, 2, addBatchNorm},
      {"relu", true, 1, addUnary<relu>},
      {"relu6", true, 1, addUnary<relu6>},
      {"tanh", true, 1, addUnary<tanhName>},
      {"sigmoid", true, 1, addUnary<sigmoid>},
      {"gelu", true, 1, addUnary<gelu>},
      {"dropout", true, 1, addDropout},
      {"softmax", true, 2, addSoftmax},
      {"max_pool", true, 3, addMaxPool},
      {"avg_pool", true, 3, addAvgPool},
      {"global_avg_pool", true, 1, addGlobalPool<averages>},
      {"global_max_pool", true, 1, addGlobalPool<maxima>},
      {"add", true, 2, addAdd},
      {"concat", true, 4, addConcat},
      {"split", true, 4, addSplit},
      {"channel_shuffle", true, 3, addShuffle},
      {"spatial_shift", true, 3, addShift},
      {"flatten", true, 2, addFlatten},
      {"resize", true, 3, addResize},
      {"crop", true, 1, addCrop},
      {"center_crop", true, 2, addCenterCrop},
      {"pad", true, 2, addPad},
      {"normalize", true, 1, addNormalize},
  };
  return moves;
}
