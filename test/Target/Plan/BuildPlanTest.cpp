//===- BuildPlanTest.cpp - Plans and packed constants ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Plan/BuildPlan.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>
#include <numeric>

using namespace fovea;
using namespace mlir;

namespace {
struct BuildPlan : testing::Test {
  BuildPlan() {
    context.loadDialect<sched::SchedDialect, func::FuncDialect, memref::MemRefDialect>();
  }

  func::FuncOp parse(llvm::StringRef text) {
    module = parseSourceString<ModuleOp>(text, &context);
    return module ? *module->getOps<func::FuncOp>().begin() : nullptr;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

static const char *const twoRelus = R"(
#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @net(%x: memref<1x1x2x2x8xf32> {sched.name = "image", sched.shape = array<i64: 1, 8, 2, 2>},
               %y: memref<1x1x2x2x8xf32> {sched.name = "out", sched.output, sched.shape = array<i64: 1, 8, 2, 2>}) {
  %m = sched.alloc "mid" : memref<1x2x2x2x8xf32>
  %v = sched.view %m {offset = 32 : i64, name = "half"} : memref<1x2x2x2x8xf32> to memref<1x1x2x2x8xf32, strided<[64, 32, 16, 8, 1]>>
  sched.kernel "a" ins(%x : memref<1x1x2x2x8xf32>) outs(%v : memref<1x1x2x2x8xf32, strided<[64, 32, 16, 8, 1]>>) schedule <[vectorize(oi)]> {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    %s = sched.stage relu(%a) algorithm elementwise {name = "a"} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  sched.kernel "b" ins(%v : memref<1x1x2x2x8xf32, strided<[64, 32, 16, 8, 1]>>) outs(%y : memref<1x1x2x2x8xf32>) schedule <[vectorize(oi)]> {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    %s = sched.stage relu(%a) algorithm elementwise {name = "b"} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  return
})";

TEST_F(BuildPlan, BuffersCallsAndPorts) {
  FailureOr<BuiltPlan> built = buildPlan(parse(twoRelus), TargetModel::host());
  ASSERT_TRUE(succeeded(built));
  const plan::Plan &plan = built->plan;
  ASSERT_EQ(plan.inputs.size(), 1u);
  EXPECT_EQ(plan.inputs[0].name, "image");
  ASSERT_EQ(plan.outputs.size(), 1u);
  EXPECT_EQ(plan.outputs[0].shape, (std::vector<int64_t>{1, 8, 2, 2}));
  ASSERT_EQ(plan.calls.size(), 2u);
  EXPECT_EQ(plan.calls[1].name, "b");
  const plan::Buffer &view = plan.buffers[plan.calls[0].buffers[1]];
  ASSERT_TRUE(view.parent);
  EXPECT_EQ(view.offset, 32 * 4);
  EXPECT_EQ(view.strides, (std::vector<int64_t>{64, 32, 16, 8, 1}));
  EXPECT_EQ(plan.buffers[*view.parent].lifetime.first, 0);
  EXPECT_EQ(plan.buffers[*view.parent].lifetime.last, 1);
  EXPECT_EQ(plan.arenaBytes, 256);
}

TEST_F(BuildPlan, SameKernelsAreOne) {
  // The one reads what the caller gives, aligned to 4 bytes, the other the arena, aligned to 64.
  FailureOr<BuiltPlan> built = buildPlan(parse(twoRelus), TargetModel::host());
  ASSERT_TRUE(succeeded(built));
  EXPECT_EQ(built->plan.kernels.size(), 2u);
  EXPECT_EQ(built->plan.kernels[0].arguments[0].alignment, 4);
  EXPECT_EQ(built->plan.kernels[1].arguments[0].alignment, 64);

  std::string same = twoRelus;
  for (size_t at = 0; (at = same.find("%v : memref<1x1x2x2x8xf32, strided<[64, 32, 16, 8, 1]>>",
                                      at)) != std::string::npos;)
    same.replace(at, 55, "%x : memref<1x1x2x2x8xf32>");
  same.replace(same.find("outs(%x"), 7, "outs(%y");
  built = buildPlan(parse(same), TargetModel::host());
  ASSERT_TRUE(succeeded(built));
  EXPECT_EQ(built->plan.calls.size(), 2u);
  EXPECT_EQ(built->plan.kernels.size(), 1u);
}

/// Packs 0, 1, 2, … of the shape on the left of `pack`'s type.
static std::vector<float> packed(BuildPlan &test, std::string pack) {
  func::FuncOp function = test.parse(
      "func.func @f(%w: tensor<" +
      pack.substr(pack.find("(tensor<") + 8, pack.find(">)") - pack.find("(tensor<") - 8) +
      ">) {\n %p = sched.pack " + pack + "\n return\n}");
  if (!function)
    return {};
  sched::PackOp op = *function.getOps<sched::PackOp>().begin();
  auto values = [&](Value source) -> FailureOr<Tensor> {
    auto type = cast<RankedTensorType>(source.getType());
    std::vector<float> list(type.getNumElements());
    std::iota(list.begin(), list.end(), 1.0f);
    return Tensor::fromFloats(type.getShape(), list);
  };
  std::vector<float> result(cast<ShapedType>(op.getResult().getType()).getNumElements());
  llvm::MutableArrayRef<char> bytes(reinterpret_cast<char *>(result.data()), result.size() * 4);
  EXPECT_FALSE(bool(packConstant(op, values, bytes)));
  return result;
}

using Floats = std::vector<float>;

TEST_F(BuildPlan, PacksVectorsWithZeroTails) {
  EXPECT_EQ(packed(*this, "vector %w {out_block = 4 : i64} : (tensor<3xf32>) -> tensor<1x4xf32>"),
            (Floats{1, 2, 3, 0}));
}

TEST_F(BuildPlan, PacksConvolutions) {
  // [3, 2, 1, 1] in blocks of 2 by 2: ob, cb, ky, kx, ci, oi.
  EXPECT_EQ(packed(*this, "conv %w {out_block = 2 : i64, in_block = 2 : i64} : "
                          "(tensor<3x2x1x1xf32>) -> tensor<2x1x1x1x2x2xf32>"),
            (Floats{1, 3, 2, 4, 5, 0, 6, 0}));
}

TEST_F(BuildPlan, PacksConvolutionsOfPermutedInputs) {
  EXPECT_EQ(packed(*this, "conv %w {input_permutation = array<i64: 1, 0>} : "
                          "(tensor<1x2x1x1xf32>) -> tensor<1x2x1x1x1x1xf32>"),
            (Floats{2, 1}));
}

TEST_F(BuildPlan, PacksDepthwise) {
  EXPECT_EQ(packed(*this, "depthwise %w {out_block = 2 : i64} : "
                          "(tensor<3x1x1x2xf32>) -> tensor<2x1x2x2xf32>"),
            (Floats{1, 3, 2, 4, 5, 0, 6, 0}));
}

TEST_F(BuildPlan, PacksLinearAsItsImageLies) {
  // Two channels of two pixels in a block of 2: cb, y, x, ci against row-major (c, x).
  EXPECT_EQ(packed(*this, "linear %w {in_block = 2 : i64, input_shape = array<i64: 2, 1, 2>} : "
                          "(tensor<1x4xf32>) -> tensor<1x1x1x2x2x1xf32>"),
            (Floats{1, 3, 2, 4}));
}

TEST_F(BuildPlan, MissingValuesAreAnError) {
  func::FuncOp function = parse("func.func @f(%w: tensor<3xf32>) {\n %p = sched.pack vector %w : "
                                "(tensor<3xf32>) -> tensor<3x1xf32>\n return\n}");
  char bytes[12] = {};
  llvm::Error error = packConstant(
      *function.getOps<sched::PackOp>().begin(),
      [](Value) -> FailureOr<Tensor> { return failure(); }, bytes);
  EXPECT_NE(toString(std::move(error)).find("are missing"), std::string::npos);
}
