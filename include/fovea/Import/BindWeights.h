//===- BindWeights.h - Gives parameters their values ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_IMPORT_BINDWEIGHTS_H
#define FOVEA_IMPORT_BINDWEIGHTS_H

#include "fovea/Support/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Support/LLVM.h"

namespace fovea {

/// Where the values come from: a seed, or tensors of a file.
struct WeightSource {
  std::string description; ///< For messages: the file's path, or "random:7".
  std::optional<uint64_t> seed;
  NamedTensors tensors;
};

/// Reads `--weights`: a .safetensors, .npz or .npy file, "random" (seed 0) or "random:<seed>".
llvm::Expected<WeightSource> openWeights(llvm::StringRef spec);

/// Sets `value` (a dense resource "name@hash8" over the source's memory, which it keeps alive;
/// converted where it is not f32) and `hash` of every `cnn.param` that has no value yet.
///
/// All parameters that the source lacks or has in another shape, and all whose values do not match
/// the `hash` that an elided dump left, are one error with a note for each, at the layer that needs
/// it; then nothing is changed. Tensors that no parameter wants are a warning, but for
/// "*.num_batches_tracked" and what the function's `fovea.unused` matches.
mlir::LogicalResult bindWeights(mlir::ModuleOp module, const WeightSource &source);

/// A clone whose parameters keep `hash` but not the values that `bindWeights` gave them: what a
/// dump prints. Literal weights stay, as no file has them.
mlir::OwningOpRef<mlir::ModuleOp> elideValues(mlir::ModuleOp module);

} // namespace fovea

#endif
