//===- Format.h - The canonical layout of a .cnn file -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_FORMAT_H
#define FOVEA_FRONTEND_FORMAT_H

#include "fovea/Support/Diagnostics.h"
#include <optional>
#include <string>

namespace fovea {

/// Lines are broken so that they fit in this many columns, where the grammar lets them.
constexpr unsigned formatColumns = 100;

/// The text of a file of the engine's SourceManager in the canonical layout: the same tokens, but
/// for commas before a closing bracket, and the same comments. Kept of the layout it has are line
/// ends before `->` and between the elements of lists, and single blank lines between statements.
/// Formatting the result changes nothing. Nothing after a syntax error, which is reported.
std::optional<std::string> formatFile(unsigned file, DiagnosticEngine &diagnostics);

} // namespace fovea

#endif
