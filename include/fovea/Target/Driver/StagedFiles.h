//===- StagedFiles.h - Several files, all or none ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_DRIVER_STAGEDFILES_H
#define FOVEA_TARGET_DRIVER_STAGEDFILES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace fovea::driver {

/// Files written under temporary names beside their places and renamed together at the end. Without
/// `commit`, or on a signal, nothing is left. Errors name the path.
class StagedFiles {
public:
  StagedFiles() = default;
  StagedFiles(const StagedFiles &) = delete;
  StagedFiles &operator=(const StagedFiles &) = delete;
  ~StagedFiles();

  llvm::Error add(llvm::StringRef path,
                  llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write);
  llvm::Error add(llvm::StringRef path, llvm::StringRef bytes);
  llvm::Error commit();

private:
  struct Staged {
    std::string path;
    std::string temporary;
  };
  std::vector<Staged> files;
};

} // namespace fovea::driver

#endif
