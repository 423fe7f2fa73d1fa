//===- PassesKeepMeaningTest.cpp - The interpreter before and after passes ===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Every pass, and all of them in a row, over networks with random weights: the outputs must agree.
//
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Reference/Interpreter.h"
#include "fovea/Support/Random.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace fovea;

/// A residual block with a projection, a batch norm that cannot be folded, and a classifier.
static const char *residual = R"(
cnn.param @conv1.weight : tensor<4x3x3x3xf32>
cnn.param @bn1.weight : tensor<4xf32>
cnn.param @bn1.bias : tensor<4xf32>
cnn.param @bn1.running_mean : tensor<4xf32>
cnn.param @bn1.running_var : tensor<4xf32>
cnn.param @down.weight : tensor<4x3x1x1xf32>
cnn.param @down.bias : tensor<4xf32>
cnn.param @fc.weight : tensor<5x36xf32>
cnn.param @fc.bias : tensor<5xf32>
cnn.param @bn2.weight : tensor<5xf32>
cnn.param @bn2.running_var : tensor<5xf32>
func.func @net(%x: tensor<2x3x6x7xf32>) -> (tensor<2x5xf32>, tensor<2x4x3x3xf32>) {
  %w = cnn.load_param @conv1.weight : tensor<4x3x3x3xf32>
  %g = cnn.load_param @bn1.weight : tensor<4xf32>
  %b = cnn.load_param @bn1.bias : tensor<4xf32>
  %m = cnn.load_param @bn1.running_mean : tensor<4xf32>
  %v = cnn.load_param @bn1.running_var : tensor<4xf32>
  %0 = cnn.conv %x, %w {name = "conv1", stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 0, 2>, dilation = array<i64: 1, 1>}
     : (tensor<2x3x6x7xf32>, tensor<4x3x3x3xf32>) -> tensor<2x4x3x3xf32>
  %1 = cnn.batch_norm %0, %g, %b, %m, %v {name = "bn1", eps = 1.0e-2}
     : (tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x3x3xf32>
  %dw = cnn.load_param @down.weight : tensor<4x3x1x1xf32>
  %db = cnn.load_param @down.bias : tensor<4xf32>
  %2 = cnn.conv %x, %dw, %db {name = "down", stride = array<i64: 2, 3>}
     : (tensor<2x3x6x7xf32>, tensor<4x3x1x1xf32>, tensor<4xf32>) -> tensor<2x4x3x3xf32>
  %3 = cnn.batch_norm %2, %g, %b, %m, %v {name = "down.bn"}
     : (tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x3x3xf32>
  %4 = cnn.add %3, %1 {name = "add"} : (tensor<2x4x3x3xf32>, tensor<2x4x3x3xf32>) -> tensor<2x4x3x3xf32>
  %5 = cnn.relu %4 {name = "relu"} : (tensor<2x4x3x3xf32>) -> tensor<2x4x3x3xf32>
  %6 = cnn.batch_norm %5, %g, %b, %m, %v {name = "bn3"}
     : (tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x3x3xf32>
  %7 = cnn.relu6 %6 {name = "relu3"} : (tensor<2x4x3x3xf32>) -> tensor<2x4x3x3xf32>
  %8 = cnn.flatten %7 {name = "flat"} : (tensor<2x4x3x3xf32>) -> tensor<2x36xf32>
  %fw = cnn.load_param @fc.weight : tensor<5x36xf32>
  %fb = cnn.load_param @fc.bias : tensor<5xf32>
  %9 = cnn.linear %8, %fw, %fb {name = "fc"} : (tensor<2x36xf32>, tensor<5x36xf32>, tensor<5xf32>) -> tensor<2x5xf32>
  %bw = cnn.load_param @bn2.weight : tensor<5xf32>
  %bv = cnn.load_param @bn2.running_var : tensor<5xf32>
  %10 = cnn.batch_norm %9, %bw, %fb, %fb, %bv {name = "bn2"}
      : (tensor<2x5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) -> tensor<2x5xf32>
  %11 = cnn.tanh %10 {name = "tanh"} : (tensor<2x5xf32>) -> tensor<2x5xf32>
  return %11, %5 : tensor<2x5xf32>, tensor<2x4x3x3xf32>
}
)";

/// Depthwise convolutions of one tap, with and without bias, dilation and uneven padding; shuffles
/// and splits that fold; a grouped convolution.
static const char *shifts = R"(
cnn.param @ones.weight = dense<[[[[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]], [[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]],
                                [[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]]> : tensor<4x1x2x3xf32>
cnn.param @taps.weight = dense<[[[[0.0, 0.0, 1.5]]], [[[0.0, -2.0, 0.0]]], [[[0.0, 0.0, 0.0]]], [[[0.25, 0.0, 0.0]]]]> : tensor<4x1x1x3xf32>
cnn.param @taps.bias : tensor<4xf32>
cnn.param @grouped.weight : tensor<6x2x1x2xf32>
func.func @net(%x: tensor<1x4x5x6xf32>) -> tensor<1x6x5x5xf32> {
  %w0 = cnn.load_param @ones.weight : tensor<4x1x2x3xf32>
  %0 = cnn.conv %x, %w0 {name = "ones", groups = 4 : i64, padding = array<i64: 1, 0, 0, 2>}
     : (tensor<1x4x5x6xf32>, tensor<4x1x2x3xf32>) -> tensor<1x4x5x6xf32>
  %1 = cnn.channel_shuffle %0 {name = "shuffle1", groups = 2 : i64} : (tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %w1 = cnn.load_param @taps.weight : tensor<4x1x1x3xf32>
  %b1 = cnn.load_param @taps.bias : tensor<4xf32>
  %2 = cnn.conv %1, %w1, %b1 {name = "taps", groups = 4 : i64, dilation = array<i64: 1, 2>, padding = array<i64: 0, 3, 0, 1>}
     : (tensor<1x4x5x6xf32>, tensor<4x1x1x3xf32>, tensor<4xf32>) -> tensor<1x4x5x6xf32>
  %3 = cnn.relu %2 {name = "relu1"} : (tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %4 = cnn.relu %3 {name = "relu2"} : (tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %5 = cnn.channel_shuffle %4 {name = "shuffle2", groups = 2 : i64} : (tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %6 = cnn.channel_shuffle %5 {name = "shuffle3", groups = 2 : i64} : (tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %7, %8 = cnn.split %6 {name = "split", sizes = array<i64: 1, 3>} : (tensor<1x4x5x6xf32>) -> (tensor<1x1x5x6xf32>, tensor<1x3x5x6xf32>)
  %9 = cnn.concat %7, %8 {name = "concat"} : (tensor<1x1x5x6xf32>, tensor<1x3x5x6xf32>) -> tensor<1x4x5x6xf32>
  %w2 = cnn.load_param @grouped.weight : tensor<6x2x1x2xf32>
  %10 = cnn.conv %9, %w2 {name = "grouped", groups = 2 : i64} : (tensor<1x4x5x6xf32>, tensor<6x2x1x2xf32>) -> tensor<1x6x5x5xf32>
  %11 = cnn.sigmoid %10 {name = "sigmoid"} : (tensor<1x6x5x5xf32>) -> tensor<1x6x5x5xf32>
  %12 = cnn.add %11, %11 {name = "double"} : (tensor<1x6x5x5xf32>, tensor<1x6x5x5xf32>) -> tensor<1x6x5x5xf32>
  return %12 : tensor<1x6x5x5xf32>
}
)";

/// Batch norms that go into the layer behind them, with groups and without; a transposed
/// convolution; layers that are equal, and dead; several taps per channel, of which one is large.
static const char *behind = R"(
cnn.param @p : tensor<4xf32>
cnn.param @bn.running_var : tensor<4xf32>
cnn.param @up.weight : tensor<4x4x3x2xf32>
cnn.param @w : tensor<6x4x3x3xf32>
cnn.param @grouped.weight : tensor<6x2x2x1xf32>
cnn.param @b : tensor<6xf32>
cnn.param @near.weight = dense<[[[[0.0, 3.0, 0.0]]], [[[0.0, 0.0, -1.0]]], [[[2.0, 0.0, 1.0e-7]]], [[[1.0e-7, 1.0, 0.0]]]]> : tensor<4x1x1x3xf32>
func.func @net(%x: tensor<1x4x5x6xf32>) -> (tensor<1x6x7x6xf32>, tensor<1x6x4x6xf32>, tensor<1x6x7x5xf32>) {
  %p = cnn.load_param @p : tensor<4xf32>
  %v = cnn.load_param @bn.running_var : tensor<4xf32>
  %u = cnn.load_param @up.weight : tensor<4x4x3x2xf32>
  %0 = cnn.conv_transpose %x, %u, %p {name = "up", stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 1, 0>}
     : (tensor<1x4x5x6xf32>, tensor<4x4x3x2xf32>, tensor<4xf32>) -> tensor<1x4x9x7xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %v {name = "up.bn"} : (tensor<1x4x9x7xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x9x7xf32>
  %2 = cnn.tanh %1 {name = "tanh"} : (tensor<1x4x9x7xf32>) -> tensor<1x4x9x7xf32>
  %3 = cnn.tanh %1 {name = "again"} : (tensor<1x4x9x7xf32>) -> tensor<1x4x9x7xf32>
  %4 = cnn.add %2, %3 {name = "add"} : (tensor<1x4x9x7xf32>, tensor<1x4x9x7xf32>) -> tensor<1x4x9x7xf32>
  %5 = cnn.batch_norm %4, %p, %p, %p, %v {name = "bn"} : (tensor<1x4x9x7xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x9x7xf32>
  %w = cnn.load_param @w : tensor<6x4x3x3xf32>
  %6 = cnn.conv %5, %w {name = "conv", dilation = array<i64: 1, 1>} : (tensor<1x4x9x7xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x7x5xf32>
  %dead = cnn.relu %6 {name = "dead"} : (tensor<1x6x7x5xf32>) -> tensor<1x6x7x5xf32>
  %60 = cnn.conv %4, %w {name = "border", padding = array<i64: 0, 0, 0, 1>} : (tensor<1x4x9x7xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x7x6xf32>
  %n = cnn.load_param @near.weight : tensor<4x1x1x3xf32>
  %7 = cnn.conv %x, %n {name = "near", groups = 4 : i64, padding = array<i64: 0, 1, 0, 1>} : (tensor<1x4x5x6xf32>, tensor<4x1x1x3xf32>) -> tensor<1x4x5x6xf32>
  %8 = cnn.batch_norm %7, %p, %p, %p, %v {name = "near.bn"} : (tensor<1x4x5x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x5x6xf32>
  %g = cnn.load_param @grouped.weight : tensor<6x2x2x1xf32>
  %b = cnn.load_param @b : tensor<6xf32>
  %9 = cnn.conv %8, %g, %b {name = "grouped", groups = 2 : i64} : (tensor<1x4x5x6xf32>, tensor<6x2x2x1xf32>, tensor<6xf32>) -> tensor<1x6x4x6xf32>
  return %60, %9, %6 : tensor<1x6x7x6xf32>, tensor<1x6x4x6xf32>, tensor<1x6x7x5xf32>
}
)";

/// What canonicalize folds: pieces of a concat, zeros around an image, a sum with zero.
static const char *foldable = R"(
cnn.param @zero = dense<0.0> : tensor<1x3x7x9xf32>
cnn.param @w : tensor<3x3x2x3xf32>
func.func @net(%x: tensor<1x3x5x6xf32>, %y: tensor<1x1x5x6xf32>) -> (tensor<1x3x7x9xf32>, tensor<1x1x5x6xf32>, tensor<1x4x5x6xf32>) {
  %0 = cnn.concat %x, %y, %x {name = "concat"} : (tensor<1x3x5x6xf32>, tensor<1x1x5x6xf32>, tensor<1x3x5x6xf32>) -> tensor<1x7x5x6xf32>
  %1, %2 = cnn.split %0 {name = "split", sizes = array<i64: 3, 4>} : (tensor<1x7x5x6xf32>) -> (tensor<1x3x5x6xf32>, tensor<1x4x5x6xf32>)
  %3 = cnn.relu %2 {name = "relu"} : (tensor<1x4x5x6xf32>) -> tensor<1x4x5x6xf32>
  %4, %5 = cnn.split %0 {name = "split_1", sizes = array<i64: 6, 1>} : (tensor<1x7x5x6xf32>) -> (tensor<1x6x5x6xf32>, tensor<1x1x5x6xf32>)
  %6 = cnn.pad %1 {name = "pad", padding = array<i64: 0, 1, 2, 3>} : (tensor<1x3x5x6xf32>) -> tensor<1x3x7x10xf32>
  %w = cnn.load_param @w : tensor<3x3x2x3xf32>
  %7 = cnn.conv %6, %w {name = "conv", padding = array<i64: 1, 0, 0, 1>} : (tensor<1x3x7x10xf32>, tensor<3x3x2x3xf32>) -> tensor<1x3x7x9xf32>
  %z = cnn.load_param @zero : tensor<1x3x7x9xf32>
  %8 = cnn.add %z, %7 {name = "sum"} : (tensor<1x3x7x9xf32>, tensor<1x3x7x9xf32>) -> tensor<1x3x7x9xf32>
  return %8, %5, %3 : tensor<1x3x7x9xf32>, tensor<1x1x5x6xf32>, tensor<1x4x5x6xf32>
}
)";

static void giveRandomValues(ModuleOp module) {
  for (auto param : module.getOps<cnn::ParamOp>()) {
    if (param.getValueAttr())
      continue;
    auto type = cast<RankedTensorType>(param.getType());
    Tensor values = llvm::cantFail(randomParameter(param.getSymName(), type.getShape(), 7));
    param.setValueAttr(DenseElementsAttr::get(type, values.floats()));
  }
}

static std::vector<Tensor> outputsOf(ModuleOp module) {
  auto function = *module.getOps<func::FuncOp>().begin();
  std::vector<Tensor> inputs;
  for (Type type : function.getArgumentTypes())
    inputs.push_back(
        llvm::cantFail(randomTensor("input", cast<RankedTensorType>(type).getShape(), 11, -3, 3)));
  return llvm::cantFail(interpret(function, inputs));
}

static void expectNear(const Tensor &expected, const Tensor &actual) {
  ASSERT_EQ(expected.shape(), actual.shape());
  for (auto [e, a] : llvm::zip_equal(expected.floats(), actual.floats()))
    ASSERT_NEAR(e, a, 2e-6 * std::max(1.0f, std::fabs(e)));
}

/// The ops named `mnemonic` in the module.
static unsigned countOps(ModuleOp module, StringRef mnemonic) {
  unsigned count = 0;
  module.walk([&](Operation *op) { count += op->getName().getStringRef() == mnemonic; });
  return count;
}

class PassesKeepMeaning : public testing::TestWithParam<std::tuple<const char *, const char *>> {
protected:
  static void SetUpTestSuite() {
    cnn::registerCnnPasses();
    registerTransformsPasses();
  }
  OwningOpRef<ModuleOp> parse(const char *text) {
    context.loadDialect<cnn::CnnDialect, func::FuncDialect>();
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    if (module)
      giveRandomValues(*module);
    return module;
  }
  LogicalResult run(ModuleOp module, StringRef pipeline) {
    PassManager manager(&context);
    return success(succeeded(parsePassPipeline(pipeline, manager)) &&
                   succeeded(manager.run(module)));
  }
  MLIRContext context;
};

TEST_P(PassesKeepMeaning, SameOutputs) {
  auto [text, pipeline] = GetParam();
  OwningOpRef<ModuleOp> module = parse(text);
  ASSERT_TRUE(module);
  std::vector<Tensor> expected = outputsOf(*module);
  ASSERT_TRUE(succeeded(run(*module, pipeline)));
  std::vector<Tensor> actual = outputsOf(*module);
  ASSERT_EQ(expected.size(), actual.size());
  for (auto [e, a] : llvm::zip(expected, actual))
    expectNear(e, a);
}

static const char *const everything =
    "verify-cnn,func.func(remove-dead-layers),depthwise-to-shift{lossy=true budget=0.001},"
    "func.func(fold-batch-norm,conv-transpose-to-conv),canonicalize,func.func(merge-equal-layers),"
    "func.func(conv-to-im2col{layers=down|conv1},fuse-conv,fuse-elementwise),symbol-dce,verify-cnn-"
    "opt";

INSTANTIATE_TEST_SUITE_P(
    All, PassesKeepMeaning,
    testing::Combine(
        testing::Values(residual, shifts, behind, foldable),
        testing::Values("canonicalize", "depthwise-to-shift",
                        "depthwise-to-shift{lossy=true budget=0.001}", "func.func(fold-batch-norm)",
                        "func.func(fold-batch-norm{fold=false})", "func.func(report-hints)",
                        "func.func(remove-dead-layers)", "func.func(merge-equal-layers)",
                        "func.func(conv-transpose-to-conv)", "func.func(conv-to-im2col)",
                        "func.func(fuse-conv)", "func.func(fuse-conv{pool=false})",
                        "func.func(fuse-elementwise)", everything)));

/// That the pipeline did something: else the agreement above says nothing.
TEST_F(PassesKeepMeaning, PipelineRewrites) {
  OwningOpRef<ModuleOp> module = parse(residual);
  ASSERT_TRUE(module && succeeded(run(*module, everything)));
  EXPECT_EQ(countOps(*module, "cnn.batch_norm"), 0u);
  EXPECT_EQ(countOps(*module, "cnn.matmul"), 2u);
  EXPECT_EQ(countOps(*module, "cnn.fused"), 3u);

  module = parse(shifts);
  ASSERT_TRUE(module && succeeded(run(*module, everything)));
  EXPECT_EQ(countOps(*module, "cnn.spatial_shift"), 2u);
  EXPECT_EQ(countOps(*module, "cnn.conv"), 1u);
  EXPECT_EQ(countOps(*module, "cnn.concat"), 0u);
  EXPECT_EQ(countOps(*module, "cnn.channel_shuffle"), 1u);
  EXPECT_EQ(countOps(*module, "cnn.param"), 3u);

  module = parse(behind);
  ASSERT_TRUE(module && succeeded(run(*module, everything)));
  EXPECT_EQ(countOps(*module, "cnn.input_affine"), 2u);
  EXPECT_EQ(countOps(*module, "cnn.conv_transpose"), 0u);
  EXPECT_EQ(countOps(*module, "cnn.tanh"), 1u);
  EXPECT_EQ(countOps(*module, "cnn.spatial_shift"), 1u);

  module = parse(foldable);
  ASSERT_TRUE(module && succeeded(run(*module, everything)));
  EXPECT_EQ(countOps(*module, "cnn.pad"), 0u);
  EXPECT_EQ(countOps(*module, "cnn.add"), 0u);
}
