//===- BuildPlan.h - From the sched dialect to a plan -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_PLAN_BUILDPLAN_H
#define FOVEA_TARGET_PLAN_BUILDPLAN_H

#include "fovea/Machine/TargetModel.h"
#include "fovea/Support/Tensor.h"
#include "fovea/Target/Plan/KernelPlan.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea {

/// A plan and, for each of its constants, the `sched.pack` that says where its values come from.
/// The ops belong to the function the plan was built from.
struct BuiltPlan {
  plan::Plan plan;
  std::vector<mlir::Operation *> packs;
};

/// Writes a function of the sched phase (one that `sched-verify` passes) down as plain data:
/// buffers with places in an arena, so that no two that live at one time overlap, distinct kernels,
/// and calls in order. Symbols and scratch are still open. Failure: the error is emitted at the op.
mlir::FailureOr<BuiltPlan> buildPlan(mlir::func::FuncOp function, const TargetModel &target);

/// Gives the values of a constant, row-major.
using ConstantValues = llvm::function_ref<mlir::FailureOr<Tensor>(mlir::Value)>;

/// Writes the packed form of a constant into `bytes`, which is zeroed and has the size of its
/// buffer. Error: the values cannot be had.
llvm::Error packConstant(mlir::Operation *pack, ConstantValues values,
                         llvm::MutableArrayRef<char> bytes);

} // namespace fovea

#endif
