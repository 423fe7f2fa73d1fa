//===- FormatTest.cpp - The canonical layout ------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "FormatText.h"
#include "fovea/Frontend/Lexer.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"
#include "gtest/gtest.h"
#include <random>

using namespace fovea;
using test::format, test::tree;

struct Pieces {
  std::vector<std::string> tokens, comments;
  bool operator==(const Pieces &other) const {
    return tokens == other.tokens && comments == other.comments;
  }
};

/// All tokens but commas, and the text of every comment, in order.
static Pieces piecesOf(llvm::StringRef text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  unsigned file = sources.add("test.cnn", text), end = 0;
  Pieces pieces;
  for (const Token &token : tokenize({file, 0, unsigned(text.size())}, diagnostics)) {
    llvm::StringRef gap = text.slice(end, token.range.begin);
    for (size_t at = gap.find('#'); at != llvm::StringRef::npos;
         at = gap.find('#', gap.find('\n', at)))
      pieces.comments.push_back(gap.substr(at).split('\n').first.rtrim().str());
    if (token.kind != Token::Kind::Comma)
      pieces.tokens.push_back(sources.text(token.range).str());
    end = token.range.end;
  }
  return pieces;
}

/// What must hold for any text without syntax errors. False if it has some.
static bool check(const std::string &text) {
  std::optional<std::string> once = format(text);
  if (!once)
    return false;
  EXPECT_EQ(tree(text), tree(*once)) << text;
  EXPECT_TRUE(piecesOf(text) == piecesOf(*once)) << text << "\nonce:\n" << *once;
  std::optional<std::string> twice = format(*once);
  EXPECT_TRUE(twice && *once == *twice) << text << "\nonce:\n"
                                        << *once << "\ntwice:\n"
                                        << twice.value_or("");
  EXPECT_FALSE(llvm::StringRef(*once).contains(" \n")) << text;
  return true;
}

/// The .cnn files of the source tree, and the ```cnn blocks of its documents.
static std::vector<std::string> corpus() {
  std::vector<std::string> texts;
  std::error_code failure;
  for (const char *folder : {"/nn", "/examples", "/test", "/docs"})
    for (llvm::sys::fs::recursive_directory_iterator
             file(std::string(FOVEA_SOURCE_DIR) + folder, failure),
         end;
         !failure && file != end; file.increment(failure)) {
      llvm::StringRef path = file->path();
      bool isDocument = path.ends_with(".md");
      if (!isDocument && !path.ends_with(".cnn"))
        continue;
      auto buffer = llvm::MemoryBuffer::getFile(path);
      if (!buffer)
        continue;
      llvm::StringRef rest = (*buffer)->getBuffer();
      if (!isDocument)
        texts.push_back(rest.str());
      while (isDocument && !(rest = rest.split("\n```cnn").second).empty())
        texts.push_back((rest.split('\n').second.split("\n```\n").first + "\n").str());
    }
  return texts;
}

TEST(Format, Corpus) {
  unsigned formatted = 0;
  for (const std::string &text : corpus())
    formatted += check(text);
  EXPECT_GE(formatted, 40u);
}

/// Puts blanks, line ends and comments between some tokens, or takes them away.
static std::string disturb(llvm::StringRef text, std::mt19937 &random) {
  static constexpr llvm::StringLiteral pieces[] = {
      "", " ", "\n", "\n\n\n", "  # a\n", "\n# b c\n", " # d\n\n# e\n", "\t\r\n"};
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  unsigned file = sources.add("test.cnn", text), end = 0;
  unsigned rarity = 2 + random() % 60;
  std::string result;
  for (const Token &token : tokenize({file, 0, unsigned(text.size())}, diagnostics)) {
    llvm::StringRef gap = text.slice(end, token.range.begin);
    bool changes = random() % rarity == 0;
    result += changes ? llvm::StringRef(pieces[random() % std::size(pieces)]) : gap;
    if (changes && random() % 2)
      result += gap;
    result += sources.text(token.range);
    end = token.range.end;
  }
  return result;
}

TEST(Format, Disturbed) {
  std::mt19937 random(3);
  unsigned tried = 0, formatted = 0;
  for (const std::string &text : corpus()) {
    if (!format(text))
      continue;
    for (int i = 0; i < 40; ++i, ++tried)
      formatted += check(disturb(text, random));
  }
  EXPECT_GE(formatted, tried / 4) << "of " << tried;
}

/// Tokens are never taken apart or joined where blanks go: any order of few tokens that parses.
TEST(Format, ShortTexts) {
  static constexpr llvm::StringLiteral tokens[] = {
      "x",  "1", "2.5", "\"s\"", "(",  ")",    "[",        "]",     ",",
      "..", ".", "-",   "**",    "//", "not",  "if ",      "else ", "and ",
      "->", "f", "f(",  "a = ",  "\n", "#c\n", "require ", "true"};
  std::mt19937 random(5);
  unsigned formatted = 0;
  for (int i = 0; i < 60000; ++i) {
    std::string text = "network n {\n  y = ";
    for (unsigned k = 1 + random() % 9; k > 0; --k)
      text += tokens[random() % std::size(tokens)].str() + (random() % 2 ? " " : "");
    formatted += check(text + "\n}\n");
  }
  EXPECT_GE(formatted, 1000u);
}

/// Lines end in column 100 where the grammar lets them.
TEST(Format, Width) {
  std::string text =
      "network n(first: int = 1, second: int = 2) {\n  input x: f32[1, 3, 8, 8]\n  y = x";
  for (int i = 0; i < 30; ++i)
    text += " -> conv(first + second * 3, kernel = (3, first), stride = 2 if second > 1 else 1)";
  text += "\n  z = " + std::string(3, '(') + "first";
  for (int i = 0; i < 40; ++i)
    text += " + second * 12345 // 3";
  text += ")))\n  require first > 0";
  for (int i = 0; i < 20; ++i)
    text += " and second != " + std::to_string(i);
  text += ", \"message\"\n  w = [";
  for (int i = 0; i < 200; ++i)
    text += "[" + std::to_string(i) + ", -1], ";
  text += "]\n}\n";
  ASSERT_TRUE(check(text));
  std::string formatted = *format(text);
  llvm::StringRef rest = formatted;
  while (!rest.empty()) {
    auto [line, others] = rest.split('\n');
    EXPECT_LE(line.size(), formatColumns) << line.str();
    rest = others;
  }
}

TEST(Format, SyntaxError) {
  EXPECT_FALSE(format("network n {\n"));
  EXPECT_EQ(format(""), "");
  EXPECT_EQ(format("\n\n"), "");
  EXPECT_EQ(format("\n# only this"), "# only this\n");
  EXPECT_EQ(format("network n {\n}\n# end"), "network n {}\n# end\n");
  EXPECT_EQ(format("import \"a\"\ndef f(v) = v"), "import \"a\"\n\ndef f(v) = v\n");
}

static const char *const untidy = R"cnn(

# Header.

import "a.cnn"
import   "b.cnn"
block B( x,channels:int=3 in 1..10,) # what
{


  y=x->conv1:conv( channels , kernel=3,)->  relu
  # Before else.
  if not(x.rank==4 and channels>-2**2) {  } else if x.shape[ -1 ]!=3 {

    z  =  ( 1 , )  # one
  }
  else
  {
    for(a,b)in [ (1,2),
      (3,4) ] { require(a>b),"b is {b}" }
    # At the end.

  }
  return a,b


}
network n=m(layers=[2,2],unit=B)
network o=n()
def f( v )=[ v if v>0 else 0 , ]
network p{input u:u8[ 1,480,640,3 ]as nhwc
labels "l.txt"
output v=u
     ->@algorithm ( "im2col" )"a.{ i }":conv(8,kernel=1)  ->relu
        # Twice.
      ->relu->conv(1,weight=[
 [1,2],[3,4],
    [5,6]
   ],bias=false)
})cnn";

static const char *const tidy = R"cnn(# Header.

import "a.cnn"
import "b.cnn"

block B(x, channels: int = 3 in 1..10)  # what
{
  y = x -> conv1: conv(channels, kernel = 3) -> relu
  # Before else.
  if not (x.rank == 4 and channels > -2 ** 2) {} else if x.shape[-1] != 3 {
    z = (1,)  # one
  } else {
    for (a, b) in [(1, 2),
                   (3, 4)] {
      require (a > b), "b is {b}"
    }
    # At the end.
  }
  return a, b
}

network n = m(layers = [2, 2], unit = B)
network o = n()
def f(v) = [v if v > 0 else 0]

network p {
  input u: u8[1, 480, 640, 3] as nhwc
  labels "l.txt"
  output v = u
    -> @algorithm("im2col") "a.{ i }": conv(8, kernel = 1) -> relu
    # Twice.
    -> relu
    -> conv(1, weight = [
      [1, 2], [3, 4],
      [5, 6]
    ], bias = false)
}
)cnn";

TEST(Format, Layout) { EXPECT_EQ(*format(untidy), tidy); }

static const char *const longLines = R"cnn(network n(first: int = 1) {
  input x: f32[1, 3, 8, 8]
  y = f([aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccccccc], d, e)
  y = x -> "a.rather.long.label.of.a.block.{first}": BlockWithARatherLongName(first * second_of_both, stride = (2 if first else 1))
  z = first_summand_of_all * -second_factor_of_all + third_summand_of_all - -fourth_summand_of_all * (1 + 2)
  w = first_value_of_all if first_condition_of_all and second_condition_of_all or third_condition else other_value
  u = first_factor_of_the_product_of_three * -second_factor_of_the_product_of_three * third_factor_of_the_product
  v = [(1,), (1, 2,), f(x,), [3,], [
    4, 5,], [
    6,
  ]]
}
)cnn";

static const char *const brokenLines = R"cnn(network n(first: int = 1) {
  input x: f32[1, 3, 8, 8]
  y = f([aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,
         cccccccccccccccccccc],
        d, e)
  y = x -> "a.rather.long.label.of.a.block.{first}": BlockWithARatherLongName(
      first * second_of_both, stride = (2 if first else 1))
  z = first_summand_of_all * -second_factor_of_all + third_summand_of_all -
      -fourth_summand_of_all * (1 + 2)
  w = first_value_of_all if first_condition_of_all and second_condition_of_all or third_condition
      else other_value
  u = first_factor_of_the_product_of_three * -second_factor_of_the_product_of_three *
      third_factor_of_the_product
  v = [(1,), (1, 2), f(x), [3], [
    4, 5,
  ], [
    6,
  ]]
}
)cnn";

TEST(Format, LongLines) { EXPECT_EQ(*format(longLines), brokenLines); }
