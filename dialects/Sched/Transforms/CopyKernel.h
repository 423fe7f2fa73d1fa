//===- CopyKernel.h - Small edits of kernels --------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_COPYKERNEL_H
#define FOVEA_SCHED_COPYKERNEL_H

#include "dialects/Sched/IR/SchedOps.h"

namespace fovea::sched {

/// Inserts before `op` a kernel that copies `value` as it is, and a remark at `op` that says why
/// the copy is needed.
mlir::Value copyBefore(mlir::Operation *op, mlir::Value value, llvm::StringRef reason);

/// Removes the inputs of a kernel that none of its stages reads.
void dropUnusedInputs(KernelOp kernel);

} // namespace fovea::sched

#endif
