//===- Installation.cpp - What Fovea works with on this machine -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Installation.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Path.h"

std::string fovea::halideVersion() { return halide::version(); }

std::string fovea::llvmVersion() { return LLVM_VERSION_STRING; }

std::string fovea::defaultCacheFolder() {
  llvm::SmallString<128> folder;
  if (!llvm::sys::path::cache_directory(folder))
    return "";
  llvm::sys::path::append(folder, "fovea");
  return folder.str().str();
}
