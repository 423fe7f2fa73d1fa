//===- CompileService.h - All kernels of a plan, by workers -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_HALIDE_COMPILESERVICE_H
#define FOVEA_TARGET_HALIDE_COMPILESERVICE_H

#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/ADT/ArrayRef.h"
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace fovea::halide {

struct CompileOptions {
  /// The program to start as a worker and its arguments behind its name.
  std::string worker;
  std::vector<std::string> workerArguments = {"--kernel-worker"};
  unsigned workers = 1;
  /// Folder of compiled kernels, made where missing; empty: nothing is kept. A folder that cannot
  /// be written costs time, never a compilation.
  std::string cacheFolder;
  /// For one kernel. A worker that takes longer is ended.
  std::chrono::milliseconds timeLimit = std::chrono::minutes(2);
};

struct CompileStatistics {
  unsigned hits = 0;    ///< Distinct kernels found in the cache.
  unsigned misses = 0;  ///< Distinct kernels compiled.
  unsigned corrupt = 0; ///< Cache entries thrown away; each is a miss too.
  double milliseconds = 0;
};

/// Compiles kernels in worker processes, each distinct kernel once, and remembers them on disk. Not
/// thread-safe.
class CompileService {
public:
  /// Starts the workers, which load while the caller goes on. Error: the worker cannot be started.
  static llvm::Expected<std::unique_ptr<CompileService>> start(CompileOptions options);
  ~CompileService();

  /// The machine code of each kernel, in order; kernels of one key share their bytes. Every symbol
  /// must be what `assignSymbols` gives. All failures are reported, each naming the layers of its
  /// kernel: an illegal plan, a worker that died, a worker that took too long.
  llvm::Expected<std::vector<CompiledKernel>> compile(llvm::ArrayRef<plan::Kernel> kernels,
                                                      llvm::StringRef target);

  const CompileStatistics &statistics() const;
  /// Process identifiers of the workers that live.
  std::vector<int> workerIds() const;

private:
  struct State;
  explicit CompileService(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace fovea::halide

#endif
