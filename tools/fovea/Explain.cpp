//===- Explain.cpp - fovea explain ----------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Support/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Process.h"

using namespace fovea;

namespace {
struct Page {
  llvm::StringLiteral code, text;
};
} // namespace

static constexpr Page pages[] = {
#include "ErrorPages.inc"
};

/// Prints a page of docs/errors: headings bold, code in a colour, HTML comments left out.
static void printPage(llvm::StringRef text, llvm::raw_ostream &os, bool colours) {
  bool inCode = false, inComment = false, afterBlank = false;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    inComment |= !inCode && line.starts_with("<!--");
    if (inComment) {
      inComment = !line.contains("-->");
      continue;
    }
    if (line.starts_with("```")) {
      inCode = !inCode;
      continue;
    }
    if (!inCode && afterBlank && line.empty()) // Where a comment stood.
      continue;
    afterBlank = line.empty();
    bool isHeading = !inCode && line.starts_with("#");
    if (colours && isHeading)
      os.changeColor(llvm::raw_ostream::SAVEDCOLOR, /*Bold=*/true);
    if (colours && inCode)
      os.changeColor(llvm::raw_ostream::CYAN);
    os << (inCode && !line.empty() ? "    " : "") << (isHeading ? line.ltrim('#').ltrim() : line);
    if (colours && (isHeading || inCode))
      os.resetColor();
    os << '\n';
  }
}

static int listCodes() {
  for (const DiagnosticKind &kind : allDiagnosticKinds())
    llvm::outs() << kind.code << "  " << kind.title << '\n';
  return 0;
}

/// Whether one character tells two codes apart, or the order of their digits.
static bool isNear(llvm::StringRef code, llvm::StringRef other) {
  std::string digits = code.str(), others = other.str();
  llvm::sort(digits);
  llvm::sort(others);
  return code.edit_distance(other) <= 1 || digits == others;
}

/// Codes that may be meant; where none is near, those of the same hundred.
static std::string nearCodes(llvm::StringRef code) {
  std::vector<llvm::StringRef> near, alike;
  for (const Page &page : pages) {
    if (isNear(code, page.code))
      near.push_back(page.code);
    if (code.size() >= 3 && page.code.starts_with(code.take_front(3)))
      alike.push_back(page.code);
  }
  return llvm::join(near.empty() ? alike : near, ", ");
}

static int explain(llvm::StringRef asked, bool colours) {
  std::string code = asked.upper();
  auto page = llvm::find_if(pages, [&](const Page &page) { return page.code == code; });
  if (page != std::end(pages)) {
    printPage(page->text, llvm::outs(), colours);
    return 0;
  }
  std::string near = nearCodes(code);
  return report("no diagnostic has the code '" + asked + "'; " +
                (near.empty() ? "fovea explain lists them all" : "there are " + near));
}

int fovea::explainCommand(const CommandArguments &command) {
  CommandLine line("explain",
                   "Tells what the code of an error or warning means, with an example that fails "
                   "and one that works.\nWithout a code it lists them all.",
                   "[CODE…]");
  std::vector<std::string> codes;
  line.positionals(codes, "a code", /*required=*/false);
  line.example("fovea explain E0203", "what \"error[E0203]\" means");
  line.example("fovea explain", "all codes");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (codes.empty())
    return listCodes();
  bool colours = llvm::sys::Process::StandardOutHasColors();
  int worst = 0;
  for (const std::string &code : codes) {
    if (&code != &codes.front())
      llvm::outs() << '\n';
    worst = std::max(worst, explain(code, colours));
  }
  return worst;
}
