//===- ReceptiveField.h - What of an image a layer sees ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// After Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks"
// (Distill 2019).
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_RECEPTIVEFIELD_H
#define FOVEA_DRIVER_RECEPTIVEFIELD_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <array>

namespace fovea {

/// Along one axis of the input images, in their pixels.
struct ReceptiveField {
  double size = 1; ///< Of what one pixel of a result depends on, zeros around the image included.
  double step = 1; ///< From one pixel of the result to the next.
};

/// Of the results of all layers, rows and columns. A tensor that is no image, such as the result of
/// a linear, depends on all that its layer reads. Of several images it is the greatest.
class ReceptiveFields {
public:
  using Fields = std::array<ReceptiveField, 2>;
  explicit ReceptiveFields(mlir::func::FuncOp function);

  Fields of(mlir::Value value) const { return fields.lookup(value); }

private:
  void visit(mlir::Operation &op);

  llvm::DenseMap<mlir::Value, Fields> fields;
};

} // namespace fovea

#endif
