//===- BindWeightsTest.cpp - Parameters get their values ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Import/BindWeights.h"
#include "Calls.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Support/Hash.h"
#include "fovea/Support/TensorFile.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"

using namespace fovea;
using namespace fovea::test;

static WeightSource fileSource(NamedTensors tensors) {
  return {"test.safetensors", std::nullopt, std::move(tensors)};
}

static NamedTensors goodTensors() {
  return {{"fc1.weight", Tensor::fromFloats({3, 2}, {1, 2, 3, 4, 5, 6})},
          {"fc1.bias", Tensor::fromFloats({3}, {7, 8, 9})},
          {"fc2.weight", Tensor::fromFloats({2, 3}, {6, 5, 4, 3, 2, 1})}};
}

namespace {
struct BindWeights : testing::Test {
  BindWeights() {
    TensorId x = net.add(call("linear", "fc1", {net.input({1, 2})}, linear(3), 4));
    module = net.finish(net.add(call("linear", "fc2", {x}, linear(2, false), 5)));
  }
  cnn::ParamOp param(llvm::StringRef name) { return module->lookupSymbol<cnn::ParamOp>(name); }
  llvm::ArrayRef<char> bytes(llvm::StringRef name) {
    auto value =
        llvm::dyn_cast_or_null<mlir::DenseResourceElementsAttr>(param(name).getValueAttr());
    return value ? value.getData() : llvm::ArrayRef<char>();
  }
  bool bind(NamedTensors tensors) {
    return succeeded(bindWeights(*module, fileSource(std::move(tensors))));
  }

  Net net;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Diagnostics diagnostics{net.context};
};
} // namespace

TEST_F(BindWeights, SharesTheSourcesMemory) {
  NamedTensors tensors = goodTensors();
  const char *data = tensors["fc1.weight"].bytes().data();
  std::string hash = hash8(tensors["fc1.weight"].bytes());
  EXPECT_TRUE(bind(std::move(tensors)));
  EXPECT_EQ(diagnostics.text, "");
  EXPECT_EQ(bytes("fc1.weight").data(), data);
  EXPECT_EQ(param("fc1.weight").getHash(), hash);
  auto value = llvm::cast<mlir::DenseResourceElementsAttr>(param("fc1.weight").getValueAttr());
  EXPECT_EQ(value.getRawHandle().getKey(), "fc1.weight@" + hash);
  EXPECT_TRUE(succeeded(mlir::verify(*module)));
}

TEST_F(BindWeights, ConvertsOtherTypes) {
  static const uint16_t halves[] = {0x3c00, 0xc000, 0};
  NamedTensors tensors = goodTensors();
  tensors["fc1.bias"] = llvm::cantFail(
      Tensor::view(ElementType::F16, {3}, {reinterpret_cast<const char *>(halves), 6}, nullptr));
  EXPECT_TRUE(bind(std::move(tensors)));
  auto *values = reinterpret_cast<const float *>(bytes("fc1.bias").data());
  EXPECT_EQ(std::vector<float>(values, values + 3), (std::vector<float>{1, -2, 0}));
}

TEST_F(BindWeights, OneErrorListsEverything) {
  NamedTensors tensors = goodTensors();
  tensors["fc1.wieght"] = tensors["fc1.weight"];
  tensors.erase("fc1.weight");
  tensors.erase("fc1.bias");
  tensors["fc1.bais"] = Tensor::fromFloats({4}, {1, 2, 3, 4}); // Near, but of another shape.
  tensors["fc2.weight"] = Tensor::fromFloats({3, 2}, {6, 5, 4, 3, 2, 1});
  EXPECT_FALSE(bind(std::move(tensors)));
  EXPECT_EQ(diagnostics.text,
            "error: 3 of 3 parameters cannot be taken from test.safetensors\n"
            "note: loc(\"fc1\"(\"net.cnn\":4:1)): 'fc1.weight' f32[3,2] is missing; is it "
            "'fc1.wieght'?\n"
            "note: loc(\"fc1\"(\"net.cnn\":4:1)): 'fc1.bias' f32[3] is missing\n"
            "note: loc(\"fc2\"(\"net.cnn\":5:1)): 'fc2.weight' is f32[2,3] in the network but "
            "f32[3,2] in the file\n");
  EXPECT_FALSE(param("fc1.weight").getValueAttr());
}

TEST_F(BindWeights, NothingChangesOnAnError) {
  NamedTensors tensors = goodTensors();
  tensors.erase("fc2.weight");
  EXPECT_FALSE(bind(std::move(tensors)));
  EXPECT_FALSE(param("fc1.weight").getValueAttr());
  EXPECT_FALSE(param("fc1.weight").getHash());
}

TEST_F(BindWeights, ExtraTensorsAreAWarning) {
  NamedTensors tensors = goodTensors();
  tensors["bn.num_batches_tracked"] = Tensor::fromFloats({}, {1});
  tensors["aux.weight"] = tensors["aux.bias"] = Tensor::fromFloats({}, {1});
  EXPECT_TRUE(bind(std::move(tensors)));
  EXPECT_EQ(diagnostics.text, "warning: test.safetensors has 2 tensors that no parameter takes: "
                              "'aux.bias', 'aux.weight'\n");
}

TEST_F(BindWeights, SilentForWhatIsDeclaredUnused) {
  NamedTensors tensors = goodTensors();
  tensors["aux.conv.weight"] = tensors["fc1.bias"];
  tensors["auxiliary"] = tensors["fc1.bias"];
  module->walk([&](mlir::func::FuncOp function) {
    mlir::OpBuilder builder(function);
    function->setAttr(unusedAttribute, builder.getStrArrayAttr({"aux.*", "[", "extra?"}));
  });
  EXPECT_TRUE(bind(std::move(tensors)));
  EXPECT_EQ(diagnostics.text,
            "warning: test.safetensors has 1 tensor that no parameter takes: 'auxiliary'\n");
}

TEST_F(BindWeights, BatchCountersAreNoExtras) {
  NamedTensors tensors = goodTensors();
  tensors["bn.num_batches_tracked"] = Tensor::fromFloats({}, {1});
  EXPECT_TRUE(bind(std::move(tensors)));
  EXPECT_EQ(diagnostics.text, "");
}

TEST_F(BindWeights, ElidedDumpsResume) {
  ASSERT_TRUE(bind(goodTensors()));
  auto elided = elideValues(*module);
  EXPECT_TRUE(param("fc1.weight").getValueAttr()) << "the module itself keeps its values";
  std::string dump = text(*elided);
  EXPECT_CONTAINS(dump, "cnn.param @fc1.weight hash \"");
  EXPECT_EQ(dump.find("dense_resource"), std::string::npos);

  module = mlir::parseSourceString<mlir::ModuleOp>(dump, &net.context);
  ASSERT_TRUE(module);
  EXPECT_TRUE(bind(goodTensors()));
  EXPECT_EQ(bytes("fc1.bias").size(), 12u);
}

TEST_F(BindWeights, ResumingWithOtherWeightsIsAnError) {
  ASSERT_TRUE(bind(goodTensors()));
  module = elideValues(*module);
  NamedTensors tensors = goodTensors();
  tensors["fc1.bias"] = Tensor::fromFloats({3}, {7, 8, 10});
  EXPECT_FALSE(bind(std::move(tensors)));
  EXPECT_CONTAINS(diagnostics.text, "error: 1 of 3 parameters");
  EXPECT_CONTAINS(diagnostics.text, "'fc1.bias' has other values (hash ");
}

TEST_F(BindWeights, ResourcesThatDidNotComeAreBoundAgain) {
  ASSERT_TRUE(bind(goodTensors()));
  std::string dump = text(*module);
  size_t resources = dump.find("{-#");
  mlir::MLIRContext other;
  other.loadDialect<cnn::CnnDialect, mlir::func::FuncDialect>();
  auto parsed = mlir::parseSourceString<mlir::ModuleOp>(dump.substr(0, resources), &other);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(succeeded(bindWeights(*parsed, fileSource(goodTensors()))));
  auto value = llvm::cast<mlir::DenseResourceElementsAttr>(
      parsed->lookupSymbol<cnn::ParamOp>("fc1.bias").getValueAttr());
  ASSERT_TRUE(value.getRawHandle().getBlob());
  EXPECT_EQ(value.getData().size(), 12u);
}

TEST_F(BindWeights, RandomWeightsDependOnTheSeed) {
  auto bound = [&](const char *spec) {
    auto clone = module->clone();
    mlir::OwningOpRef<mlir::ModuleOp> owner(clone);
    EXPECT_TRUE(succeeded(bindWeights(clone, llvm::cantFail(openWeights(spec)))));
    return clone.lookupSymbol<cnn::ParamOp>("fc2.weight").getHash()->str();
  };
  EXPECT_EQ(bound("random"), bound("random:0"));
  EXPECT_EQ(bound("random:5"), bound("random:5"));
  EXPECT_NE(bound("random:5"), bound("random:6"));
}

TEST(BindLiterals, LiteralsStay) {
  Net net;
  LiteralTensor edge{{1, 1, 1, 1}, {3}};
  TensorId x = net.add(call("conv", "edge", {net.input({1, 1, 2, 2})},
                            conv(1, 1, {{"weight", edge}, {"bias", false}})));
  auto module = net.finish(x);
  Diagnostics diagnostics(net.context);
  EXPECT_TRUE(succeeded(bindWeights(*module, fileSource({}))));
  EXPECT_CONTAINS(text(*elideValues(*module)), "= dense<3.000000e+00>");
  EXPECT_EQ(diagnostics.text, "");
}

TEST(BindTypes, OnlyF32) {
  mlir::MLIRContext context;
  context.loadDialect<cnn::CnnDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>("cnn.param @w : tensor<2xf16>", &context);
  Diagnostics diagnostics(context);
  EXPECT_TRUE(failed(bindWeights(*module, {"random", 0, {}})));
  EXPECT_CONTAINS(diagnostics.text, "'w' is not of f32, the only type that can be bound");
}

TEST(OpenWeights, Specs) {
  auto error = [](llvm::StringRef spec) {
    auto source = openWeights(spec);
    return source ? "" : llvm::toString(source.takeError());
  };
  EXPECT_EQ(error("random:18446744073709551615"), "");
  EXPECT_CONTAINS(error("random:"), "expected random:<seed>");
  EXPECT_CONTAINS(error("random:-1"), "expected random:<seed>");
  EXPECT_CONTAINS(error("no/such.safetensors"), "cannot read 'no/such.safetensors'");
  EXPECT_CONTAINS(error("weights.pt"), "expected a file .safetensors, .npz or .npy");
}

TEST(OpenWeights, MappedFilesOutliveTheSource) {
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("fovea", "safetensors", path));
  ASSERT_FALSE(bool(writeSafeTensors(path, {{"w", Tensor::fromFloats({2}, {4, 5})}})));
  mlir::MLIRContext context;
  context.loadDialect<cnn::CnnDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>("cnn.param @w : tensor<2xf32>", &context);
  {
    auto source = openWeights(path);
    ASSERT_TRUE(bool(source));
    ASSERT_TRUE(succeeded(bindWeights(*module, *source)));
  }
  llvm::sys::fs::remove(path);
  auto value = llvm::cast<mlir::DenseResourceElementsAttr>(
      module->lookupSymbol<cnn::ParamOp>("w").getValueAttr());
  EXPECT_EQ(reinterpret_cast<const float *>(value.getData().data())[1], 5);
}
