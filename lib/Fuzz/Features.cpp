//===- Features.cpp - The classes of a network's layers -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Frontend/Layers.h"
#include "fovea/Fuzz/Coverage.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

using namespace fovea;
using namespace fovea::fuzz;

namespace {
/// A node in its surroundings.
struct Site {
  const Network &network;
  const std::vector<std::vector<Shape>> &shapes;
  unsigned index;

  const Node &node() const { return network.nodes[index]; }
  const Shape &input(unsigned operand = 0) const {
    const Value &value = node().operands[operand];
    return shapes[value.node][value.result];
  }
  const Shape &output() const { return shapes[index][0]; }
  const std::string &producer(unsigned operand = 0) const {
    return network.nodes[node().operands[operand].node].layer;
  }
  std::pair<int64_t, int64_t> kernel() const { return node().pair("kernel", {1, 1}); }
  int64_t groups() const { return node().integer("groups", 1); }
  int64_t axis() const {
    int64_t axis = node().integer("axis", 1);
    return axis < 0 ? axis + int64_t(input().size()) : axis;
  }
  bool anyOperandFrom(llvm::StringRef layer) const {
    return llvm::any_of(node().operands, [&](const Value &value) {
      return network.nodes[value.node].layer == layer;
    });
  }
  bool isOutput() const {
    return llvm::any_of(network.outputs, [&](const Value &v) { return v.node == index; });
  }
  unsigned readers() const {
    unsigned count = 0;
    for (const Node &node : network.nodes)
      count += llvm::count_if(node.operands, [&](const Value &v) { return v.node == index; });
    return count;
  }
  bool readBy(llvm::StringRef layer) const {
    return llvm::any_of(network.nodes, [&](const Node &node) {
      return node.layer == layer &&
             llvm::any_of(node.operands, [&](const Value &v) { return v.node == index; });
    });
  }
};

struct Row {
  Feature feature;
  bool (*has)(const Site &);
};
} // namespace

//===----------------------------------------------------------------------===//
// Classes that several layers have
//===----------------------------------------------------------------------===//

static bool always(const Site &) { return true; }
/// Of a layer or a pool, whose stride is its kernel if nothing is said.
static std::pair<int64_t, int64_t> strideOf(const Site &site) {
  bool pool = site.node().layer == "max_pool" || site.node().layer == "avg_pool";
  return site.node().pair("stride", pool ? site.kernel() : std::pair<int64_t, int64_t>(1, 1));
}
static bool bySteps(const Site &site) {
  auto stride = strideOf(site);
  return stride.first > 1 || stride.second > 1;
}
static bool overlapping(const Site &site) {
  auto stride = strideOf(site);
  return stride.first < site.kernel().first || stride.second < site.kernel().second;
}
static bool unevenStride(const Site &site) {
  auto stride = strideOf(site);
  return stride.first != stride.second;
}
static bool dilated(const Site &site) {
  auto dilation = site.node().pair("dilation", {1, 1});
  return dilation.first > 1 || dilation.second > 1;
}
static std::vector<int64_t> padding(const Site &site) {
  return paddingOf(site.node(), site.input());
}
static bool padded(const Site &site) {
  return llvm::any_of(padding(site), [](int64_t amount) { return amount > 0; });
}
static bool unevenPadding(const Site &site) {
  std::vector<int64_t> p = padding(site);
  return p[0] != p[2] || p[1] != p[3];
}
static bool samePadding(const Site &site) { return site.node().text("padding") == "same"; }
static bool noBias(const Site &site) { return !site.node().flag("bias", true); }
static bool ceilMode(const Site &site) { return site.node().flag("ceil_mode", false); }
static bool kernelOne(const Site &site) {
  return site.kernel() == std::pair<int64_t, int64_t>(1, 1);
}
static bool kernelOdd(const Site &site) {
  auto [height, width] = site.kernel();
  return height == width && height % 2 == 1 && height > 1;
}
static bool kernelEven(const Site &site) {
  auto [height, width] = site.kernel();
  return height == width && height % 2 == 0;
}
static bool kernelUneven(const Site &site) { return site.kernel().first != site.kernel().second; }
static bool grouped(const Site &site) {
  return site.groups() > 1 && site.groups() < site.input()[1];
}
static bool depthwise(const Site &site) {
  return site.groups() > 1 && site.groups() == site.input()[1] &&
         site.output()[1] == site.input()[1];
}
static bool multiplier(const Site &site) {
  return site.groups() > 1 && site.groups() == site.input()[1] &&
         site.output()[1] > site.input()[1];
}
static bool onBatch(const Site &site) { return site.input()[0] > 1; }
static bool onMatrix(const Site &site) { return site.input().size() == 2; }
static bool axisZero(const Site &site) { return site.axis() == 0; }
static bool axisOne(const Site &site) { return site.axis() == 1; }
static bool axisLater(const Site &site) { return site.axis() > 1; }
static bool isShared(const Site &site) { return site.node().sharedWith.has_value(); }
static bool afterConv(const Site &site) { return site.producer() == "conv"; }
static bool isOutput(const Site &site) { return site.isOutput(); }

//===----------------------------------------------------------------------===//
// Classes of one layer
//===----------------------------------------------------------------------===//

static bool literalWeight(const Site &site) { return site.node().literal("weight"); }
static bool literalBias(const Site &site) { return site.node().literal("bias"); }
static bool hinted(const Site &site) { return !site.node().algorithm.empty(); }
static bool hasPrecision(const Site &site) { return !site.node().precision.empty(); }
static bool onePixel(const Site &site) { return site.input()[2] == 1 && site.input()[3] == 1; }

/// What depthwise-to-shift turns into a shift.
static bool oneTap(const Site &site) {
  const LiteralTensor *weight = site.node().literal("weight");
  if (!weight || !depthwise(site) || bySteps(site) || site.output() != site.input())
    return false;
  size_t taps = weight->shape[2] * weight->shape[3];
  for (llvm::ArrayRef<float> rest = weight->values; !rest.empty(); rest = rest.drop_front(taps))
    if (llvm::count(rest.take_front(taps), 0.0f) + 1 < int64_t(taps))
      return false;
  return true;
}

static bool withoutPadCount(const Site &site) {
  return !site.node().flag("count_include_pad", true) && padded(site);
}
static bool normBeforeConv(const Site &site) { return site.readBy("conv") || site.readBy("relu"); }
static bool twiceTheSame(const Site &site) {
  return llvm::any_of(site.node().operands, [&](const Value &value) {
    return llvm::count(site.node().operands, value) > 1;
  });
}
static bool convOnLeft(const Site &site) { return site.producer(0) == "conv"; }
static bool convOnRight(const Site &site) { return site.producer(1) == "conv"; }
static bool ofInput(const Site &site) { return site.anyOperandFrom("input"); }
static bool ofConcat(const Site &site) { return site.anyOperandFrom("concat"); }
static bool ofSplit(const Site &site) { return site.anyOperandFrom("split"); }
static bool ofOne(const Site &site) { return site.node().operands.size() == 1; }
static bool readTwice(const Site &site) { return site.readers() > 1; }
static bool equalParts(const Site &site) { return !site.node().integers("parts"); }
static bool listedParts(const Site &site) { return site.node().integers("parts"); }
static bool byOffsets(const Site &site) { return site.node().integers("offsets"); }
static bool byKernel(const Site &site) { return !site.node().integers("offsets"); }
static bool byOtherKernel(const Site &site) { return site.node().integer("kernel", 3) != 3; }
static bool beforeConv(const Site &site) { return site.readBy("conv"); }
static bool startLater(const Site &site) {
  int64_t start = site.node().integer("start", 1);
  return start != 1 && start != 1 - int64_t(site.input().size());
}
static bool nearest(const Site &site) { return site.node().text("mode") == "nearest"; }
static bool alignCorners(const Site &site) { return site.node().flag("align_corners", false); }
static bool bilinear(const Site &site) { return !nearest(site) && !alignCorners(site); }
static bool bySide(const Site &site) { return !site.node().integers("size"); }
static bool padsChannels(const Site &site) { return site.node().attributes.count("channels"); }
static bool hasEps(const Site &site) { return site.node().attributes.count("eps"); }
static bool hasRate(const Site &site) { return site.node().attributes.count("p"); }
static bool unevenSize(const Site &site) {
  auto [height, width] = site.node().pair("size", {1, 1});
  return height != width;
}
static bool larger(const Site &site) {
  return site.output()[2] > site.input()[2] || site.output()[3] > site.input()[3];
}
static bool smaller(const Site &site) {
  return site.output()[2] < site.input()[2] || site.output()[3] < site.input()[3];
}
static bool ofSeveralOutputs(const Site &site) { return site.network.outputs.size() > 1; }
static bool inCalledNetwork(const Site &site) {
  return site.network.blocksAreNetworks && llvm::any_of(site.network.blocks, [&](auto range) {
           return site.index >= range.first && site.index < range.second;
         });
}
static bool outputPadding(const Site &site) {
  return site.node().pair("output_padding", {0, 0}) != std::pair<int64_t, int64_t>(0, 0);
}
static bool isBytes(const Site &site) { return site.node().element == "u8"; }
static bool channelsLast(const Site &site) { return site.node().channelsLast; }
static bool bigBatch(const Site &site) { return site.output()[0] > 1; }
static bool oddSize(const Site &site) {
  const Shape &shape = site.output();
  return shape.size() == 4 && shape[2] % 2 == 1 && shape[3] % 2 == 1;
}

static const Row rows[] = {
    {{"conv", "kernel 1"}, kernelOne},
    {{"conv", "kernel odd"}, kernelOdd},
    {{"conv", "kernel even"}, kernelEven},
    {{"conv", "kernel uneven"}, kernelUneven},
    {{"conv", "stride"}, bySteps},
    {{"conv", "stride uneven"}, unevenStride},
    {{"conv", "dilation"}, dilated},
    {{"conv", "padding"}, padded},
    {{"conv", "padding asymmetric"}, unevenPadding},
    {{"conv", "padding same"}, samePadding},
    {{"conv", "grouped"}, grouped},
    {{"conv", "depthwise"}, depthwise},
    {{"conv", "multiplier"}, multiplier},
    {{"conv", "no bias"}, noBias},
    {{"conv", "literal weight"}, literalWeight},
    {{"conv", "literal bias"}, literalBias},
    {{"conv", "one tap"}, oneTap},
    {{"conv", "hint"}, hinted},
    {{"conv", "precision"}, hasPrecision},
    {{"conv", "in a called network"}, inCalledNetwork},
    {{"conv", "shared"}, isShared},
    {{"conv", "batch"}, onBatch},
    {{"conv", "one pixel"}, onePixel},
    {{"conv_transpose", "any"}, always},
    {{"conv_transpose", "stride"}, bySteps},
    {{"conv_transpose", "stride uneven"}, unevenStride},
    {{"conv_transpose", "dilation"}, dilated},
    {{"conv_transpose", "padding"}, padded},
    {{"conv_transpose", "padding asymmetric"}, unevenPadding},
    {{"conv_transpose", "output padding"}, outputPadding},
    {{"conv_transpose", "grouped"}, grouped},
    {{"conv_transpose", "depthwise"}, depthwise},
    {{"conv_transpose", "no bias"}, noBias},
    {{"conv_transpose", "literal weight"}, literalWeight},
    {{"conv_transpose", "literal bias"}, literalBias},
    {{"conv_transpose", "hint"}, hinted},
    {{"conv_transpose", "precision"}, hasPrecision},
    {{"conv_transpose", "shared"}, isShared},
    {{"linear", "bias"}, [](const Site &site) { return !noBias(site); }},
    {{"linear", "no bias"}, noBias},
    {{"linear", "literal weight"}, literalWeight},
    {{"linear", "literal bias"}, literalBias},
    {{"linear", "precision"}, hasPrecision},
    {{"linear", "shared"}, isShared},
    {{"linear", "batch"}, onBatch},
    {{"batch_norm", "after conv"}, afterConv},
    {{"batch_norm", "not after conv"}, [](const Site &site) { return !afterConv(site); }},
    {{"batch_norm", "before conv or relu"}, normBeforeConv},
    {{"batch_norm", "matrix"}, onMatrix},
    {{"batch_norm", "eps"}, hasEps},
    {{"batch_norm", "shared"}, isShared},
    {{"relu", "after conv"}, afterConv},
    {{"relu", "other"}, [](const Site &site) { return !afterConv(site); }},
    {{"relu6", "any"}, always},
    {{"tanh", "any"}, always},
    {{"sigmoid", "any"}, always},
    {{"gelu", "any"}, always},
    {{"dropout", "any"}, always},
    {{"dropout", "rate"}, hasRate},
    {{"softmax", "channels"}, axisOne},
    {{"softmax", "other axis"}, [](const Site &site) { return !axisOne(site); }},
    {{"softmax", "matrix"}, onMatrix},
    {{"max_pool", "kernel even"}, kernelEven},
    {{"max_pool", "kernel odd"}, kernelOdd},
    {{"max_pool", "kernel uneven"}, kernelUneven},
    {{"max_pool", "stride uneven"}, unevenStride},
    {{"max_pool", "overlapping"}, overlapping},
    {{"max_pool", "ceil_mode"}, ceilMode},
    {{"max_pool", "padding same"}, samePadding},
    {{"max_pool", "padding asymmetric"}, unevenPadding},
    {{"max_pool", "dilation"}, dilated},
    {{"max_pool", "after conv"}, afterConv},
    {{"avg_pool", "kernel even"}, kernelEven},
    {{"avg_pool", "kernel odd"}, kernelOdd},
    {{"avg_pool", "kernel uneven"}, kernelUneven},
    {{"avg_pool", "stride uneven"}, unevenStride},
    {{"avg_pool", "overlapping"}, overlapping},
    {{"avg_pool", "ceil_mode"}, ceilMode},
    {{"avg_pool", "padding same"}, samePadding},
    {{"avg_pool", "padding asymmetric"}, unevenPadding},
    {{"avg_pool", "without padding's count"}, withoutPadCount},
    {{"global_avg_pool", "any"}, always},
    {{"global_max_pool", "any"}, always},
    {{"add", "itself"}, twiceTheSame},
    {{"add", "conv on the left"}, convOnLeft},
    {{"add", "conv on the right"}, convOnRight},
    {{"add", "input"}, ofInput},
    {{"concat", "batch axis"}, axisZero},
    {{"concat", "channels"}, axisOne},
    {{"concat", "pixels"}, axisLater},
    {{"concat", "of concat"}, ofConcat},
    {{"concat", "of split"}, ofSplit},
    {{"concat", "of input"}, ofInput},
    {{"concat", "one tensor twice"}, twiceTheSame},
    {{"concat", "of one"}, ofOne},
    {{"concat", "read twice"}, readTwice},
    {{"concat", "output"}, isOutput},
    {{"split", "batch axis"}, axisZero},
    {{"split", "channels"}, axisOne},
    {{"split", "pixels"}, axisLater},
    {{"split", "equal parts"}, equalParts},
    {{"split", "sizes"}, listedParts},
    {{"split", "of concat"}, ofConcat},
    {{"split", "of split"}, ofSplit},
    {{"split", "of input"}, ofInput},
    {{"split", "output"}, isOutput},
    {{"channel_shuffle", "before conv"}, beforeConv},
    {{"channel_shuffle", "other"}, [](const Site &site) { return !beforeConv(site); }},
    {{"spatial_shift", "kernel"}, byKernel},
    {{"spatial_shift", "kernel not 3"}, byOtherKernel},
    {{"spatial_shift", "offsets"}, byOffsets},
    {{"flatten", "all"}, [](const Site &site) { return !startLater(site); }},
    {{"flatten", "from a later axis"}, startLater},
    {{"flatten", "output"}, isOutput},
    {{"resize", "bilinear"}, bilinear},
    {{"resize", "nearest"}, nearest},
    {{"resize", "corners aligned"}, alignCorners},
    {{"resize", "shorter side"}, bySide},
    {{"resize", "larger"}, larger},
    {{"resize", "smaller"}, smaller},
    {{"crop", "any"}, always},
    {{"center_crop", "any"}, always},
    {{"center_crop", "uneven"}, unevenSize},
    {{"pad", "pixels"}, padded},
    {{"pad", "asymmetric"}, unevenPadding},
    {{"pad", "channels"}, padsChannels},
    {{"pad", "before conv"}, beforeConv},
    {{"normalize", "any"}, always},
    {{"input", "batch"}, bigBatch},
    {{"input", "odd size"}, oddSize},
    {{"input", "u8"}, isBytes},
    {{"input", "channels last"}, channelsLast},
    {{"input", "output"}, isOutput},
    {{"input", "several outputs"}, ofSeveralOutputs},
    {{"input", "read twice"}, readTwice},
};

static const std::vector<Row> &knownRows() {
  static const std::vector<Row> known = [] {
    std::vector<Row> list;
    for (const Row &row : rows)
      if (row.feature.layer == "input" || findLayerKind(row.feature.layer))
        list.push_back(row);
    return list;
  }();
  return known;
}

llvm::ArrayRef<Feature> fuzz::allFeatures() {
  static const std::vector<Feature> features = [] {
    std::vector<Feature> list;
    for (const Row &row : knownRows())
      list.push_back(row.feature);
    return list;
  }();
  return features;
}

std::vector<unsigned> fuzz::featuresOf(const Network &network) {
  std::set<unsigned> found;
  auto shapes = inferShapes(network);
  if (!shapes)
    return {};
  for (unsigned node = 0; node < network.nodes.size(); ++node)
    for (auto [index, row] : llvm::enumerate(knownRows()))
      if (row.feature.layer == network.nodes[node].layer && row.has({network, *shapes, node}))
        found.insert(index);
  return {found.begin(), found.end()};
}
