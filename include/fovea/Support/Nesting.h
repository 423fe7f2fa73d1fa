//===- Nesting.h - How deep a text nests ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_NESTING_H
#define FOVEA_SUPPORT_NESTING_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace fovea {

/// How deep the brackets ( [ { < nest outside strings and comments of MLIR; those of JSON too. Each
/// operator of an affine expression is a level. Brackets that do not match, which a parser rejects
/// later, count.
unsigned nestingDepth(llvm::StringRef text);

/// What of MLIR's text would end its parser, which calls itself for each bracket, and makes room
/// for N results where it reads %name#N before it looks for them: what is said behind the file's
/// name. Empty for all other text.
std::string faultOfMlirText(llvm::StringRef text);

} // namespace fovea

#endif
