//===- EditorsTest.cpp - The editors' grammars know every word ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/Layers.h"
#include "fovea/Frontend/Lexer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"
#include "gtest/gtest.h"
#include <set>

using namespace fovea;

static std::string readText(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(FOVEA_SOURCE_DIR "/" + path);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

/// All words of the language: the reserved ones, the layers, and those that the manual's grammar
/// quotes.
static std::set<std::string> allWords() {
  std::set<std::string> words;
  for (llvm::StringRef word : reservedWords())
    words.insert(word.str());
  for (const LayerKind &kind : allLayerKinds())
    words.insert(kind.name.str());
  std::string manual = readText("docs/language.md");
  llvm::StringRef rest = llvm::StringRef(manual).split("\n## Grammar\n").second;
  EXPECT_FALSE(rest.empty());
  llvm::Regex quoted("'([a-z][a-z0-9_]*)'");
  for (llvm::SmallVector<llvm::StringRef> parts; quoted.match(rest, &parts);) {
    words.insert(parts[1].str());
    rest = rest.substr(parts[0].end() - rest.begin());
  }
  EXPECT_TRUE(words.count("network"));
  return words;
}

/// Adds the words of all alternatives in the patterns of a TextMate grammar.
static void collectWords(const llvm::json::Value &value, std::set<std::string> &words) {
  if (auto *object = value.getAsObject())
    for (auto &[key, member] : *object) {
      bool isPattern = key == "match" || key == "begin" || key == "end";
      if (auto text = isPattern ? member.getAsString() : std::nullopt) {
        llvm::SmallVector<llvm::StringRef> alternatives;
        llvm::SplitString(*text, alternatives, "()|");
        for (llvm::StringRef alternative : alternatives)
          words.insert(alternative.str());
      }
      collectWords(member, words);
    }
  if (auto *array = value.getAsArray())
    for (const llvm::json::Value &element : *array)
      collectWords(element, words);
}

static llvm::json::Value parseJson(llvm::StringRef path) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(readText(path));
  EXPECT_TRUE(bool(value)) << path.str();
  if (value)
    return *value;
  ADD_FAILURE() << llvm::toString(value.takeError());
  return nullptr;
}

TEST(Editors, VsCode) {
  std::set<std::string> known;
  collectWords(parseJson("tools/editors/vscode/syntaxes/cnn.tmLanguage.json"), known);
  for (const std::string &word : allWords())
    EXPECT_TRUE(known.count(word)) << word;
}

/// The extension names files that are there, and the scope that the grammar has.
TEST(Editors, VsCodePackage) {
  llvm::json::Value package = parseJson("tools/editors/vscode/package.json");
  auto *contributes = package.getAsObject()->getObject("contributes");
  auto *language = (*contributes->getArray("languages"))[0].getAsObject();
  auto *grammar = (*contributes->getArray("grammars"))[0].getAsObject();
  std::string folder = "tools/editors/vscode/";
  EXPECT_NE(readText(folder + language->getString("configuration")->str()), "");
  parseJson(folder + language->getString("configuration")->str());
  llvm::json::Value patterns = parseJson(folder + grammar->getString("path")->str());
  EXPECT_EQ(patterns.getAsObject()->getString("scopeName"), grammar->getString("scopeName"));
}

TEST(Editors, Vim) {
  std::set<std::string> known;
  std::string text = readText("tools/editors/vim/syntax/cnn.vim");
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::SplitString(text, lines, "\n");
  for (llvm::StringRef line : lines) {
    llvm::SmallVector<llvm::StringRef> words;
    if (line.starts_with("syn keyword "))
      llvm::SplitString(line, words);
    for (llvm::StringRef word : llvm::ArrayRef(words).drop_front(std::min<size_t>(3, words.size())))
      known.insert(word.str());
  }
  for (const std::string &word : allWords())
    EXPECT_TRUE(known.count(word)) << word;
}
