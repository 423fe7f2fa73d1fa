//===- MlirWays.h - A module through printing, passes and plan --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_FUZZERS_MLIRWAYS_H
#define FOVEA_TEST_FUZZERS_MLIRWAYS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

namespace fovea::test {

/// A context of our dialects that swallows diagnostics. It is made anew now and then, since what a
/// context has made unique stays in it.
mlir::MLIRContext &freshContext();

/// A module that verifies prints as text that parses to the same text.
void requireRoundTrip(mlir::ModuleOp module);

/// Whether the constants are small enough to compute with.
bool isSmall(mlir::ModuleOp module);

/// Both pipelines and the plan, as far as they go; each phase must print and parse. Destroys the
/// module.
void lower(mlir::ModuleOp module);

} // namespace fovea::test

#endif
