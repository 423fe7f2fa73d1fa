//===- NamesTest.cpp - Names of layers, and whose the weights are ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace fovea;
using namespace fovea::test;

static std::unique_ptr<Evaluation> good(const std::string &text) {
  auto evaluation = evaluateText(text);
  EXPECT_EQ(evaluation->text(), "");
  EXPECT_TRUE(evaluation->succeeded) << text;
  return evaluation;
}

static std::string namesOf(const std::string &text) {
  auto evaluation = good(text);
  std::string names;
  for (const LayerCall &layer : evaluation->built.layers)
    names += (names.empty() ? "" : " ") + layer.name +
             (layer.weights == layer.name ? "" : "=" + layer.weights);
  return names;
}

TEST(Names, ScopesAndNumbers) {
  const std::string block = "block B(x) { return x -> relu -> c: relu -> relu }\n";
  EXPECT_EQ(namesOf(block + network("output y = x -> relu -> a: B -> \"b.0\": B -> relu")),
            "relu a.relu a.c a.relu_1 b.0.relu b.0.c b.0.relu_1 relu_1");
  EXPECT_EQ(namesOf(block + network("output y = x -> relu -> B -> relu")),
            "relu relu_1 c relu_2 relu_3");
  EXPECT_EQ(namesOf(network("y = first: relu(x) -> relu\n  output z = last: relu(y)")),
            "first relu last");
  EXPECT_EQ(namesOf(network("output y = x -> relu_1: relu -> relu -> relu")), "relu_1 relu relu_2");
  EXPECT_EQ(namesOf(network("output y = x + x + x")), "add add_1");
}

TEST(Names, ShadowedLayers) {
  // A number called `relu` does not hide the layer where something is called.
  EXPECT_EQ(namesOf("block b(x, relu: int) { return x -> relu -> conv(relu, 1) }\n" +
                    network("output y = b(x, 3)")),
            "relu conv");
  EXPECT_EQ(namesOf("block b(x, act = relu) { return x -> act }\n" +
                    network("output y = x -> b -> b(act = tanh)")),
            "relu tanh");
}

//===----------------------------------------------------------------------===//
// Shared weights
//===----------------------------------------------------------------------===//

TEST(Names, SharedLayers) {
  const std::string text =
      network("layer head = conv(8, kernel = 1)\n"
              "  y = x -> head -> relu -> head -> again: head\n  output z = y");
  EXPECT_EQ(namesOf(text), "head relu head_1=head again=head");
  EXPECT_EQ(good(text)->built.weightCount(), 72);
}

TEST(Names, SharedBlocks) {
  const std::string text = "block B(x) { return x -> c: conv(8, kernel = 1) -> relu }\n" +
                           network("layer head = B()\n  output y = x -> head -> head");
  EXPECT_EQ(namesOf(text), "head.c head.relu head_1.c=head.c head_1.relu=head.relu");
  EXPECT_EQ(good(text)->built.weightCount(), 72);
}

/// A shared block may hold instances itself; each call of it takes their weights again.
TEST(Names, SharedWithinShared) {
  EXPECT_EQ(namesOf("block B(x) {\n  layer c = conv(8, 1)\n  return x -> c -> c\n}\n" +
                    network("layer b = B()\n  output y = x -> b -> b")),
            "b.c b.c_1=b.c b_1.c=b.c b_1.c_1=b.c");
}

/// Names that no label gives make way for those that one does.
TEST(Names, SharedCallsSkipTakenNames) {
  EXPECT_EQ(namesOf(network("layer a = conv(8, 1)\n  output y = x -> a_1: relu -> a -> a -> a")),
            "a_1 a a_2=a a_3=a");
  EXPECT_EQ(namesOf("block B(x) { return x -> c: relu }\n" +
                    network("layer a = B()\n  output y = x -> a: B -> a -> a")),
            "a.c a_1.c=a.c a_2.c=a.c");
  EXPECT_EQ(namesOf(network("layer conv_1 = conv(8, 1)\n"
                            "  output y = x -> one: conv_1 -> conv(8, 1) -> conv(8, 1)")),
            "one=conv_1 conv conv_2");
}

/// Weights of one name that belong to two would silently be the same.
TEST(Names, WeightsHaveOneOwner) {
  const std::string two = "layer f = conv(8, 1)\n  y = x -> one: f\n  ";
  const std::string maker = "block T(x) {\n  layer c = conv(8, 1)\n  return x -> c -> c\n}\n";
  const std::pair<std::string, const char *> cases[] = {
      {network(two + "layer f = conv(8, 1)\n  output z = y -> two: f"),
       "the other one is named here"},
      {network(two + "output z = y -> f: batch_norm"), "\"f_2\""},
      {network("y = x -> f: conv(8, 1)\n  layer f = conv(8, 1)\n  output z = y -> two: f"),
       "the other one is named here"},
      {network("y = x\n  for i in 0..2 {\n    layer f = conv(8, 1)\n    y = y -> \"s{i}\": f\n  }\n"
               "  output z = y"),
       "made before the loop, it is one"},
      {network("y = x\n  for s in [1, 2] {\n    layer f = normalize(mean = [0], std = [s])\n"
               "    y = y -> \"s{s}\": f\n  }\n  output z = y",
               "f32[1, 1, 8, 8]"),
       "made before the loop, it is one"},
      {maker + network("output y = x -> T -> T"), "insert 't_2: '"},
      {maker + network("y = x\n  for i in 0..2 { y = y -> T }\n  output z = y"),
       "insert '\"t.{i}\": '"},
      {"block B(x) {\n  layer c = conv(8, 1)\n  y = x -> c\n  layer c = conv(8, 1)\n"
       "  return y -> c\n}\n" +
           network("layer b = B()\n  output y = x -> b"),
       "two layers have weights named 'b.c'"},
      {"block B(x) { return x -> c: conv(8, 1) }\n" +
           network("layer b = B()\n  y = x -> one: b\n  output z = y -> \"b.c\": conv(8, 1)"),
       "two layers have weights named 'b.c'"},
  };
  for (auto &[text, expected] : cases) {
    auto evaluation = evaluateText(text);
    EXPECT_EQ(evaluation->codes(), "E0304") << text;
    EXPECT_NE(evaluation->text().find(expected), std::string::npos) << evaluation->text();
  }
  // Layers without weights cannot share any.
  good(network("y = x\n  for i in 0..2 {\n    layer f = relu()\n    y = y -> \"s{i}\": f\n  }\n"
               "  output z = y"));
}
