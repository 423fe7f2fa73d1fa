//===- ShapesTest.cpp - Shapes of pools and convolutions, against PyTorch -===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnShapes.h"

#include "llvm/ADT/STLExtras.h"
#include <gtest/gtest.h>

using namespace fovea::cnn;

static std::string text(llvm::Expected<Shape> shape) {
  return shape ? shapeToString(*shape) : llvm::toString(shape.takeError());
}

/// The extent as PyTorch computes it (aten/src/ATen/native/Pool.h).
static int64_t pytorchPoolExtent(int64_t size, int64_t kernel, int64_t stride, int64_t before,
                                 int64_t after, int64_t dilation, bool ceilMode) {
  int64_t numerator =
      size + before + after - dilation * (kernel - 1) - 1 + (ceilMode ? stride - 1 : 0);
  int64_t extent = numerator / stride + 1;
  return ceilMode && (extent - 1) * stride >= size + before ? extent - 1 : extent;
}

TEST(CnnShapes, PoolsAsPyTorch) {
  for (int64_t size = 1; size <= 12; ++size)
    for (int64_t kernel = 1; kernel <= 5; ++kernel)
      for (int64_t stride = 1; stride <= 6; ++stride)
        for (int64_t before = 0; 2 * before <= kernel; ++before)
          for (int64_t after = 0; 2 * after <= kernel; ++after)
            for (int64_t dilation = 1; dilation <= 2; ++dilation)
              for (bool ceilMode : {false, true}) {
                if (dilation * (kernel - 1) + 1 > size + before + after)
                  continue;
                int64_t extent =
                    pytorchPoolExtent(size, kernel, stride, before, after, dilation, ceilMode);
                ASSERT_EQ(text(inferPool({1, 2, size, 16}, {kernel, 1}, {stride, 1},
                                         {before, 0, after, 0}, {dilation, 1}, ceilMode)),
                          shapeToString({1, 2, extent, 16}));
              }
}

TEST(CnnShapes, KnownLayers) {
  // ResNet's stem, its pool, MobileNet's last depthwise, a dilated 3x3 of DeepLab, a patch
  // embedding.
  EXPECT_EQ(text(inferConv({1, 3, 224, 224}, {64, 3, 7, 7}, std::nullopt, {2, 2}, {3, 3, 3, 3},
                           {1, 1}, 1)),
            "[1, 64, 112, 112]");
  EXPECT_EQ(text(inferPool({1, 64, 112, 112}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, false)),
            "[1, 64, 56, 56]");
  EXPECT_EQ(text(inferConv({8, 960, 7, 7}, {960, 1, 3, 3}, std::nullopt, {1, 1}, {1, 1, 1, 1},
                           {1, 1}, 960)),
            "[8, 960, 7, 7]");
  EXPECT_EQ(text(inferConv({1, 512, 28, 28}, {512, 512, 3, 3}, ShapeRef({512}), {1, 1},
                           {2, 2, 2, 2}, {2, 2}, 1)),
            "[1, 512, 28, 28]");
  EXPECT_EQ(text(inferConv({1, 3, 224, 224}, {768, 3, 16, 16}, std::nullopt, {16, 16}, {0, 0, 0, 0},
                           {1, 1}, 1)),
            "[1, 768, 14, 14]");
}

// What the types of the ops rule out in IR can still reach the functions from a frontend.
TEST(CnnShapes, WrongRanks) {
  EXPECT_EQ(text(inferConv({1, 10}, {4, 1, 3, 3}, std::nullopt, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1)),
            "input must be [N, C, H, W], got [1, 10]");
  EXPECT_EQ(text(inferConv({1, 3, 8, 8}, {4, 3, 3}, std::nullopt, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1)),
            "weight must be [O, I, kh, kw], got [4, 3, 3]");
  EXPECT_EQ(text(inferLinear({1, 3, 8, 8}, {4, 3}, std::nullopt)),
            "input must be [N, F], got [1, 3, 8, 8]");
  EXPECT_EQ(text(inferGlobalPool({1, 3})), "input must be [N, C, H, W], got [1, 3]");
  EXPECT_EQ(text(inferConcat({}, 0)), "C1: at least one operand is needed");
  EXPECT_EQ(text(inferMatmul({1, 2}, {1, 1, 1, 1}, std::nullopt, {1, 1})),
            "columns must be [N, K, P], got [1, 2]");
  EXPECT_EQ(text(inferBatchNormAffine({}, {}, {}, {}, 1e-5)), "weight must be [C], got []");
  EXPECT_EQ(text(inferSpatialShift({4}, {})), "input must be [N, C, H, W], got [4]");
}

TEST(CnnShapes, NothingOverflows) {
  constexpr int64_t least = INT64_MIN, most = INT64_MAX;
  EXPECT_EQ(
      text(inferConv({1, 3, 8, 8}, {0, 3, 3, 3}, std::nullopt, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1)),
      "the result [1, 0, 6, 6] must have 1 to 2^40 elements");
  EXPECT_EQ(
      text(inferConv({1, 3, 8, 8}, {1, 3, most, 3}, std::nullopt, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1)),
      "C4: the kernel must lie in 1 to 2147483647, got [9223372036854775807, 3]");
  EXPECT_EQ(text(inferFlatten({most, most, 2}, 1)),
            "the input [9223372036854775807, 9223372036854775807, 2] must have 1 to 2^40 elements");
  EXPECT_EQ(text(inferSoftmax({1, 2}, least)),
            "C1: axis -9223372036854775808 is no dimension of [1, 2]");
  EXPECT_EQ(text(inferMatmul({1, 0, 1}, {1, 0, most, most}, std::nullopt, {1, 1})),
            "C1: columns must have as many rows as weight [1, 0, 9223372036854775807, "
            "9223372036854775807] has values per output channel, got 0");
  EXPECT_FALSE(isShapeSupported({int64_t(1) << 20, (int64_t(1) << 20) + 1}));
  EXPECT_TRUE(isShapeSupported({int64_t(1) << 20, int64_t(1) << 20}));
  EXPECT_TRUE(isShapeSupported({}));
  EXPECT_FALSE(isShapeSupported({least}));
}

TEST(CnnShapes, ImagesOfOtherSizes) {
  // U-Net's step up, DCGAN's, one with everything.
  EXPECT_EQ(text(inferConvTranspose({1, 1024, 28, 28}, {1024, 512, 2, 2}, ShapeRef({512}), {2, 2},
                                    {0, 0, 0, 0}, {0, 0}, {1, 1}, 1)),
            "[1, 512, 56, 56]");
  EXPECT_EQ(text(inferConvTranspose({8, 512, 4, 4}, {512, 256, 4, 4}, std::nullopt, {2, 2},
                                    {1, 1, 1, 1}, {0, 0}, {1, 1}, 1)),
            "[8, 256, 8, 8]");
  EXPECT_EQ(text(inferConvTranspose({1, 4, 3, 4}, {4, 3, 3, 4}, std::nullopt, {3, 2}, {1, 2, 0, 1},
                                    {2, 1}, {1, 3}, 2)),
            "[1, 6, 10, 14]");
  EXPECT_EQ(text(inferSubPixelWeight({4, 3, 3, 4}, {3, 2}, {1, 3}, 2)), "[36, 2, 1, 5]");
  EXPECT_EQ(text(inferSubPixelBias({6}, {3, 2}, 2)), "[36]");
  EXPECT_EQ(text(inferDepthToSpace({1, 36, 4, 5}, {3, 2}, {1, 0}, {10, 9}, 2)), "[1, 6, 10, 9]");
  EXPECT_EQ(text(inferResize({2, 3, 4, 5}, {7, 1}, "nearest", false)), "[2, 3, 7, 1]");
  EXPECT_EQ(text(inferCrop({2, 3, 4, 5}, {1, 4}, {3, 1})), "[2, 3, 3, 1]");
  EXPECT_EQ(text(inferPad({2, 3, 4, 5}, {1, 2, 3, 4}, {5, 6})), "[2, 14, 8, 11]");
  EXPECT_EQ(text(inferToTensor({2, 4, 5, 3}, "nhwc")), "[2, 3, 4, 5]");
}

TEST(CnnShapes, ImagesOfOtherSizesDoNotOverflow) {
  constexpr int64_t large = maxWindowValue, huge = int64_t(1) << 40;
  std::string tooLarge = "the result must have 1 to 2^40 elements";
  EXPECT_EQ(text(inferConvTranspose({1, 1, huge, 1}, {1, 1, 1, 1}, std::nullopt, {large, 1},
                                    {0, 0, 0, 0}, {0, 0}, {1, 1}, 1)),
            tooLarge);
  EXPECT_EQ(text(inferConvTranspose({1, 1, large, 1}, {1, 1, large, 1}, std::nullopt, {large, 1},
                                    {0, 0, 0, 0}, {0, 0}, {large, 1}, 1)),
            "the result [1, 1, 9223372023969873925, 1] must have 1 to 2^40 elements");
  EXPECT_EQ(text(inferSubPixelWeight({1, 1, 1, 1}, {large, large}, {1, 1}, 1)), tooLarge);
  EXPECT_EQ(text(inferSubPixelBias({huge}, {large, large}, 1)), tooLarge);
  EXPECT_EQ(text(inferDepthToSpace({1, 1, 1, 1}, {large, large}, {0, 0}, {1, 1}, huge)),
            "C2: groups 1099511627776 times factor [2147483647, 2147483647] does not divide 1 "
            "channels");
  EXPECT_EQ(text(inferDepthToSpace({1, large, huge, 1}, {large, 1}, {0, 0}, {1, 1}, 1)), tooLarge);
  EXPECT_EQ(text(inferResize({1, 1, 1, 1}, {large, large}, "nearest", false)),
            "the result [1, 1, 2147483647, 2147483647] must have 1 to 2^40 elements");
  EXPECT_EQ(text(inferCrop({1, 1, 1, 1}, {large, large}, {large, large})),
            "C2: a rectangle of [2147483647, 2147483647] at [2147483647, 2147483647] does not lie "
            "in an image of [1, 1]");
  EXPECT_EQ(text(inferPad({1, huge, 1, 1}, {0, large, 0, large}, {large, large})),
            "the result [1, 1103806595070, 1, 4294967295] must have 1 to 2^40 elements");
}
