//===- ConvTest.cpp - Convolutions against plain loops ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;

namespace {

struct ConvCase {
  const char *name;
  int64_t batch = 1, inputs = 3, outputs = 4, height = 7, width = 9;
  std::vector<int64_t> kernel = {3, 3}, stride = {1, 1}, padding = {0, 0, 0, 0}, dilation = {1, 1};
  int64_t groups = 1, inBlock = 8, weightBlock = 8, outBlock = 8;
  bool bias = true, flat = false, padStage = false;

  int64_t outHeight() const {
    return (height + padding[0] + padding[2] - dilation[0] * (kernel[0] - 1) - 1) / stride[0] + 1;
  }
  int64_t outWidth() const {
    return (width + padding[1] + padding[3] - dilation[1] * (kernel[1] - 1) - 1) / stride[1] + 1;
  }
};

Tensor plainConv(const ConvCase &c, const Tensor &x, const Tensor &w, const Tensor &bias) {
  Tensor out({c.batch, c.outputs, c.outHeight(), c.outWidth()});
  int64_t I = c.inputs / c.groups, O = c.outputs / c.groups;
  for (int64_t n = 0; n < c.batch; ++n)
    for (int64_t o = 0; o < c.outputs; ++o)
      for (int64_t y = 0; y < c.outHeight(); ++y)
        for (int64_t z = 0; z < c.outWidth(); ++z) {
          double sum = c.bias ? bias.data[o] : 0;
          for (int64_t i = 0; i < I; ++i)
            for (int64_t ky = 0; ky < c.kernel[0]; ++ky)
              for (int64_t kx = 0; kx < c.kernel[1]; ++kx)
                sum += double(w.at(o, i, ky, kx)) *
                       x.atOr(n, o / O * I + i, y * c.stride[0] - c.padding[0] + ky * c.dilation[0],
                              z * c.stride[1] - c.padding[1] + kx * c.dilation[1], 0);
          out.at(n, o, y, z) = static_cast<float>(sum);
        }
  return out;
}

/// The kernel of a case: an optional pad stage and the convolution.
plan::Kernel convKernel(const ConvCase &c, const Tensor &weight) {
  std::vector<int64_t> shape = {c.batch, c.outputs, c.outHeight(), c.outWidth()};
  if (c.flat)
    shape = {c.batch, c.outputs, 1, c.outHeight() * c.outWidth()};
  bool depthwise = weight.shape.size() == 4;
  std::vector<plan::Argument> constants = {constantArgument(weight.shape)};
  if (c.bias)
    constants.push_back(constantArgument({weight.shape[0], c.outBlock}));
  plan::Kernel kernel = singleStage("conv",
                                    depthwise       ? "depthwise"
                                    : c.groups == 1 ? "direct"
                                                    : "grouped",
                                    {{{c.batch, c.inputs, c.height, c.width}, c.inBlock}},
                                    constants, shape, c.outBlock,
                                    {{"kernel", c.kernel},
                                     {"stride", c.stride},
                                     {"padding", c.padding},
                                     {"dilation", c.dilation},
                                     {"groups", {c.groups}},
                                     {"flat", {c.flat ? c.outWidth() : 0}}});
  if (!c.padStage)
    return kernel;
  plan::Stage pad;
  pad.name = "layer";
  pad.kind = pad.algorithm = "pad";
  pad.operands = {argument(0)};
  pad.ints = {{"padding", c.padding}, {"stride", {1, 1}}};
  pad.shape = {c.batch, c.inputs, c.height + c.padding[0] + c.padding[2],
               c.width + c.padding[1] + c.padding[3]};
  pad.block = c.inBlock;
  pad.schedule = {{"compute_root", {}}, {"store_in", {"heap"}}};
  kernel.stages[0].operands[0] = stage(0);
  kernel.stages[0].ints["padding"] = {0, 0, 0, 0};
  kernel.stages.insert(kernel.stages.begin(), pad);
  return kernel;
}

void check(const ConvCase &c, bool depthwise = false,
           const std::function<void(plan::Kernel &)> &schedule = {}) {
  SCOPED_TRACE(c.name);
  Tensor x = randomTensor({c.batch, c.inputs, c.height, c.width}, 1);
  Tensor w = randomTensor({c.outputs, c.inputs / c.groups, c.kernel[0], c.kernel[1]}, 2);
  Tensor b = randomTensor({c.outputs}, 3);
  Tensor packed = depthwise ? packDepthwise(w, c.outBlock) : packConv(w, c.outBlock, c.weightBlock);
  plan::Kernel kernel = convKernel(c, packed);
  if (schedule)
    schedule(kernel);
  std::vector<Tensor> inputs = {x, packed};
  if (c.bias)
    inputs.push_back(packVector(b, c.outBlock));
  Tensor expected = plainConv(c, x, w, b);
  expected.shape = kernel.stages.back().shape;
  expectNear(runKernel(kernel, inputs).output, expected, 1e-4f);
}

TEST(Conv, Direct) {
  ConvCase c{"plain"};
  check(c);
  c.name = "several blocks, batch of 2";
  c.batch = 2, c.inputs = 24, c.outputs = 20;
  check(c);
  c.name = "without bias";
  c.bias = false;
  check(c);
  c.name = "stride, dilation and asymmetric padding";
  c = {"", 1, 5, 11, 10, 9, {3, 2}, {2, 3}, {1, 0, 2, 1}, {2, 3}};
  check(c);
  c.name = "padding wider than the image";
  c = {"", 1, 3, 8, 2, 2, {5, 5}, {1, 1}, {4, 4, 4, 4}};
  check(c);
}

TEST(Conv, BlocksThatDiffer) {
  for (auto [in, weight, out] :
       {std::tuple{1, 1, 8}, {1, 8, 8}, {8, 8, 1}, {4, 8, 16}, {16, 8, 4}, {8, 3, 8}, {3, 3, 5}}) {
    ConvCase c{"blocks", 1, 13, 10};
    c.inBlock = in, c.weightBlock = weight, c.outBlock = out;
    c.padding = {1, 1, 1, 1};
    SCOPED_TRACE(testing::Message() << in << ' ' << weight << ' ' << out);
    check(c);
  }
}

TEST(Conv, Grouped) {
  for (auto [inputs, outputs, groups] :
       {std::tuple{32, 32, 2}, {32, 16, 4}, {12, 20, 4}, {6, 9, 3}, {16, 32, 2}, {10, 10, 10}}) {
    ConvCase c{"grouped", 1, inputs, outputs};
    c.groups = groups;
    SCOPED_TRACE(testing::Message() << inputs << ' ' << outputs << ' ' << groups);
    check(c);
  }
}

TEST(Conv, Depthwise) {
  for (auto [channels, multiplier, inBlock, outBlock] : {std::tuple{16, 1, 8, 8},
                                                         {13, 1, 8, 8},
                                                         {13, 1, 4, 8},
                                                         {13, 1, 8, 4},
                                                         {6, 2, 8, 8},
                                                         {7, 3, 4, 8},
                                                         {5, 1, 1, 1}}) {
    ConvCase c{"depthwise", 1, channels, channels * multiplier};
    c.groups = channels, c.inBlock = inBlock, c.outBlock = outBlock;
    c.padding = {1, 0, 2, 1}, c.stride = {2, 1};
    SCOPED_TRACE(testing::Message()
                 << channels << ' ' << multiplier << ' ' << inBlock << ' ' << outBlock);
    check(c, /*depthwise=*/true);
  }
}

TEST(Conv, FlatPixels) {
  ConvCase c{"flat", 1, 8, 16};
  c.flat = true;
  check(c);
  c.stride = {2, 2}, c.padding = {1, 1, 0, 2};
  check(c);
}

TEST(Conv, PadStage) {
  ConvCase c{"pad stage", 1, 12, 10};
  c.padding = {1, 2, 0, 1}, c.padStage = true;
  check(c);
  c.flat = true, c.stride = {2, 2};
  check(c);
}

/// Register tile, blocks of output channels in the outer loop, parallel: what
/// `sched-tile-and-vectorize` writes.
void tile(plan::Kernel &kernel) {
  kernel.schedule = {{"split", {"x", "xo", "xi", "6", "shift_inwards"}},
                     {"split", {"ob", "obo", "obi", "2"}},
                     {"reorder", {"oi", "xi", "obi", "xo", "y", "obo"}},
                     {"vectorize", {"oi"}},
                     {"unroll", {"xi"}},
                     {"unroll", {"obi"}},
                     {"parallel", {"obo"}}};
  plan::Stage &conv = kernel.stages.back();
  conv.schedule = {{"compute_at", {"out", "xo"}},
                   {"store_in", {"stack"}},
                   {"vectorize", {"oi"}},
                   {"unroll", {"x"}},
                   {"unroll", {"ob"}}};
  conv.update = {{"reorder", {"oi", "ob", "x", "ci", "kx", "ky", "cb"}},
                 {"vectorize", {"oi"}},
                 {"unroll", {"x"}},
                 {"unroll", {"ob"}}};
}

TEST(Conv, Scheduled) {
  ConvCase c{"scheduled", 1, 16, 32, 11, 13};
  c.padding = {1, 1, 1, 1};
  check(c, false, tile);
  c.flat = c.padStage = true;
  check(c, false, tile);
  c.name = "split reduction";
  c.inputs = 32;
  check(c, false, [](plan::Kernel &kernel) {
    tile(kernel);
    kernel.stages.back().update = {{"split", {"cb", "cbo", "cbi", "2"}},
                                   {"reorder", {"oi", "ob", "x", "ci", "kx", "ky", "cbi", "cbo"}},
                                   {"vectorize", {"oi"}},
                                   {"unroll", {"x"}},
                                   {"unroll", {"ob"}},
                                   {"unroll", {"ci", "2"}}};
  });
}

TEST(Linear, ReadsImages) {
  for (auto [channels, height, width, outputs, inBlock, weightBlock, outBlock] :
       {std::tuple{16, 5, 5, 120, 8, 8, 8},
        {13, 3, 2, 10, 8, 8, 8},
        {84, 1, 1, 10, 8, 8, 8},
        {7, 2, 2, 5, 1, 1, 8},
        {9, 1, 1, 3, 4, 8, 1}}) {
    std::vector<int64_t> image = {channels, height, width};
    Tensor x = randomTensor({2, channels, height, width}, 1);
    Tensor w = randomTensor({outputs, channels * height * width}, 2);
    Tensor b = randomTensor({outputs}, 3);
    Tensor packed = packLinear(w, image, outBlock, weightBlock);
    Tensor bias = packVector(b, outBlock);
    plan::Kernel kernel =
        singleStage("linear", "matvec", {{x.shape, inBlock}},
                    {constantArgument(packed.shape), constantArgument(bias.shape)},
                    {2, outputs, 1, 1}, outBlock);
    Tensor expected({2, outputs, 1, 1});
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t o = 0; o < outputs; ++o) {
        double sum = b.data[o];
        for (int64_t f = 0; f < w.shape[1]; ++f)
          sum += double(w.data[o * w.shape[1] + f]) * x.data[n * w.shape[1] + f];
        expected.at(n, o, 0, 0) = static_cast<float>(sum);
      }
    expectNear(runKernel(kernel, {x, packed, bias}).output, expected, 1e-4f);
  }
}

/// im2col and a matrix product are a convolution.
TEST(Matmul, OfColumnsIsConv) {
  for (auto [inBlock, columnBlock, weightBlock, outBlock] :
       {std::tuple{8, 8, 8, 8}, {1, 1, 1, 1}, {4, 8, 8, 16}, {8, 1, 4, 8}}) {
    ConvCase c{"im2col", 2, 5, 11, 8, 7};
    c.stride = {2, 1}, c.padding = {1, 0, 1, 2}, c.dilation = {1, 2};
    Tensor x = randomTensor({c.batch, c.inputs, c.height, c.width}, 1);
    Tensor w = randomTensor({c.outputs, c.inputs, 3, 3}, 2), b = randomTensor({c.outputs}, 3);
    Tensor flat({c.outputs, c.inputs * 9, 1, 1});
    flat.data = w.data;
    Tensor packed = packConv(flat, outBlock, weightBlock), bias = packVector(b, outBlock);
    int64_t pixels = c.outHeight() * c.outWidth();
    plan::Kernel kernel =
        singleStage("matmul", "matmul", {{x.shape, inBlock}},
                    {constantArgument(packed.shape), constantArgument(bias.shape)},
                    {c.batch, c.outputs, c.outHeight(), c.outWidth()}, outBlock);
    plan::Stage columns;
    columns.name = "columns";
    columns.kind = columns.algorithm = "im2col";
    columns.operands = {argument(0)};
    columns.ints = {{"kernel", c.kernel},
                    {"stride", c.stride},
                    {"padding", c.padding},
                    {"dilation", c.dilation}};
    columns.shape = {c.batch, c.inputs * 9, 1, pixels};
    columns.block = columnBlock;
    columns.schedule = {{"compute_root", {}}};
    kernel.stages[0].operands[0] = stage(0);
    kernel.stages.insert(kernel.stages.begin(), columns);
    expectNear(runKernel(kernel, {x, packed, bias}).output, plainConv(c, x, w, b), 1e-4f);
  }
}

} // namespace
