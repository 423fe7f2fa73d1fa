//===- DiagnosticsTest.cpp - A program for every code ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"
#include "gtest/gtest.h"

using namespace fovea;
using namespace fovea::test;

namespace {
struct Case {
  const char *code;
  std::string source;
  const char *message; ///< Part of what is printed.
};
} // namespace

static std::string deeply(const char *open, unsigned count, const char *middle, const char *close) {
  std::string text;
  for (unsigned i = 0; i < count; ++i)
    text += open;
  text += middle;
  for (unsigned i = 0; i < count; ++i)
    text += close;
  return text;
}

/// Block b0 calls b1 calls b2 …
static std::string callChain(unsigned length) {
  std::string text = network("output y = b0(x)");
  for (unsigned i = 0; i < length; ++i)
    text += "block b" + std::to_string(i) + "(x) { return b" + std::to_string(i + 1) + "(x) }\n";
  return text + "block b" + std::to_string(length) + "(x) { return relu(x) }\n";
}

static std::string presetChain(unsigned length) {
  std::string text = "network n0 { input x: f32[1]\n output y = relu(x) }\n";
  for (unsigned i = 1; i < length; ++i)
    text += "network n" + std::to_string(i) + " = n" + std::to_string(i - 1) + "()\n";
  return text;
}

static std::vector<std::pair<std::string, std::string>> labelFiles() {
  return {{"names.txt", "cat\r\ndog\r\n"},
          {"empty.txt", "\n \n"},
          {"gap.txt", "cat\n\ndog\n"},
          {"latin1.txt", "caf\xE9\n"},
          {"bell.txt", "cat\a\n"}};
}

static std::string manyInputs() {
  std::string text;
  for (int i = 0; i < 1100; ++i)
    text += "input i" + std::to_string(i) + ": f32[1]\n  ";
  return text + "output y = x";
}

static std::vector<Case> cases() {
  std::string doubling = "a = [0]\n  for _i in 0..40 { a = a + a }\n  output y = relu(x)";
  return {
      {"E0002", "import \"nowhere.cnn\"\n" + network("output y = relu(x)"), "nowhere.cnn"},
      {"E0003", network("labels \"nowhere.txt\"\n  output y = x"), "nowhere.txt"},
      {"E0004", network("labels \"empty.txt\"\n  output y = x"), "holds no names"},
      {"E0004", network("labels \"gap.txt\"\n  output y = x"), "gap.txt:2:1: note"},
      {"E0004", network("labels \"latin1.txt\"\n  output y = x"), "not text in UTF-8"},
      {"E0004", network("labels \"bell.txt\"\n  output y = x"), "a control character"},
      {"E0101", network("output y = relu(x) $"), "unexpected character"},
      {"E0101", network("if true && true { a = 1 }"), "both is 'and'"},
      {"E0101", network("a = 'text'"), "double quotes"},
      {"E0101", network("a = 1; b = 2"), "ends a statement"},
      {"E0101", network("output y = x -> \u201cc\u201d: relu"), "strings stand in straight quotes"},
      {"E0101", network("output y = x -> \u00e4\u2192: relu"), "unexpected characters"},
      {"E0101", network("output y = x if !true else x"), "negation is 'not'"},
      {"E0102", network("a = \"open\n  output y = relu(x)"), "string is not closed"},
      {"E0103", network("a = 99999999999999999999"), "does not fit in 64 bits"},
      {"E0103", network("a = 1e999"), "too large"},
      {"E0103", network("a = 3x"), "ends in letters"},
      {"E0104", network("output y = relu(x x)"), "expected ',' or ')', got 'x'"},
      {"E0104", "hello", "expected 'block', 'network', 'def' or 'import', got 'hello'"},
      {"E0104", network("a = 1 < 2 < 3"), "does not chain"},
      {"E0104", network("a = 1 +"), "expected a value, got '}'"},
      {"E0104", network("if 1 = 2 { a = 1 }"), "'=' assigns"},
      {"E0104", network("if true { a = 1 }\n  elif false { a = 2 }"), "'else if'"},
      {"E0104", network("for i = 0..3 { a = i }"), "expected 'in', got '='"},
      {"E0104", network("ouput y = x"), "did you mean 'output'?"},
      {"E0104", "netwrok n { }", "did you mean 'network'?"},
      {"E0104", network("output y = x -> \"a\" relu"), "got a string"},
      {"E0104", network("output y = x -> a conv(1, 1)"), "a label ends in ':'"},
      {"E0104", network("labels names"), "the name of a file in quotes"},
      {"E0104", network("unused"), "a pattern in quotes"},
      {"E0104", network("output y = x", "f32[1] as"), "expected the layout"},
      {"E0104", network("output y = x -> @algorithm conv(1, 1)"), "expected '(' and a value"},
      {"E0104", network("output y = x -> @(1) conv(1, 1)"), "the name of a hint"},
      {"E0104", network("output y = x -> @precision(\"f32\" conv(1, 1)"), "'(' is opened here"},
      {"E0105", network("output y = relu(x"), "'(' is opened here"},
      {"E0105", "block b(x) {\n  return relu(x)\n" + network("output y = b(x)"),
       "'{' is opened here"},
      {"E0106", network("output y = x -> relu + x"), "add parentheses"},
      {"E0106", network("output y = x if true else x -> relu"), "add parentheses"},
      {"E0106", network("output y = x -> relu if true else x"), "add parentheses"},
      {"E0106", network("output y = x -> split(2)[0]"), "around the pipe before '['"},
      {"E0106", network("output y = x -> relu().channels"), "add parentheses"},
      {"E0107", network("output y = c: x -> relu"), "a label stands before a call"},
      {"E0107", network("output y = relu(c: relu(x))"), "a label stands after '->'"},
      {"E0107", network("output y = x -> conv(1, kernel: 1)"), "'kernel = …'"},
      {"E0108", network("a = " + deeply("(", 300, "1", ")")), "more than 200 levels"},
      {"E0108", network("a = " + deeply("f(x -> @algorithm(", 150, "1", ") relu)")),
       "more than 200 levels"},
      {"E0108", network("a = " + deeply("1 + ", 300, "1", "")), "more than 200 levels"},
      {"E0108", network(deeply("if true { ", 300, "", " }")), "more than 200 levels"},
      {"E0109", "block b(x) {\n  input y: f32[1]\n  return x\n}", "belong to networks"},
      {"E0109", "network n {\n  return 1\n}", "belongs to blocks"},
      {"E0109", "block b(x) {\n  labels \"names.txt\"\n  return x\n}", "a whole network"},
      {"E0109", "block b(x) {\n  unused \"a.*\"\n  return x\n}", "a whole network"},
      {"E0110", network("relu(x)"), "computed but not used"},
      {"E0111", network("output y = x -> \"a}\": relu"), "write two for one brace"},
      {"E0111", network("output y = x -> \"a\\q\": relu"), "unknown escape"},
      {"E0111", network("output y = x -> \"a{1 2}\": relu"), "expected '}' after the value"},
      {"E0112", "block b(" + deeply("a, ", 300, "a", "") + ") { return a }",
       "at most 256 parameters"},
      {"E0113", network("output y = x -> r: @algorithm(\"im2col\") relu"), "before the label"},
      {"E0113", network("output y = @algorithm(\"im2col\") x -> relu"), "stands after '->'"},
      {"E0113", network("output y = @algorithm(\"im2col\") (x -> relu)"),
       "begins a right-hand side"},
      {"E0113", network("output y = relu(@algorithm(\"im2col\") relu(x))"), "a hint stands after"},
      {"E0201", network("output y = x -> linear(3)"), "linear does not take f32[1,8,16,16]"},
      {"E0203", network("y = x -> conv(3, kernel = 1)\n  output z = x + y"),
       "y gets its shape here"},
      {"E0205", network("output y = x -> conv(3, kernel = 20)"), "window does not fit"},
      {"E0207", network("output y = x -> softmax(axis = 4)"), "has 4 dimensions"},
      {"E0208", network("a, b = x -> split([3, 4])\n  output y = concat([a, b])"),
       "add up to 7, but there are 8"},
      {"E0208", network("a, b, c = x -> split(3)\n  output y = concat([a, b, c])"),
       "3 equal parts"},
      {"E0209", network("output y = x -> conv(1, kernel = 3, weight = [[1, 2], [3]])"),
       "lists of equal lengths"},
      {"E0210", network("a = flatten(x).height\n  output y = x -> relu"),
       "'height' is dimension 2, which f32[1,2048] has not"},
      {"E0212", network("output y = relu(x)", "f32[70000, 70000]"), "at most 2147483648 elements"},
      {"E0212", network("output y = x -> conv(16777216, kernel = 9)"), "the weight of this conv"},
      {"E0212", network("output y = x -> conv(16777216, kernel = 1)"), "the result f32"},
      {"E0213", network("output y = relu(x)", "f31[1]"), "unknown element type 'f31'"},
      {"E0213", network("output y = relu(x)", "f32[0]"), "at least 1, not 0"},
      {"E0213", network("output y = relu(x)", "f32[]"), "1 to 8 dimensions, not 0"},
      {"E0214", network("output y = x -> spatial_shift(5)"), "25 offsets for 8 channels"},
      {"E0217", network("output y = relu(x)", "f32[1, 2, 3, 4] as nwhc"), "did you mean 'nhwc'?"},
      {"E0217", network("output y = relu(x)", "f32[1, 2, 3] as nhwc"), "not f32 of 3"},
      {"E0217", network("output y = relu(x)", "i8[1, 2, 3, 4] as nhwc"), "not i8 of 4"},
      {"E0301", "network n = m()\n" + network("output y = x"), "unknown network 'm'"},
      {"E0301", network("output y = x -> rellu"), "did you mean 'relu'?"},
      {"E0302", network("layer h = h()\n  output y = x -> h"), "'h' is not assigned"},
      {"E0301", "block b(x, k: integer) { return x -> conv(k, 1) }", "unknown type 'integer'"},
      {"E0302", network("if x.channels == 3 { a = x }\n  output y = relu(a)"),
       "'a' is not assigned on the path taken"},
      {"E0302", network("for i in 0..2 { _a = i }\n  output y = x -> conv(i, kernel = 1)"),
       "not assigned on the path taken"},
      {"E0303", "block b(x) { return x }\nblock b(x) { return x }", "it is defined here too"},
      {"E0303", "block b(x, x) { return x }", "parameter 'x' is defined twice"},
      {"E0303", network("input x: f32[1]\n  output y = relu(x)"), "input 'x' is defined twice"},
      {"E0303", network("output y = relu(x)\n  output y = relu(x)"), "output 'y' is defined twice"},
      {"E0303", network("labels \"names.txt\"\n  labels \"names.txt\"\n  output y = x"),
       "labels are given twice"},
      {"E0303",
       "network m(k) {\n  input x: f32[k]\n  output y = relu(x)\n  output y = tanh(x)\n}\n" +
           network("output y = m(x, k = 1)", "f32[1]"),
       "output 'y' is defined twice"},
      {"E0303",
       "network m(k) {\n  input x: f32[k]\n  input x: f32[1]\n  output y = relu(x)\n}\n" +
           network("output y = m(x, x, k = 1)", "f32[1]"),
       "input 'x' is defined twice"},
      {"E0304", network("output y = x -> \"x.to_tensor\": relu", "u8[1, 2, 3, 4]"),
       "two layers are named 'x.to_tensor'"},
      {"E0303", network("_a = (a = 1, a = 2)"), "field 'a' is given twice"},
      {"E0304", network("output y = x -> c: relu -> c: relu"), "\"c_2\""},
      {"E0304", network("y = x\n  for i in 0..2 { y = y -> c: relu }\n  output z = y"),
       "\"c.{i}\""},
      {"E0304", "block b(x) { return x -> c: relu }\n" + network("output y = x -> b -> b"),
       "each call of b names it"},
      {"E0304",
       network("_y = x -> \"b.to_tensor\": relu\n  input b: u8[1, 3, 4, 4]\n  output z = b + b"),
       "test.cnn:3:13: note: the other one is named here"},
      {"E0305", network("output y = x -> \"a b\": relu"), "\"a b\" is no label"},
      {"E0305", network("output y = x -> \"a..b\": relu"), "\"a..b\" is no label"},
      {"E0306", network("a = 3\n  output y = x -> a"), "a value of type int cannot be called"},
      {"E0306", "block b(x) { return x }\nnetwork n = b(1)", "'b' is no network"},
      {"E0307", "block b(x) { return b(x) }\n" + network("output y = b(x)"), "b calls itself"},
      {"E0307", "network a = b()\nnetwork b = a()", "defined by itself"},
      {"E0308", network("a = x.colour\n  output y = relu(x)"), "a tensor has no field 'colour'"},
      {"E0308", network("r = (one = 1)\n  a = r.on\n  output y = relu(x)"), "did you mean 'one'?"},
      {"E0309", network("output y = x -> @algoritm(\"im2col\") conv(3, kernel = 1)"),
       "hints are algorithm, precision; did you mean 'algorithm'?"},
      {"E0310", network("output y = x -> @algorithm(\"im2cool\") conv(3, kernel = 1)"),
       "is one of im2col, direct, shift, not \"im2cool\"; did you mean \"im2col\"?"},
      {"E0310", network("output y = x -> @precision(16) conv(3, kernel = 1)"),
       "is one of f32, bf16, f16, not 16"},
      {"E0311", network("unused \"a[\"\n  output y = x"), "malformed pattern"},
      {"E0311", network("unused \"\"\n  output y = x"), "1 to 255 characters"},
      {"E0311", network("unused \"" + std::string(256, 'a') + "\"\n  output y = x"),
       "1 to 255 characters"},
      {"E0312", network("unused \"f*.weight\"\n  output y = x -> fc: conv(1, 1)"),
       "matches the weight 'fc.weight'"},
      {"E0401", network("output y = x -> conv(3)"), "conv needs a value for 'kernel'"},
      {"E0401", "block b(x, k) { return x -> conv(k, 1) }\n" + network("output y = b(x)"),
       "b needs a value for 'k'"},
      {"E0401", network("a = max()\n  output y = relu(x)"), "max needs 1 argument"},
      {"E0402", network("output y = relu(x, 3)"), "relu takes 1 argument at most"},
      {"E0402",
       "network m(k) { input x: f32[k]\n output y = relu(x) }\n" +
           network("output y = m(x, x, k = 1)", "f32[1]"),
       "network m has 1 input\n"},
      {"E0402", network("a = len([1], 2)\n  output y = relu(x)"), "len takes 1 argument at most"},
      {"E0403", network("output y = x -> conv(3, kernel = 1, strid = 2)"),
       "did you mean 'stride'?"},
      {"E0404", network("output y = x -> conv(3, 1, kernel = 1)"), "'kernel' is given twice"},
      {"E0404", network("output y = x -> @precision(\"f32\") @precision(\"f16\") conv(3, 1)"),
       "'precision' is given twice"},
      {"E0405", network("output y = x -> conv(3.5, kernel = 1)"),
       "'channels' of conv is an integer"},
      {"E0405", network("output y = x -> conv(x.channels / 2, kernel = 1)"),
       "'//' divides integers"},
      {"E0405", network("output y = x -> conv(8, kernel = (1, 2, 3))"), "(height, width)"},
      {"E0405", network("output y = x -> conv(8, kernel = 1, padding = \"sane\")"), "\"valid\""},
      {"E0405", network("output y = relu(3)"), "relu takes a tensor, got int 3"},
      {"E0405", network("output y = concat(x)"), "concat takes a list of tensors"},
      {"E0405", network("if 1 { a = x }\n  output y = relu(x)"), "a condition is true or false"},
      {"E0405", network("for i in 3 { _a = i }\n  output y = relu(x)"), "a loop runs over a range"},
      {"E0405", network("output y = 3"), "an output is a tensor, not int"},
      {"E0405", "block b(x, k: int) { return x -> conv(k, 1) }\n" + network("output y = b(x, 1.5)"),
       "parameter 'k' is int, got float 1.5"},
      {"E0406", network("output y = x -> conv(0, kernel = 1)"), "from 1 to 16777216, got 0"},
      {"E0406",
       "block b(x, k: int = 1 in 1..9) { return x -> conv(k, 1) }\n" +
           network("output y = b(x, 9)"),
       "parameter 'k' is in 1..9, got 9"},
      {"E0406", network("output y = x -> spatial_shift(2)"), "is odd, got 2"},
      {"E0406", network("a = x -> split(5000)\n  output y = a[0]"), "at most 4096 parts"},
      {"E0407", network("a, b = x -> split(4)\n  output y = a + b"), "2 names, but 4 values"},
      {"E0407", network("a, b = 3\n  output y = relu(x)"), "the value is one int"},
      {"E0408", "block b(x) { if x.rank == 1 { return x } }\n" + network("output y = b(x)"),
       "b ended without a 'return'"},
      {"E0409", "def f(x) = x\n" + network("output y = a: f(x)"), "the function f makes none"},
      {"E0501", network("a = 1 + \"b\"\n  output y = relu(x)"), "does not apply to int and string"},
      {"E0501", network("output y = x * x"), "'*' does not apply to tensor and tensor"},
      {"E0502", network("a = 2 ** 62 * 2\n  output y = relu(x)"), "64-bit"},
      {"E0502", network("a = -(-9223372036854775807 - 1)\n  output y = relu(x)"), "64-bit"},
      {"E0502", network("a = int(1e300)\n  output y = relu(x)"), "64-bit"},
      {"E0503", network("a = 1 // 0\n  output y = relu(x)"), "division by zero"},
      {"E0503", network("a = 1 % 0\n  output y = relu(x)"), "division by zero"},
      {"E0504", network("a = 1e300 * 1e300\n  output y = relu(x)"), "not a finite number"},
      {"E0504", network("a = sqrt(-1)\n  output y = relu(x)"), "not a finite number"},
      {"E0505", network("a = [1, 2][2]\n  output y = relu(x)"), "there are 2 elements"},
      {"E0601", network("require x.channels == 3, \"three channels\"\n  output y = relu(x)"),
       "three channels"},
      {"E0602", network("for i in 0..99999999999 { _a = i }\n  output y = relu(x)"),
       "more than 10000000 steps"},
      {"E0603", network(doubling), "more than 1048576 elements"},
      {"E0603", network("s = \"a\"\n  for _i in 0..40 { s = s + s }\n  output y = relu(x)"),
       "more than 1048576 characters"},
      {"E0603", network("for _i in 0..5000 { unused \"a*\" }\n  output y = relu(x)"),
       "at most 4096 'unused' patterns"},
      {"E0603", network(manyInputs()), "a network has at most 1024 inputs"},
      {"E0603", network("s = []\n  for _i in 0..200000 { s = [s] }\n  output y = x"),
       "the list is nested more than 64 levels deep"},
      {"E0603", network("s = (a = 1)\n  for _i in 0..200000 { s = (a = s) }\n  output y = x"),
       "the record is nested more than 64 levels deep"},
      {"E0603",
       network("layer h = relu()\n  for _i in 0..200000 { layer h = h() }\n  output y = x -> h"),
       "the instance is nested more than 64 levels deep"},
      {"E0603",
       "block B(x, b) {\n  layer j = b()\n  return [j]\n}\n" +
           network("f = relu\n  for _i in 0..200000 { f = B(x, f)[0] }\n  output y = x -> f"),
       "levels deep"},
      {"E0603",
       "block B(x) {\n  layer j = B()\n  return j\n}\n" +
           network("layer f = B()\n  for _i in 0..200000 { f = f(x) }\n  output y = x"),
       "the instance is nested more than 64 levels deep"},
      {"E0604", network("y = x\n  for _i in 0..200000 { y = relu(y) }\n  output z = y", "f32[1]"),
       "at most 100000 layers"},
      {"E0605", callChain(100), "more than 64 levels"},
      {"E0605", presetChain(100), "presets of presets"},
      {"E0606", "block b(x) { return x }", "'test.cnn' has no network"},
      {"E0606", network("output y = x") + "network m { input x: f32[1]\n output y = x }",
       "choose one, as in test.cnn:n"},
      {"E0608", "network n(k) { input x: f32[1]\n output y = x -> conv(k, 1) }",
       "give it with --param k=VALUE"},
      {"E0609", "network n { input x: f32[1] }", "network n has no output"},
      {"E0609", "network n { _a = 1 }", "network n has no input"},
      {"W0001", network("a = 3\n  output y = relu(x)"), "'a' is never used"},
      {"W0001", network("a = 3\n  a = 1\n  output y = x -> conv(a, 1)"),
       "'a' is replaced before anything reads it"},
      {"W0001", network("if x.rank == 4 {\n    a = 3\n    a = 1\n    _b = a\n  }\n  output y = x"),
       "test.cnn:4:5: warning[W0001]: 'a' is replaced"},
      {"W0001", network("for (a, b) in [(1, 2)] { _c = a }\n  output y = x"), "'b' is never used"},
      {"W0002", "block b(x, k = 1) { return x }\n" + network("output y = b(x)"),
       "parameter 'k' is never used"},
      {"W0003", network("_y = x -> conv(3, kernel = 1) -> relu\n  output z = relu(x)"),
       "the result of 'relu' reaches no output"},
      {"W0004", network("input z: f32[1]\n  _a = z\n  output y = relu(x)"),
       "input 'z' reaches no output"},
      {"W0005", network("output y = x -> @algorithm(\"im2col\") relu"),
       "the hint 'algorithm' means nothing for relu"},
      {"W0005", network("a = @precision(\"f16\") max(1, 2)\n  output y = x -> conv(a, 1)"),
       "means nothing for max"},
      {"W0006", network("labels \"names.txt\"\n  output y = x -> flatten"),
       "2 labels, but 'y' is f32[1,2048]: 2048 classes"},
  };
}

TEST(Diagnostics, EveryCase) {
  for (const Case &each : cases()) {
    auto evaluation = evaluateText(each.source, {}, labelFiles());
    std::string text = evaluation->text();
    llvm::SmallVector<llvm::StringRef> codes;
    std::string joined = evaluation->codes();
    llvm::StringRef(joined).split(codes, ' ');
    EXPECT_TRUE(llvm::is_contained(codes, each.code)) << each.code << " in:\n"
                                                      << each.source.substr(0, 400) << '\n'
                                                      << text;
    EXPECT_NE(text.find(each.message), std::string::npos) << each.message << " in:\n" << text;
    EXPECT_EQ(evaluation->succeeded, each.code[0] == 'W') << each.source.substr(0, 400);
  }
}

/// Every code has a program here, but for those that the shapes of the cnn dialect give or that
/// concern the command line; they have tests of their own.
TEST(Diagnostics, EveryCode) {
  llvm::StringSet<> caused;
  for (const Case &each : cases())
    caused.insert(each.code);
  llvm::StringSet<> elsewhere;
  for (const char *code :
       {"E0001", "E0200", "E0202", "E0204", "E0206", "E0211", "E0215", "E0216", "E0607"})
    elsewhere.insert(code);
  for (const DiagnosticKind &kind : allDiagnosticKinds())
    EXPECT_NE(caused.contains(kind.code), elsewhere.contains(kind.code)) << kind.code.str();
}

/// What is read, in a condition or after it, is used; so is what a loop over a range counts.
TEST(Diagnostics, NoWarnings) {
  for (const char *body :
       {"a = 1\n  if x.rank == 3 { a = 2 }\n  output y = x -> conv(a, 1)",
        "a = 1\n  if a == 1 { a = 2 }\n  a = a + 1\n  output y = x -> conv(a, 1)",
        "a = 1\n  for i in 0..2 {\n    b = a\n    a = b + i\n  }\n  a = a + 1\n  output y = x -> "
        "conv(a, 1)",
        "_a = 1\n  _a = 2\n  output y = x",
        "y = x\n  for i in 0..3 { y = y -> relu }\n  output z = y",
        "for _a in [1, 2] { }\n  output y = x"})
    EXPECT_EQ(evaluateText(network(body))->text(), "") << body;
}

TEST(Diagnostics, CommandLine) {
  EXPECT_EQ(evaluateFile("/no/such/file.cnn")->codes(), "E0001");
  EXPECT_EQ(evaluateFile("/")->codes(), "E0001");
  EXPECT_NE(evaluateFile("/dev/zero")->text().find("larger than 4194304 bytes"), std::string::npos);
  EvaluateOptions options;
  options.network = "m";
  EvaluateOptions large; // A batch counts among a tensor's elements.
  large.batch = int64_t(1) << 30;
  EXPECT_EQ(evaluateText(network("output y = x"), large)->codes(), "E0212");
  auto unknown = evaluateText(network("output y = relu(x)"), options);
  EXPECT_EQ(unknown->codes(), "E0607");
  EXPECT_NE(unknown->text().find("note: n\n"), std::string::npos) << unknown->text();
  const std::string source =
      "network n(k: int = 3) { input x: f32[1, 3, 8, 8]\n output y = x -> conv(k, kernel = 1) }\n"
      "network p = n(k = 4)";
  auto with = [&](const char *network, const char *name, const char *value) {
    EvaluateOptions options;
    options.network = network;
    options.parameters = {{name, value}};
    return evaluateText(source, options)->codes();
  };
  EXPECT_EQ(with("n", "k", "5"), "");
  EXPECT_EQ(with("n", "k", "2 * (1 + 1)"), "");
  EXPECT_EQ(with("n", "k", "\"five\""), "E0405");
  EXPECT_EQ(with("n", "k", "five"), "E0301");
  EXPECT_EQ(with("n", "k", "1 +"), "E0104");
  EXPECT_EQ(with("n", "k", ""), "E0104");
  EXPECT_EQ(with("n", "j", "5"), "E0403");
  EXPECT_EQ(with("p", "k", "5"), "E0404");
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

TEST(Diagnostics, Format) {
  auto evaluation =
      evaluateText("block Unit(x, channels: int, stride: int = 1) {\n"
                   "  shortcut = x\n"
                   "  y = x -> conv(channels, kernel = 3, stride = stride, padding = 1)\n"
                   "  return relu(y + shortcut)\n"
                   "}\n" +
                   network("output z = x -> \"layer2.0\": Unit(16, stride = 2)"));
  EXPECT_EQ(evaluation->text(),
            "test.cnn:4:15: error[E0203]: cannot add f32[1,16,8,8] and f32[1,8,16,16]\n"
            "    4 |   return relu(y + shortcut)\n"
            "      |               ~ ^ ~~~~~~~~\n"
            "test.cnn:3:7: note: y gets its shape here\n"
            "test.cnn:2:14: note: shortcut gets its shape here\n"
            "test.cnn:8:19: note: in \"layer2.0\": Unit(16, stride = 2)\n");
}

TEST(Diagnostics, SeveralInOneRun) {
  auto evaluation = evaluateText(network("a = relu(x\n  b = 3 * / 2\n  c = )\n  output y = x x"));
  EXPECT_EQ(evaluation->diagnostics.errorCount(), 4u) << evaluation->text();
  evaluation = evaluateText(network("a = x -> one\n  b = x -> two -> relu\n  c = a + b\n"
                                    "  output y = relu(c)\n  d = x -> three\n  output z = d"));
  EXPECT_EQ(evaluation->diagnostics.errorCount(), 3u) << evaluation->text();
}

TEST(Diagnostics, Limit) {
  std::string body;
  for (int i = 0; i < 50; ++i)
    body += "a = x -> unknown" + std::to_string(i) + "\n  ";
  auto evaluation = evaluateText(network(body + "output y = relu(a)"));
  EXPECT_EQ(evaluation->diagnostics.errorCount(), 20u);
  EXPECT_NE(evaluation->text().find("too many errors"), std::string::npos);
}

TEST(Diagnostics, Json) {
  auto evaluation = evaluateText(network("output y = x -> rellu"));
  std::string text;
  llvm::raw_string_ostream os(text);
  evaluation->diagnostics.printJson(os);
  auto json = llvm::json::parse(text);
  ASSERT_TRUE(bool(json)) << llvm::toString(json.takeError());
  const llvm::json::Object &first = *(*json->getAsArray())[0].getAsObject();
  EXPECT_EQ(first.getString("code"), "E0301");
  EXPECT_EQ(first.getString("severity"), "error");
  EXPECT_EQ(first.getInteger("line"), 3);
  EXPECT_EQ(first.getInteger("column"), 19);
  EXPECT_EQ((*first.getArray("fixIts"))[0].getAsObject()->getString("text"), "relu");
}

TEST(Diagnostics, ColumnsCountCharacters) {
  auto evaluation = evaluateText(network("\tü = 3\n  output y = x -> \"größe\": relu"));
  std::string text = evaluation->text();
  EXPECT_NE(text.find("test.cnn:3:4: error[E0101]"), std::string::npos) << text;
  EXPECT_NE(text.find("\n      |   \t^\n"), std::string::npos) << text;
}

TEST(Diagnostics, Colours) {
  auto evaluation = evaluateText(network("output y = x -> rellu"));
  std::string text;
  llvm::raw_string_ostream os(text);
  os.enable_colors(true);
  evaluation->diagnostics.print(os, /*colours=*/true);
  EXPECT_NE(text.find("\x1b["), std::string::npos);
}
