//===- PassErrors.h - What each pass did to the numbers ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_PASSERRORS_H
#define FOVEA_DRIVER_PASSERRORS_H

#include "fovea/Driver/LayerValues.h"

namespace fovea {

/// What one pass did, layer by layer.
struct PassError {
  std::string pass;
  std::vector<LayerDeviation> brought; ///< Against the values before the pass.
  std::vector<LayerDeviation> total;   ///< Against the network before all passes.
  /// For each layer, the op that computes it: its name and its place.
  std::vector<std::pair<std::string, std::string>> computedBy;
};

/// Interprets a network after each pass and compares it, layer by layer, with what it was before.
/// What a pass did not change is not computed again.
class PassErrors {
public:
  /// Computes the reference, which outlives this, on `inputs`.
  llvm::Error begin(mlir::func::FuncOp reference, std::vector<Tensor> inputs);
  /// For CompilerOptions::afterPass. Networks of other dialects than cnn are passed over.
  void check(llvm::StringRef pass, mlir::func::FuncOp function);
  /// What the interpreter could not do; empty: nothing.
  const std::string &failure() const { return failed; }

  const LayerIndex &index() const { return *layerIndex; }
  llvm::ArrayRef<Tensor> inputs() const { return given; }
  /// Of the layers, and of the network's outputs.
  const LayerValues &reference() const { return expected; }
  llvm::ArrayRef<Tensor> outputs() const { return expectedOutputs; }
  llvm::ArrayRef<PassError> passes() const { return found; }
  /// The first pass behind which a layer is off by more; null: none.
  const PassError *firstAbove(double tolerance) const;

private:
  std::optional<LayerIndex> layerIndex;
  std::vector<Tensor> given, expectedOutputs;
  LayerValues expected, before;
  ValueCache cache;
  std::vector<PassError> found;
  std::string failed;
};

} // namespace fovea

#endif
