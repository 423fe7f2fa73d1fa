//===- PassStatistics.h - What a pass counts --------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// MLIR's own statistics are compiled out of a release build of LLVM; a remark is there in any.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_PASSSTATISTICS_H
#define FOVEA_SUPPORT_PASSSTATISTICS_H

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace mlir {
class Operation;
} // namespace mlir

namespace fovea {

/// Numbers of what a pass did and did not do.
class PassStatistics {
public:
  /// `what` is text that outlives this, such as "kept".
  void add(llvm::StringRef what, int64_t count = 1) { counts[what] += count; }

  /// Says the counts, in the order in which they came up, in a remark called "statistics" of
  /// category `pass` at `root`: "7 folded, 2 kept". Says nothing where nothing was counted. Starts
  /// anew.
  void report(mlir::Operation *root, llvm::StringRef pass);

private:
  llvm::MapVector<llvm::StringRef, int64_t> counts;
};

} // namespace fovea

#endif
