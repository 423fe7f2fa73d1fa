//===- Nesting.cpp - How deep a text nests --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Nesting.h"
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
