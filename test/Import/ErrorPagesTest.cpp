//===- ErrorPagesTest.cpp - The pages of docs/errors tell the truth -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A page has a ```cnn fails block, which must yield the page's code and nothing else, and a ```cnn
// block, which must yield nothing. Blocks marked file=NAME are files beside both. Comments of the
// page say the rest: "fails with: ARGUMENTS" and "works with: ARGUMENTS", where ARGUMENTS are
// ":network" and "--param name=value"; "fails for the file: NAME"; and what a line "…" stands for.
//
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/Evaluator.h"
#include "fovea/Frontend/Format.h"
#include "fovea/Import/CnnBuilder.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include "gtest/gtest.h"
#include <set>

using namespace fovea;

namespace {
struct Block {
  std::string info, text;
};

struct Page {
  std::string code, text;
  std::vector<Block> blocks;

  /// The text of the block with that info string, empty if there is none.
  std::string block(llvm::StringRef info) const;
  /// What stands behind "<!-- name: ".
  std::string directive(llvm::StringRef name) const;
};
} // namespace

std::string Page::block(llvm::StringRef info) const {
  for (const Block &block : blocks)
    if (block.info == info)
      return block.text;
  return "";
}

std::string Page::directive(llvm::StringRef name) const {
  llvm::StringRef rest = llvm::StringRef(text).split(("<!-- " + name + ": ").str()).second;
  return rest.split(" -->").first.str();
}

static std::string replaceAll(std::string text, llvm::StringRef from, llvm::StringRef to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// "<!-- … is f{i} for i from 1 to 70 -->": the lines that a line "…" stands for.
static std::string expandDots(const Page &page, std::string text) {
  llvm::SmallVector<llvm::StringRef> parts;
  llvm::Regex dots("<!-- … is (.*) for i from ([0-9]+) to ([0-9]+) -->");
  if (!dots.match(page.text, &parts))
    return text;
  std::string lines;
  for (int i = std::stoi(parts[2].str()), last = std::stoi(parts[3].str()); i <= last; ++i)
    lines += replaceAll(replaceAll(parts[1].str(), "{i}", std::to_string(i)), "{i - 1}",
                        std::to_string(i - 1)) +
             "\n";
  return replaceAll(std::move(text), "…\n", lines);
}

static Page readPage(llvm::StringRef path) {
  Page page;
  page.code = llvm::sys::path::stem(path).str();
  if (auto buffer = llvm::MemoryBuffer::getFile(path))
    page.text = (*buffer)->getBuffer().str();
  llvm::StringRef rest = page.text;
  while (!(rest = rest.split("\n```").second).empty()) {
    auto [info, others] = rest.split('\n');
    auto [text, behind] = others.split("\n```\n");
    page.blocks.push_back({info.str(), expandDots(page, text.str() + "\n")});
    rest = {behind.data() - 1, behind.size() + 1}; // With the line end before the next fence.
  }
  return page;
}

static const std::vector<Page> &pages() {
  static const std::vector<Page> all = [] {
    std::vector<Page> pages;
    std::error_code failure;
    for (llvm::sys::fs::directory_iterator file(FOVEA_SOURCE_DIR "/docs/errors", failure), end;
         !failure && file != end; file.increment(failure))
      pages.push_back(readPage(file->path()));
    return pages;
  }();
  return all;
}

/// The codes of all that is said of a text, and the diagnostics as they are printed.
static std::pair<std::set<std::string>, std::string>
compile(const Page &page, const std::string &text, const std::string &arguments) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  sources.add("example.cnn", text);
  for (const Block &block : page.blocks)
    if (size_t at = block.info.find("file="); at != std::string::npos)
      sources.add(block.info.substr(at + 5), block.text);
  EvaluateOptions options;
  llvm::StringRef given = arguments;
  if (given.consume_front(":"))
    options.network = given.str();
  if (given.consume_front("--param "))
    options.parameters.emplace_back(given.split('=').first.str(), given.split('=').second.str());
  std::string missing = text.empty() ? page.directive("fails for the file") : "";
  Program program = parseProgram(sources, text.empty() ? missing : "example.cnn", {}, diagnostics);
  if (!diagnostics.hasErrors()) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    CnnBuilder builder(&context);
    bool built = evaluate(program, options, sources, builder, diagnostics);
    EXPECT_TRUE(!built || succeeded(mlir::verify(*builder.finish()))) << page.code;
  }
  std::set<std::string> codes;
  for (auto &diagnostic : diagnostics.diagnostics())
    codes.insert(diagnostic->code);
  std::string printed;
  llvm::raw_string_ostream os(printed);
  diagnostics.print(os);
  return {codes, printed};
}

TEST(ErrorPages, EveryCodeHasOne) {
  std::set<std::string> codes, written;
  for (const DiagnosticKind &kind : allDiagnosticKinds())
    EXPECT_TRUE(codes.insert(kind.code.str()).second) << kind.code.str() << " stands twice";
  for (const Page &page : pages())
    written.insert(page.code);
  EXPECT_EQ(codes, written);
}

TEST(ErrorPages, Titles) {
  for (const DiagnosticKind &kind : allDiagnosticKinds())
    for (const Page &page : pages())
      if (page.code == kind.code) {
        EXPECT_EQ(llvm::StringRef(page.text).split('\n').first,
                  ("# " + kind.code + ": " + kind.title).str());
      }
}

TEST(ErrorPages, FailingExamples) {
  for (const Page &page : pages()) {
    std::string text = page.block("cnn fails");
    EXPECT_NE(text.empty(), page.directive("fails for the file").empty()) << page.code;
    auto [codes, printed] = compile(page, text, page.directive("fails with"));
    EXPECT_EQ(codes, std::set<std::string>{page.code}) << printed;
  }
}

TEST(ErrorPages, WorkingExamples) {
  for (const Page &page : pages()) {
    std::string text = page.block("cnn");
    EXPECT_NE(text, "") << page.code;
    auto [codes, printed] = compile(page, text, page.directive("works with"));
    EXPECT_TRUE(codes.empty()) << page.code << '\n' << printed;
    SourceManager sources;
    DiagnosticEngine diagnostics(sources);
    EXPECT_EQ(formatFile(sources.add("example.cnn", text), diagnostics), text) << page.code;
  }
}
