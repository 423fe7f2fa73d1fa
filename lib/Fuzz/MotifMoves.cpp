//===- MotifMoves.cpp - Layers that networks put together -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// What passes look for, and what layers drawn one by one would seldom give: batch norm on either
// side of a convolution, residuals, pieces of a split that are put together again, and views of
// views.
//
//===----------------------------------------------------------------------===//
#include "Builder.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::fuzz;
using Attributes = std::map<std::string, AttrValue>;

static const char *drawActivation(Choices &choices) {
  static constexpr const char *names[] = {"relu", "relu", "relu6", "tanh", "sigmoid", "gelu"};
  return choices.oneOf(names);
}

/// A convolution that keeps the size of the image.
static std::optional<Value> sameSize(Builder &builder, Value input, int64_t channels,
                                     bool bias = true) {
  int64_t kernel = builder.choices.oneOf({1, 3});
  Attributes attributes{{"channels", channels}, {"kernel", kernel}};
  if (kernel == 3)
    attributes["padding"] = int64_t(1);
  if (!bias)
    attributes["bias"] = false;
  return builder.add("conv", input, attributes);
}

static std::optional<Value> addBinary(Builder &builder, const char *layer, Value a, Value b) {
  Node node;
  node.layer = layer;
  node.operands = {a, b};
  if (builder.choices.percent(50))
    std::swap(node.operands[0], node.operands[1]);
  return builder.add(std::move(node));
}

static bool addConvNorm(Builder &builder) {
  std::optional<Value> x = builder.pickImage();
  if (x)
    x = sameSize(builder, *x, builder.choices.oneOf({5, 8, 16}), builder.choices.percent(30));
  if (x)
    x = builder.add("batch_norm", *x);
  if (x && builder.choices.percent(70))
    x = builder.add(drawActivation(builder.choices), *x);
  return x.has_value();
}

static bool addPreActivation(Builder &builder) {
  std::optional<Value> x = builder.pickImage();
  if (x)
    x = builder.add("batch_norm", *x);
  if (x && builder.choices.percent(60))
    x = builder.add("relu", *x);
  return x && sameSize(builder, *x, builder.choices.oneOf({5, 8, 16}));
}

static bool addResidual(Builder &builder) {
  std::optional<Value> x = builder.pickImage();
  if (!x)
    return false;
  int64_t channels = builder.shape(*x)[1];
  std::optional<Value> y = sameSize(builder, *x, channels), shortcut = x;
  if (y && builder.choices.percent(60))
    y = builder.add("batch_norm", *y);
  if (builder.choices.percent(40))
    shortcut = sameSize(builder, *x, channels);
  if (y && shortcut)
    y = addBinary(builder, "add", *y, *shortcut);
  if (y && builder.choices.percent(70))
    y = builder.add(drawActivation(builder.choices), *y);
  return y.has_value();
}

/// Zeros around an image that a convolution could lay there itself.
static bool addPaddedConv(Builder &builder) {
  Choices &choices = builder.choices;
  std::optional<Value> x = builder.pickImage();
  if (x)
    x = builder.add("pad", *x,
                    {{"padding", std::vector<int64_t>{choices.range(0, 2), choices.range(0, 2),
                                                      choices.range(0, 2), choices.range(0, 2)}}});
  return x && sameSize(builder, *x, choices.oneOf({5, 8, 16}));
}

static bool addPooledConv(Builder &builder) {
  std::optional<Value> x = builder.pickImage();
  if (x)
    x = sameSize(builder, *x, builder.choices.oneOf({8, 12, 16}));
  if (x && builder.choices.percent(60))
    x = builder.add(drawActivation(builder.choices), *x);
  return x && builder.add(builder.choices.percent(75) ? "max_pool" : "avg_pool", *x,
                          {{"kernel", int64_t(2)}});
}

/// A depthwise convolution with at most one tap in a channel: a shift.
static bool addDepthwiseShift(Builder &builder) {
  std::optional<Value> x = builder.pick(
      [](const Shape &shape) { return shape.size() == 4 && shape[1] >= 2 && shape[1] <= 17; });
  if (!x)
    return false;
  Choices &choices = builder.choices;
  int64_t channels = builder.shape(*x)[1], height = choices.oneOf({1, 3}), width = 3;
  bool scaled = choices.percent(50);
  LiteralTensor weight{{channels, 1, height, width}, std::vector<float>(channels * height * width)};
  for (int64_t c = 0; c < channels; ++c)
    if (!choices.percent(10))
      weight.values[c * height * width + choices.range(0, height * width - 1)] =
          scaled ? choices.literal() : 1;
  Attributes attributes{{"channels", channels}, {"groups", channels}, {"weight", weight}};
  attributes["kernel"] = std::vector<int64_t>{height, width};
  attributes["padding"] = std::vector<int64_t>{height / 2, 1};
  if (choices.percent(60))
    attributes["bias"] = false;
  return builder.add("conv", *x, attributes).has_value();
}

/// Where a tensor of so many channels is cut: between blocks of a vector's lanes if it has several,
/// so that both pieces can be views.
static int64_t drawCut(Choices &choices, int64_t channels) {
  if (channels > 8 && choices.percent(65))
    return 8 * choices.range(1, (channels - 1) / 8);
  return choices.range(1, channels - 1);
}

/// What can be written in place: a kernel's result of whole blocks, or several of them joined.
static std::optional<Value> addWide(Builder &builder) {
  std::optional<Value> x = builder.pickImage();
  if (!x)
    return std::nullopt;
  std::optional<Value> y = sameSize(builder, *x, builder.choices.oneOf({16, 24, 32}));
  if (y && builder.choices.percent(40))
    if (std::optional<Value> other = sameSize(builder, *x, builder.choices.oneOf({8, 16})))
      y = addBinary(builder, "concat", *y, *other);
  return y;
}

/// Two pieces, one of them changed, joined again in either order: a unit of ShuffleNet. What was
/// cut is often still read when the joined tensor is there.
static bool addSplitJoin(Builder &builder) {
  Choices &choices = builder.choices;
  std::optional<Value> x =
      choices.percent(60) ? addWide(builder)
                          : builder.pick([](const Shape &s) { return s.size() == 4 && s[1] >= 2; });
  if (!x)
    return false;
  int64_t channels = builder.shape(*x)[1], first = drawCut(choices, channels);
  std::optional<Value> pieces =
      builder.add("split", *x, {{"parts", std::vector<int64_t>{first, channels - first}}});
  if (!pieces)
    return false;
  Value kept{pieces->node, unsigned(choices.range(0, 1))}, other{pieces->node, 1 - kept.result};
  bool inOrder = choices.percent(70);
  std::optional<Value> changed = choices.percent(50)
                                     ? sameSize(builder, other, builder.shape(other)[1])
                                     : builder.add(drawActivation(choices), other);
  if (changed) {
    Node join;
    join.layer = "concat";
    join.operands = {kept, *changed};
    if ((kept.result == 1) == inOrder)
      std::swap(join.operands[0], join.operands[1]);
    changed = builder.add(std::move(join));
  }
  if (changed && choices.percent(50))
    changed = builder.add(drawActivation(choices), *changed);
  if (changed && choices.percent(60))
    builder.add(drawActivation(choices), choices.percent(60) ? *x : other);
  if (changed && channels % 2 == 0 && choices.percent(40))
    changed = builder.add("channel_shuffle", *changed, {{"groups", int64_t(2)}});
  return changed.has_value();
}

/// Each layer reads all that were before it.
static bool addDense(Builder &builder) {
  std::optional<Value> x = builder.pickImage();
  for (int64_t i = builder.choices.range(1, 3); x && i > 0; --i)
    if (std::optional<Value> y = sameSize(builder, *x, builder.choices.oneOf({4, 5, 8})))
      x = addBinary(builder, "concat", *x, *y);
  return x.has_value();
}

/// Concats of concats, splits of concats and concats of those.
static bool addViews(Builder &builder) {
  Choices &choices = builder.choices;
  std::optional<Value> x = choices.percent(60) ? addWide(builder) : builder.pickImage();
  if (!x)
    return false;
  const Shape shape = builder.shape(*x);
  auto alike = [&](const Shape &other) {
    return other.size() == 4 && other[0] == shape[0] && other[2] == shape[2] &&
           other[3] == shape[3];
  };
  for (int64_t i = choices.range(2, 4); x && i > 0; --i) {
    int64_t channels = builder.shape(*x)[1];
    if (channels >= 2 && choices.percent(50)) {
      int64_t first = drawCut(choices, channels);
      x = builder.add("split", *x, {{"parts", std::vector<int64_t>{first, channels - first}}});
      if (x)
        x->result = choices.range(0, 1);
    } else {
      x = addBinary(builder, "concat", *x, choices.oneOf(builder.values(alike)));
    }
  }
  return x && builder.add(drawActivation(choices), *x);
}

/// One operand of the sum has no other reader: it can be written where that stood.
static bool addInPlace(Builder &builder) {
  std::optional<Value> x = builder.pickImage();
  if (!x)
    return false;
  std::optional<Value> a = builder.add(drawActivation(builder.choices), *x);
  std::optional<Value> b = builder.add(drawActivation(builder.choices), *x);
  if (a && b)
    a = addBinary(builder, "add", *a, *b);
  return a && builder.add(drawActivation(builder.choices), *a);
}

static bool addHead(Builder &builder) {
  Choices &choices = builder.choices;
  std::optional<Value> x = builder.pickImage();
  if (x && choices.percent(50))
    x = builder.add(choices.percent(70) ? "global_avg_pool" : "global_max_pool", *x);
  if (x)
    x = builder.add("flatten", *x);
  if (x)
    x = addLinear(builder, *x);
  if (x && choices.percent(65))
    x = builder.add(choices.percent(50) ? "softmax" : "batch_norm", *x);
  return x.has_value();
}

/// A layer with weights.
static std::optional<Value> addWeighted(Builder &builder, Value x) {
  Choices &choices = builder.choices;
  if (builder.shape(x).size() == 2)
    return builder.add("linear", x, {{"features", choices.oneOf({3, 8, 17})}});
  if (choices.percent(35))
    return sameSize(builder, x, choices.oneOf({5, 8}));
  if (choices.percent(50))
    return builder.add("batch_norm", x);
  return builder.add("conv_transpose", x,
                     {{"channels", choices.oneOf({3, 8})}, {"kernel", choices.oneOf({2, 3})}});
}

/// One layer's weights used twice, on the same tensor or on two.
static bool addShared(Builder &builder) {
  Choices &choices = builder.choices;
  std::optional<Value> x =
      builder.pick([](const Shape &shape) { return shape.size() == 4 || shape.size() == 2; });
  if (x && builder.shape(*x).size() == 4 && choices.percent(35))
    x = builder.add("flatten", *x);
  if (!x)
    return false;
  const Shape shape = builder.shape(*x);
  std::vector<Value> others = builder.values(
      [&](const Shape &other) { return other.size() == shape.size() && other[1] == shape[1]; });
  std::optional<Value> first = addWeighted(builder, *x);
  if (!first)
    return false;
  Node second = builder.network.nodes[first->node];
  second.operands = {choices.percent(30) ? *x : choices.oneOf(others)};
  second.sharedWith = first->node;
  return builder.add(std::move(second)).has_value();
}

llvm::ArrayRef<Move> fuzz::motifMoves() {
  static constexpr Move moves[] = {
      {"conv and norm", false, 1, addConvNorm},
      {"pre-activation", false, 1, addPreActivation},
      {"residual", false, 1, addResidual},
      {"conv and pool", false, 1, addPooledConv},
      {"pad and conv", false, 1, addPaddedConv},
      {"depthwise shift", false, 1, addDepthwiseShift},
      {"split and join", false, 3, addSplitJoin},
      {"dense block", false, 1, addDense},
      {"views", false, 2, addViews},
      {"in place", false, 1, addInPlace},
      {"head", false, 2, addHead},
      {"shared", false, 3, addShared},
  };
  return moves;
}
