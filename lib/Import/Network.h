//===- Network.h - A network while it is being built ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_IMPORT_NETWORK_H
#define FOVEA_LIB_IMPORT_NETWORK_H

#include "dialects/Cnn/IR/CnnOps.h"
#include "dialects/Cnn/IR/CnnShapes.h"
#include "fovea/Frontend/LayerBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include <variant>

namespace fovea::import {

using Values = llvm::SmallVector<mlir::Value>;
/// The results of a layer, or why there are none.
using Outcome = std::variant<Values, LayerError>;

/// "f32[1,64,56,56]", as the language writes it.
std::string typeText(mlir::Type type);

/// Null if the cnn dialect has no such element type.
mlir::Type elementFromName(mlir::MLIRContext *context, llvm::StringRef name);

/// The module, its function and its parameters.
class Network {
public:
  Network(mlir::MLIRContext *context, llvm::StringRef name, const SourcePosition &where);

  /// The argument or, where its elements or layout are none to compute with, its `cnn.to_tensor`.
  mlir::Value addInput(llvm::StringRef name, mlir::RankedTensorType type, llvm::StringRef layout,
                       const SourcePosition &where);
  void addOutput(llvm::StringRef name, mlir::Value value);
  void setLabels(llvm::ArrayRef<std::string> names);
  void addUnused(llvm::StringRef pattern);
  std::vector<std::string> weightNames() const;
  mlir::OwningOpRef<mlir::ModuleOp> finish();

  /// The f32 parameter "<weights>.<role>", made at its first use. An error if it has another shape
  /// there, or the literal another shape than the parameter.
  std::variant<mlir::Value, LayerError> parameter(const LayerCall &call, llvm::StringRef role,
                                                  cnn::ShapeRef shape,
                                                  const LiteralTensor *literal = nullptr);

  /// The layer's name, called from its chain of positions.
  mlir::Location location(const LayerCall &call);
  mlir::Location location(const SourcePosition &where);

  mlir::OpBuilder &builder() { return bodyBuilder; }

private:
  cnn::ParamOp createParam(mlir::Location loc, llvm::StringRef name, mlir::RankedTensorType type,
                           const LiteralTensor *literal);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  mlir::OpBuilder bodyBuilder;
  llvm::StringMap<mlir::Value> parameters;
  std::vector<std::pair<std::string, mlir::Value>> outputs;
  llvm::SmallVector<mlir::Attribute> unused;
};

/// Writes the call's hints on the op that gives `result`.
void setHints(mlir::Value result, const LayerCall &call);

/// Adds the ops of one layer call.
Outcome addLayer(Network &network, const LayerCall &call, mlir::ValueRange inputs);

} // namespace fovea::import

#endif
