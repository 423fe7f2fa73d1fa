//===- Lowering.h - From layers to stages -----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_CONVERSION_CNNTOSCHED_LOWERING_H
#define FOVEA_LIB_CONVERSION_CNNTOSCHED_LOWERING_H

#include "dialects/Cnn/IR/CnnOps.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "mlir/IR/Builders.h"

namespace fovea {

/// The stage a layer becomes. Operands are values of the cnn level; `literal`, if set, follows them
/// as a constant of the kernel.
struct StageSpec {
  sched::StageKind kind;
  llvm::SmallVector<mlir::Value> operands;
  llvm::SmallVector<std::pair<llvm::StringRef, llvm::SmallVector<int64_t>>> ints;
  mlir::DenseElementsAttr literal = nullptr;
  llvm::StringRef literalName = {};
};

/// One function per op family; each gives the stage of a layer of its family, nothing for other
/// ops, and failure, with the error emitted, for a layer that has no stage (such as a softmax over
/// rows).
using SpecResult = mlir::FailureOr<std::optional<StageSpec>>;
SpecResult convolutionSpec(mlir::Operation *op);
SpecResult poolingSpec(mlir::Operation *op);
SpecResult elementwiseSpec(mlir::Operation *op);
SpecResult movementSpec(mlir::Operation *op);

/// The image [N, C, H, W] as which the sched level sees a tensor of rank 2, 3 or 4: a matrix is an
/// image of one pixel, columns [N, K, P] are an image of one row. Null for any other type.
mlir::RankedTensorType imageType(mlir::Type type);

/// The dimension of the image that dimension `axis` of a tensor of rank `rank` becomes.
int64_t imageAxis(int64_t axis, int64_t rank);

} // namespace fovea

#endif
