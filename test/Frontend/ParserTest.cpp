//===- ParserTest.cpp - The tree of a text --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/Parser.h"
#include "gtest/gtest.h"

using namespace fovea;

static std::string tree(llvm::StringRef text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  ast::File file = parseFile(sources.add("t.cnn", text), diagnostics);
  std::string printed;
  llvm::raw_string_ostream os(printed);
  diagnostics.print(os);
  ast::print(file, sources, os);
  return printed;
}

TEST(Parser, EveryNode) {
  EXPECT_EQ(tree("import \"a.cnn\"\n"
                 "block b(x, k: int = 1 in 1..9) {\n"
                 "  p, q = x -> \"a{k}\": conv(k, kernel = (1, 2)) -> relu\n"
                 "  if not k == 2.5 { p = [q][0] } else { p = (r = q).r }\n"
                 "  for i in 0..-k { require true, \"m\" }\n"
                 "  layer h = @precision(\"f16\") relu()\n"
                 "  return p if k > 1 else q\n"
                 "}\n"
                 "network n { input x: f32[1] as nhwc\n labels \"a.txt\"\n unused \"b.*\"\n"
                 " output x = x -> @algorithm(\"shift\") l: relu }\n"
                 "network m = n(2)\n"
                 "def f(v) = v ** 2\n"),
            R"(File "t.cnn"
  Import "a.cnn" @1:1
  Block b @2:1
    Parameter x @2:9
    Parameter k: int @2:12
      Default
        Integer 1 @2:21
      In
        Binary .. @2:26
          Integer 1 @2:26
          Integer 9 @2:29
    Assign p, q @3:3
      Pipe @3:10
        Name x @3:10
        Stage @3:15
          Label
            String @3:15
              Text "a"
              Name k @3:18
          Name conv @3:23
          Name k @3:28
          kernel =
            Tuple @3:40
              Integer 1 @3:41
              Integer 2 @3:44
        Stage @3:51
          Name relu @3:51
    If @4:3
      Condition
        Unary not @4:6
          Binary == @4:10
            Name k @4:10
            Float 2.5 @4:15
      Then
        Assign p @4:21
          Index @4:25
            List @4:25
              Name q @4:26
            Integer 0 @4:29
      Else
        Assign p @4:41
          Field r @4:45
            Record @4:45
              r
                Name q @4:50
    For i @5:3
      In
        Binary .. @5:12
          Integer 0 @5:12
          Unary - @5:15
            Name k @5:16
      Require @5:20
        Bool true @5:28
        String "m" @5:34
    Layer h @6:3
      Call @6:31
        Hint precision
          String "f16" @6:24
        Name relu @6:31
    Return @7:3
      Conditional @7:10
        Condition
          Binary > @7:15
            Name k @7:15
            Integer 1 @7:19
        Name p @7:10
        Name q @7:26
  Network n @9:1
    Input x: f32 as nhwc @9:13
      Integer 1 @9:26
    Labels @10:2
      String "a.txt" @10:9
    Unused @11:2
      String "b.*" @11:9
    Output x @12:2
      Pipe @12:13
        Name x @12:13
        Stage @12:38
          Hint algorithm
            String "shift" @12:29
          Label
            String "l" @12:38
          Name relu @12:41
  Preset m @13:1
    Call @13:13
      Name n @13:13
      Integer 2 @13:15
  Function f @14:1
    Parameter v @14:7
    Binary ** @14:12
      Name v @14:12
      Integer 2 @14:17
)");
}

TEST(Parser, GoesOnAfterErrors) {
  std::string printed =
      tree("block a(x) {\n  y = ]\n  z = x\n}\nnonsense\nblock b(x) { return x }\n");
  EXPECT_NE(printed.find("t.cnn:2:7: error[E0104]"), std::string::npos) << printed;
  EXPECT_NE(printed.find("t.cnn:5:1: error[E0104]"), std::string::npos) << printed;
  EXPECT_NE(printed.find("Assign z"), std::string::npos) << printed;
  EXPECT_NE(printed.find("Block b"), std::string::npos) << printed;
}
