//===- PoolTest.cpp - Pooling against plain loops ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace fovea;
using namespace fovea::test;

namespace {

struct PoolCase {
  std::vector<int64_t> shape = {2, 11, 9, 8}, kernel = {3, 3}, stride = {2, 2},
                       padding = {0, 0, 0, 0}, dilation = {1, 1};
  bool ceil = false, includePadding = true;
  int64_t inBlock = 8, outBlock = 8;

  int64_t outExtent(int axis) const {
    int64_t before = padding[axis], room = shape[2 + axis] + before + padding[2 + axis] -
                                           (dilation[axis] * (kernel[axis] - 1) + 1);
    int64_t extent = room / stride[axis] + 1;
    // A window must start in the image or its left padding.
    if (ceil && room % stride[axis] && extent * stride[axis] < shape[2 + axis] + before)
      ++extent;
    return extent;
  }
};

template <typename Window> Tensor plainPool(const PoolCase &c, Window window) {
  Tensor out({c.shape[0], c.shape[1], c.outExtent(0), c.outExtent(1)});
  for (int64_t n = 0; n < out.shape[0]; ++n)
    for (int64_t ch = 0; ch < out.shape[1]; ++ch)
      for (int64_t y = 0; y < out.shape[2]; ++y)
        for (int64_t x = 0; x < out.shape[3]; ++x)
          out.at(n, ch, y, x) =
              window(n, ch, y * c.stride[0] - c.padding[0], x * c.stride[1] - c.padding[1]);
  return out;
}

Tensor plainMax(const PoolCase &c, const Tensor &in) {
  return plainPool(c, [&](int64_t n, int64_t ch, int64_t y, int64_t x) {
    float lowest = -std::numeric_limits<float>::infinity(), result = lowest;
    for (int64_t ky = 0; ky < c.kernel[0]; ++ky)
      for (int64_t kx = 0; kx < c.kernel[1]; ++kx)
        result = std::max(result,
                          in.atOr(n, ch, y + ky * c.dilation[0], x + kx * c.dilation[1], lowest));
    return result;
  });
}

Tensor plainAverage(const PoolCase &c, const Tensor &in) {
  return plainPool(c, [&](int64_t n, int64_t ch, int64_t y, int64_t x) {
    double sum = 0;
    int64_t count = 0;
    for (int64_t iy = y; iy < y + c.kernel[0]; ++iy)
      for (int64_t ix = x; ix < x + c.kernel[1]; ++ix) {
        bool image = iy >= 0 && iy < c.shape[2] && ix >= 0 && ix < c.shape[3];
        bool padded = iy < c.shape[2] + c.padding[2] && ix < c.shape[3] + c.padding[3];
        count += c.includePadding ? padded : image;
        sum += in.atOr(n, ch, iy, ix, 0);
      }
    return static_cast<float>(sum / count);
  });
}

void check(const PoolCase &c, bool average) {
  Tensor in = randomTensor(c.shape, 7);
  // Below zero, so that a border of zeros would show in a maximum.
  if (!average)
    for (float &value : in.data)
      value -= 5;
  std::map<std::string, std::vector<int64_t>> ints = {
      {"kernel", c.kernel}, {"stride", c.stride}, {"padding", c.padding}};
  if (average)
    ints["count_include_pad"] = {c.includePadding};
  else
    ints["dilation"] = c.dilation;
  plan::Kernel kernel =
      singleStage(average ? "avg_pool" : "max_pool", "pool", {{c.shape, c.inBlock}}, {},
                  {c.shape[0], c.shape[1], c.outExtent(0), c.outExtent(1)}, c.outBlock, ints);
  expectNear(runKernel(kernel, {in}).output, average ? plainAverage(c, in) : plainMax(c, in),
             1e-5f);
}

TEST(MaxPool, Windows) {
  check({}, false);
  PoolCase c;
  c.padding = {1, 1, 1, 1};
  check(c, false);
  c.padding = {1, 0, 0, 1};
  check(c, false);
  c.ceil = true;
  check(c, false);
  c.inBlock = 4;
  check(c, false);
  c.kernel = {2, 3}, c.stride = {3, 1}, c.padding = {1, 1, 0, 0}, c.outBlock = 1;
  check(c, false);
}

TEST(MaxPool, Dilated) {
  PoolCase c;
  c.dilation = {2, 3}, c.padding = {1, 1, 1, 1}, c.stride = {1, 2};
  check(c, false);
}

TEST(AvgPool, Divisors) {
  for (bool include : {true, false})
    for (bool ceil : {true, false})
      for (std::vector<int64_t> padding :
           {std::vector<int64_t>{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 1, 1, 0}}) {
        PoolCase c;
        c.includePadding = include, c.ceil = ceil, c.padding = padding;
        SCOPED_TRACE(testing::Message() << include << ceil << padding[0]);
        check(c, true);
        c.kernel = {2, 2}, c.stride = {2, 3}, c.inBlock = 1;
        check(c, true);
      }
}

TEST(GlobalPool, AverageAndMax) {
  for (auto [inBlock, outBlock] : {std::pair{8, 8}, {1, 8}, {8, 4}}) {
    Tensor in = randomTensor({2, 13, 5, 7}, 3);
    for (float &value : in.data)
      value -= 2;
    Tensor average({2, 13, 1, 1}), largest({2, 13, 1, 1}, -100);
    for (int64_t i = 0; i < static_cast<int64_t>(in.data.size()); ++i) {
      average.data[i / 35] += in.data[i] / 35;
      largest.data[i / 35] = std::max(largest.data[i / 35], in.data[i]);
    }
    auto run = [&](const char *kind) {
      return runKernel(singleStage(kind, "global_pool", {{in.shape, inBlock}}, {}, {2, 13, 1, 1},
                                   outBlock),
                       {in})
          .output;
    };
    expectNear(run("global_avg_pool"), average, 1e-5f);
    expectNear(run("global_max_pool"), largest, 0);
  }
}

} // namespace
