//===- Taps.cpp - Results of layers as outputs ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompilerState.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Driver/LayerValues.h"

using namespace fovea;
using namespace mlir;

/// Gives one more output; returns its number.
static unsigned addOutput(func::FuncOp function, Value value, llvm::StringRef name) {
  unsigned index = function.getNumResults();
  Builder builder(function.getContext());
  // Cannot fail: the function has a body.
  (void)function.insertResult(
      index, value.getType(),
      builder.getDictionaryAttr(builder.getNamedAttr("cnn.name", builder.getStringAttr(name))));
  function.getBody().front().getTerminator()->insertOperands(index, value);
  return index;
}

static bool hasOutput(func::FuncOp function, llvm::StringRef name) {
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (auto attribute = function.getResultAttrOfType<StringAttr>(i, "cnn.name"))
      if (attribute.getValue() == name)
        return true;
  return false;
}

bool Compiler::addTaps() {
  std::vector<std::string> &taps = state->options.taps;
  if (taps.empty())
    return true;
  func::FuncOp function = state->findFunction();
  if (!canInterpret(function))
    return fail("--tap needs a network of the phase cnn or cnn-opt");
  LayerIndex index(function);
  if (llvm::is_contained(taps, "all")) {
    taps.clear();
    for (Layer layer : index.layers()) // Values of MLIR are handles that const forbids to use.
      if (!isa<cnn::FusedOp>(layer.value.getParentBlock()->getParentOp()))
        taps.push_back(layer.name);
  }
  for (const std::string &tap : taps) {
    std::optional<unsigned> layer = index.find(tap);
    if (!layer) {
      llvm::StringRef near = index.nearest(tap);
      return fail(
          "--tap: no layer is called '" + tap + "'" +
          (near.empty() ? "; fovea cost lists them" : "; did you mean '" + near.str() + "'?"));
    }
    Value value = index.layers()[*layer].value;
    if (auto fused = dyn_cast<cnn::FusedOp>(value.getParentBlock()->getParentOp())) {
      if (fused.getBody().front().getTerminator()->getOperand(0) != value)
        return fail("--tap: '" + tap + "' is inside the group '" + fused.getName() +
                    "' already: tap it in a network of the phase cnn");
      value = fused->getResult(0);
    }
    if (!hasOutput(function, tap)) // An output of the network may have a layer's name.
      addOutput(function, value, tap);
  }
  return true;
}

/// What a kernel gives: an op of the function, or what a fused group yields.
static Value resultOutside(Value value) {
  if (auto fused = dyn_cast<cnn::FusedOp>(value.getParentBlock()->getParentOp())) {
    OperandRange yielded = fused.getBody().front().getTerminator()->getOperands();
    auto found = llvm::find(yielded, value);
    return found == yielded.end() ? Value() : fused->getResult(found - yielded.begin());
  }
  return value;
}

bool Compiler::tapKernels() {
  if (!state->options.tapKernels)
    return true;
  func::FuncOp function = state->findFunction();
  LayerIndex index(reference());
  for (auto [layer, value] : llvm::zip(index.layers(), index.valuesIn(function))) {
    Value result = value ? resultOutside(value) : Value();
    if (!result)
      continue;
    Operation *end = function.getBody().front().getTerminator();
    auto returned = llvm::find(end->getOperands(), result);
    unsigned output = returned != end->operand_end() ? returned.getIndex()
                                                     : addOutput(function, result, layer.name);
    state->tappedKernels.push_back({layer.name, output});
  }
  return true;
}
