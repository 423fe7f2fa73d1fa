//===- Taps.cpp - Results of layers as outputs ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompilerState.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Driver/LayerValues.h"
#include "llvm/ADT/Sequence.h"

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

static llvm::StringRef outputName(func::FuncOp function, unsigned index) {
  auto name = function.getResultAttrOfType<StringAttr>(index, "cnn.name");
  return name ? name.getValue() : llvm::StringRef();
}

static bool hasOutput(func::FuncOp function, llvm::StringRef name) {
  return llvm::any_of(llvm::seq(function.getNumResults()),
                      [&](unsigned i) { return outputName(function, i) == name; });
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

/// The name of the layer or of the input that `value` is.
static std::string nameOf(Value value, func::FuncOp function, const LayerIndex &index) {
  if (auto input = dyn_cast<BlockArgument>(value)) {
    auto name = function.getArgAttrOfType<StringAttr>(input.getArgNumber(), "cnn.name");
    return name ? name.str() : "";
  }
  for (Layer layer : index.layers())
    if (resultOutside(layer.value) == value)
      return layer.name;
  return "";
}

/// A name is that of the layer or block that has it, so that a file of results can be compared by
/// names alone. An output that has another layer's name goes by that of its own.
static void renameOutputs(func::FuncOp function, const LayerIndex &index) {
  Operation *end = function.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(end->getOperands())) {
    std::optional<unsigned> layer = index.find(outputName(function, i));
    if (!layer || resultOutside(Value(index.layers()[*layer].value)) == value)
      continue;
    if (std::string name = nameOf(value, function, index); !name.empty())
      function.setResultAttr(i, "cnn.name", StringAttr::get(function.getContext(), name));
  }
}

bool Compiler::addTaps() {
  std::vector<std::string> &taps = state->options.taps;
  if (taps.empty())
    return true;
  func::FuncOp function = state->findFunction();
  if (!canInterpret(function))
    return fail("--tap needs a network of the phase cnn or cnn-opt");
  LayerIndex index(function);
  renameOutputs(function, index);
  if (llvm::is_contained(taps, "all")) {
    llvm::erase(taps, "all");          // Names of blocks stay.
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
    Value result = resultOutside(value);
    if (!result)
      return fail("--tap: '" + tap + "' is inside the group '" +
                  cast<cnn::FusedOp>(value.getParentBlock()->getParentOp()).getName() +
                  "' already: tap it in a network of the phase cnn");
    if (!hasOutput(function, tap)) // An output that is the layer's result may have its name.
      addOutput(function, result, tap);
  }
  return true;
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
