//===- Hash.cpp - SHA-256 as hexadecimal digits ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Hash.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

std::string fovea::sha256(llvm::ArrayRef<char> bytes) {
  auto digest = llvm::SHA256::hash({reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
  return llvm::toHex(digest, /*LowerCase=*/true);
}

std::string fovea::sha256(llvm::StringRef bytes) {
  return sha256(llvm::ArrayRef<char>(bytes.data(), bytes.size()));
}

std::string fovea::hash8(llvm::ArrayRef<char> bytes) { return sha256(bytes).substr(0, 8); }
