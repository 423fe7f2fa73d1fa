//===- MlirLocations.h - Which layer and which line an op is from -*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The location of a layer is its dotted name around a chain of call sites, innermost first:
//   NameLoc("layer1.0.conv1", CallSiteLoc(resnet.cnn:8:7, CallSiteLoc(resnet.cnn:20:14, ...)))
// A fused group's is a FusedLoc of its members'.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_MLIRLOCATIONS_H
#define FOVEA_SUPPORT_MLIRLOCATIONS_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace mlir {
class MLIRContext;
class Operation;
} // namespace mlir

namespace fovea {

/// A place in a file; line and column count from 1.
struct FilePosition {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;

  /// "resnet.cnn:8:7".
  std::string str() const;
};

/// The location of the layer `name` called at `positions`, innermost first; with none, the place is
/// unknown.
mlir::Location layerLocation(mlir::MLIRContext *context, llvm::StringRef name,
                             llvm::ArrayRef<FilePosition> positions);

/// The dotted name of the layer an op came from: its `name` attribute, else the name in its
/// location; empty where neither is there.
llvm::StringRef layerName(mlir::Operation *op);

/// The places a location names, innermost first; for a fused location those of the first part that
/// has any. Empty where the place is unknown.
std::vector<FilePosition> sourcePositions(mlir::Location location);

} // namespace fovea

#endif
