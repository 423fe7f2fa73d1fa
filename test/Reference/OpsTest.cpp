//===- OpsTest.cpp - Every op on values computed by hand ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RunText.h"
#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::test;
using V = std::vector<float>;

static Tensor vec(V values) {
  int64_t size = values.size();
  return Tensor::fromFloats({size}, std::move(values));
}

static const Tensor kernel2x2 = Tensor::fromFloats({1, 1, 2, 2}, {1, 2, 3, 4});

TEST(Conv, Plain) {
  EXPECT_EQ(runOp("conv", "", {counting({1, 1, 3, 3}), kernel2x2, vec({0.5})}, {1, 1, 2, 2}),
            (V{37.5, 47.5, 67.5, 77.5}));
}

TEST(Conv, StrideAndUnevenPadding) {
  EXPECT_EQ(runOp("conv", "stride = array<i64: 2, 2>, padding = array<i64: 1, 0, 0, 1>",
                  {counting({1, 1, 3, 3}), kernel2x2}, {1, 1, 2, 2}),
            (V{11, 9, 67, 33}));
}

TEST(Conv, Dilation) {
  EXPECT_EQ(runOp("conv", "dilation = array<i64: 2, 2>", {counting({1, 1, 3, 3}), kernel2x2},
                  {1, 1, 1, 1}),
            (V{64}));
}

TEST(Conv, Groups) {
  EXPECT_EQ(runOp("conv", "groups = 2 : i64",
                  {Tensor::fromFloats({1, 2, 1, 1}, {2, 3}), counting({4, 1, 1, 1})}, {1, 4, 1, 1}),
            (V{2, 4, 9, 12}));
}

TEST(Conv, SumsInputChannelsAndBatches) {
  EXPECT_EQ(runOp("conv", "", {counting({2, 2, 1, 1}), Tensor::fromFloats({1, 2, 1, 1}, {10, 1})},
                  {2, 1, 1, 1}),
            (V{12, 34}));
}

TEST(Conv, AccumulatesInDouble) {
  // In float the ones would be lost against 2^24.
  V x(3, 1.0f);
  x[0] = 16777216.0f;
  x.push_back(-16777216.0f);
  EXPECT_EQ(runOp("conv", "",
                  {Tensor::fromFloats({1, 4, 1, 1}, x), Tensor::fromFloats({1, 4, 1, 1}, V(4, 1))},
                  {1, 1, 1, 1}),
            (V{2}));
}

TEST(ConvTranspose, EveryPixelAddsTheKernel) {
  EXPECT_EQ(runOp("conv_transpose", "",
                  {Tensor::fromFloats({1, 1, 1, 2}, {1, 10}), kernel2x2, vec({0.5})}, {1, 1, 2, 3}),
            (V{1.5, 12.5, 20.5, 3.5, 34.5, 40.5}));
}

TEST(ConvTranspose, StrideDilationAndOutputPadding) {
  EXPECT_EQ(runOp("conv_transpose", "stride = array<i64: 1, 2>, output_padding = array<i64: 0, 1>",
                  {Tensor::fromFloats({1, 1, 1, 2}, {1, 10}), kernel2x2}, {1, 1, 2, 5}),
            (V{1, 2, 10, 20, 0, 3, 4, 30, 40, 0}));
  EXPECT_EQ(runOp("conv_transpose", "dilation = array<i64: 1, 2>",
                  {Tensor::fromFloats({1, 1, 1, 2}, {1, 10}), kernel2x2}, {1, 1, 2, 4}),
            (V{1, 10, 2, 20, 3, 30, 4, 40}));
}

TEST(ConvTranspose, UnevenPaddingIsCutOff) {
  EXPECT_EQ(runOp("conv_transpose", "padding = array<i64: 1, 0, 0, 2>",
                  {Tensor::fromFloats({1, 1, 1, 2}, {1, 10}), kernel2x2}, {1, 1, 1, 1}),
            (V{3}));
}

TEST(ConvTranspose, Groups) {
  // Input channels 0 and 1 are of group 0 and give output 0, 2 and 3 give output 1.
  EXPECT_EQ(runOp("conv_transpose", "groups = 2 : i64",
                  {Tensor::fromFloats({1, 4, 1, 1}, {1, 2, 3, 4}),
                   Tensor::fromFloats({4, 1, 1, 1}, {1, 10, 100, 1000})},
                  {1, 2, 1, 1}),
            (V{21, 4300}));
}

TEST(SubPixel, WeightsOfEachSubPixel) {
  // Three taps by strides of two: sub-pixel 0 sees taps 0 and 2, the later one first; 1 sees tap 1.
  EXPECT_EQ(runOp("sub_pixel_weight", "stride = array<i64: 1, 2>", {counting({1, 1, 1, 3})},
                  {2, 1, 1, 2}),
            (V{3, 1, 0, 2}));
  // With dilation 3 the taps lie at 0 and 3, which is tap 1 of sub-pixel 1.
  EXPECT_EQ(runOp("sub_pixel_weight", "stride = array<i64: 1, 2>, dilation = array<i64: 1, 3>",
                  {counting({1, 1, 1, 2})}, {2, 1, 1, 2}),
            (V{0, 1, 2, 0}));
  EXPECT_EQ(runOp("sub_pixel_weight", "stride = array<i64: 2, 1>, groups = 2 : i64",
                  {counting({2, 2, 2, 1})}, {8, 1, 1, 1}),
            (V{1, 3, 2, 4, 5, 7, 6, 8}));
  EXPECT_EQ(
      runOp("sub_pixel_bias", "stride = array<i64: 2, 1>, groups = 2 : i64", {counting({4})}, {8}),
      (V{1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(DepthToSpace, PartOfTheImage) {
  EXPECT_EQ(runOp("depth_to_space",
                  "factor = array<i64: 1, 2>, offset = array<i64: 0, 1>, size = array<i64: 1, 3>",
                  {counting({1, 4, 1, 2})}, {1, 2, 1, 3}),
            (V{5, 2, 6, 7, 4, 8}));
}

TEST(Resize, Bilinear) {
  // Two pixels become four: places -0.25, 0.25, 0.75 and 1.25.
  EXPECT_EQ(runOp("resize", "size = array<i64: 1, 4>", {Tensor::fromFloats({1, 1, 1, 2}, {0, 8})},
                  {1, 1, 1, 4}),
            (V{0, 2, 6, 8}));
  EXPECT_EQ(runOp("resize", "size = array<i64: 3, 1>, align_corners = true",
                  {Tensor::fromFloats({1, 1, 2, 2}, {0, 9, 8, 9})}, {1, 1, 3, 1}),
            (V{0, 4, 8}));
}

TEST(Resize, Nearest) {
  EXPECT_EQ(runOp("resize", "size = array<i64: 1, 5>, mode = \"nearest\"", {counting({1, 1, 1, 3})},
                  {1, 1, 1, 5}),
            (V{1, 1, 2, 2, 3}));
}

TEST(Crop, Rectangle) {
  EXPECT_EQ(runOp("crop", "offset = array<i64: 1, 0>, size = array<i64: 1, 2>",
                  {counting({1, 2, 2, 3})}, {1, 2, 1, 2}),
            (V{4, 5, 10, 11}));
}

TEST(Pad, ImageAndChannels) {
  EXPECT_EQ(runOp("pad", "padding = array<i64: 0, 1, 1, 0>, channels = array<i64: 1, 0>",
                  {counting({1, 1, 1, 2})}, {1, 2, 2, 3}),
            (V{0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0}));
}

TEST(ToTensor, ChannelsLast) {
  EXPECT_EQ(runOp("to_tensor", "layout = \"nhwc\"", {counting({1, 1, 2, 3})}, {1, 3, 1, 2}),
            (V{1, 4, 2, 5, 3, 6}));
}

TEST(Linear, Values) {
  EXPECT_EQ(runOp("linear", "", {counting({2, 3}), counting({2, 3}), vec({100, 200})}, {2, 2}),
            (V{114, 232, 132, 277}));
}

TEST(Im2Col, RowsAreTaps) {
  EXPECT_EQ(runOp("im2col", "kernel = array<i64: 2, 1>, padding = array<i64: 1, 0, 0, 0>",
                  {counting({1, 2, 1, 2})}, {1, 4, 2}),
            (V{0, 0, 1, 2, 0, 0, 3, 4}));
}

TEST(Matmul, Values) {
  EXPECT_EQ(runOp("matmul", "output_size = array<i64: 1, 3>",
                  {counting({1, 2, 3}), Tensor::fromFloats({1, 2, 1, 1}, {1, 10}), vec({0.5})},
                  {1, 1, 1, 3}),
            (V{41.5, 52.5, 63.5}));
}

TEST(BatchNorm, Values) {
  EXPECT_EQ(runOp("batch_norm", "eps = 1.0 : f64",
                  {Tensor::fromFloats({1, 2, 1, 2}, {1, 3, 5, 7}), vec({2, 1}), vec({10, 0}),
                   vec({1, 5}), vec({3, 0})},
                  {1, 2, 1, 2}),
            (V{10, 12, 0, 2}));
}

TEST(ChannelAffine, AxisAndOptionalShift) {
  Tensor x = counting({2, 2});
  EXPECT_EQ(runOp("channel_affine", "", {x, vec({1, 10}), vec({0, 5})}, {2, 2}), (V{1, 25, 3, 45}));
  EXPECT_EQ(runOp("channel_affine", "axis = 0 : i64", {x, vec({1, 10})}, {2, 2}),
            (V{1, 2, 30, 40}));
}

TEST(Elementwise, Values) {
  Tensor x = vec({-1, 0, 2, 8});
  EXPECT_EQ(runOp("relu", "", {x}, {4}), (V{0, 0, 2, 8}));
  EXPECT_EQ(runOp("relu6", "", {x}, {4}), (V{0, 0, 2, 6}));
  EXPECT_EQ(runOp("add", "", {x, vec({1, 2, 3, 4})}, {4}), (V{0, 2, 5, 12}));
  V tanh = runOp("tanh", "", {vec({0, 1, -100})}, {3});
  EXPECT_EQ(tanh, (V{0, std::tanh(1.0f), -1}));
  V sigmoid = runOp("sigmoid", "", {vec({0, std::log(3.0f), -1000, 1000})}, {4});
  EXPECT_EQ(sigmoid[0], 0.5f);
  EXPECT_FLOAT_EQ(sigmoid[1], 0.75f);
  EXPECT_EQ(sigmoid[2], 0.0f);
  EXPECT_EQ(sigmoid[3], 1.0f);
  V gelu = runOp("gelu", "", {vec({0, 1, -1, -1000, 1000, -INFINITY, INFINITY})}, {7});
  EXPECT_EQ(gelu[0], 0.0f);
  EXPECT_FLOAT_EQ(gelu[1], 0.84134475f); // The normal distribution's share below 1.
  EXPECT_FLOAT_EQ(gelu[2], -0.15865525f);
  EXPECT_EQ(V(gelu.begin() + 3, gelu.end()), (V{0, 1000, 0, INFINITY}));
}

TEST(Elementwise, NaNStays) {
  Tensor nan = vec({std::nanf("")});
  EXPECT_TRUE(std::isnan(runOp("relu", "", {nan}, {1})[0]));
  EXPECT_TRUE(std::isnan(runOp("relu6", "", {nan}, {1})[0]));
}

TEST(Softmax, AlongEachAxis) {
  Tensor x = Tensor::fromFloats({2, 2}, {0, 0, std::log(3.0f), 1000});
  V rows = runOp("softmax", "axis = 1 : i64", {x}, {2, 2});
  EXPECT_EQ(rows[0], 0.5f);
  EXPECT_EQ(rows[1], 0.5f);
  EXPECT_EQ(rows[3], 1.0f); // exp(1000) does not overflow.
  V columns = runOp("softmax", "axis = 0 : i64", {x}, {2, 2});
  EXPECT_FLOAT_EQ(columns[0], 0.25f);
  EXPECT_FLOAT_EQ(columns[2], 0.75f);
}

TEST(MaxPool, PaddingIsMinusInfinity) {
  Tensor x = Tensor::fromFloats({1, 1, 2, 2}, {-1, -2, -3, -4});
  EXPECT_EQ(
      runOp("max_pool",
            "kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1, "
            "1, 1>",
            {x}, {1, 1, 2, 2}),
      (V{-1, -2, -3, -4}));
}

TEST(MaxPool, CeilModeAndDilation) {
  Tensor x = counting({1, 1, 1, 5});
  EXPECT_EQ(
      runOp("max_pool", "kernel = array<i64: 1, 2>, stride = array<i64: 1, 2>", {x}, {1, 1, 1, 2}),
      (V{2, 4}));
  EXPECT_EQ(runOp("max_pool",
                  "kernel = array<i64: 1, 2>, stride = array<i64: 1, 2>, ceil_mode = true", {x},
                  {1, 1, 1, 3}),
            (V{2, 4, 5}));
  EXPECT_EQ(runOp("max_pool",
                  "kernel = array<i64: 1, 2>, stride = array<i64: 1, 1>, dilation = array<i64: 1, "
                  "3>",
                  {x}, {1, 1, 1, 2}),
            (V{4, 5}));
}

TEST(AvgPool, Divisors) {
  Tensor x = counting({1, 1, 1, 4});
  std::string window = "kernel = array<i64: 1, 3>, stride = array<i64: 1, 2>, ";
  std::string padded = window + "padding = array<i64: 0, 1, 0, 1>, ";
  EXPECT_EQ(runOp("avg_pool", padded + "count_include_pad = true", {x}, {1, 1, 1, 2}), (V{1, 3}));
  EXPECT_EQ(runOp("avg_pool", padded + "count_include_pad = false", {x}, {1, 1, 1, 2}),
            (V{1.5, 3}));
  // The last window reaches past the end: what lies there is never counted.
  EXPECT_EQ(runOp("avg_pool", window + "ceil_mode = true", {x}, {1, 1, 1, 2}), (V{2, 3.5}));
  EXPECT_EQ(runOp("avg_pool", padded + "ceil_mode = true", {x}, {1, 1, 1, 3}), (V{1, 3, 2}));
}

TEST(GlobalPool, Values) {
  Tensor x = Tensor::fromFloats({1, 2, 1, 2}, {1, 2, -3, -5});
  EXPECT_EQ(runOp("global_avg_pool", "", {x}, {1, 2, 1, 1}), (V{1.5, -4}));
  EXPECT_EQ(runOp("global_max_pool", "", {x}, {1, 2, 1, 1}), (V{2, -3}));
}

TEST(Concat, Axes) {
  Tensor a = counting({2, 1}), b = Tensor::fromFloats({2, 2}, {5, 6, 7, 8});
  EXPECT_EQ(runOp("concat", "axis = 1 : i64", {a, b}, {2, 3}), (V{1, 5, 6, 2, 7, 8}));
  EXPECT_EQ(runOp("concat", "axis = 0 : i64", {b, b}, {4, 2}), (V{5, 6, 7, 8, 5, 6, 7, 8}));
}

TEST(Split, Pieces) {
  auto results = run(R"(func.func @f(%0: tensor<2x3xf32>) -> (tensor<2x1xf32>, tensor<2x2xf32>) {
    %r:2 = cnn.split %0 {name = "s", sizes = array<i64: 1, 2>, axis = 1 : i64}
         : (tensor<2x3xf32>) -> (tensor<2x1xf32>, tensor<2x2xf32>)
    return %r#0, %r#1 : tensor<2x1xf32>, tensor<2x2xf32>
  })",
                     {counting({2, 3})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].floats().vec(), (V{1, 4}));
  EXPECT_EQ(results[1].floats().vec(), (V{2, 3, 5, 6}));
}

TEST(ChannelShuffle, Interleaves) {
  EXPECT_EQ(runOp("channel_shuffle", "groups = 2 : i64", {counting({1, 6, 1, 1})}, {1, 6, 1, 1}),
            (V{1, 4, 2, 5, 3, 6}));
}

TEST(SpatialShift, ZerosEnter) {
  EXPECT_EQ(runOp("spatial_shift", "offsets = array<i64: 0, 0, 1, 0, 0, -1, 0, 5>",
                  {counting({1, 4, 2, 2})}, {1, 4, 2, 2}),
            (V{1, 2, 3, 4, 7, 8, 0, 0, 0, 9, 0, 11, 0, 0, 0, 0}));
}

TEST(Flatten, KeepsTheOrder) {
  EXPECT_EQ(runOp("flatten", "start_dim = 1 : i64", {counting({1, 2, 1, 2})}, {1, 4}),
            (V{1, 2, 3, 4}));
}

TEST(Dropout, IsTheIdentity) {
  EXPECT_EQ(runOp("dropout", "p = 1.0 : f64", {counting({1, 3})}, {1, 3}), (V{1, 2, 3}));
}

TEST(InputAffine, Groups) {
  // Channel c of the input is scaled by c + 1 and shifted by 10^c; each output reads one channel.
  auto results = run(
      R"(func.func @f(%0: tensor<2x1x1x2xf32>, %1: tensor<2xf32>, %2: tensor<2xf32>, %3: tensor<2xf32>)
         -> (tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) {
    %a:2 = cnn.input_affine %0, %1 shift %2 bias %3 {name = "a", groups = 2 : i64}
       : (tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2x1x1x2xf32>, tensor<2xf32>)
    %b:2 = cnn.input_affine %0, %1 {name = "b", groups = 2 : i64}
       : (tensor<2x1x1x2xf32>, tensor<2xf32>) -> (tensor<2x1x1x2xf32>, tensor<2xf32>)
    return %a#0, %a#1, %b#0, %b#1 : tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>
  })",
      {counting({2, 1, 1, 2}), counting({2}), Tensor::fromFloats({2}, {1, 10}),
       Tensor::fromFloats({2}, {0.5, -1})});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(results[0].floats().vec(), (V{1, 2, 6, 8}));
  EXPECT_EQ(results[1].floats().vec(), (V{3.5, 69}));
  EXPECT_EQ(results[2].floats().vec(), (V{1, 2, 6, 8}));
  EXPECT_EQ(results[3].floats().vec(), (V{0, 0}));
}
