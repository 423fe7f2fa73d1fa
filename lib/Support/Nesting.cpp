//===- Nesting.cpp - How deep a text nests --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Nesting.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>

/// The offset behind the string whose quote stands at `begin`.
static size_t skipString(llvm::StringRef text, size_t begin) {
  for (size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '"')
      return i + 1;
    i += text[i] == '\\';
  }
  return text.size();
}

unsigned fovea::nestingDepth(llvm::StringRef text) {
  constexpr llvm::StringLiteral opening = "([{<", closing = ")]}>", ending = ",:=";
  unsigned depth = 0, operators = 0, deepest = 0;
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    llvm::StringRef pair = text.substr(i, 2);
    if (c == '"') {
      i = skipString(text, i);
      continue;
    }
    if (pair == "//") {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    bool isPair = pair == "->" || pair == ">=" || pair == "<=";
    i += isPair ? 2 : 1;
    if (isPair || ending.contains(c))
      operators = 0;
    else if (c == '+' || c == '-' || c == '*')
      ++operators;
    else if (opening.contains(c))
      ++depth;
    else if (closing.contains(c))
      depth -= depth > 0;
    deepest = std::max(deepest, depth + operators);
  }
  return deepest;
}

/// The greatest N of a %name#N, in strings and comments, too.
static uint64_t greatestResult(llvm::StringRef text) {
  auto isName = [](char c) { return llvm::isAlnum(c) || llvm::StringRef("$._-").contains(c); };
  uint64_t greatest = 0;
  for (size_t at = text.find('%'); at != text.npos; at = text.find('%')) {
    text = text.drop_front(at + 1).drop_while(isName);
    if (!text.consume_front("#"))
      continue;
    llvm::StringRef digits = text.take_while(llvm::isDigit);
    uint64_t number = 0;
    if (!digits.empty())
      greatest = std::max(greatest, digits.getAsInteger(10, number) ? UINT64_MAX : number);
  }
  return greatest;
}

std::string fovea::faultOfMlirText(llvm::StringRef text) {
  // A location has a bracket for each call around a layer.
  constexpr unsigned most = 512, mostResults = 65535;
  if (nestingDepth(text) > most)
    return llvm::formatv("nests brackets more than {0} levels deep", most);
  if (greatestResult(text) > mostResults)
    return llvm::formatv("reads a result beyond number {0} of an operation", mostResults);
  return "";
}
