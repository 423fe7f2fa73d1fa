//===- ManualTest.cpp - The examples and tables of docs/language.md -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Recorder.h"
#include "fovea/Frontend/Layers.h"
#include "lib/Frontend/Hints.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

using namespace fovea;
using namespace fovea::test;

static std::string manual() {
  auto buffer = llvm::MemoryBuffer::getFile(FOVEA_SOURCE_DIR "/docs/language.md");
  return buffer ? (*buffer)->getBuffer().str() : "";
}

/// Every example evaluates, without a warning, for each of its networks that has all its values.
TEST(Manual, Examples) {
  std::string text = manual();
  llvm::StringRef rest = text;
  unsigned examples = 0, networks = 0;
  while (true) {
    rest = rest.split("\n```cnn\n").second;
    if (rest.empty())
      break;
    std::string example = (rest.split("\n```\n").first + "\n").str();
    ++examples;
    SourceManager sources;
    DiagnosticEngine diagnostics(sources);
    sources.add("test.cnn", example);
    Program program = parseProgram(sources, "test.cnn", {}, diagnostics);
    std::pair<std::string, std::string> labels("animals.txt", "cat\ndog\nfish\n");
    for (const NetworkInfo &network : listNetworks(program, sources)) {
      if (!network.isComplete())
        continue;
      EvaluateOptions options;
      options.network = network.name;
      auto evaluation = evaluateText(example, options, labels);
      EXPECT_EQ(evaluation->text(), "") << network.name;
      EXPECT_TRUE(evaluation->succeeded) << network.name;
      ++networks;
    }
  }
  EXPECT_EQ(examples, 10u);
  EXPECT_EQ(networks, 14u);
}

/// What the manual shows of fix-its is what is printed for the lines that it shows.
TEST(Manual, FixIts) {
  std::string text = manual();
  llvm::StringRef rest = llvm::StringRef(text).split("\nnet.cnn:3:").second;
  std::string shown = ("net.cnn:3:" + rest.split("```").first).str();
  std::string source = "network n {\n  input x: f32[1, 8, 16, 16]\n";
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(shown).split(lines, '\n');
  for (llvm::StringRef line : lines) {
    auto [number, code] = line.split(" | ");
    unsigned value;
    if (!number.trim().getAsInteger(10, value))
      source += (code + "\n").str();
  }
  auto evaluation = evaluateText(source + "}\n");
  std::string printed = evaluation->text();
  for (size_t at; (at = printed.find("test.cnn")) != std::string::npos;)
    printed.replace(at, 4, "net");
  EXPECT_EQ(printed, shown);
}

/// The table of hints is that of the frontend.
TEST(Manual, Hints) {
  auto quoted = [](llvm::ArrayRef<llvm::StringRef> words, const char *quote) {
    std::vector<std::string> texts;
    for (llvm::StringRef word : words)
      texts.push_back(("`" + llvm::Twine(quote) + word + quote + "`").str());
    return llvm::join(texts, ", ");
  };
  std::string rows;
  for (const HintKind &kind : allHintKinds())
    rows += "| `" + kind.name.str() + "` | " + quoted(kind.values, "\"") + " | " +
            quoted(kind.layers, "") + " |\n";
  EXPECT_NE(manual().find("\n|---|---|---|\n" + rows + "\n"), std::string::npos) << rows;
}

/// The table of layers names every layer with its arguments and defaults.
TEST(Manual, Layers) {
  std::string text = manual();
  llvm::StringRef table = llvm::StringRef(text).split("\n## Layers\n").second.split("\n## ").first;
  for (const LayerKind &kind : allLayerKinds()) {
    size_t at = table.find(("`" + kind.name + "`").str());
    ASSERT_NE(at, llvm::StringRef::npos) << kind.name.str();
    llvm::StringRef row = table.substr(at).split('\n').first;
    for (const LayerAttribute &attribute : kind.attributes) {
      bool hasDefault = !attribute.isRequired() && attribute.defaultValue != "-";
      std::string written = "`" + attribute.name.str() +
                            (hasDefault ? " = " + attribute.defaultValue.str() : "") + "`";
      EXPECT_TRUE(row.contains(written)) << kind.name.str() << ": " << written;
    }
  }
}
