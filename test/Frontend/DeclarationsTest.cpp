//===- DeclarationsTest.cpp - Hints, layouts, labels, unused weights ------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace fovea;
using namespace fovea::test;
using Files = std::vector<std::pair<std::string, std::string>>;

static std::unique_ptr<Evaluation> good(const std::string &text, const Files &others = {}) {
  auto evaluation = evaluateText(text, {}, others);
  EXPECT_EQ(evaluation->text(), "");
  EXPECT_TRUE(evaluation->succeeded) << text;
  return evaluation;
}

//===----------------------------------------------------------------------===//
// Hints
//===----------------------------------------------------------------------===//

/// "conv: algorithm=im2col precision=bf16", a layer a line; layers without hints are left out.
static std::string hints(const std::string &text) {
  auto evaluation = good(text);
  std::string lines;
  for (const LayerCall &layer : evaluation->built.layers) {
    if (layer.hints.empty())
      continue;
    lines += layer.name + ":";
    for (auto &[name, value] : layer.hints)
      lines += " " + name + "=" + value;
    lines += "\n";
  }
  return lines;
}

TEST(Hints, StandBeforeCalls) {
  EXPECT_EQ(hints(network("output y = x -> @algorithm(\"im2col\") conv(1, 1) -> relu")),
            "conv: algorithm=im2col\n");
  EXPECT_EQ(
      hints(network("output y = x -> @algorithm(\"direct\") @precision(\"bf16\") c: conv(1, 1)")),
      "c: algorithm=direct precision=bf16\n");
  EXPECT_EQ(
      hints(network("y = @precision(\"f16\") c: conv(x, 1, 1)\n  output z = @precision(\"f32\") "
                    "linear(flatten(y), 3)")),
      "c: precision=f16\nlinear: precision=f32\n");
  EXPECT_EQ(hints("block b(x) { return @algorithm(\"shift\") conv(x, 1, 3) }\n" +
                  network("output y = x -> b")),
            "conv: algorithm=shift\n");
  EXPECT_EQ(hints(network("output y = x ->\n    @algorithm(\"im2col\")\n    conv(1, 1)")),
            "conv: algorithm=im2col\n");
}

/// The value is an expression, so that a parameter can choose.
TEST(Hints, TakeExpressions) {
  EXPECT_EQ(hints("block b(x, how: string) { return x -> @algorithm(how) conv(1, 1) }\n" +
                  network("output y = x -> b(\"im2col\")")),
            "conv: algorithm=im2col\n");
  EXPECT_EQ(
      hints(network("for bits in [16] { output y = x -> @precision(\"bf{bits}\") conv(1, 1) }")),
      "conv: precision=bf16\n");
}

constexpr const char *blocks = "block inner(x) {\n"
                               "  y = x -> a: conv(4, 1) -> relu\n"
                               "  return y -> @algorithm(\"direct\") b: conv(4, 1)\n"
                               "}\n"
                               "block outer(x) {\n"
                               "  return x -> inner -> @precision(\"f32\") c: conv(4, 1)\n"
                               "}\n";

TEST(Hints, ReachTheLayersOfABlock) {
  EXPECT_EQ(hints(blocks + network("output y = x -> @algorithm(\"im2col\") inner")),
            "a: algorithm=im2col\nb: algorithm=direct\n");
  EXPECT_EQ(hints(blocks + network("output y = x -> @algorithm(\"im2col\") @precision(\"bf16\") "
                                   "o: outer")),
            "o.a: algorithm=im2col precision=bf16\n"
            "o.b: algorithm=direct precision=bf16\n"
            "o.c: algorithm=im2col precision=f32\n");
}

TEST(Hints, ReachCalledNetworks) {
  EXPECT_EQ(hints("network m(k) { input x: f32[1, 8, 16, 16]\n output y = x -> conv(k, 1) }\n" +
                  network("output y = x -> @precision(\"bf16\") m(k = 4)")),
            "conv: precision=bf16\n");
}

TEST(Hints, OfSharedLayers) {
  EXPECT_EQ(hints(network("layer head = @precision(\"f16\") conv(8, 1)\n"
                          "  y = x -> @algorithm(\"im2col\") head\n"
                          "  output z = y -> @precision(\"f32\") head")),
            "head: algorithm=im2col precision=f16\nhead_1: precision=f16\n");
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

TEST(Layouts, TheNetworkSeesChannelsSecond) {
  auto type = [](const char *input) {
    auto evaluation = good(network("require x.channels == 3 and x.height == 48 and x.width == 64\n"
                                   "  output y = x -> relu",
                                   input));
    return evaluation->built.outputType();
  };
  EXPECT_EQ(type("u8[1, 48, 64, 3] as nhwc"), "f32[1,3,48,64]");
  EXPECT_EQ(type("f32[1, 48, 64, 3] as nhwc"), "f32[1,3,48,64]");
  EXPECT_EQ(type("f32[1, 3, 48, 64] as nchw"), "f32[1,3,48,64]");
  EXPECT_EQ(type("u8[1, 3, 48, 64] as nchw"), "f32[1,3,48,64]");
  EXPECT_EQ(type("u8[1, 3, 48, 64]"), "f32[1,3,48,64]");
}

TEST(Layouts, AsIsNoReservedWord) {
  good("block b(x, as) {\n  as = as + 1\n  return x -> conv(as, 1)\n}\n" +
       network("output y = x -> b(as = 3)", "f32[1, 8, 16, 16]\n  as = 2\n  labels = as\n"
                                            "  unused = labels\n  require unused == 2"));
}

/// A network that is called is given what it sees, not what its user hands over.
TEST(Layouts, OfACalledNetwork) {
  const std::string inner = "network m { input photo: u8[1, 16, 16, 8] as nhwc\n"
                            "  output y = photo -> relu }\n";
  EvaluateOptions options;
  options.network = "n";
  EXPECT_EQ(evaluateText(inner + network("output y = x -> m"), options)->text(), "");
  EXPECT_EQ(evaluateText(inner + network("output y = x -> m", "u8[1, 8, 16, 16]"), options)->text(),
            "");
  auto wrong = evaluateText(inner + network("output y = x -> m", "f32[1, 16, 16, 8]"), options);
  EXPECT_NE(wrong->text().find("is f32[1,8,16,16], got f32[1,16,16,8]"), std::string::npos)
      << wrong->text();
}

//===----------------------------------------------------------------------===//
// Labels
//===----------------------------------------------------------------------===//

TEST(Labels, OneNameALine) {
  auto evaluation = good(network("labels \"names.txt\"\n  output y = x -> flatten -> linear(3)"),
                         {{"names.txt", "\xEF\xBB\xBFtabby cat\r\n  dog \r\nFlächenhund\n\n\n"}});
  EXPECT_EQ(evaluation->built.labels,
            (std::vector<std::string>{"tabby cat", "dog", "Flächenhund"}));
}

TEST(Labels, MayDependOnParameters) {
  auto evaluation = good(network("if x.channels == 8 { labels \"{x.channels}.txt\" }\n"
                                 "  output y = x -> flatten -> linear(1)"),
                         {{"8.txt", "one"}});
  EXPECT_EQ(evaluation->built.labels, std::vector<std::string>{"one"});
}

/// Beside the file that names them, which may be an imported one.
TEST(Labels, StandBesideTheirFile) {
  Files others = {{"sub/m.cnn", network("labels \"names.txt\"\n"
                                        "  output y = x -> flatten -> linear(1)")},
                  {"sub/names.txt", "one"}};
  auto evaluation = good("import \"sub/m.cnn\"\nnetwork preset = n()", others);
  EXPECT_EQ(evaluation->built.labels, std::vector<std::string>{"one"});
}

TEST(Labels, MayHaveAnAbsolutePath) {
  auto evaluation = good(network("labels \"/labels/one.txt\"\n"
                                 "  output y = x -> flatten -> linear(1)"),
                         {{"/labels/one.txt", "one"}});
  EXPECT_EQ(evaluation->built.labels, std::vector<std::string>{"one"});
}

/// Labels speak of the outputs of the network that was asked for.
TEST(Labels, OfACalledNetworkDoNotCount) {
  EvaluateOptions options;
  options.network = "n";
  auto evaluation = evaluateText("network m { input x: f32[1, 8, 16, 16]\n  labels \"none.txt\"\n"
                                 "  output y = x -> relu }\n" +
                                     network("output y = x -> m"),
                                 options);
  EXPECT_EQ(evaluation->text(), "");
  EXPECT_TRUE(evaluation->built.labels.empty());
}

TEST(Labels, AreComparedWithTheFirstOutput) {
  Files files = {{"two.txt", "a\nb"}};
  auto codes = [&](const char *outputs) {
    return evaluateText(network(std::string("labels \"two.txt\"\n  ") + outputs), {}, files)
        ->codes();
  };
  EXPECT_EQ(codes("output z = x -> flatten -> linear(2)\n  output a = x -> flatten"), "");
  EXPECT_EQ(codes("output z = x -> flatten\n  output a = x -> flatten -> linear(2)"), "W0006");
  EXPECT_EQ(codes("output z = x"), "");
}

//===----------------------------------------------------------------------===//
// Weights that are not used
//===----------------------------------------------------------------------===//

TEST(Unused, PatternsReachTheBuilder) {
  auto evaluation = good(network("unused \"AuxLogits.*\"\n  unused \"aux[12].*\"\n"
                                 "  output y = x -> \"aux3.conv\": conv(1, 1)"));
  EXPECT_EQ(evaluation->built.unused, (std::vector<std::string>{"AuxLogits.*", "aux[12].*"}));
}

/// In a network that is called they stand below its label, as the weights do.
TEST(Unused, OfACalledNetwork) {
  EvaluateOptions options;
  options.network = "n";
  auto evaluation = evaluateText("network m { input x: f32[1, 8, 16, 16]\n  unused \"aux.*\"\n"
                                 "  output y = x -> conv(1, 1) }\n" +
                                     network("output y = x -> body: m"),
                                 options);
  EXPECT_EQ(evaluation->text(), "");
  EXPECT_EQ(evaluation->built.unused, std::vector<std::string>{"body.aux.*"});
}

TEST(Unused, WhatTheNetworkHasIsNot) {
  auto evaluation = evaluateText(network("unused \"*.bias\"\n"
                                         "  output y = x -> a: conv(1, 1, bias = false)"));
  EXPECT_EQ(evaluation->text(), "");
  evaluation = evaluateText(network("unused \"*.bias\"\n  output y = x -> a: conv(1, 1)"));
  EXPECT_EQ(evaluation->text(), "test.cnn:3:10: error[E0312]: \"*.bias\" matches the weight "
                                "'a.bias', which the network has\n"
                                "    3 |   unused \"*.bias\"\n"
                                "      |          ^^^^^^^^\n");
}
