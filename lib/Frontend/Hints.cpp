//===- Hints.cpp - The hints of the language ------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Hints.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;

llvm::ArrayRef<HintKind> fovea::allHintKinds() {
  static constexpr llvm::StringRef algorithms[] = {"im2col", "direct", "shift"};
  static constexpr llvm::StringRef precisions[] = {"f32", "bf16", "f16"};
  static constexpr llvm::StringRef convolutions[] = {"conv", "conv_transpose"};
  static constexpr llvm::StringRef products[] = {"conv", "conv_transpose", "linear"};
  static const HintKind kinds[] = {{"algorithm", algorithms, convolutions},
                                   {"precision", precisions, products}};
  return kinds;
}

const HintKind *fovea::findHintKind(llvm::StringRef name) {
  auto found =
      llvm::find_if(allHintKinds(), [&](const HintKind &kind) { return kind.name == name; });
  return found == allHintKinds().end() ? nullptr : found;
}

bool fovea::hintApplies(llvm::StringRef hint, llvm::StringRef layer) {
  const HintKind *kind = findHintKind(hint);
  return kind && llvm::is_contained(kind->layers, layer);
}

Hints fovea::joinHints(Hints inner, const Hints &outer) {
  inner.insert(outer.begin(), outer.end()); // Keeps those that are there.
  return inner;
}
