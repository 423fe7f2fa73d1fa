//===- LayerValues.h - What each layer of a network computes ----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Passes fold, fuse and rename layers; values of layers are compared across them. What ties an op
// to the layers it was made of is its location, which every pass keeps: its value is that of the
// last of them. A convolution that a batch norm was folded into computes the batch norm's value.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_LAYERVALUES_H
#define FOVEA_DRIVER_LAYERVALUES_H

#include "fovea/Reference/Interpreter.h"
#include "fovea/Support/Compare.h"
#include "llvm/ADT/StringMap.h"

namespace fovea {

/// A result of a layer.
struct Layer {
  /// The dotted name; the second call of a shared layer has "#2" behind it, the second result of a
  /// split "[1]".
  std::string name;
  std::string where; ///< "resnet.cnn:8:14"; empty if unknown.
  std::vector<int64_t> shape;
  mlir::Value value; ///< In the function the index was made of.
};

/// The layers of a network as it was before all passes, in its order.
class LayerIndex {
public:
  /// `reference` outlives the index. Ops on weights alone are no layers.
  explicit LayerIndex(mlir::func::FuncOp reference);

  llvm::ArrayRef<Layer> layers() const { return all; }
  /// By name; a block's name is that of its layer that is computed last.
  std::optional<unsigned> find(llvm::StringRef name) const;
  /// The names that might be meant, nearest first.
  llvm::StringRef nearest(llvm::StringRef name) const;

  /// The values of `function`, made of the same network by passes, that are values of layers: for
  /// each layer one or, where it is not computed by itself any more, none.
  std::vector<mlir::Value> valuesIn(mlir::func::FuncOp function) const;
  /// For each layer the name of the op of `function` that it has become part of; empty if it is
  /// gone.
  std::vector<std::string> homesIn(mlir::func::FuncOp function) const;

private:
  /// The first results of the layers of one name and place.
  using Calls = llvm::SmallVector<unsigned, 1>;
  const Calls *callsOf(mlir::Operation *op) const;

  std::vector<Layer> all;
  llvm::StringMap<Calls> byIdentity;
};

/// The values of layers by number; none where a layer is not computed by itself.
using LayerValues = std::vector<std::optional<Tensor>>;

/// Runs the interpreter. An error if the function has ops of another dialect than cnn.
llvm::Expected<LayerValues> computeLayers(const LayerIndex &index, mlir::func::FuncOp function,
                                          llvm::ArrayRef<Tensor> inputs, ValueCache &cache);

/// Whether all ops are cnn's.
bool canInterpret(mlir::func::FuncOp function);

/// How far a layer is off.
struct LayerDeviation {
  unsigned layer = 0; ///< Into LayerIndex::layers().
  Comparison comparison;
};

/// For each layer that both have, in order. The relative error is to the layer's greatest magnitude
/// in `expected`.
std::vector<LayerDeviation> compareLayers(const LayerValues &expected, const LayerValues &actual);

/// The first above the tolerance; null: none.
const LayerDeviation *firstAbove(llvm::ArrayRef<LayerDeviation> errors, double tolerance);
/// The greatest relative error; null: there are none.
const LayerDeviation *greatest(llvm::ArrayRef<LayerDeviation> errors);

} // namespace fovea

#endif
