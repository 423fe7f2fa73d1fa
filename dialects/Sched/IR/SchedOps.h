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

#include "dialects/Sched/IR/SchedDialect.h.inc"
#include "dialects/Sched/IR/SchedEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Sched/IR/SchedAttrs.h.inc"

namespace fovea::sched {
class YieldOp;

/// The layout of an activation; null before layouts are assigned.
inline LayoutAttr layoutOf(mlir::RankedTensorType type) {
  return llvm::dyn_cast_if_present<LayoutAttr>(type.getEncoding());
}
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
