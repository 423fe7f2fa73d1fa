//===- Hash.h - SHA-256 as hexadecimal digits -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_HASH_H
#define FOVEA_SUPPORT_HASH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace fovea {

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256(llvm::ArrayRef<char> bytes);
std::string sha256(llvm::StringRef bytes);

/// Its first 8 digits: what names and checks a weight.
std::string hash8(llvm::ArrayRef<char> bytes);

} // namespace fovea

#endif
