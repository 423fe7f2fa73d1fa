//===- Json.cpp - JSON from files that cannot be trusted ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Json.h"
#include "fovea/Support/Nesting.h"

llvm::Expected<llvm::json::Value> fovea::parseJson(llvm::StringRef text, unsigned maxDepth) {
  if (nestingDepth(text) > maxDepth)
    return llvm::createStringError("JSON is nested deeper than " + llvm::Twine(maxDepth) +
                                   " levels");
  return llvm::json::parse(text);
}
