//===- Passes.h - The sched dialect's passes --------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_PASSES_H
#define FOVEA_SCHED_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace fovea::sched {
#define GEN_PASS_DECL
#include "dialects/Sched/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

#endif
