//===- Placement.h - Where tensors between kernels live ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Concat, slice and reshape cost nothing when the tensors they tie lie in one buffer. The walk goes
// from the results backwards, so that a tensor learns where its reader wants it before its producer
// is asked to write it there.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_PLACEMENT_H
#define FOVEA_SCHED_PLACEMENT_H

#include "dialects/Sched/IR/SchedOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <array>
#include <vector>

namespace fovea::sched {

using Quad = std::array<int64_t, 4>;

/// A region of a buffer as one tensor sees it. `root` is the tensor that owns the whole buffer, or
/// an output of the network.
struct Place {
  unsigned root = 0;
  Quad origin = {};                      ///< [n, c, y, x] of the region in the root.
  Quad box = {};                         ///< Its extents in the root.
  int64_t offset = 0;                    ///< Elements from the root's start.
  llvm::SmallVector<int64_t, 5> strides; ///< Of [n, cb, y, x, ci] in the tensor's own shape.
};

/// A buffer: memory of the arena, or an input or output of the network.
struct Root {
  enum class Kind { Arena, Input, Output } kind;
  unsigned index;              ///< Of the input or output.
  mlir::RankedTensorType type; ///< What it holds.
  mlir::StringAttr name;
};

/// A kernel that writes a tensor, or a concat at which one part of it may have to be copied.
struct Write {
  mlir::Value tensor;
  mlir::Operation *writer;
  Place place; ///< Of the tensor.
  Place part;  ///< What is written of it.
};

class Placement {
public:
  explicit Placement(mlir::func::FuncOp function) : function(function) {}
  /// Places every tensor between kernels; inserts copy kernels where a tensor cannot be where it is
  /// wanted.
  void run();
  const Place &of(mlir::Value value) const { return places.find(value)->second; }
  llvm::ArrayRef<Root> allRoots() const { return roots; }

private:
  void placeInputs();
  void placeReturn(mlir::func::ReturnOp ret);
  void placeConcat(ConcatOp concat);
  bool adopt(ConcatOp concat);
  void derive(mlir::Operation *op);
  Place newRoot(mlir::Value value, Root::Kind kind, unsigned index);
  bool tryPlace(mlir::Value value, const Place &place);
  bool producerFits(mlir::Operation *producer, mlir::Value value, const Place &place);
  std::vector<Write> openParts(ConcatOp concat, const Place &place) const;
  bool conflicts(const Write &write) const;
  bool isPlaced(mlir::Value value) const { return places.count(value); }

  mlir::func::FuncOp function;
  llvm::SmallVector<Root> roots;
  llvm::DenseMap<mlir::Value, Place> places;
};

} // namespace fovea::sched

#endif
