//===- CheckActivations.cpp - What may be computed from parameters --------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace fovea;

/// The operands behind the first that a layer may take from parameters: its weights.
static bool takesWeights(Operation *layer) {
  return isa<cnn::ConvOp, cnn::LinearOp, cnn::MatmulOp, cnn::ChannelAffineOp>(layer);
}

static LogicalResult checkLayer(Operation *layer, const llvm::DenseSet<Value> &constants) {
  OperandRange activations = layer->getOperands();
  if (takesWeights(layer))
    activations = activations.take_front();
  for (Value value : activations)
    if (constants.contains(value)) {
      if (isa<func::ReturnOp>(layer))
        return layer->emitError("an output of the network is computed from parameters alone");
      return layer->emitOpError("has no kernel: what it reads is computed from parameters alone");
    }
  return success();
}

LogicalResult fovea::checkActivations(Block &body, const llvm::DenseSet<Operation *> &constantOps) {
  llvm::DenseSet<Value> constants;
  for (Operation *op : constantOps)
    constants.insert(op->result_begin(), op->result_end());
  for (Operation &op : body) {
    auto fused = dyn_cast<cnn::FusedOp>(op);
    if (!fused && !constantOps.contains(&op) && failed(checkLayer(&op, constants)))
      return failure();
    if (!fused)
      continue;
    for (auto [argument, input] : llvm::zip(fused.getBody().getArguments(), fused.getInputs()))
      if (constants.contains(input))
        constants.insert(argument);
    for (Operation &layer : fused.getBody().front().without_terminator())
      if (failed(checkLayer(&layer, constants)))
        return failure();
  }
  return success();
}
