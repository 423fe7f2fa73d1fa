//===- CnnBuilder.cpp - Builds a network in the cnn dialect ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Import/CnnBuilder.h"
#include "Network.h"

using namespace fovea;

struct CnnBuilder::State {
  mlir::MLIRContext *context;
  std::optional<import::Network> network;
  import::Values tensors; ///< Indexed by TensorId.

  TensorId add(mlir::Value value) {
    tensors.push_back(value);
    return tensors.size() - 1;
  }
};

CnnBuilder::CnnBuilder(mlir::MLIRContext *context) : state(std::make_unique<State>()) {
  context->loadDialect<cnn::CnnDialect, mlir::func::FuncDialect>();
  state->context = context;
}

CnnBuilder::~CnnBuilder() = default;

void CnnBuilder::beginNetwork(llvm::StringRef name, SourcePosition where) {
  state->network.emplace(state->context, name, where);
}

TensorId CnnBuilder::addInput(llvm::StringRef name, llvm::StringRef element,
                              llvm::ArrayRef<int64_t> shape, llvm::StringRef layout,
                              SourcePosition where) {
  mlir::Type elementType = import::elementFromName(state->context, element);
  assert(elementType && cnn::isShapeSupported(shape) && "checked by the evaluator");
  auto type = mlir::RankedTensorType::get(shape, elementType);
  return state->add(state->network->addInput(name, type, layout, where));
}

LayerResult CnnBuilder::addLayer(const LayerCall &call) {
  import::Values inputs;
  for (TensorId input : call.inputs)
    inputs.push_back(state->tensors[input]);
  import::Outcome outcome = import::addLayer(*state->network, call, inputs);
  if (auto *error = std::get_if<LayerError>(&outcome))
    return *error;
  std::vector<TensorId> results;
  for (mlir::Value value : std::get<import::Values>(outcome)) {
    import::setHints(value, call);
    results.push_back(state->add(value));
  }
  return results;
}

std::vector<int64_t> CnnBuilder::shapeOf(TensorId tensor) const {
  return llvm::cast<mlir::RankedTensorType>(state->tensors[tensor].getType()).getShape().vec();
}

std::string CnnBuilder::typeOf(TensorId tensor) const {
  return import::typeText(state->tensors[tensor].getType());
}

void CnnBuilder::addOutput(llvm::StringRef name, TensorId tensor, SourcePosition) {
  state->network->addOutput(name, state->tensors[tensor]);
}

void CnnBuilder::setLabels(llvm::StringRef, llvm::ArrayRef<std::string> names) {
  state->network->setLabels(names);
}

void CnnBuilder::addUnused(llvm::StringRef pattern) { state->network->addUnused(pattern); }

std::vector<std::string> CnnBuilder::weightNames() const { return state->network->weightNames(); }

mlir::OwningOpRef<mlir::ModuleOp> CnnBuilder::finish() { return state->network->finish(); }
