//===- Json.h - JSON from files that cannot be trusted ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_JSON_H
#define FOVEA_SUPPORT_JSON_H

#include "llvm/Support/JSON.h"
#include <cmath>

namespace fovea {

/// llvm::json::parse, but nesting deeper than `maxDepth` is an error instead of a stack overflow.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text, unsigned maxDepth = 64);

/// JSON knows no infinity and no NaN: null stands for them.
inline llvm::json::Value finiteOrNull(double value) {
  if (std::isfinite(value))
    return value;
  return nullptr;
}

} // namespace fovea

#endif
