//===- FuzzTest.cpp - Damaged programs neither crash nor hang -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"
#include <random>

using namespace fovea;
using namespace fovea::test;

namespace {
class Mutator {
public:
  explicit Mutator(unsigned seed) : random(seed) {}

  size_t below(size_t bound) { return bound ? random() % bound : 0; }
  std::string bytes(size_t count);
  std::string mutate(std::string text);

private:
  std::mt19937 random;
};
} // namespace

std::string Mutator::bytes(size_t count) {
  std::string text(count, '\0');
  for (char &c : text)
    c = static_cast<char>(random());
  return text;
}

/// Changes a few places: bytes, pieces of syntax, whole stretches.
std::string Mutator::mutate(std::string text) {
  static constexpr const char *pieces[] = {"->",
                                           "(",
                                           ")",
                                           "[",
                                           "]",
                                           "{",
                                           "}",
                                           "=",
                                           ",",
                                           ":",
                                           "..",
                                           "\"",
                                           "\n",
                                           "#",
                                           "-",
                                           "**",
                                           "//",
                                           "0",
                                           "-1",
                                           "9223372036854775807",
                                           "1e308",
                                           "x",
                                           " if ",
                                           " else ",
                                           " for i in 0..99 { ",
                                           " return ",
                                           "relu",
                                           "concat",
                                           "split(2)",
                                           "block",
                                           "network n = ",
                                           "input",
                                           "output ",
                                           "{i}",
                                           "@algorithm(\"im2col\") ",
                                           "@",
                                           " as nhwc",
                                           "labels \"a\"",
                                           "\nunused \"*\"\n",
                                           "\\",
                                           "\x80"};
  for (size_t i = 0, count = 1 + below(4); i < count; ++i) {
    size_t at = below(text.size() + 1), length = below(std::min<size_t>(40, text.size() - at + 1));
    switch (below(5)) {
    case 0:
      text.insert(at, pieces[below(std::size(pieces))]);
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.replace(at, std::min<size_t>(length, 1), pieces[below(std::size(pieces))]);
      break;
    case 3:
      text.insert(below(text.size() + 1), text.substr(at, length));
      break;
    default:
      text.insert(at, bytes(1 + below(3)));
      break;
    }
  }
  return text;
}

static std::vector<std::string> seeds() {
  std::vector<std::string> texts;
  std::error_code failure;
  for (const char *folder : {"/nn", "/examples/digits"})
    for (llvm::sys::fs::directory_iterator file(std::string(FOVEA_SOURCE_DIR) + folder, failure),
         end;
         !failure && file != end; file.increment(failure))
      if (llvm::StringRef(file->path()).ends_with(".cnn"))
        if (auto buffer = llvm::MemoryBuffer::getFile(file->path()))
          texts.push_back((*buffer)->getBuffer().str());
  return texts;
}

/// Parses, evaluates each network and prints all that is to be said.
static void survive(const std::string &text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  sources.add("fuzz.cnn", text);
  Program program = parseProgram(sources, "fuzz.cnn", {}, diagnostics);
  std::string printed;
  llvm::raw_string_ostream os(printed);
  ast::print(program.mainFile(), sources, os);
  for (const NetworkInfo &network : listNetworks(program, sources)) {
    EvaluateOptions options;
    options.network = network.name;
    options.limits.steps = 20000;
    Recorder recorder;
    DiagnosticEngine own(sources);
    if (!diagnostics.hasErrors())
      evaluate(program, options, sources, recorder, own);
    own.print(os);
    own.printJson(os);
  }
  diagnostics.print(os);
  diagnostics.printJson(os);
}

TEST(Fuzz, Mutations) {
  std::vector<std::string> texts = seeds();
  ASSERT_GE(texts.size(), 5u);
  Mutator mutator(1);
  for (int i = 0; i < 6000; ++i)
    survive(mutator.mutate(texts[mutator.below(texts.size())]));
}

TEST(Fuzz, RandomBytes) {
  Mutator mutator(2);
  for (int i = 0; i < 2000; ++i)
    survive(mutator.bytes(mutator.below(300)));
}

TEST(Fuzz, Prefixes) {
  for (const std::string &text : seeds())
    for (size_t length = 0; length < text.size(); length += 7)
      survive(text.substr(0, length));
}

TEST(Fuzz, Monsters) {
  std::string open(1000000, '('), dashes(1000000, '-'), nots, arrows = network("output y = x");
  for (int i = 0; i < 200000; ++i)
    nots += "not ";
  arrows.resize(arrows.size() - 3);
  for (int i = 0; i < 50000; ++i)
    arrows += " -> relu";
  // Expressions as deep as they may be, in blocks that call each other from there.
  std::string nested = network("output y = b0(x)");
  for (int i = 0; i < 60; ++i)
    nested += "block b" + std::to_string(i) + "(x) { return " + std::string(190, '[') + "b" +
              std::to_string(i + 1) + "(x)" + std::string(190, ']') + " }\n";
  nested += "block b60(x) { return x }\n";
  // Each import was as much work as the file has definitions, each error as there are names.
  std::string definitions, imports, unknown;
  for (int i = 0; i < 20000; ++i)
    definitions += "def f" + std::to_string(i) + "() = 1\n";
  for (int i = 0; i < 50000; ++i)
    imports += "import \"fuzz.cnn\"\n";
  unknown = network("for _i in 0..9999 { y = unknown }\n  output y = x");
  for (const std::string &text :
       {imports + definitions, definitions + unknown, nested, open, network("a = " + open),
        network("a = " + dashes), network("a = " + nots),
        network("a = " + std::string(1000000, '[')), std::string(1000000, '{'),
        std::string(1000000, '"'), std::string(1000000, '\n'), arrows + "\n}\n",
        network("a = \"" + std::string(100000, '{') + "\"")})
    survive(text);
}
