//===- NetworksTest.cpp - The networks of nn/ and examples/ ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Numbers of weights are those of the papers and of torchvision's models.
//
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "gtest/gtest.h"

using namespace fovea;
using namespace fovea::test;

static std::unique_ptr<Evaluation> build(const std::string &file, const std::string &name,
                                         int64_t weights) {
  EvaluateOptions options;
  options.network = name;
  auto evaluation = evaluateFile(std::string(FOVEA_SOURCE_DIR) + "/" + file, options);
  EXPECT_EQ(evaluation->text(), "") << file << ":" << name;
  EXPECT_EQ(evaluation->built.weightCount(), weights) << name;
  return evaluation;
}

TEST(Networks, Lenet5) {
  auto lenet = build("examples/digits/lenet5.cnn", "", 61706);
  ASSERT_TRUE(lenet->succeeded);
  EXPECT_EQ(lenet->built.name, "lenet5");
  EXPECT_EQ(lenet->built.outputType(), "f32[1,10]");
  for (const char *name : {"conv1", "tanh", "avg_pool", "conv2", "tanh_1", "avg_pool_1", "conv3",
                           "tanh_2", "flatten", "fc1", "tanh_3", "fc2"})
    EXPECT_TRUE(lenet->built.layer(name)) << name;
}

TEST(Networks, Resnet) {
  auto resnet = build("nn/resnet.cnn", "resnet18", 11689512);
  ASSERT_TRUE(resnet->succeeded);
  EXPECT_EQ(resnet->built.outputType(), "f32[1,1000]");
  EXPECT_TRUE(resnet->built.weights.count("layer2.0.downsample.0.weight"));
  EXPECT_TRUE(resnet->built.weights.count("layer4.1.bn2.bias"));
  ASSERT_TRUE(resnet->built.layer("layer1.0.conv1"));
  EXPECT_EQ(resnet->built.layer("layer1.0.conv1")->callSites.size(), 2u);
  build("nn/resnet.cnn", "resnet34", 21797672);
  build("nn/resnet.cnn", "resnet50", 25557032);
  build("nn/resnet.cnn", "resnet101", 44549160);
  build("nn/resnet.cnn", "resnet152", 60192808);
}

TEST(Networks, Densenet) {
  auto densenet = build("nn/densenet.cnn", "densenet121", 7978856);
  ASSERT_TRUE(densenet->succeeded);
  EXPECT_EQ(densenet->built.outputType(), "f32[1,1000]");
  for (const char *name :
       {"features.conv0.weight", "features.denseblock3.denselayer24.norm2.bias",
        "features.transition3.conv.weight", "features.norm5.weight", "classifier.bias"})
    EXPECT_TRUE(densenet->built.weights.count(name)) << name;
  build("nn/densenet.cnn", "densenet161", 28681000);
  build("nn/densenet.cnn", "densenet169", 14149480);
  build("nn/densenet.cnn", "densenet201", 20013928);
}

TEST(Networks, MobilenetV2) {
  auto mobilenet = build("nn/mobilenet_v2.cnn", "", 3504872);
  ASSERT_TRUE(mobilenet->succeeded);
  for (const char *name :
       {"features.0.0.weight", "features.1.conv.0.1.bias", "features.1.conv.2.weight",
        "features.17.conv.3.bias", "features.18.1.weight", "classifier.1.bias"})
    EXPECT_TRUE(mobilenet->built.weights.count(name)) << name;
  EvaluateOptions options;
  for (auto [width, weights] : {std::pair<const char *, int64_t>{"0.35", 1677128},
                                {"0.5", 1968680},
                                {"0.75", 2636424},
                                {"1.4", 6108776}}) {
    options.parameters = {{"width", width}};
    auto scaled = evaluateFile(FOVEA_SOURCE_DIR "/nn/mobilenet_v2.cnn", options);
    EXPECT_EQ(scaled->built.weightCount(), weights) << width;
  }
}

TEST(Networks, ShufflenetV2) {
  build("nn/shufflenet_v2.cnn", "shufflenet_v2_x0_5", 1366792);
  auto shufflenet = build("nn/shufflenet_v2.cnn", "shufflenet_v2_x1_0", 2278604);
  ASSERT_TRUE(shufflenet->succeeded);
  for (const char *name : {"conv1.1.bias", "stage2.0.branch1.2.weight", "stage3.7.branch2.6.weight",
                           "conv5.0.weight", "fc.bias"})
    EXPECT_TRUE(shufflenet->built.weights.count(name)) << name;
  build("nn/shufflenet_v2.cnn", "shufflenet_v2_x1_5", 3503624);
  build("nn/shufflenet_v2.cnn", "shufflenet_v2_x2_0", 7393996);
}
