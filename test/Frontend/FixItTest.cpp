//===- FixItTest.cpp - What would mend a program, below the carets --------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

using namespace fovea;
using namespace fovea::test;

/// The text with all fix-its of all diagnostics carried out.
static std::string mend(const Evaluation &evaluation) {
  std::string text = evaluation.sources.text(0).str();
  std::vector<FixIt> fixIts;
  for (auto &diagnostic : evaluation.diagnostics.diagnostics())
    llvm::append_range(fixIts, diagnostic->fixIts);
  llvm::stable_sort(fixIts, [](auto &a, auto &b) { return a.where.begin > b.where.begin; });
  for (const FixIt &fixIt : fixIts)
    text.replace(fixIt.where.begin, fixIt.where.end - fixIt.where.begin, fixIt.text);
  return text;
}

/// A program that a fix-it mends does what it was meant to.
TEST(FixIts, MendTheProgram) {
  const std::pair<const char *, const char *> cases[] = {
      {"output y = x -> rellu", "output y = x -> relu"},
      {"output y = x -> relu + x", "output y = (x -> relu) + x"},
      {"output y = x if true else x -> relu", "output y = (x if true else x) -> relu"},
      {"output y = x -> conv(x.channels / 2, 1)", "output y = x -> conv(x.channels // 2, 1)"},
      {"output y = x -> conv(3 1)", "output y = x -> conv(3, 1)"},
      {"output y = x -> conv(3, kernel: 1)", "output y = x -> conv(3, kernel = 1)"},
      {"output y = x -> conv(3, strid = 2, kernel = 1)",
       "output y = x -> conv(3, stride = 2, kernel = 1)"},
      {"output y = x -> conv(3, 1, padding = \"vald\")",
       "output y = x -> conv(3, 1, padding = \"valid\")"},
      {"output y = x -> \"a\" relu", "output y = x -> \"a\": relu"},
      {"output y = x -> a conv(1, 1)", "output y = x -> a: conv(1, 1)"},
      {"output y = x -> \"a b\": relu", "output y = x -> \"a_b\": relu"},
      {"output y = x -> c: relu -> c: relu", "output y = x -> c: relu -> \"c_2\": relu"},
      {"y = x\n  for i in 0..2 { for j in 0..2 { y = y -> \"s{i}\": relu } }\n  output z = y",
       "y = x\n  for i in 0..2 { for j in 0..2 { y = y -> \"s{i}.{j}\": relu } }\n  output z = y"},
      {"y = x\n  for i in 0..2 { for j in 0..2 { y = y -> s: relu } }\n  output z = y",
       "y = x\n  for i in 0..2 { for j in 0..2 { y = y -> \"s.{i}.{j}\": relu } }\n  output z = y"},
      {"y = x\n  for i in 0..2 { for j in 0..2 { y = y -> \"{j}\": relu } }\n  output z = y",
       "y = x\n  for i in 0..2 { for j in 0..2 { y = y -> \"{j}.{i}\": relu } }\n  output z = y"},
      {"y = x\n  for r in [(c = 4, k = 1), (c = 4, k = 3)] { y = y -> s: conv(r.c, r.k) }\n"
       "  output z = y",
       "y = x\n  for r in [(c = 4, k = 1), (c = 4, k = 3)] { y = y -> \"s.{r.k}\": conv(r.c, r.k) "
       "}\n"
       "  output z = y"},
      {"y = x\n  for (c, k) in [(4, 1), (4, 3)] { y = y -> s: conv(c, k) }\n  output z = y",
       "y = x\n  for (c, k) in [(4, 1), (4, 3)] { y = y -> \"s.{k}\": conv(c, k) }\n  output z = "
       "y"},
      {"y = x -> s1: relu\n  for i in 1..2 { y = y -> \"s{i}\": conv(i, 1) }\n  output z = y",
       "y = x -> s1: relu\n  for i in 1..2 { y = y -> \"s{i}_2\": conv(i, 1) }\n  output z = y"},
      {"layer h = relu()\n  output y = x -> a: h -> a: h",
       "layer h = relu()\n  output y = x -> a: h -> \"a_2\": h"},
      {"a = 1\n  a = 2\n  output y = x -> conv(a, 1)",
       "a = 1\n  a = 2\n  output y = x -> conv(a, 1)"},
      {"a, b = (1, 2)\n  a = b\n  output y = x -> conv(a, 1)",
       "_a, b = (1, 2)\n  a = b\n  output y = x -> conv(a, 1)"},
      {"y = x\n  for (c, k) in [(3, 1), (4, 1)] { y = y -> conv(c, 1) }\n  output z = y",
       "y = x\n  for (c, _k) in [(3, 1), (4, 1)] { y = y -> conv(c, 1) }\n  output z = y"},
      {"output y = x \u2192 \u201cc{x.channels}\u201d: conv(x.channels \u2212 1, 1)",
       "output y = x -> \"c{x.channels}\": conv(x.channels - 1, 1)"},
      {"output y = x -> \u201ec\u201c: conv(2\u00a0\u00d7 1, 1)",
       "output y = x -> \"c\": conv(2 * 1, 1)"},
      {"output y = concat(x, x)", "output y = concat([x, x])"},
      {"output y = x -> @algorithm(\"im2cool\") conv(1, 1)",
       "output y = x -> @algorithm(\"im2col\") conv(1, 1)"},
      {"output y = x -> @precison(\"f16\") conv(1, 1)",
       "output y = x -> @precision(\"f16\") conv(1, 1)"},
      {"output y = x -> c: @precision(\"f16\") conv(1, 1)",
       "output y = x -> @precision(\"f16\") c: conv(1, 1)"},
      {"a = n: max(1, 2)\n  output y = x -> conv(a, 1)",
       "a = max(1, 2)\n  output y = x -> conv(a, 1)"},
      {"a, b = x -> split(2)\n  output y = a", "a, _b = x -> split(2)\n  output y = a"},
      {"output y = x -> relu(", "output y = x -> relu()"},
      {"if True { output y = x }", "if true { output y = x }"},
      {"if 1 = 1 { output y = x }", "if 1 == 1 { output y = x }"},
      {"for i = 0..1 { output y = x -> conv(i + 1, 1) }",
       "for i in 0..1 { output y = x -> conv(i + 1, 1) }"},
      {"retrun x\n  output y = x", "return x\n  output y = x"},
      {"ouput y = x", "output y = x"},
      {"a = x.chanels\n  output y = x -> conv(a, 1)",
       "a = x.channels\n  output y = x -> conv(a, 1)"},
  };
  for (auto [broken, meant] : cases)
    EXPECT_EQ(mend(*evaluateText(network(broken))), network(meant));
  auto layout = evaluateText(network("output y = x", "u8[1, 2, 3, 4] as nwhc"));
  EXPECT_EQ(mend(*layout), network("output y = x", "u8[1, 2, 3, 4] as nhwc"));
}

static void expectOutput(const std::string &body, const char *expected) {
  EXPECT_EQ(evaluateText(network(body))->text(), expected);
}

TEST(FixIts, StandBelowTheirPlace) {
  expectOutput("output y = x -> rellu",
               "test.cnn:3:19: error[E0301]: unknown name 'rellu'; did you mean 'relu'?\n"
               "    3 |   output y = x -> rellu\n"
               "      |                   ^^^^^\n"
               "      |                   relu\n");
  // Of three letters one may be wrong.
  expectOutput("output y = x -> lay", "test.cnn:3:19: error[E0301]: unknown name 'lay'\n"
                                      "    3 |   output y = x -> lay\n"
                                      "      |                   ^^^\n");
  expectOutput("output y = x -> relu + x",
               "test.cnn:3:14: error[E0106]: '->' binds loosest: add parentheses around the pipe "
               "before '+'\n"
               "    3 |   output y = x -> relu + x\n"
               "      |              ~~~~~~~~~ ^\n"
               "      |              (        )\n");
  expectOutput("output y = x -> conv(x.channels / 2, 1)",
               "test.cnn:3:24: error[E0405]: 'channels' of conv is an integer, got float 4; '//' "
               "divides integers\n"
               "    3 |   output y = x -> conv(x.channels / 2, 1)\n"
               "      |                        ^^^^^^^^^^^^^^\n"
               "      |                                   //\n");
  expectOutput("output y = x -> conv(8 1)",
               "test.cnn:3:26: error[E0104]: expected ',' or ')', got '1'\n"
               "    3 |   output y = x -> conv(8 1)\n"
               "      |                          ^\n"
               "      |                         ,\n"
               "test.cnn:3:23: note: '(' is opened here\n");
}

/// Columns are characters, and a tab stays one.
TEST(FixIts, AlignBehindTabsAndUmlauts) {
  expectOutput(
      "\toutput y = x -> \"grün\": rellu",
      "test.cnn:3:28: error[E0301]: unknown name 'rellu'; did you mean 'relu'?\n"
      "    3 |   \toutput y = x -> \"grün\": rellu\n"
      "      |   \t                        ^^^^^\n"
      "      |   \t                        relu\n"
      "test.cnn:3:20: error[E0305]: \"grün\" is no label: it holds letters, digits, '_' and "
      "'-', in parts with dots between them, 255 characters at most\n"
      "    3 |   \toutput y = x -> \"grün\": rellu\n"
      "      |   \t                ^^^^^^\n"
      "      |   \t                \"gr__n\"\n");
}

/// Chinese characters take two columns, an accent none.
TEST(FixIts, AlignBehindWideCharacters) {
  expectOutput("_a = [\"\u65e5\u672c e\u0301\", x.chanels]\n  output y = x",
               "test.cnn:3:20: error[E0308]: a tensor has no field 'chanels'; it has batch, "
               "channels, height, width, rank, shape; did you mean 'channels'?\n"
               "    3 |   _a = [\"\u65e5\u672c e\u0301\", x.chanels]\n"
               "      |                     ^^^^^^^\n"
               "      |                     channels\n");
}

TEST(FixIts, OfOtherLinesAndRemovals) {
  expectOutput("y = relu(x\n  output z = x",
               "test.cnn:4:3: error[E0105]: expected ',' or ')', got 'output'\n"
               "    4 |   output z = x\n"
               "      |   ^^^^^^\n"
               "test.cnn:3:11: note: '(' is opened here\n"
               "test.cnn:3:13: fix: insert ')'\n");
  expectOutput("_a = n: max(1, 2)\n  output z = x",
               "test.cnn:3:8: error[E0409]: a label names layers; the function max makes none\n"
               "    3 |   _a = n: max(1, 2)\n"
               "      |        ^\n"
               "test.cnn:3:8: fix: remove 'n: '\n");
}

TEST(FixIts, InColour) {
  auto evaluation = evaluateText(network("output y = x -> rellu"));
  std::string text;
  llvm::raw_string_ostream os(text);
  os.enable_colors(true);
  evaluation->diagnostics.print(os, /*colours=*/true);
  EXPECT_NE(text.find("\x1b[0;1;32m                  relu\x1b[0m\n"), std::string::npos) << text;
}
