//===- Hash.h - Short names of values ---------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_HASH_H
#define FOVEA_SUPPORT_HASH_H

#include "llvm/ADT/ArrayRef.h"
#include <string>

namespace fovea {

/// What names and checks a weight: the first 8 of the 16 lower-case hexadecimal digits of XXH3, the
/// hash of 64 bits with the seed 0 (Collet, xxhash.com). It keeps up with memory.
std::string hash8(llvm::ArrayRef<char> bytes);

} // namespace fovea

#endif
