//===- Hints.h - The hints of the language ----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A hint chooses among ways to compute a layer that are all legal. Here it is known how hints are
// written and which layers they can mean something for; whether one is followed the passes decide.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_HINTS_H
#define FOVEA_LIB_FRONTEND_HINTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>

namespace fovea {

/// Name -> value: {"algorithm", "im2col"}.
using Hints = std::map<std::string, std::string>;

struct HintKind {
  llvm::StringLiteral name;
  llvm::ArrayRef<llvm::StringRef> values;
  llvm::ArrayRef<llvm::StringRef> layers; ///< Those that it can mean something for.
};

llvm::ArrayRef<HintKind> allHintKinds();
/// Null if there is none of that name.
const HintKind *findHintKind(llvm::StringRef name);
/// Whether the hint can mean something for the layer.
bool hintApplies(llvm::StringRef hint, llvm::StringRef layer);

/// `inner` with what `outer` says beside it: an inner hint wins.
Hints joinHints(Hints inner, const Hints &outer);

} // namespace fovea

#endif
