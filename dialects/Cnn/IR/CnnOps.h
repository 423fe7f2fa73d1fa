//===- CnnOps.h - The cnn dialect's ops -------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_OPS_H
#define FOVEA_CNN_OPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/DenseSet.h"

#include "dialects/Cnn/IR/CnnShapes.h"

#include "dialects/Cnn/IR/CnnDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/Cnn/IR/CnnOps.h.inc"

namespace fovea::cnn {
/// Loads of parameters and all that is computed from them alone: known when the network is
/// compiled.
llvm::DenseSet<mlir::Operation *> constantOps(mlir::Block &block);
} // namespace fovea::cnn

#endif
