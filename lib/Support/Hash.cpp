//===- Hash.cpp - Short names of values -----------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Hash.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

std::string fovea::hash8(llvm::ArrayRef<char> bytes) {
  uint64_t hash = llvm::xxh3_64bits(
      llvm::ArrayRef(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()));
  return llvm::formatv("{0:x-8}", hash >> 32);
}
