//===- InterpreterTest.cpp - Inputs, parameters, taps and errors --------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RunText.h"

using namespace fovea;
using namespace fovea::test;
using V = std::vector<float>;

static std::string errorOf(llvm::StringRef text, std::vector<Tensor> inputs) {
  Context context;
  auto module = parse(context, text);
  auto results = interpret(firstFunction(*module), inputs);
  return results ? "" : llvm::toString(results.takeError());
}

#define EXPECT_CONTAINS(TEXT, PART)                                                                \
  EXPECT_NE(std::string(TEXT).find(PART), std::string::npos) << (TEXT)

static const char *const reluText = R"(
func.func @net(%x: tensor<2xf32>) -> tensor<2xf32> {
  %r = cnn.relu %x {name = "r"} : (tensor<2xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
})";

TEST(Interpreter, InputsAreChecked) {
  Tensor good = Tensor::fromFloats({2}, {1, 2});
  EXPECT_EQ(errorOf(reluText, {good}), "");
  EXPECT_CONTAINS(errorOf(reluText, {}), "the network takes 1 inputs, got 0");
  EXPECT_CONTAINS(errorOf(reluText, {good.reshaped({1, 2})}),
                  "input 0 of the network is [2], got f32[1,2]");
}

TEST(Interpreter, InputsAreConverted) {
  static const int8_t bytes[] = {-3, 4};
  Tensor input = llvm::cantFail(
      Tensor::view(ElementType::I8, {2}, {reinterpret_cast<const char *>(bytes), 2}, nullptr));
  EXPECT_EQ(run(reluText, {input})[0].floats().vec(), (V{0, 4}));
}

TEST(Interpreter, OtherDialectsAreErrors) {
  EXPECT_CONTAINS(errorOf(R"(
func.func @net() {
  func.call @net() : () -> ()
  return
})",
                          {}),
                  "the interpreter has no meaning for 'func.call'");
}

TEST(Interpreter, OtherTypesAreErrors) {
  EXPECT_CONTAINS(errorOf(R"(
func.func @net(%x: tensor<2xf16>) -> tensor<2xf16> {
  %r = cnn.relu %x {name = "r"} : (tensor<2xf16>) -> tensor<2xf16> loc("r"("net.cnn":3:7))
  return %r : tensor<2xf16>
})",
                          {Tensor::fromFloats({2}, {1, 2})}),
                  "net.cnn:3:7: r: the interpreter computes in f32 only");
}

TEST(Interpreter, TapsSeeEveryLayer) {
  Context context;
  auto module = parse(context, R"(
func.func @net(%x: tensor<2xf32>) -> tensor<2xf32> {
  %f = cnn.fused %x {name = "f"} : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%a: tensor<2xf32>):
    %s = cnn.add %a, %a {name = "s"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %r = cnn.relu %s {name = "r"} : (tensor<2xf32>) -> tensor<2xf32>
    cnn.yield %r : tensor<2xf32>
  }
  return %f : tensor<2xf32>
})");
  std::vector<std::pair<std::string, V>> seen;
  auto tap = [&](mlir::Operation *op, llvm::ArrayRef<Tensor> results) {
    seen.emplace_back(op->getAttrOfType<mlir::StringAttr>("name").str(), results[0].floats().vec());
  };
  llvm::cantFail(
      interpret(firstFunction(*module), {Tensor::fromFloats({2}, {-1, 2})}, tap).takeError());
  EXPECT_EQ(seen,
            (std::vector<std::pair<std::string, V>>{{"s", {-2, 4}}, {"r", {0, 4}}, {"f", {0, 4}}}));
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

static const char *const foldedText = R"(
cnn.param @w = dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
cnn.param @one = dense<1.0> : tensor<2xf32>
cnn.param @v = dense<[0.0, 3.0]> : tensor<2xf32>
cnn.param @missing : tensor<2xf32>
func.func @net(%x: tensor<1x1x1x1xf32>) -> tensor<1x2x1x1xf32> {
  %w = cnn.load_param @w : tensor<2x1x1x1xf32>
  %one = cnn.load_param @one : tensor<2xf32>
  %v = cnn.load_param @v : tensor<2xf32>
  %m = cnn.load_param @missing : tensor<2xf32>
  %s:2 = cnn.batch_norm_affine %one, %one, %one, %v {name = "bn", eps = 1.0 : f64}
     : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  %k = cnn.channel_affine %w, %s#0 {name = "scaled", axis = 0 : i64}
     : (tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<2x1x1x1xf32>
  %b = cnn.add %s#1, %m {name = "sum"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %f = cnn.fused %x, %k, %s#1 {name = "f"}
     : (tensor<1x1x1x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x1x1xf32> {
  ^bb0(%a: tensor<1x1x1x1xf32>, %fk: tensor<2x1x1x1xf32>, %fb: tensor<2xf32>):
    %c = cnn.conv %a, %fk, %fb {name = "c"}
       : (tensor<1x1x1x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x1x1xf32>
    cnn.yield %c : tensor<1x2x1x1xf32>
  }
  return %f : tensor<1x2x1x1xf32>
})";

namespace {
struct Constants : testing::Test {
  Constants() : module(parse(context, foldedText)) {}

  mlir::Operation *layer(llvm::StringRef name) {
    mlir::Operation *found = nullptr;
    module->walk([&](mlir::Operation *op) {
      auto attribute = op->getAttrOfType<mlir::StringAttr>("name");
      if (attribute && attribute.getValue() == name)
        found = op;
    });
    return found;
  }
  V evaluate(mlir::Value value) {
    auto tensor = evaluateConstant(value);
    EXPECT_TRUE(mlir::succeeded(tensor));
    return mlir::succeeded(tensor) ? tensor->floats().vec() : V();
  }
  std::string errorOfConstant(mlir::Value value) {
    std::string message;
    mlir::ScopedDiagnosticHandler handler(
        &context, [&](mlir::Diagnostic &diagnostic) { message = diagnostic.str(); });
    EXPECT_TRUE(mlir::failed(evaluateConstant(value)));
    return message;
  }

  Context context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

TEST_F(Constants, FoldedWeights) {
  EXPECT_EQ(evaluate(layer("scaled")->getResult(0)), (V{1, 1}));
  EXPECT_EQ(evaluate(layer("bn")->getResult(0)), (V{1, 0.5}));
  EXPECT_EQ(evaluate(layer("bn")->getResult(1)), (V{0, 0.5}));
}

TEST_F(Constants, SeenFromInsideAFusedRegion) {
  mlir::Operation *conv = layer("c");
  EXPECT_FALSE(isConstantExpression(conv->getOperand(0)));
  EXPECT_TRUE(isConstantExpression(conv->getOperand(1)));
  EXPECT_EQ(evaluate(conv->getOperand(1)), (V{1, 1}));
  EXPECT_EQ(evaluate(conv->getOperand(2)), (V{0, 0.5}));
}

TEST_F(Constants, InputsAreNotConstant) {
  EXPECT_FALSE(isConstantExpression(layer("c")->getResult(0)));
  EXPECT_CONTAINS(errorOfConstant(layer("c")->getResult(0)),
                  "expected an expression over parameters alone");
}

TEST_F(Constants, MissingValues) {
  EXPECT_TRUE(isConstantExpression(layer("sum")->getResult(0)));
  EXPECT_CONTAINS(errorOfConstant(layer("sum")->getResult(0)),
                  "the parameter 'missing' has no value (were weights given?)");
}

TEST_F(Constants, InterpretingNeedsAllParameters) {
  auto results = interpret(firstFunction(*module), {Tensor::fromFloats({1, 1, 1, 1}, {2})});
  EXPECT_CONTAINS(llvm::toString(results.takeError()), "the parameter 'missing' has no value");
}

TEST(Parameters, ResourceOfTheWrongSize) {
  EXPECT_CONTAINS(errorOf(R"(
cnn.param @w = dense_resource<w> : tensor<2xf32>
func.func @net() -> tensor<2xf32> {
  %w = cnn.load_param @w : tensor<2xf32>
  return %w : tensor<2xf32>
}
{-# dialect_resources: { builtin: { w: "0x0400000000000000" } } #-})",
                          {}),
                  "f32[2] takes 8 bytes, but there are 4");
}

TEST(Parameters, ResourceThatIsNotThere) {
  EXPECT_CONTAINS(errorOf(R"(
cnn.param @w = dense_resource<w> : tensor<2xf32>
func.func @net() -> tensor<2xf32> {
  %w = cnn.load_param @w : tensor<2xf32>
  return %w : tensor<2xf32>
})",
                          {}),
                  "the parameter 'w' has no value");
}
