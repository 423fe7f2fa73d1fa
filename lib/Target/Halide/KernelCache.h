//===- KernelCache.h - Compiled kernels on disk -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_KERNELCACHE_H
#define FOVEA_LIB_TARGET_HALIDE_KERNELCACHE_H

#include "fovea/Target/Halide/KernelCompiler.h"
#include <optional>

namespace fovea::halide {

/// A folder of compiled kernels, one file per key: a line "fovea-kernel 1 <SHA-256> <scratch
/// bytes>", then the object. The checksum covers scratch and object. Several processes may use one
/// folder: an entry appears whole or not at all.
class KernelCache {
public:
  /// An empty name: nothing is found and nothing is kept.
  explicit KernelCache(std::string folder) : folder(std::move(folder)) {}

  /// The entry of `key`; `corrupt` says that there is one, but not as it was written.
  std::optional<CompiledKernel> find(llvm::StringRef key, bool &corrupt) const;
  /// Keeps `kernel` if the folder can be written.
  void insert(llvm::StringRef key, const CompiledKernel &kernel) const;

private:
  std::string path(llvm::StringRef key) const;

  std::string folder;
};

} // namespace fovea::halide

#endif
