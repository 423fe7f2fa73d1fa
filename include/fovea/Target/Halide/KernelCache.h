//===- KernelCache.h - Compiled kernels on disk -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_HALIDE_KERNELCACHE_H
#define FOVEA_TARGET_HALIDE_KERNELCACHE_H

#include "fovea/Target/Halide/KernelCompiler.h"
#include <chrono>
#include <limits>
#include <optional>

namespace fovea::halide {

/// Some entries of a cache.
struct CacheContents {
  unsigned entries = 0;
  uint64_t bytes = 0;
};

/// A folder of compiled kernels, one file per key: a line "fovea-kernel 1 <SHA-256> <scratch
/// bytes>", then the object. The checksum covers scratch and object. The time of a file is when its
/// kernel was last used. Several processes may use one folder: an entry appears whole or not at
/// all.
class KernelCache {
public:
  using Age = std::chrono::duration<double>;
  static constexpr Age anyAge{std::numeric_limits<double>::infinity()};

  /// An empty name: nothing is found and nothing is kept.
  explicit KernelCache(std::string folder) : folder(std::move(folder)) {}

  /// The entry of `key`; `corrupt` says that there is one, but not as it was written.
  std::optional<CompiledKernel> find(llvm::StringRef key, bool &corrupt) const;
  /// Keeps `kernel` if the folder can be written.
  void insert(llvm::StringRef key, const CompiledKernel &kernel) const;

  CacheContents contents() const;
  /// Removes what was not used for `age`, then what was not used for longest until `bytes` are left
  /// at most. Touches no file that is none of the cache's. Returns what was removed; error: a file
  /// cannot be removed.
  llvm::Expected<CacheContents> clean(Age age, uint64_t bytes) const;

private:
  std::string path(llvm::StringRef key) const;

  std::string folder;
};

} // namespace fovea::halide

#endif
