//===- Nesting.h - How deep a text nests ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_NESTING_H
#define FOVEA_SUPPORT_NESTING_H

#include "llvm/ADT/StringRef.h"

namespace fovea {

/// Levels of brackets in MLIR's text that its parser, which calls itself, is given. A location has
/// one for each call around a layer.
constexpr unsigned maxMlirNesting = 512;

/// How deep the brackets ( [ { < nest outside strings and comments of MLIR; those of JSON too. Each
/// operator of an affine expression is a level. Brackets that do not match, which a parser rejects
/// later, count.
unsigned nestingDepth(llvm::StringRef text);

} // namespace fovea

#endif
