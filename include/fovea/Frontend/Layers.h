//===- Layers.h - The layers of the language --------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The signature of every layer that a .cnn file can call. The defaults are PyTorch's.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_LAYERS_H
#define FOVEA_FRONTEND_LAYERS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace fovea {

/// How an argument is written and what attribute it becomes.
enum class AttributeKind {
  Integer, ///< int -> int64_t.
  Number,  ///< int or float -> double.
  Flag,    ///< bool -> bool.
  Pair,    ///< int or (height, width) -> {height, width}.
  Padding, ///< int, (vertical, horizontal), (top, left, bottom, right), "same" or "valid" -> the
           ///< four.
  Sides,   ///< As Padding, but neither "same" nor "valid".
  Ends,    ///< int or (before, after) -> the two.
  Size,    ///< (height, width), or int for the shorter side -> the two.
  Choice,  ///< One of the `choices` -> string.
  Axis,    ///< int, negative ones count from the end -> int64_t.
  Parts,   ///< int (equal parts) or list of sizes -> sizes.
  Offsets, ///< list of (dy, dx), one per group of channels -> dy, dx per channel.
  ShiftKernel, ///< odd int k -> the offsets of the k*k neighbours; gives no attribute of its own.
  Bias,        ///< bool or list of numbers -> bool, and the tensor "bias_values".
  Literal      ///< nested list of numbers -> LiteralTensor, absent if not given.
};

struct LayerAttribute {
  llvm::StringLiteral name;      ///< In the language.
  llvm::StringLiteral attribute; ///< In LayerCall::attributes.
  AttributeKind kind;
  llvm::StringLiteral
      defaultValue; ///< As written in the language; empty if the argument is required, "-" if it
                    ///< may be absent, the name of an earlier attribute if it follows that one.
  int64_t min = 0, max = 0;         ///< Bounds, inclusive, of each integer.
  llvm::StringLiteral choices = ""; ///< Of a Choice, with spaces between them.

  bool isRequired() const { return defaultValue.empty(); }
};

struct LayerKind {
  llvm::StringLiteral name;
  llvm::ArrayRef<llvm::StringLiteral> operands; ///< The names of its tensors; they come first.
  bool takesList;                               ///< The one operand is a list of tensors.
  llvm::ArrayRef<LayerAttribute> attributes;
  llvm::StringLiteral summary;
  bool hasWeights = false; ///< Literal ones count.
};

llvm::ArrayRef<LayerKind> allLayerKinds();
/// Null if there is none of that name.
const LayerKind *findLayerKind(llvm::StringRef name);

} // namespace fovea

#endif
