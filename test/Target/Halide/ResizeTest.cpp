//===- ResizeTest.cpp - Images of other sizes and layouts -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;

namespace {

using Quad = std::vector<int64_t>;

/// A tensor of which every element is what `value` says.
Tensor fill(const Quad &shape,
            const std::function<double(int64_t, int64_t, int64_t, int64_t)> &value) {
  Tensor tensor(shape);
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t y = 0; y < shape[2]; ++y)
        for (int64_t x = 0; x < shape[3]; ++x)
          tensor.at(n, c, y, x) = static_cast<float>(value(n, c, y, x));
  return tensor;
}

/// Runs a stage in several pairs of blocks, vectorised over channels or pixels.
void check(const char *kind, const char *algorithm, const std::vector<Tensor> &inputs,
           const std::vector<plan::Argument> &constants, const Tensor &expected,
           const std::map<std::string, Quad> &ints, float tolerance = 0) {
  for (auto [inBlock, outBlock] : {std::pair{8, 8}, {4, 4}, {1, 8}, {8, 4}, {8, 1}}) {
    SCOPED_TRACE(testing::Message() << kind << ' ' << inBlock << ' ' << outBlock);
    plan::Kernel kernel = singleStage(kind, algorithm, {{inputs[0].shape, inBlock}}, constants,
                                      expected.shape, outBlock, ints);
    if (outBlock > 1)
      kernel.schedule = {{"vectorize", {"oi"}}};
    else if (expected.shape[3] >= 4)
      kernel.schedule = {{"vectorize", {"x", "4"}}};
    expectNear(runKernel(kernel, inputs).output, expected, tolerance);
  }
}

TEST(DepthToSpace, PartsGroupsAndBlocks) {
  struct Case {
    int64_t channels, groups;
    Quad factor, offset;
  };
  for (const Case &c : {Case{8, 1, {2, 2}, {0, 0}}, Case{3, 1, {2, 2}, {1, 0}},
                        Case{16, 2, {2, 1}, {1, 1}}, Case{6, 3, {1, 3}, {0, 2}}}) {
    SCOPED_TRACE(testing::Message() << c.channels << " in " << c.groups << " groups");
    int64_t perGroup = c.channels / c.groups;
    Tensor in = randomTensor({2, c.channels * c.factor[0] * c.factor[1], 3, 4}, 1);
    Tensor expected = fill(
        {2, c.channels, 3 * c.factor[0] - c.offset[0], 4 * c.factor[1] - c.offset[1] - 1},
        [&](int64_t n, int64_t channel, int64_t y, int64_t x) {
          y += c.offset[0], x += c.offset[1];
          int64_t row = channel / perGroup * c.factor[0] + y % c.factor[0];
          row = row * c.factor[1] + x % c.factor[1];
          return in.at(n, row * perGroup + channel % perGroup, y / c.factor[0], x / c.factor[1]);
        });
    check("depth_to_space", "copy", {in}, {}, expected,
          {{"factor", c.factor}, {"offset", c.offset}, {"groups", {c.groups}}});
  }
}

TEST(Resize, TablesSayWhereFrom) {
  Tensor in = randomTensor({2, 13, 3, 5}, 1);
  Tensor rows({4, 2}), columns({6, 2}), rowWeights({4}), columnWeights({6});
  rows.data = {0, 0, 0, 1, 1, 2, 2, 2};
  columns.data = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 0, 4};
  rowWeights.data = {0, 0.25f, 0.5f, 1};
  columnWeights.data = {0.125f, 0, 1, 0.75f, 0.5f, 0.25f};
  auto from = [](const Tensor &table, int64_t i, int64_t which) {
    return static_cast<int64_t>(table.data[2 * i + which]);
  };
  auto nearest = [&](int64_t n, int64_t c, int64_t y, int64_t x) {
    return in.at(n, c, from(rows, y, 0), from(columns, x, 0));
  };
  auto bilinear = [&](int64_t n, int64_t c, int64_t y, int64_t x) {
    auto row = [&](int64_t which) {
      int64_t at = from(rows, y, which);
      double w = columnWeights.data[x];
      return in.at(n, c, at, from(columns, x, 0)) * (1 - w) +
             in.at(n, c, at, from(columns, x, 1)) * w;
    };
    double w = rowWeights.data[y];
    return row(0) * (1 - w) + row(1) * w;
  };
  Quad shape = {2, 13, 4, 6};
  std::vector<plan::Argument> tables = {constantArgument({4, 2}, plan::DType::I32),
                                        constantArgument({6, 2}, plan::DType::I32)};
  check("resize", "resize", {in, rows, columns}, tables, fill(shape, nearest), {});
  tables.push_back(constantArgument({4}));
  tables.push_back(constantArgument({6}));
  check("resize", "resize", {in, rows, columns, rowWeights, columnWeights}, tables,
        fill(shape, bilinear), {}, 1e-6f);
}

TEST(Extend, PixelsAndChannels) {
  Tensor in = randomTensor({2, 13, 3, 4}, 1);
  for (const Quad &channels : {Quad{0, 0}, {8, 0}, {0, 3}, {3, 5}}) {
    SCOPED_TRACE(testing::Message() << channels[0] << " and " << channels[1] << " channels");
    Tensor expected = fill({2, 13 + channels[0] + channels[1], 6, 7},
                           [&](int64_t n, int64_t c, int64_t y, int64_t x) {
                             c -= channels[0];
                             return c >= 0 && c < 13 ? in.atOr(n, c, y - 1, x - 3, 0) : 0;
                           });
    check("extend", "copy", {in}, {}, expected,
          {{"padding", {1, 3, 2, 0}}, {"channels", channels}});
  }
}

TEST(ToTensor, FloatsStayAsTheyAre) {
  Tensor in = randomTensor({2, 5, 3, 4}, 1);
  check("to_tensor", "copy", {in}, {}, in, {});
}

TEST(Softmax, AlongEveryAxis) {
  Tensor in = randomTensor({3, 13, 4, 5}, 1);
  for (int64_t axis = 0; axis < 4; ++axis) {
    auto sum = [&](Quad at) {
      double total = 0;
      for (at[axis] = 0; at[axis] < in.shape[axis]; ++at[axis])
        total += std::exp(in.at(at[0], at[1], at[2], at[3]));
      return total;
    };
    Tensor expected = fill(in.shape, [&](int64_t n, int64_t c, int64_t y, int64_t x) {
      return std::exp(in.at(n, c, y, x)) / sum({n, c, y, x});
    });
    check("softmax", "softmax", {in}, {}, expected, {{"axis", {axis}}}, 2e-6f);
  }
}

} // namespace
