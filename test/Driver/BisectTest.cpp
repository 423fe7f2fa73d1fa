//===- BisectTest.cpp - Wrong passes are found and named ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Bisect.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Driver/Faults.h"
#include "fovea/Support/AtomicFile.h"
#include "fovea/Support/Random.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>

using namespace fovea;
using Culprit = BisectResult::Culprit;

namespace {
/// Two residual blocks that fold, fuse and share a kernel.
constexpr llvm::StringLiteral text = R"(network two() {
  input x: f32[1, 8, 8, 8]
  a = x -> conv1: conv(8, kernel = 3, padding = 1, bias = false) -> bn1: batch_norm -> relu1: relu
  b = a -> conv2: conv(8, kernel = 3, padding = 1, bias = false) -> bn2: batch_norm
  output y = (a + b) -> relu2: relu
}
)";

class Bisect : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("fovea-bisect-test", folder));
    options.compiler.input = (folder + "/two.cnn").str();
    ASSERT_FALSE(bool(writeFileAtomically(options.compiler.input, text)));
    options.compiler.weights = "random:3";
    options.compiler.worker = FOVEA_PROGRAM;
    options.threads = 1;
    options.makeInputs = [](llvm::ArrayRef<NetworkPort> ports) {
      std::vector<Tensor> inputs;
      for (const NetworkPort &port : ports)
        inputs.push_back(llvm::cantFail(randomTensor(port.name, port.shape, 1)));
      return inputs;
    };
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  BisectResult run() {
    std::optional<BisectResult> result = bisect(options, stream);
    EXPECT_TRUE(result.has_value()) << errors;
    return result.value_or(BisectResult());
  }

  llvm::SmallString<128> folder;
  BisectOptions options;
  std::string errors;
  llvm::raw_string_ostream stream{errors};
};
} // namespace

TEST_F(Bisect, NothingIsWrong) {
  BisectResult result = run();
  EXPECT_EQ(result.culprit, Culprit::Nothing);
  EXPECT_LT(result.before, 1e-5);
  EXPECT_EQ(errors, "");
}

TEST_F(Bisect, AFoldThatLosesTheBias) {
  options.compiler.tamper = llvm::cantFail(parseFault("fold-batch-norm:conv2"));
  BisectResult result = run();
  EXPECT_EQ(result.culprit, Culprit::Pass);
  EXPECT_EQ(result.pass, "fold-batch-norm");
  EXPECT_EQ(result.layer, "conv2");
  EXPECT_EQ(result.where, options.compiler.input + ":4:12");
  EXPECT_GT(result.error, 1e-4);
  EXPECT_LT(result.before, 1e-5);
}

TEST_F(Bisect, AFusionThatLosesARelu) {
  options.compiler.tamper = [](llvm::StringRef pass, mlir::func::FuncOp function) {
    if (pass != "fuse-conv")
      return llvm::Error::success();
    function.walk([](mlir::Operation *op) {
      auto name = op->getAttrOfType<mlir::StringAttr>("name");
      if (name && name.getValue() == "relu1" && op->getNumOperands() == 1)
        op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    });
    return llvm::Error::success();
  };
  BisectResult result = run();
  EXPECT_EQ(result.culprit, Culprit::Pass);
  EXPECT_EQ(result.pass, "fuse-conv");
}

TEST_F(Bisect, AScheduleThatComputesAnotherActivation) {
  options.compiler.tamper = [](llvm::StringRef pass, mlir::func::FuncOp function) {
    if (pass == "sched-select-algorithm")
      function.walk([](sched::StageOp stage) {
        if (stage.getName() == "relu2")
          stage.setKind(sched::StageKind::tanh);
      });
    return llvm::Error::success();
  };
  BisectResult result = run();
  EXPECT_EQ(result.culprit, Culprit::Kernel);
  EXPECT_EQ(result.layer, "conv2 + add + relu2");
  EXPECT_NE(result.kernel, "");
}

TEST_F(Bisect, ErrorsOfTheNetworkAreReported) {
  options.compiler.weights = "";
  EXPECT_FALSE(bisect(options, stream).has_value());
  EXPECT_NE(errors.find("needs weights"), std::string::npos) << errors;
}

TEST(Faults, Specification) {
  EXPECT_EQ(llvm::toString(parseFault("fold-batch-norm").takeError()),
            "expected PASS:LAYER, got 'fold-batch-norm'");
}

TEST(LayerIndex, NamesOfFoldedAndFusedLayers) {
  CompilerOptions options;
  options.input = FOVEA_LENET5;
  options.keepReference = true;
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  Compiler compiler(options, stream);
  ASSERT_TRUE(compiler.reach(Phase::CnnOpt)) << errors;
  LayerIndex index(compiler.reference());
  EXPECT_EQ(index.layers().front().name, "conv1");
  EXPECT_EQ(index.nearest("conv11"), "conv1");
  EXPECT_FALSE(index.find("conv7").has_value());
  std::vector<std::string> homes = index.homesIn(compiler.function());
  EXPECT_EQ(homes[*index.find("tanh")], "tanh");
  std::vector<mlir::Value> values = index.valuesIn(compiler.function());
  for (auto [layer, value] : llvm::zip(index.layers(), values))
    EXPECT_TRUE(bool(value)) << layer.name;
}
