//===- CnnBuilderTest.cpp - Layer calls become cnn ops ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Calls.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Support/MlirLocations.h"

using namespace fovea;
using namespace fovea::test;

TEST(CnnBuilder, WholeNetwork) {
  Net net;
  TensorId x = net.input({1, 1, 4, 4});
  x = net.add(call("conv", "conv1", {x}, conv(2, 3, {{"padding", Ints{1, 1, 1, 1}}})));
  x = net.add(call("batch_norm", "bn1", {x}, {{"eps", 1e-5}}));
  x = net.add(call("relu", "relu", {x}));
  x = net.add(call("max_pool", "pool", {x}, maxPool(2)));
  x = net.add(call("flatten", "flatten", {x}, {{"start_dim", int64_t(1)}}));
  EXPECT_EQ(net.builder.typeOf(x), "f32[1,8]");
  EXPECT_EQ(net.builder.shapeOf(x), (Ints{1, 8}));
  x = net.add(call("linear", "fc", {x}, linear(3, false)));
  EXPECT_EQ(text(*net.finish(x)), R"(module {
  cnn.param @conv1.weight : tensor<2x1x3x3xf32>
  cnn.param @conv1.bias : tensor<2xf32>
  cnn.param @bn1.weight : tensor<2xf32>
  cnn.param @bn1.bias : tensor<2xf32>
  cnn.param @bn1.running_mean : tensor<2xf32>
  cnn.param @bn1.running_var : tensor<2xf32>
  cnn.param @fc.weight : tensor<3x8xf32>
  func.func @net(%arg0: tensor<1x1x4x4xf32> {cnn.name = "x"}) -> (tensor<1x3xf32> {cnn.name = "y"}) {
    %0 = cnn.load_param @conv1.weight : tensor<2x1x3x3xf32>
    %1 = cnn.load_param @conv1.bias : tensor<2xf32>
    %2 = cnn.conv %arg0, %0, %1 {name = "conv1", padding = array<i64: 1, 1, 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x3x3xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
    %3 = cnn.load_param @bn1.weight : tensor<2xf32>
    %4 = cnn.load_param @bn1.bias : tensor<2xf32>
    %5 = cnn.load_param @bn1.running_mean : tensor<2xf32>
    %6 = cnn.load_param @bn1.running_var : tensor<2xf32>
    %7 = cnn.batch_norm %2, %3, %4, %5, %6 {name = "bn1"} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
    %8 = cnn.relu %7 {name = "relu"} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
    %9 = cnn.max_pool %8 {kernel = array<i64: 2, 2>, name = "pool", stride = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
    %10 = cnn.flatten %9 {name = "flatten"} : (tensor<1x2x2x2xf32>) -> tensor<1x8xf32>
    %11 = cnn.load_param @fc.weight : tensor<3x8xf32>
    %12 = cnn.linear %10, %11 {name = "fc"} : (tensor<1x8xf32>, tensor<3x8xf32>) -> tensor<1x3xf32>
    return %12 : tensor<1x3xf32>
  }
})");
}

TEST(CnnBuilder, EveryOtherLayer) {
  Net net;
  TensorId x = net.input({1, 4, 6, 6});
  x = net.add(call("relu6", "a", {x}));
  x = net.add(call("tanh", "b", {x}));
  x = net.add(call("sigmoid", "c", {x}));
  x = net.add(call("avg_pool", "d", {x},
                   {{"kernel", Ints{3, 3}},
                    {"stride", Ints{2, 2}},
                    {"padding", Ints{1, 1, 1, 1}},
                    {"ceil_mode", false},
                    {"count_include_pad", false}}));
  EXPECT_EQ(net.builder.typeOf(x), "f32[1,4,3,3]");
  x = net.add(call("channel_shuffle", "e", {x}, {{"groups", int64_t(2)}}));
  x = net.add(call("spatial_shift", "f", {x}, {{"offsets", Ints{0, 0, 1, 0, 0, 1, -1, -1}}}));
  auto parts = net.addAll(call("split", "g", {x}, {{"sizes", Ints{1, 3}}, {"axis", int64_t(-3)}}));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(net.builder.typeOf(parts[1]), "f32[1,3,3,3]");
  TensorId y = net.add(call("concat", "h", {parts[1], parts[0]}, {{"axis", int64_t(1)}}));
  y = net.add(call("add", "i", {x, y}));
  TensorId average = net.add(call("global_avg_pool", "j", {y}));
  y = net.add(call("global_max_pool", "k", {y}));
  y = net.add(call("softmax", "l", {y}, {{"axis", int64_t(-3)}}));
  EXPECT_EQ(net.builder.typeOf(y), "f32[1,4,1,1]");
  net.builder.addOutput("average", average, at(3));
  auto module = net.finish(y);
  EXPECT_CONTAINS(text(*module), "-> (tensor<1x4x1x1xf32> {cnn.name = \"average\"}, "
                                 "tensor<1x4x1x1xf32> {cnn.name = \"y\"})");
  EXPECT_CONTAINS(text(*module), "{name = \"h\"}"); // Axis 1 is the default.
}

TEST(CnnBuilder, LocationsNameTheLayerAndTheChain) {
  Net net;
  TensorId x = net.input({1, 4});
  LayerCall relu = call("relu", "block.relu", {x});
  relu.callSites = {at(8, 7), at(20, 14), at(30, 2)};
  auto module = net.finish(net.add(relu));
  std::string location;
  module->walk([&](mlir::Operation *op) {
    if (op->getName().getStringRef() == "cnn.relu")
      llvm::raw_string_ostream(location) << op->getLoc();
  });
  EXPECT_EQ(location,
            "loc(\"block.relu\"(callsite(\"net.cnn\":8:7 at callsite(\"net.cnn\":20:14 at "
            "\"net.cnn\":30:2))))");
}

TEST(CnnBuilder, InputsOfAllElementTypes) {
  Net net;
  for (const char *element : {"f32", "f16", "bf16", "f64", "bool", "u8", "i8", "i32", "i64"})
    EXPECT_EQ(net.builder.typeOf(net.input({2, 3}, element)), std::string(element) + "[2,3]");
}

TEST(CnnBuilder, SharedWeightsAreOneParameter) {
  Net net;
  TensorId x = net.input({1, 2, 4, 4});
  LayerCall first = call("conv", "a", {x}, conv(2, 1)), second = first, third = first;
  first.weights = second.weights = third.weights = "head";
  second.name = "b";
  third.name = "c";
  second.inputs = {net.add(first)};
  TensorId y = net.add(second);
  third.attributes = conv(5, 1);
  EXPECT_EQ(net.error(third), "E0200: shares the weights 'head.weight' of f32[2,2,1,1], but here "
                              "they would be f32[5,2,1,1] (0)");
  std::string module = text(*net.finish(y));
  EXPECT_EQ(module.find("cnn.param @head.weight"), module.rfind("cnn.param @head.weight"));
  EXPECT_EQ(module.find("load_param @head.weight"), module.rfind("load_param @head.weight"));
}

TEST(CnnBuilder, LiteralWeights) {
  Net net;
  TensorId x = net.input({1, 1, 4, 4});
  LiteralTensor edge{{1, 1, 1, 3}, {-1, 0, 1}}, bias{{1}, {0.5}};
  Attributes attributes = conv(1, 3, {{"weight", edge}, {"bias_values", bias}});
  attributes["kernel"] = Ints{1, 3};
  std::string module = text(*net.finish(net.add(call("conv", "edge", {x}, attributes))));
  EXPECT_CONTAINS(module, "= dense<[[[[-1.000000e+00, 0.000000e+00, 1.000000e+00]]]]> : "
                          "tensor<1x1x1x3xf32>");
  EXPECT_CONTAINS(module, "cnn.param @edge.bias hash \"");
}

TEST(CnnBuilder, LiteralOfTheWrongShape) {
  Net net;
  TensorId x = net.input({1, 1, 4, 4});
  LiteralTensor weight{{1, 1, 3, 1}, {-1, 0, 1}};
  EXPECT_EQ(net.error(call("conv", "edge", {x}, conv(1, 3, {{"weight", weight}}))),
            "E0209: the literal weight is [1, 1, 3, 1], but the layer needs [1, 1, 3, 3] ()");
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// What a network says of itself
//===----------------------------------------------------------------------===//

static std::string builtFrom(std::vector<int64_t> shape, llvm::StringRef element,
                             llvm::StringRef layout) {
  Net net;
  TensorId x = net.builder.addInput("photo", element, shape, layout, at(2, 9));
  return text(*net.finish(net.add(call("relu", "r", {x}))));
}

TEST(Inputs, PicturesBecomeTensors) {
  std::string built = builtFrom({1, 8, 6, 3}, "u8", "nhwc");
  EXPECT_CONTAINS(built, "%arg0: tensor<1x8x6x3xui8> {cnn.name = \"photo\"}");
  EXPECT_CONTAINS(built, "cnn.to_tensor %arg0 {layout = \"nhwc\", name = \"photo.to_tensor\"}");
  EXPECT_CONTAINS(built, "-> tensor<1x3x8x6xf32>");
  EXPECT_CONTAINS(builtFrom({1, 3, 8, 6}, "u8", "nchw"), "cnn.to_tensor");
  EXPECT_CONTAINS(builtFrom({1, 8, 6, 3}, "f32", "nhwc"), "-> tensor<1x3x8x6xf32>");
  EXPECT_EQ(builtFrom({1, 3, 8, 6}, "f32", "nchw").find("cnn.to_tensor"), std::string::npos);
}

TEST(Inputs, ConversionsAreBlamedOnTheInput) {
  Net net;
  TensorId x = net.builder.addInput("photo", "u8", {1, 8, 6, 3}, "nhwc", at(2, 9));
  auto module = net.finish(net.add(call("relu", "r", {x})));
  module->walk([&](cnn::ToTensorOp op) {
    std::vector<FilePosition> places = sourcePositions(op.getLoc());
    ASSERT_EQ(places.size(), 1u);
    EXPECT_EQ(places[0].str(), "net.cnn:2:9");
  });
}

TEST(Networks, HintsAreAttributesOfTheLayer) {
  Net net;
  LayerCall hinted = call("conv", "c", {net.input({1, 4, 6, 6})}, conv(2, 3));
  hinted.hints = {{"algorithm", "im2col"}, {"precision", "bf16"}};
  auto module = net.finish(net.add(hinted));
  module->walk([&](cnn::ConvOp op) {
    EXPECT_EQ(op->getAttrOfType<mlir::StringAttr>("cnn.hint.algorithm").getValue(), "im2col");
    EXPECT_EQ(op->getAttrOfType<mlir::StringAttr>("cnn.hint.precision").getValue(), "bf16");
  });
  EXPECT_CONTAINS(text(*module), "cnn.hint.algorithm = \"im2col\"");
}

TEST(Networks, LabelsAndUnusedAreAttributesOfTheFunction) {
  Net net;
  net.builder.setLabels("names.txt", {"cat", "dog"});
  net.builder.addUnused("aux1.*");
  net.builder.addUnused("aux2.*");
  auto module = net.finish(net.add(call("relu", "r", {net.input({1, 2})})));
  EXPECT_CONTAINS(text(*module), "fovea.labels = [\"cat\", \"dog\"]");
  EXPECT_CONTAINS(text(*module), "fovea.unused = [\"aux1.*\", \"aux2.*\"]");
}

TEST(Networks, WeightsHaveNamesButNotLiterals) {
  Net net;
  TensorId x = net.add(call("linear", "a", {net.input({1, 2})}, linear(3)));
  Attributes literal = linear(1, false);
  literal["weight"] = LiteralTensor{{1, 3}, {1, 2, 3}};
  TensorId y = net.add(call("linear", "b", {x}, literal));
  EXPECT_EQ(net.builder.weightNames(), (std::vector<std::string>{"a.weight", "a.bias"}));
  net.finish(y);
}

namespace {
struct Errors : testing::Test {
  Net net;
  TensorId image = net.input({1, 4, 6, 6}), matrix = net.input({2, 8});
};
} // namespace

TEST_F(Errors, Ranks) {
  EXPECT_EQ(net.error(call("conv", "c", {matrix}, conv(2, 3))),
            "E0201: conv needs an image [N, C, H, W], got f32[2,8] (0)");
  EXPECT_EQ(net.error(call("linear", "l", {image}, linear(2))),
            "E0201: linear needs a matrix [N, F] (flatten first?), got f32[1,4,6,6] (0)");
  EXPECT_CONTAINS(net.error(call("max_pool", "p", {matrix}, maxPool(2))), "E0201");
  EXPECT_CONTAINS(net.error(call("global_avg_pool", "p", {matrix})), "E0201");
  EXPECT_CONTAINS(net.error(call("batch_norm", "b", {net.input({3})}, {{"eps", 1e-5}})), "E0201");
}

TEST_F(Errors, ElementTypes) {
  TensorId bytes = net.input({1, 4, 6, 6}, "i8");
  EXPECT_EQ(net.error(call("relu", "r", {bytes})), "E0202: relu works on f32, got i8[1,4,6,6] (0)");
  EXPECT_EQ(net.error(call("concat", "c", {image, bytes}, {{"axis", int64_t(1)}})),
            "E0202: element types differ: f32[1,4,6,6] and i8[1,4,6,6] (0, 1)");
  EXPECT_EQ(net.builder.typeOf(net.add(call("flatten", "f", {bytes}, {{"start_dim", int64_t(2)}}))),
            "i8[1,4,36]");
}

TEST_F(Errors, Addition) {
  TensorId other = net.input({1, 8, 6, 5});
  EXPECT_EQ(net.error(call("add", "a", {image, other})),
            "E0203: cannot add f32[1,4,6,6] and f32[1,8,6,5]: channels differ (4 and 8), width "
            "differs (6 and 5) (0, 1)");
  EXPECT_EQ(net.error(call("add", "a", {image, matrix})),
            "E0203: cannot add f32[1,4,6,6] and f32[2,8]: dimensions differ (4 and 2) (0, 1)");
  EXPECT_CONTAINS(net.error(call("add", "a", {matrix, net.input({2, 9})})),
                  "dimension 1 differs (8 and 9)");
}

TEST_F(Errors, Concatenation) {
  TensorId other = net.input({1, 8, 6, 5});
  EXPECT_EQ(net.error(call("concat", "c", {image, image, other}, {{"axis", int64_t(1)}})),
            "E0204: cannot join f32[1,4,6,6] and f32[1,8,6,5] along dimension 1: width differs (6 "
            "and 5) (0, 2)");
  EXPECT_CONTAINS(net.error(call("concat", "c", {image, matrix}, {{"axis", int64_t(1)}})),
                  "dimensions differ (4 and 2)");
  EXPECT_CONTAINS(net.error(call("concat", "c", {}, {{"axis", int64_t(1)}})), "at least one");
}

TEST_F(Errors, Windows) {
  EXPECT_EQ(net.error(call("conv", "c", {image}, conv(2, 7))),
            "E0205: a window of 7 rows does not fit in the padded input's 6 (0)");
  EXPECT_CONTAINS(net.error(call("max_pool", "p", {image}, maxPool(7))), "E0205");
  EXPECT_CONTAINS(
      net.error(call("max_pool", "p", {image}, maxPool(2, {{"padding", Ints{2, 2, 2, 2}}}))),
      "E0211: padding [2, 2, 2, 2] is more than half");
  EXPECT_CONTAINS(net.error(call("conv", "c", {image}, conv(2, 3, {{"stride", Ints{0, 1}}}))),
                  "E0200: stride must lie in 1");
}

TEST_F(Errors, Groups) {
  EXPECT_EQ(net.error(call("conv", "c", {image}, conv(6, 1, {{"groups", int64_t(3)}}))),
            "E0206: groups 3 does not divide 4 input channels (0)");
  EXPECT_CONTAINS(net.error(call("conv", "c", {image}, conv(6, 1, {{"groups", int64_t(8)}}))),
                  "E0206");
  EXPECT_CONTAINS(net.error(call("conv", "c", {image}, conv(6, 1, {{"groups", int64_t(0)}}))),
                  "E0206: groups must be positive");
  EXPECT_CONTAINS(net.error(call("channel_shuffle", "c", {image}, {{"groups", int64_t(3)}})),
                  "E0206");
}

TEST_F(Errors, Axes) {
  EXPECT_CONTAINS(net.error(call("softmax", "s", {matrix}, {{"axis", int64_t(2)}})), "E0207");
  EXPECT_CONTAINS(net.error(call("softmax", "s", {matrix}, {{"axis", int64_t(-3)}})), "E0207");
  EXPECT_CONTAINS(net.error(call("flatten", "f", {matrix}, {{"start_dim", int64_t(4)}})), "E0207");
  EXPECT_CONTAINS(net.error(call("concat", "c", {matrix}, {{"axis", int64_t(4)}})), "E0207");
  EXPECT_CONTAINS(
      net.error(call("split", "s", {matrix}, {{"sizes", Ints{1}}, {"axis", int64_t(4)}})), "E0207");
}

TEST_F(Errors, SplitsAndOffsets) {
  EXPECT_EQ(net.error(call("split", "s", {image}, {{"sizes", Ints{1, 2}}, {"axis", int64_t(1)}})),
            "E0208: the sizes [1, 2] do not add up to 4 (0)");
  EXPECT_EQ(net.error(call("spatial_shift", "s", {image}, {{"offsets", Ints{1, 2}}})),
            "E0214: 4 channels need 8 offsets, got 2 (0)");
}

TEST_F(Errors, Sizes) {
  int64_t huge = int64_t(1) << 60;
  EXPECT_CONTAINS(net.error(call("conv", "c", {image}, conv(huge, 1))), "E0212");
  TensorId wide = net.input({1, int64_t(1) << 30});
  EXPECT_CONTAINS(net.error(call("linear", "l", {wide}, linear(1 << 20))),
                  "E0212: the weight [1048576, 1073741824] is too large");
}

TEST_F(Errors, Others) {
  EXPECT_CONTAINS(net.error(call("batch_norm", "b", {image}, {{"eps", 0.0}})), "E0406");
  EXPECT_EQ(net.error(call("wobble", "w", {image})), "E0301: no layer is called 'wobble' ()");
}
