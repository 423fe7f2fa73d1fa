//===- AssemblyNames.h - Words of assembly besides the commands -*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_MACHINE_ASSEMBLYNAMES_H
#define FOVEA_LIB_MACHINE_ASSEMBLYNAMES_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace fovea {

inline constexpr llvm::StringLiteral roleNames[] = {"input", "output", "param", "scratch"};
inline constexpr llvm::StringLiteral elementNames[] = {"narrow", "wide", "quantization", "lookup",
                                                       "shift"};
/// Numbers of a layer, in the order of ProgramLayer.
inline constexpr llvm::StringLiteral layerNumbers[] = {"pixels", "filters", "window", "repeat"};
/// What stands for a memory in an address.
inline constexpr llvm::StringLiteral memoryNames[] = {"dram", "spad", "acc"};

/// Characters of words: names, numbers, directives.
inline bool isWordCharacter(char c) {
  return llvm::isAlnum(c) || llvm::StringRef("_.+-").contains(c);
}

/// Whether a name may stand without quotes.
inline bool isAssemblyName(llvm::StringRef name) {
  return !name.empty() && (llvm::isAlpha(name.front()) || name.front() == '_') &&
         llvm::all_of(name, isWordCharacter);
}

/// Whether a tensor of that name may stand in an address.
inline bool isAddressName(llvm::StringRef name) {
  return isAssemblyName(name) && !llvm::is_contained(memoryNames, name);
}

} // namespace fovea

#endif
