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

/// The stage a layer becomes. Operands are values of the cnn level; `literals` follow them as
/// constants of the kernel, each with the name of what it holds.
struct StageSpec {
  sched::StageKind kind;
  llvm::SmallVector<mlir::Value> operands;
  llvm::SmallVector<std::pair<llvm::StringRef, llvm::SmallVector<int64_t>>> ints;
  llvm::SmallVector<std::pair<llvm::StringRef, mlir::DenseElementsAttr>, 0> literals = {};
};

/// One function per op family; each gives the stage of a layer of its family, nothing for other
/// ops, and failure, with the error emitted, for a layer that has no stage (such as a softmax over
/// rows).
using SpecResult = mlir::FailureOr<std::optional<StageSpec>>;
SpecResult convolutionSpec(mlir::Operation *op);
SpecResult poolingSpec(mlir::Operation *op);
SpecResult elementwiseSpec(mlir::Operation *op);
SpecResult movementSpec(mlir::Operation *op);
SpecResult resizingSpec(mlir::Operation *op);

/// The image [N, C, H, W] as which the sched level sees a tensor of rank 2, 3 or 4: a matrix is an
/// image of one pixel, columns [N, K, P] are an image of one row. Null for any other type.
mlir::RankedTensorType imageType(mlir::Type type);

/// Whether `value` is an input of the network that only `cnn.to_tensor` of channels last reads,
/// directly or in fused regions. The sched level sees it as [N, C, H, W] in a layout of its own.
bool isChannelsLast(mlir::Value value);

/// Layers read activations, weights are computed from parameters: an error is emitted at a layer,
/// or at the function's return, that takes one of `constantOps` for an activation.
llvm::LogicalResult checkActivations(mlir::Block &body,
                                     const llvm::DenseSet<mlir::Operation *> &constantOps);

/// The dimension of the image that dimension `axis` of a tensor of rank `rank` becomes.
int64_t imageAxis(int64_t axis, int64_t rank);

} // namespace fovea

#endif
