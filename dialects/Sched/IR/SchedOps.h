//===- SchedOps.h - The sched dialect's attributes and ops ------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_OPS_H
#define FOVEA_SCHED_OPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include <optional>

#include "dialects/Sched/IR/SchedDialect.h.inc"
#include "dialects/Sched/IR/SchedEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Sched/IR/SchedAttrs.h.inc"

namespace fovea::sched {
class YieldOp;

/// The most channels in a block.
constexpr int64_t maxBlock = 4096;

/// The layout of an activation; null before layouts are assigned, and of anything but [N, C, H, W].
inline LayoutAttr layoutOf(mlir::RankedTensorType type) {
  return type.getRank() == 4 ? llvm::dyn_cast_if_present<LayoutAttr>(type.getEncoding())
                             : LayoutAttr();
}
/// Every extent is positive and there are at most 2^40 elements.
bool isShapeSupported(llvm::ArrayRef<int64_t> shape);
/// Elements from the first of a buffer to behind the last; nothing unless it is static, its strides
/// are constants of 0 or more, and the span is at most 2^40.
std::optional<int64_t> spanOf(mlir::MemRefType type);
/// The buffer type a tensor with a layout needs when it stands alone.
mlir::MemRefType bufferType(mlir::RankedTensorType type);
/// ceil(a / b) for positive b.
inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
} // namespace fovea::sched

#define GET_OP_CLASSES
#include "dialects/Sched/IR/SchedOps.h.inc"

namespace fovea::sched {
/// The kernel's stages in order; the last one is what it yields.
llvm::SmallVector<StageOp> stagesOf(KernelOp kernel);
} // namespace fovea::sched

#endif
