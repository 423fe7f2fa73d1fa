//===- CnnBuilder.h - Builds a network in the cnn dialect -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_IMPORT_CNNBUILDER_H
#define FOVEA_IMPORT_CNNBUILDER_H

#include "fovea/Frontend/LayerBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace fovea {

/// Attributes of the function, both arrays of strings: the names of the classes, and the patterns
/// of weights that a checkpoint may hold besides.
constexpr llvm::StringLiteral labelsAttribute = "fovea.labels";
constexpr llvm::StringLiteral unusedAttribute = "fovea.unused";

/// Builds `func.func @<network>` whose arguments and results carry `cnn.name`, and one `cnn.param`
/// per weight with PyTorch's names:
/// "<weights>.weight", ".bias", ".running_mean", ".running_var". Layers that share weights share
/// the parameters.
///
/// Attributes of a layer call (kernel, stride, dilation are [h, w]; padding is [top, left, bottom,
/// right]):
///   conv             channels int; kernel, stride, padding, dilation; groups int; bias bool;
///                    optional weight, bias_values literals
///   linear           features int; bias bool; optional weight, bias_values literals
///   batch_norm       eps double
///   max_pool         kernel, stride, padding, dilation; ceil_mode bool
///   avg_pool         kernel, stride, padding; ceil_mode, count_include_pad bool
///   concat           axis int              split     sizes, axis int
///   channel_shuffle  groups int            flatten   start_dim int
///   spatial_shift    offsets (dy, dx per channel)    softmax   axis int
///   relu relu6 tanh sigmoid gelu add global_avg_pool global_max_pool   none
/// Axes may be negative, counting from the end. Hints become `cnn.hint.<name>` of the layer's ops,
/// labels and patterns attributes of the function.
class CnnBuilder : public LayerBuilder {
public:
  /// Loads the dialects it needs into `context`.
  explicit CnnBuilder(mlir::MLIRContext *context);
  ~CnnBuilder() override;

  void beginNetwork(llvm::StringRef name, SourcePosition where) override;
  TensorId addInput(llvm::StringRef name, llvm::StringRef element, llvm::ArrayRef<int64_t> shape,
                    llvm::StringRef layout, SourcePosition where) override;
  LayerResult addLayer(const LayerCall &call) override;
  std::vector<int64_t> shapeOf(TensorId tensor) const override;
  std::string typeOf(TensorId tensor) const override;
  void addOutput(llvm::StringRef name, TensorId tensor, SourcePosition where) override;
  void setLabels(llvm::StringRef file, llvm::ArrayRef<std::string> names) override;
  void addUnused(llvm::StringRef pattern) override;
  std::vector<std::string> weightNames() const override;

  /// Ends the function and gives the module away; results stand in the order of `addOutput`.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace fovea

#endif
