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
///   relu relu6 tanh sigmoid add global_avg_pool global_max_pool   none
/// Axes may be negative, counting from the end.
class CnnBuilder : public LayerBuilder {
public:
  /// Loads the dialects it needs into `context`.
  explicit CnnBuilder(mlir::MLIRContext *context);
  ~CnnBuilder() override;

  void beginNetwork(llvm::StringRef name, SourcePosition where) override;
  TensorId addInput(llvm::StringRef name, llvm::StringRef element, llvm::ArrayRef<int64_t> shape,
                    SourcePosition where) override;
  LayerResult addLayer(const LayerCall &call) override;
  std::vector<int64_t> shapeOf(TensorId tensor) const override;
  std::string typeOf(TensorId tensor) const override;
  void addOutput(llvm::StringRef name, TensorId tensor, SourcePosition where) override;

  /// Ends the function and gives the module away; results stand in the order of `addOutput`.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace fovea

#endif
