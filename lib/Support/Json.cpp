//===- Json.cpp - JSON from files that cannot be trusted ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Json.h"

/// How deep brackets nest outside strings. Counts brackets that do not match too, which the parser
/// rejects later.
static unsigned nestingDepth(llvm::StringRef text) {
  unsigned depth = 0, deepest = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        inString = false;
    } else if (c == '"') {
      inString = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

llvm::Expected<llvm::json::Value> fovea::parseJson(llvm::StringRef text, unsigned maxDepth) {
  if (nestingDepth(text) > maxDepth)
    return llvm::createStringError("JSON is nested deeper than " + llvm::Twine(maxDepth) +
                                   " levels");
  return llvm::json::parse(text);
}
