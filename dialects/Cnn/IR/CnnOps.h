//===- CnnOps.h - The cnn dialect's ops -------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_OPS_H
#define FOVEA_CNN_OPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
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

namespace fovea::cnn {
/// All tensors of the op have one element type; or none is floating, as in `!quant.uniform` in, i32
/// for the bias, another `!quant.uniform` out.
llvm::LogicalResult verifyElementTypes(mlir::Operation *op);
/// Pairwise, whatever the element types.
bool haveSameShapes(mlir::TypeRange a, mlir::TypeRange b);

template <typename ConcreteOp>
class ElementTypesAgree : public mlir::OpTrait::TraitBase<ConcreteOp, ElementTypesAgree> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) { return verifyElementTypes(op); }
};
} // namespace fovea::cnn

#define GET_OP_CLASSES
#include "dialects/Cnn/IR/CnnOps.h.inc"

namespace fovea::cnn {
/// Loads of parameters and all that is computed from them alone: known when the network is
/// compiled.
llvm::DenseSet<mlir::Operation *> constantOps(mlir::Block &block);
} // namespace fovea::cnn

#endif
