//===- Contracts.h - What the sched passes rely on --------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A file may hold anything that the ops' own verifiers let pass. Each pass checks first that the
// function is at the station it begins at; each check reports what is not so.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_CONTRACTS_H
#define FOVEA_SCHED_CONTRACTS_H

#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Machine/TargetModel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace fovea::sched {

/// One block that ends in func.return.
mlir::LogicalResult checkBody(mlir::func::FuncOp function);

/// Images [N, C, H, W] come from arguments, kernels and views, and go to kernels, views and
/// results. No kernel writes to a buffer.
mlir::LogicalResult checkTensors(mlir::func::FuncOp function);

/// checkTensors, every constant unpacked and every stage with an algorithm.
mlir::LogicalResult checkUnpacked(mlir::func::FuncOp function);

/// checkTensors, and every image has a layout that its reshapes can bear.
mlir::LogicalResult checkLayouts(mlir::func::FuncOp function);

/// Every stage has an algorithm and a layout, those with weights read packed ones.
mlir::LogicalResult checkStages(KernelOp kernel);

/// The machine of that name. Failure: reported at the function.
mlir::FailureOr<TargetModel> findTarget(mlir::func::FuncOp function, llvm::StringRef name);

/// Checks each kernel that has no schedule and has `write` give it one; what that returns becomes a
/// remark of `pass`.
mlir::LogicalResult scheduleKernels(mlir::func::FuncOp function, llvm::StringRef pass,
                                    llvm::function_ref<std::string(KernelOp)> write);

} // namespace fovea::sched

#endif
