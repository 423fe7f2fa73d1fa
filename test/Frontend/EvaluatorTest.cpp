//===- EvaluatorTest.cpp - What programs mean -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace fovea;
using namespace fovea::test;
using Ints = std::vector<int64_t>;

static std::unique_ptr<Evaluation>
good(const std::string &text, llvm::ArrayRef<std::pair<std::string, std::string>> others = {}) {
  auto evaluation = evaluateText(text, {}, others);
  EXPECT_EQ(evaluation->text(), "");
  EXPECT_TRUE(evaluation->succeeded) << text;
  return evaluation;
}

/// The value of an attribute of the only layer, or of the layer of that name.
template <typename T>
static T attribute(const std::string &stage, const char *name, const char *layer = nullptr) {
  auto evaluation = good(network("output y = x -> " + stage));
  if (evaluation->built.layers.empty())
    return T();
  const LayerCall &call =
      layer ? *evaluation->built.layer(layer) : evaluation->built.layers.front();
  auto found = call.attributes.find(name);
  if (found == call.attributes.end() || !std::holds_alternative<T>(found->second)) {
    ADD_FAILURE() << name << " is missing, or of another type, in " << stage;
    return T();
  }
  return std::get<T>(found->second);
}

//===----------------------------------------------------------------------===//
// Layers and their attributes
//===----------------------------------------------------------------------===//

TEST(Layers, ConvDefaults) {
  auto evaluation = good(network("output y = x -> conv(4, kernel = 3)"));
  const LayerCall &conv = evaluation->built.layers.front();
  EXPECT_EQ(conv.layer, "conv");
  EXPECT_EQ(conv.name, "conv");
  EXPECT_EQ(conv.weights, "conv");
  std::map<std::string, AttrValue> expected = {{"channels", int64_t(4)},
                                               {"kernel", Ints{3, 3}},
                                               {"stride", Ints{1, 1}},
                                               {"padding", Ints{0, 0, 0, 0}},
                                               {"dilation", Ints{1, 1}},
                                               {"groups", int64_t(1)},
                                               {"bias", true}};
  ASSERT_EQ(conv.attributes.size(), expected.size());
  for (auto &[name, value] : expected) {
    ASSERT_TRUE(conv.attributes.count(name)) << name;
    EXPECT_EQ(conv.attributes.at(name).index(), value.index()) << name;
  }
  EXPECT_EQ(std::get<Ints>(conv.attributes.at("padding")), (Ints{0, 0, 0, 0}));
  EXPECT_TRUE(std::get<bool>(conv.attributes.at("bias")));
  ASSERT_EQ(conv.callSites.size(), 1u);
  EXPECT_EQ(conv.callSites[0].file, "test.cnn");
  EXPECT_EQ(conv.callSites[0].line, 3u);
  EXPECT_EQ(conv.callSites[0].column, 19u);
}

TEST(Layers, Padding) {
  auto padding = [](const std::string &arguments) {
    return attribute<Ints>("conv(4, " + arguments + ")", "padding");
  };
  EXPECT_EQ(padding("kernel = 3, padding = 1"), (Ints{1, 1, 1, 1}));
  EXPECT_EQ(padding("kernel = 3, padding = (1, 2)"), (Ints{1, 2, 1, 2}));
  EXPECT_EQ(padding("kernel = 3, padding = (1, 2, 3, 4)"), (Ints{1, 2, 3, 4}));
  EXPECT_EQ(padding("kernel = 3, padding = \"valid\""), (Ints{0, 0, 0, 0}));
  EXPECT_EQ(padding("kernel = 3, padding = \"same\""), (Ints{1, 1, 1, 1}));
  // 16 pixels at stride 2: 8 outputs need 17, the one more goes to the end.
  EXPECT_EQ(padding("kernel = 3, stride = 2, padding = \"same\""), (Ints{0, 0, 1, 1}));
  EXPECT_EQ(padding("kernel = (1, 4), padding = \"same\""), (Ints{0, 1, 0, 2}));
  EXPECT_EQ(padding("kernel = 3, dilation = 2, padding = \"same\""), (Ints{2, 2, 2, 2}));
  EXPECT_EQ(padding("kernel = 1, stride = 2, padding = \"same\""), (Ints{0, 0, 0, 0}));
}

TEST(Layers, Pairs) {
  EXPECT_EQ(attribute<Ints>("conv(4, kernel = (1, 7))", "kernel"), (Ints{1, 7}));
  EXPECT_EQ(attribute<Ints>("conv(4, kernel = [1, 7])", "kernel"), (Ints{1, 7}));
  EXPECT_EQ(attribute<Ints>("max_pool((2, 3))", "stride"), (Ints{2, 3}));
  EXPECT_EQ(attribute<Ints>("max_pool(3, stride = 2)", "stride"), (Ints{2, 2}));
  EXPECT_EQ(attribute<Ints>("max_pool(3)", "dilation"), (Ints{1, 1}));
  EXPECT_TRUE(attribute<bool>("avg_pool(3)", "count_include_pad"));
  EXPECT_FALSE(attribute<bool>("avg_pool(3)", "ceil_mode"));
}

TEST(Layers, Axes) {
  EXPECT_EQ(attribute<int64_t>("softmax", "axis"), 1);
  EXPECT_EQ(attribute<int64_t>("softmax(axis = -1)", "axis"), 3);
  EXPECT_EQ(attribute<int64_t>("flatten", "start_dim"), 1);
  EXPECT_EQ(attribute<int64_t>("flatten(start = 2)", "start_dim"), 2);
  EXPECT_DOUBLE_EQ(attribute<double>("batch_norm", "eps"), 1e-5);
  EXPECT_DOUBLE_EQ(attribute<double>("batch_norm(eps = 1)", "eps"), 1.0);
  EXPECT_EQ(attribute<int64_t>("channel_shuffle(2)", "groups"), 2);
}

TEST(Layers, Split) {
  auto sizes = [](const std::string &call) {
    auto evaluation = good(network("a, b = " + call + "\n  output y = a\n  output z = b"));
    return std::get<Ints>(evaluation->built.layers.front().attributes.at("sizes"));
  };
  EXPECT_EQ(sizes("x -> split(2)"), (Ints{4, 4}));
  EXPECT_EQ(sizes("split(x, [3, 5])"), (Ints{3, 5}));
  EXPECT_EQ(sizes("x -> split([10, 6], axis = -1)"), (Ints{10, 6}));
}

TEST(Layers, SpatialShift) {
  // Eight channels do not make nine groups: 1x1 has one, which stays.
  EXPECT_EQ(attribute<Ints>("spatial_shift(1)", "offsets"), Ints(16, 0));
  EXPECT_EQ(attribute<Ints>("spatial_shift(offsets = [(0, 1), (-1, 0), (0, 0)])", "offsets"),
            (Ints{0, 1, 0, 1, -1, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  auto evaluation =
      good(network("output y = x -> conv(20, kernel = 1) -> spatial_shift", "f32[1, 8, 4, 4]"));
  Ints offsets = std::get<Ints>(evaluation->built.layer("spatial_shift")->attributes.at("offsets"));
  ASSERT_EQ(offsets.size(), 40u);
  EXPECT_EQ(Ints(offsets.begin(), offsets.begin() + 8), (Ints{-1, -1, -1, -1, -1, 0, -1, 0}));
  EXPECT_EQ(Ints(offsets.end() - 6, offsets.end()), (Ints{1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(evaluation->built.layer("spatial_shift")->attributes.size(), 1u);
}

TEST(Layers, LiteralWeights) {
  auto evaluation = good(network(
      "output y = x -> conv(1, kernel = 3, bias = [0.5], weight = [[[[-1, 0, 1], [-2, 0, 2], "
      "[-1, 0, 1.5]]]])",
      "f32[1, 1, 8, 8]"));
  auto &attributes = evaluation->built.layers.front().attributes;
  auto &weight = std::get<LiteralTensor>(attributes.at("weight"));
  EXPECT_EQ(weight.shape, (Ints{1, 1, 3, 3}));
  EXPECT_EQ(weight.values, (std::vector<float>{-1, 0, 1, -2, 0, 2, -1, 0, 1.5}));
  EXPECT_TRUE(std::get<bool>(attributes.at("bias")));
  EXPECT_EQ(std::get<LiteralTensor>(attributes.at("bias_values")).values, std::vector<float>{0.5});
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

/// Evaluates an expression by putting it into a label.
static std::string value(const std::string &expression) {
  auto evaluation =
      evaluateText(network("v = " + expression + "\n  output y = x -> \"v{v}\": relu"));
  if (!evaluation->succeeded)
    return evaluation->text();
  return evaluation->built.layers.back().name.substr(1);
}

TEST(Expressions, Integers) {
  EXPECT_EQ(value("1 + 2 * 3"), "7");
  EXPECT_EQ(value("(1 + 2) * 3"), "9");
  EXPECT_EQ(value("2 ** 3 ** 2"), "512");
  EXPECT_EQ(value("-2 ** 2"), "-4");
  EXPECT_EQ(value("7 // 2"), "3");
  EXPECT_EQ(value("-7 // 2"), "-4");
  EXPECT_EQ(value("-7 % 2"), "1");
  EXPECT_EQ(value("7 % -2"), "-1");
  EXPECT_EQ(value("10 - 3 - 2"), "5");
  EXPECT_EQ(value("9223372036854775807"), "9223372036854775807");
}

TEST(Expressions, Floats) {
  EXPECT_EQ(value("7 / 2"), "3.5");
  EXPECT_EQ(value("1.5 + 1"), "2.5");
  EXPECT_EQ(value("7.5 // 2"), "3");
  EXPECT_EQ(value("round(0.5)"), "0");
  EXPECT_EQ(value("round(1.5)"), "2");
  EXPECT_EQ(value("round(-2.5)"), "-2");
  EXPECT_EQ(value("floor(-0.5)"), "-1");
  EXPECT_EQ(value("ceil(0.2)"), "1");
  EXPECT_EQ(value("int(2.9)"), "2");
  EXPECT_EQ(value("int(sqrt(49))"), "7");
  EXPECT_EQ(value("abs(-3)"), "3");
}

TEST(Expressions, Logic) {
  EXPECT_EQ(value("1 if 1 < 2 and not 2 < 1 else 0"), "1");
  EXPECT_EQ(value("1 if false and 1 // 0 == 1 else 0"), "0");
  EXPECT_EQ(value("1 if true or 1 // 0 == 1 else 0"), "1");
  EXPECT_EQ(value("1 if [1, (2, 3)] == [1.0, (2, 3)] else 0"), "1");
  EXPECT_EQ(value("1 if \"a\" < \"b\" else 0"), "1");
  EXPECT_EQ(value("3 if false else 4 if false else 5"), "5");
  EXPECT_EQ(value("true"), "true");
  EXPECT_EQ(value("1 if conv == conv and conv != relu else 0"), "1");
}

TEST(Expressions, Collections) {
  EXPECT_EQ(value("[1, 2, 3][-1]"), "3");
  EXPECT_EQ(value("(4, 5)[0]"), "4");
  EXPECT_EQ(value("(t = 6, c = 24).c"), "24");
  EXPECT_EQ(value("len([1, 2] + [3])"), "3");
  EXPECT_EQ(value("max(3, 7, 5)"), "7");
  EXPECT_EQ(value("min([3, 7, 5])"), "3");
  EXPECT_EQ(value("sum([1, 2, 3])"), "6");
  EXPECT_EQ(value("len(2..5)"), "3");
  EXPECT_EQ(value("\"a\" + \"b\""), "ab");
}

TEST(Expressions, Shapes) {
  EXPECT_EQ(value("x.channels"), "8");
  EXPECT_EQ(value("x.height * 100 + x.width"), "1616");
  EXPECT_EQ(value("x.shape[0]"), "1");
  EXPECT_EQ(value("x.rank"), "4");
  EXPECT_EQ(value("(x -> conv(3, kernel = 1)).channels"), "3");
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

TEST(Statements, Loops) {
  auto evaluation = good(network("y = x\n"
                                 "  for (t, c) in [(1, 2), (3, 4)] { y = y -> \"a{t}{c}\": relu }\n"
                                 "  for t, c in [(5, 6)] { y = y -> \"a{t}{c}\": relu }\n"
                                 "  for r in [(t = 7)] { y = y -> \"a{r.t}\": relu }\n"
                                 "  for _i in 0..0 { y = y -> never: relu }\n"
                                 "  output z = y"));
  std::string names;
  for (const LayerCall &call : evaluation->built.layers)
    names += call.name + " ";
  EXPECT_EQ(names, "a12 a34 a56 a7 ");
}

TEST(Statements, NewlinesAndKeywords) {
  good("block b(x,\n  block: int,\n  input = 3\n) {\n"
       "  layer = block +\n    input\n"
       "  if layer == 7 {\n    return x -> relu\n           -> relu\n  }\n"
       "  else if layer == 8 { return x }\n  else { return x }\n}\n" +
       network("output y = b(x, 4)"));
}

TEST(Statements, Recovery) {
  auto evaluation = evaluateText(network("if x.foo { a = x } else { a = x }\n"
                                         "  y = a -> relu\n  output z = y -> conv(y.channels, 1)"));
  EXPECT_EQ(evaluation->codes(), "E0308");
}

//===----------------------------------------------------------------------===//
// Files and networks
//===----------------------------------------------------------------------===//

TEST(Programs, ByteOrderMark) { good("\xEF\xBB\xBF" + network("output y = x")); }

TEST(Programs, Imports) {
  good("import \"lib/a.cnn\"\n" + network("output y = x -> A"),
       {{"lib/a.cnn", "import \"b.cnn\"\nblock A(x) { return x -> B }"},
        {"lib/b.cnn", "import \"a.cnn\"\nblock B(x) { return x -> relu }"}});
  // Names of imported files do not pass on.
  EXPECT_EQ(evaluateText("import \"a.cnn\"\n" + network("output y = x -> B"), {},
                         {{"a.cnn", "import \"b.cnn\""}, {"b.cnn", "block B(x) { return x }"}})
                ->codes(),
            "E0301");
}

TEST(Programs, NetworksThatAreCalled) {
  const std::string text =
      "network body(k: int = 3) {\n  input a: f32[1, 8, 16, 16]\n"
      "  y = a -> c: conv(k, kernel = 1)\n  output p = y\n  output q = y -> relu\n}\n"
      "network body4 = body(k = 4)\n"
      "network whole {\n  input x: f32[1, 8, 16, 16]\n  both = x -> b: body4\n"
      "  one = x -> body(k = 5)\n  output y = both.q -> relu\n  output z = one.p + one.q\n}\n"
      "network wrong {\n  input x: f32[1, 8, 4, 4]\n  output y = (x -> body).p\n}\n"
      "network none {\n  input x: f32[1]\n  output y = body(k = x.rank).p\n}\n"
      "network more {\n  input x: f32[1, 8, 16, 16]\n  output y = body(x, 3, 4).p\n}\n";
  auto run = [&](const char *network) {
    EvaluateOptions options;
    options.network = network;
    return evaluateText(text, options);
  };
  auto whole = run("whole");
  EXPECT_EQ(whole->text(), "");
  EXPECT_TRUE(whole->built.layer("b.c"));
  EXPECT_TRUE(whole->built.layer("c"));
  EXPECT_EQ(run("wrong")->codes(), "E0405");
  EXPECT_EQ(run("none")->codes(), "E0401");
  EXPECT_EQ(run("more")->codes(), "E0402");
}

TEST(Programs, ListNetworks) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  sources.add("t.cnn", "network a(k: int, m = 2) { input x: f32[1]\n output y = x -> conv(k, m) }\n"
                       "network b = a(k = 3)\nblock c(x) { return x }");
  Program program = parseProgram(sources, "t.cnn", {}, diagnostics);
  auto networks = listNetworks(program, sources);
  ASSERT_EQ(networks.size(), 2u);
  EXPECT_EQ(networks[0].signature(), "a(k: int, m = 2)");
  EXPECT_FALSE(networks[0].isComplete());
  EXPECT_EQ(networks[1].signature(), "b(m = 2)");
  EXPECT_TRUE(networks[1].isComplete());
}

TEST(Programs, NetworkSpecs) {
  EXPECT_EQ(splitNetworkSpec("a/b.cnn:resnet18").path, "a/b.cnn");
  EXPECT_EQ(splitNetworkSpec("a/b.cnn:resnet18").network, "resnet18");
  EXPECT_EQ(splitNetworkSpec("a/b.cnn").network, "");
  EXPECT_EQ(splitNetworkSpec("a:1/b.cnn").path, "a:1/b.cnn");
}

TEST(Programs, DefaultNetwork) {
  const std::string text =
      "network a(k) { input x: f32[1, 1, 8, 8]\n output y = x -> conv(k, 1) }\n"
      "network b = a(k = 3)";
  EXPECT_EQ(good(text)->built.name, "b");
}
