//===- CheckProgram.h - What can be said without running --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_CHECKPROGRAM_H
#define FOVEA_LIB_FRONTEND_CHECKPROGRAM_H

#include "fovea/Frontend/AST.h"
#include "fovea/Support/Diagnostics.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea {

/// Statements where they have no business and parameters of one name are errors; values and
/// parameters that nothing reads are warnings.
void checkFile(const ast::File &file, DiagnosticEngine &diagnostics);

/// Visits an expression, if there is one, and all below it.
void walk(const ast::Expr *expr, llvm::function_ref<void(const ast::Expr &)> visit);

/// Calls `found` for every name that a body assigns, loop variables included.
void forEachAssigned(const ast::Body &body, llvm::function_ref<void(const ast::Name &)> found);

} // namespace fovea

#endif
