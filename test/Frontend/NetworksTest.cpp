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
