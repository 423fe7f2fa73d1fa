//===- Zip.h - The members of a zip file ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// As much of zip (PKWARE's APPNOTE 6.3) as NumPy writes: stored and deflated members, zip64.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SUPPORT_ZIP_H
#define FOVEA_LIB_SUPPORT_ZIP_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>
#include <vector>

namespace fovea {

struct ZipMember {
  std::string name;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<const void> owner; ///< Keeps the bytes: the file, or what was inflated.
};

/// All members in the order of the directory, inflated, their checksums verified.
llvm::Expected<std::vector<ZipMember>> readZip(std::shared_ptr<llvm::MemoryBuffer> file);

/// A member to be written: its bytes in pieces.
struct ZipSource {
  std::string name;
  std::vector<llvm::ArrayRef<char>> pieces;
};

/// Writes stored members without time stamps. An error if an offset would reach 4 GiB.
llvm::Error writeZip(llvm::raw_ostream &os, llvm::ArrayRef<ZipSource> members);

} // namespace fovea

#endif
