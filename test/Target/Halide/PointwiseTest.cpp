//===- PointwiseTest.cpp - Elementwise stages and movers --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;

namespace {

const std::vector<int64_t> shape = {2, 13, 5, 7};

Tensor map(const Tensor &in, const std::function<double(double)> &function) {
  Tensor out(in.shape);
  for (size_t i = 0; i < in.data.size(); ++i)
    out.data[i] = static_cast<float>(function(in.data[i]));
  return out;
}

/// Runs a stage of one operand in several pairs of blocks.
void checkUnary(const char *kind, const Tensor &in, const std::function<double(double)> &function,
                float tolerance, bool vectorise = true) {
  for (auto [inBlock, outBlock] : {std::pair{8, 8}, {1, 8}, {8, 1}, {4, 8}, {8, 4}}) {
    SCOPED_TRACE(testing::Message() << kind << ' ' << inBlock << ' ' << outBlock);
    plan::Kernel kernel =
        singleStage(kind, "elementwise", {{in.shape, inBlock}}, {}, in.shape, outBlock);
    if (vectorise && outBlock > 1)
      kernel.schedule = {{"vectorize", {"oi"}}};
    expectNear(runKernel(kernel, {in}).output, map(in, function), tolerance);
  }
}

TEST(Elementwise, Relu) {
  Tensor in = randomTensor(shape, 1);
  for (float &value : in.data)
    value *= 10;
  checkUnary("relu", in, [](double x) { return std::max(x, 0.0); }, 0);
  checkUnary("relu6", in, [](double x) { return std::min(std::max(x, 0.0), 6.0); }, 0);
}

/// From where the functions are steepest to where they are flat, infinities included.
Tensor range(const std::vector<int64_t> &shape) {
  Tensor in(shape);
  for (size_t i = 0; i < in.data.size(); ++i)
    in.data[i] = (static_cast<float>(i) / static_cast<float>(in.data.size()) - 0.5f) * 40;
  in.data[0] = -INFINITY, in.data[1] = INFINITY, in.data[2] = 0, in.data[3] = -200;
  in.data[4] = 200, in.data[5] = 1e-6f, in.data[6] = -88.5f, in.data[7] = 88.5f;
  return in;
}

TEST(Elementwise, TanhAndSigmoid) {
  Tensor in = range({1, 29, 40, 50});
  for (bool vectorise : {true, false}) {
    checkUnary("tanh", in, [](double x) { return std::tanh(x); }, 2e-6f, vectorise);
    checkUnary("sigmoid", in, [](double x) { return 1 / (1 + std::exp(-x)); }, 2e-6f, vectorise);
  }
}

TEST(Elementwise, Gelu) {
  Tensor in = range({1, 29, 40, 50});
  in.data[1] = 3e38f; // The result at infinity is infinity, which is not near itself.
  auto gelu = [](double x) { return x == -INFINITY ? 0 : x * std::erfc(-x * std::sqrt(0.5)) / 2; };
  for (bool vectorise : {true, false})
    checkUnary("gelu", in, gelu, 1e-6f, vectorise);
  for (float &value : in.data)
    value = std::min(std::abs(value), 20.0f) / -4; // Where it is no straight line.
  checkUnary("gelu", in, gelu, 4e-7f);
}

TEST(Elementwise, Add) {
  Tensor a = randomTensor(shape, 1), b = randomTensor(shape, 2), sum(shape);
  for (size_t i = 0; i < sum.data.size(); ++i)
    sum.data[i] = a.data[i] + b.data[i];
  for (auto [aBlock, bBlock, outBlock] : {std::tuple{8, 8, 8}, {8, 1, 4}, {4, 8, 1}})
    expectNear(runKernel(singleStage("add", "elementwise", {{shape, aBlock}, {shape, bBlock}}, {},
                                     shape, outBlock),
                         {a, b})
                   .output,
               sum, 0);
}

/// A flattened image and an image of the same pixels can be added.
TEST(Elementwise, AddOfFlatPixels) {
  std::vector<int64_t> flat = {2, 13, 1, 35};
  Tensor a = randomTensor(shape, 1), b = randomTensor(flat, 2), sum(shape);
  for (size_t i = 0; i < sum.data.size(); ++i)
    sum.data[i] = a.data[i] + b.data[i];
  for (const std::vector<int64_t> &to : {shape, flat}) {
    sum.shape = to;
    expectNear(
        runKernel(singleStage("add", "elementwise", {{shape, 8}, {flat, 8}}, {}, to, 8), {a, b})
            .output,
        sum, 0);
  }
}

TEST(Elementwise, ChannelAffine) {
  Tensor in = randomTensor(shape, 1), scale = randomTensor({13}, 2), shift = randomTensor({13}, 3);
  for (bool shifted : {true, false}) {
    Tensor expected(shape);
    for (int64_t i = 0; i < static_cast<int64_t>(in.data.size()); ++i) {
      int64_t c = i / 35 % 13;
      expected.data[i] = in.data[i] * scale.data[c] + (shifted ? shift.data[c] : 0);
    }
    std::vector<plan::Argument> constants = {constantArgument({2, 8})};
    std::vector<Tensor> inputs = {in, packVector(scale, 8)};
    if (shifted) {
      constants.push_back(constantArgument({2, 8}));
      inputs.push_back(packVector(shift, 8));
    }
    for (int64_t inBlock : {8, 1})
      expectNear(runKernel(singleStage("channel_affine", "elementwise", {{shape, inBlock}},
                                       constants, shape, 8),
                           inputs)
                     .output,
                 expected, 1e-6f);
  }
}

TEST(Move, Copy) {
  Tensor in = randomTensor(shape, 1);
  for (auto [inBlock, outBlock] : {std::pair{8, 8}, {1, 8}, {8, 1}, {4, 16}, {16, 4}, {3, 5}})
    expectNear(runKernel(singleStage("copy", "copy", {{shape, inBlock}}, {}, shape, outBlock), {in})
                   .output,
               in, 0);
}

TEST(Move, Pad) {
  Tensor in = randomTensor(shape, 1);
  for (auto [strideY, strideX] : {std::pair{1, 1}, {2, 3}}) {
    Tensor expected({2, 13, 7 / strideY + 1, 7 / strideX + 1});
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t c = 0; c < 13; ++c)
        for (int64_t y = 0; y < expected.shape[2]; ++y)
          for (int64_t x = 0; x < expected.shape[3]; ++x)
            expected.at(n, c, y, x) = in.atOr(n, c, y * strideY - 1, x * strideX, 0);
    for (auto [inBlock, outBlock] : {std::pair{8, 8}, {1, 8}, {8, 4}})
      expectNear(
          runKernel(singleStage("pad", "pad", {{shape, inBlock}}, {}, expected.shape, outBlock,
                                {{"padding", {1, 0, 2, 1}}, {"stride", {strideY, strideX}}}),
                    {in})
              .output,
          expected, 0);
  }
}

TEST(Move, SpatialShift) {
  Tensor in = randomTensor(shape, 1), offsets({13, 2}), expected(shape);
  for (int64_t c = 0; c < 13; ++c) {
    // Some go further than the image is large.
    int64_t dy = c % 5 - 2, dx = c % 4 - 1 + (c == 12 ? 90 : 0);
    offsets.data[2 * c] = static_cast<float>(dy);
    offsets.data[2 * c + 1] = static_cast<float>(dx);
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t y = 0; y < 5; ++y)
        for (int64_t x = 0; x < 7; ++x)
          expected.at(n, c, y, x) = in.atOr(n, c, y + dy, x + dx, 0);
  }
  for (auto [inBlock, outBlock] : {std::pair{8, 8}, {1, 8}, {8, 1}})
    expectNear(
        runKernel(singleStage("spatial_shift", "shift", {{shape, inBlock}},
                              {constantArgument({13, 2}, plan::DType::I32)}, shape, outBlock),
                  {in, offsets})
            .output,
        expected, 0);
}

TEST(Move, ChannelShuffle) {
  for (auto [channels, groups] : {std::pair{12, 3}, {16, 2}, {15, 5}}) {
    Tensor in = randomTensor({2, channels, 3, 4}, 1), expected(in.shape);
    int64_t size = channels / groups;
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t g = 0; g < groups; ++g)
        for (int64_t i = 0; i < size; ++i)
          for (int64_t p = 0; p < 12; ++p)
            expected.at(n, i * groups + g, p / 4, p % 4) = in.at(n, g * size + i, p / 4, p % 4);
    for (auto [inBlock, outBlock] : {std::pair{8, 8}, {1, 8}, {8, 1}})
      expectNear(runKernel(singleStage("channel_shuffle", "copy", {{in.shape, inBlock}}, {},
                                       in.shape, outBlock, {{"groups", {groups}}}),
                           {in})
                     .output,
                 expected, 0);
  }
}

TEST(Softmax, IsStableAndSumsToOne) {
  Tensor in = randomTensor(shape, 1), expected(shape);
  for (float &value : in.data)
    value = value * 100 + 1000; // e^1000 is no float.
  for (int64_t n = 0; n < 2; ++n)
    for (int64_t p = 0; p < 35; ++p) {
      double largest = -1e30, sum = 0;
      for (int64_t c = 0; c < 13; ++c)
        largest = std::max<double>(largest, in.at(n, c, 0, p));
      for (int64_t c = 0; c < 13; ++c)
        sum += std::exp(in.at(n, c, 0, p) - largest);
      for (int64_t c = 0; c < 13; ++c)
        expected.at(n, c, 0, p) = static_cast<float>(std::exp(in.at(n, c, 0, p) - largest) / sum);
    }
  for (auto [inBlock, outBlock] : {std::pair{8, 8}, {1, 8}, {8, 1}, {4, 8}})
    expectNear(
        runKernel(singleStage("softmax", "softmax", {{shape, inBlock}}, {}, shape, outBlock), {in})
            .output,
        expected, 2e-6f);
}

} // namespace
