//===- Parser.h - From tokens to the AST ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_PARSER_H
#define FOVEA_FRONTEND_PARSER_H

#include "fovea/Frontend/AST.h"
#include "fovea/Support/Diagnostics.h"

namespace fovea {

/// Levels of nested expressions and statements; deeper ones are an error.
constexpr unsigned maxNesting = 200;

/// Parameters of one definition.
constexpr unsigned maxParameters = 256;

/// Parses a file of the engine's SourceManager. A statement with an error is reported and left out,
/// so that the next ones are checked too.
ast::File parseFile(unsigned file, DiagnosticEngine &diagnostics);

/// Parses a text that is one expression, as the command line gives it; null after an error.
ast::ExprPtr parseExpression(unsigned file, DiagnosticEngine &diagnostics);

} // namespace fovea

#endif
