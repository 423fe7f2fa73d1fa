//===- Cost.h - What a network costs, layer by layer ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_COST_H
#define FOVEA_DRIVER_COST_H

#include "fovea/Driver/Compiler.h"
#include "fovea/Driver/Roofline.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <array>
#include <string>
#include <vector>

namespace fovea {

struct LayerCost {
  std::string name;
  std::string kind;                         ///< "conv".
  std::string where;                        ///< "lenet5.cnn:6:14"; empty if unknown.
  std::vector<std::vector<int64_t>> shapes; ///< Of the results.
  /// Trained values, counted at the first layer that uses them. The statistics of a batch norm are
  /// none, as in PyTorch.
  int64_t parameters = 0;
  int64_t macs = 0;
  /// Of the layer's inputs, outputs and weights: what passes through memory if nothing is fused.
  int64_t bytes = 0;
  int64_t weightBytes = 0, outputBytes = 0; ///< Of these, the weights' and the outputs'.
  /// Rows and columns of the input images that a pixel of the result depends on.
  std::array<double, 2> receptiveField = {};
  double leastMilliseconds = 0; ///< By addBounds; 0: not known.
  /// The layers that are computed together with this one, "conv1 + relu", and the kernel's symbol;
  /// empty where that is not known.
  std::string together, kernel;

  /// Two operations per multiply-add.
  double flopsPerByte() const { return bytes ? 2.0 * macs / bytes : 0; }
};

struct NetworkCost {
  std::string network;
  std::vector<LayerCost> layers;
  MachineLimits limits; ///< By addBounds.
  /// Sums over the layers.
  LayerCost total() const;
};

/// Of a function of the phase cnn or cnn-opt. Layers that are fused have rows of their own; ops on
/// weights alone, which run when weights are packed, have none.
NetworkCost costOf(mlir::func::FuncOp function);

/// The least time that each layer can take by itself on a machine.
void addBounds(NetworkCost &cost, const MachineLimits &limits);

/// Says which kernel each layer becomes part of. `compiler` has the network and keeps its
/// reference; it goes on to the plan. If it cannot, nothing is said.
void addKernels(NetworkCost &cost, Compiler &compiler);

void printTable(const NetworkCost &cost, llvm::raw_ostream &os);
llvm::json::Value toJSON(const NetworkCost &cost);

} // namespace fovea

#endif
