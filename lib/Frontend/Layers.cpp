//===- Layers.cpp - The layers of the language ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/Layers.h"

using namespace fovea;
using Kind = AttributeKind;

namespace {
constexpr int64_t maxChannels = 1 << 24;
constexpr int64_t maxWindow = 1 << 15;
constexpr int64_t maxExtent = 1 << 24;
constexpr int64_t maxRank = 8;

constexpr llvm::StringLiteral image[] = {"x"};
constexpr llvm::StringLiteral pair[] = {"lhs", "rhs"};
constexpr llvm::StringLiteral list[] = {"tensors"};

constexpr LayerAttribute convAttributes[] = {
    {"channels", "channels", Kind::Integer, "", 1, maxChannels},
    {"kernel", "kernel", Kind::Pair, "", 1, maxWindow},
    {"stride", "stride", Kind::Pair, "1", 1, maxWindow},
    {"padding", "padding", Kind::Padding, "0", 0, maxWindow},
    {"dilation", "dilation", Kind::Pair, "1", 1, maxWindow},
    {"groups", "groups", Kind::Integer, "1", 1, maxChannels},
    {"bias", "bias", Kind::Bias, "true"},
    {"weight", "weight", Kind::Literal, "-"},
};
constexpr LayerAttribute convTransposeAttributes[] = {
    {"channels", "channels", Kind::Integer, "", 1, maxChannels},
    {"kernel", "kernel", Kind::Pair, "", 1, maxWindow},
    {"stride", "stride", Kind::Pair, "1", 1, maxWindow},
    {"padding", "padding", Kind::Sides, "0", 0, maxWindow},
    {"output_padding", "output_padding", Kind::Pair, "0", 0, maxWindow},
    {"dilation", "dilation", Kind::Pair, "1", 1, maxWindow},
    {"groups", "groups", Kind::Integer, "1", 1, maxChannels},
    {"bias", "bias", Kind::Bias, "true"},
    {"weight", "weight", Kind::Literal, "-"},
};
constexpr LayerAttribute batchNormAttributes[] = {{"eps", "eps", Kind::Number, "1e-5"}};
constexpr LayerAttribute maxPoolAttributes[] = {
    {"kernel", "kernel", Kind::Pair, "", 1, maxWindow},
    {"stride", "stride", Kind::Pair, "kernel", 1, maxWindow},
    {"padding", "padding", Kind::Padding, "0", 0, maxWindow},
    {"dilation", "dilation", Kind::Pair, "1", 1, maxWindow},
    {"ceil_mode", "ceil_mode", Kind::Flag, "false"},
};
constexpr LayerAttribute avgPoolAttributes[] = {
    {"kernel", "kernel", Kind::Pair, "", 1, maxWindow},
    {"stride", "stride", Kind::Pair, "kernel", 1, maxWindow},
    {"padding", "padding", Kind::Padding, "0", 0, maxWindow},
    {"ceil_mode", "ceil_mode", Kind::Flag, "false"},
    {"count_include_pad", "count_include_pad", Kind::Flag, "true"},
};
constexpr LayerAttribute linearAttributes[] = {
    {"features", "features", Kind::Integer, "", 1, maxChannels},
    {"bias", "bias", Kind::Bias, "true"},
    {"weight", "weight", Kind::Literal, "-"},
};
constexpr LayerAttribute axisAttributes[] = {
    {"axis", "axis", Kind::Axis, "1", -maxRank, maxRank - 1},
};
constexpr LayerAttribute shuffleAttributes[] = {
    {"groups", "groups", Kind::Integer, "", 1, maxChannels},
};
constexpr LayerAttribute splitAttributes[] = {
    {"parts", "sizes", Kind::Parts, "", 1, maxChannels},
    {"axis", "axis", Kind::Axis, "1", -maxRank, maxRank - 1},
};
constexpr LayerAttribute shiftAttributes[] = {
    {"kernel", "", Kind::ShiftKernel, "3", 1, 255},
    {"offsets", "offsets", Kind::Offsets, "-", -maxWindow, maxWindow},
};
constexpr LayerAttribute flattenAttributes[] = {
    {"start", "start_dim", Kind::Axis, "1", -maxRank, maxRank - 1},
};

constexpr LayerAttribute dropoutAttributes[] = {{"p", "p", Kind::Number, "0.5"}};
constexpr LayerAttribute resizeAttributes[] = {
    {"size", "size", Kind::Size, "", 1, maxExtent},
    {"mode", "mode", Kind::Choice, "\"bilinear\"", 0, 0, "bilinear nearest"},
    {"align_corners", "align_corners", Kind::Flag, "false"},
};
constexpr LayerAttribute cropAttributes[] = {
    {"top", "top", Kind::Integer, "", 0, maxExtent},
    {"left", "left", Kind::Integer, "", 0, maxExtent},
    {"height", "height", Kind::Integer, "", 1, maxExtent},
    {"width", "width", Kind::Integer, "", 1, maxExtent},
};
constexpr LayerAttribute centerCropAttributes[] = {
    {"size", "size", Kind::Pair, "", 1, maxExtent},
};
constexpr LayerAttribute padAttributes[] = {
    {"padding", "padding", Kind::Sides, "0", 0, maxWindow},
    {"channels", "channels", Kind::Ends, "0", 0, maxChannels},
};
constexpr LayerAttribute normalizeAttributes[] = {
    {"mean", "mean", Kind::Literal, ""},
    {"std", "std", Kind::Literal, ""},
};

constexpr llvm::ArrayRef<LayerAttribute> none;

const LayerKind kinds[] = {
    {"conv", image, false, convAttributes, "two-dimensional cross-correlation", true},
    {"conv_transpose", image, false, convTransposeAttributes, "transposed convolution", true},
    {"linear", image, false, linearAttributes, "fully connected layer", true},
    {"batch_norm", image, false, batchNormAttributes, "batch normalisation at inference", true},
    {"normalize", image, false, normalizeAttributes, "(x - mean) / std per channel", true},
    {"dropout", image, false, dropoutAttributes, "x: nothing is dropped at inference"},
    {"relu", image, false, none, "max(x, 0)"},
    {"relu6", image, false, none, "min(max(x, 0), 6)"},
    {"tanh", image, false, none, "hyperbolic tangent"},
    {"sigmoid", image, false, none, "1 / (1 + exp(-x))"},
    {"gelu", image, false, none, "x (1 + erf(x / sqrt(2))) / 2"},
    {"softmax", image, false, axisAttributes, "exp(x) / sum of exp(x) along an axis"},
    {"max_pool", image, false, maxPoolAttributes, "maximum over windows"},
    {"avg_pool", image, false, avgPoolAttributes, "mean over windows"},
    {"global_avg_pool", image, false, none, "mean over all pixels of a channel"},
    {"global_max_pool", image, false, none, "maximum over all pixels of a channel"},
    {"add", pair, false, none, "elementwise sum; written x + y"},
    {"concat", list, true, axisAttributes, "tensors one after the other along an axis"},
    {"split", image, false, splitAttributes, "a tensor cut into pieces along an axis"},
    {"channel_shuffle", image, false, shuffleAttributes, "interleaves the channels of groups"},
    {"spatial_shift", image, false, shiftAttributes, "moves each channel by an offset"},
    {"resize", image, false, resizeAttributes, "an image sampled at other pixels"},
    {"crop", image, false, cropAttributes, "a rectangle of an image"},
    {"center_crop", image, false, centerCropAttributes, "the middle of an image"},
    {"pad", image, false, padAttributes, "zeros around an image and its channels"},
    {"flatten", image, false, flattenAttributes, "merges the dimensions from one on"},
};
} // namespace

llvm::ArrayRef<LayerKind> fovea::allLayerKinds() { return kinds; }

const LayerKind *fovea::findLayerKind(llvm::StringRef name) {
  for (const LayerKind &kind : kinds)
    if (kind.name == name)
      return &kind;
  return nullptr;
}
