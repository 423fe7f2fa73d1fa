//===- EquivalenceTest.cpp - Equal formulations give equal values -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RunText.h"
#include "fovea/Support/Compare.h"
#include "fovea/Support/Random.h"

using namespace fovea;
using namespace fovea::test;

static Tensor random(llvm::StringRef name, std::vector<int64_t> shape, float low = -1) {
  return llvm::cantFail(randomTensor(name, shape, 1, low, 1));
}

/// The function's two results are the same up to float's rounding.
static void expectSame(llvm::StringRef text, std::vector<Tensor> inputs) {
  auto results = run(text, std::move(inputs));
  ASSERT_EQ(results.size(), 2u);
  Comparison comparison = llvm::cantFail(compare(results[0], results[1]));
  EXPECT_LE(comparison.relativeError, 1e-6);
}

TEST(Equivalence, ConvIsMatmulOfColumns) {
  expectSame(R"(
func.func @f(%x: tensor<2x3x7x8xf32>, %w: tensor<4x3x3x2xf32>, %b: tensor<4xf32>)
    -> (tensor<2x4x4x5xf32>, tensor<2x4x4x5xf32>) {
  %c = cnn.conv %x, %w, %b {name = "c", stride = array<i64: 2, 2>, padding = array<i64: 2, 1, 2, 1>,
                            dilation = array<i64: 2, 1>}
     : (tensor<2x3x7x8xf32>, tensor<4x3x3x2xf32>, tensor<4xf32>) -> tensor<2x4x4x5xf32>
  %i = cnn.im2col %x {name = "i", kernel = array<i64: 3, 2>, stride = array<i64: 2, 2>,
                      padding = array<i64: 2, 1, 2, 1>, dilation = array<i64: 2, 1>}
     : (tensor<2x3x7x8xf32>) -> tensor<2x18x20xf32>
  %m = cnn.matmul %i, %w, %b {name = "m", output_size = array<i64: 4, 5>}
     : (tensor<2x18x20xf32>, tensor<4x3x3x2xf32>, tensor<4xf32>) -> tensor<2x4x4x5xf32>
  return %c, %m : tensor<2x4x4x5xf32>, tensor<2x4x4x5xf32>
})",
             {random("x", {2, 3, 7, 8}), random("w", {4, 3, 3, 2}), random("b", {4})});
}

TEST(Equivalence, BatchNormIsAffine) {
  expectSame(R"(
func.func @f(%x: tensor<2x3x4x5xf32>, %w: tensor<3xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>)
    -> (tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) {
  %n = cnn.batch_norm %x, %w, %b, %m, %v {name = "n", eps = 1.0e-3 : f64}
     : (tensor<2x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4x5xf32>
  %s:2 = cnn.batch_norm_affine %w, %b, %m, %v {name = "a", eps = 1.0e-3 : f64}
     : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %a = cnn.channel_affine %x, %s#0, %s#1 {name = "c"}
     : (tensor<2x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4x5xf32>
  return %n, %a : tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>
})",
             {random("x", {2, 3, 4, 5}), random("w", {3}), random("b", {3}), random("m", {3}),
              random("v", {3}, 0.5f)});
}

TEST(Equivalence, LinearIsFullSizeConv) {
  // The same 12 weights, once as [O, F] and once as [O, I, H, W].
  auto results = run(R"(
func.func @f(%x: tensor<2x3x2x2xf32>, %w: tensor<5x12xf32>, %k: tensor<5x3x2x2xf32>)
    -> (tensor<2x5xf32>, tensor<2x5xf32>) {
  %f = cnn.flatten %x {name = "f"} : (tensor<2x3x2x2xf32>) -> tensor<2x12xf32>
  %l = cnn.linear %f, %w {name = "l"} : (tensor<2x12xf32>, tensor<5x12xf32>) -> tensor<2x5xf32>
  %c = cnn.conv %x, %k {name = "c"} : (tensor<2x3x2x2xf32>, tensor<5x3x2x2xf32>) -> tensor<2x5x1x1xf32>
  %g = cnn.flatten %c {name = "g"} : (tensor<2x5x1x1xf32>) -> tensor<2x5xf32>
  return %l, %g : tensor<2x5xf32>, tensor<2x5xf32>
})",
                     {random("x", {2, 3, 2, 2}), random("w", {5, 12}),
                      random("w", {5, 12}).reshaped({5, 3, 2, 2})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].floats().vec(), results[1].floats().vec());
}

TEST(Equivalence, GlobalAvgPoolIsAvgPoolOfAll) {
  expectSame(R"(
func.func @f(%x: tensor<2x3x4x5xf32>) -> (tensor<2x3x1x1xf32>, tensor<2x3x1x1xf32>) {
  %g = cnn.global_avg_pool %x {name = "g"} : (tensor<2x3x4x5xf32>) -> tensor<2x3x1x1xf32>
  %a = cnn.avg_pool %x {name = "a", kernel = array<i64: 4, 5>, stride = array<i64: 1, 1>}
     : (tensor<2x3x4x5xf32>) -> tensor<2x3x1x1xf32>
  return %g, %a : tensor<2x3x1x1xf32>, tensor<2x3x1x1xf32>
})",
             {random("x", {2, 3, 4, 5})});
}

TEST(Equivalence, FusedIsItsBody) {
  expectSame(R"(
func.func @f(%x: tensor<1x3x4x4xf32>, %w: tensor<3x3x1x1xf32>) -> (tensor<1x3x4x4xf32>, tensor<1x3x4x4xf32>) {
  %c = cnn.conv %x, %w {name = "c"} : (tensor<1x3x4x4xf32>, tensor<3x3x1x1xf32>) -> tensor<1x3x4x4xf32>
  %s = cnn.add %c, %x {name = "s"} : (tensor<1x3x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %r = cnn.relu %s {name = "r"} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %f = cnn.fused %x, %w {name = "f"} : (tensor<1x3x4x4xf32>, tensor<3x3x1x1xf32>) -> tensor<1x3x4x4xf32> {
  ^bb0(%a: tensor<1x3x4x4xf32>, %k: tensor<3x3x1x1xf32>):
    %d = cnn.conv %a, %k {name = "c"} : (tensor<1x3x4x4xf32>, tensor<3x3x1x1xf32>) -> tensor<1x3x4x4xf32>
    %e = cnn.add %d, %a {name = "s"} : (tensor<1x3x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
    %g = cnn.relu %e {name = "r"} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
    cnn.yield %g : tensor<1x3x4x4xf32>
  }
  return %r, %f : tensor<1x3x4x4xf32>, tensor<1x3x4x4xf32>
})",
             {random("x", {1, 3, 4, 4}), random("w", {3, 3, 1, 1})});
}

TEST(Equivalence, ShiftIsOneTapDepthwiseConv) {
  Tensor taps = Tensor::fromFloats({2, 1, 3, 3}, {0, 0, 0, 0, 0, 0, 0, 1, 0,   // dy = 1, dx = 0
                                                  0, 0, 0, 1, 0, 0, 0, 0, 0}); // dy = 0, dx = -1
  expectSame(R"(
func.func @f(%x: tensor<1x2x4x5xf32>, %w: tensor<2x1x3x3xf32>) -> (tensor<1x2x4x5xf32>, tensor<1x2x4x5xf32>) {
  %s = cnn.spatial_shift %x {name = "s", offsets = array<i64: 1, 0, 0, -1>} : (tensor<1x2x4x5xf32>) -> tensor<1x2x4x5xf32>
  %c = cnn.conv %x, %w {name = "c", padding = array<i64: 1, 1, 1, 1>, groups = 2 : i64}
     : (tensor<1x2x4x5xf32>, tensor<2x1x3x3xf32>) -> tensor<1x2x4x5xf32>
  return %s, %c : tensor<1x2x4x5xf32>, tensor<1x2x4x5xf32>
})",
             {random("x", {1, 2, 4, 5}), taps});
}
