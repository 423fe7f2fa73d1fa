//===- Hints.h - What a network asks of its compiler ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_TRANSFORMS_HINTS_H
#define FOVEA_CNN_TRANSFORMS_HINTS_H

#include "mlir/IR/Operation.h"

namespace fovea::cnn {

/// Hints are attributes of layers that are named so, and texts.
constexpr llvm::StringLiteral hintPrefix = "cnn.hint.";

/// "im2col", "direct" or "shift" where the network asks for that; else empty.
inline llvm::StringRef algorithmHint(mlir::Operation *layer) {
  auto hint = layer->getAttrOfType<mlir::StringAttr>((hintPrefix + "algorithm").str());
  return hint ? hint.getValue() : llvm::StringRef();
}

} // namespace fovea::cnn

#endif
