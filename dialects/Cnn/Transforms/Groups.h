//===- Groups.h - Layers that become one kernel -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_TRANSFORMS_GROUPS_H
#define FOVEA_CNN_TRANSFORMS_GROUPS_H

#include "mlir/IR/PatternMatch.h"

namespace fovea::cnn {

/// A root and the layers fused into it, in program order.
using Group = llvm::SmallVector<mlir::Operation *>;

/// A layer that costs multiplications: conv, matmul or linear.
bool isDense(mlir::Operation *op);

/// The root and the elementwise layers that follow it (activations, channel_affine, one residual
/// add), each the only reader of the one before. An add whose other operand comes from a later
/// conv, matmul or linear is left to that.
Group collectGroup(mlir::Operation *root);

/// Appends the pool that is the only reader of the group's result, if that pays: no two of its
/// windows share a pixel, which would be computed twice, and the group's conv sums up so little
/// that it would wait for memory. docs/passes.md has what was measured.
void appendPool(Group &group);

/// Moves a group of several layers into a `cnn.fused` named after its root, and says so in a remark
/// of category `pass`. A group of one stays as it is.
void fuseGroup(llvm::ArrayRef<mlir::Operation *> group, llvm::StringRef pass,
               mlir::RewriterBase &rewriter);

} // namespace fovea::cnn

#endif
