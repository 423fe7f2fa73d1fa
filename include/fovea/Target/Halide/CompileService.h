//===- CompileService.h - All kernels of a plan, by workers -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_HALIDE_COMPILESERVICE_H
#define FOVEA_TARGET_HALIDE_COMPILESERVICE_H

#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/ADT/ArrayRef.h"
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fovea::halide {

/// How far the kernels are that the cache did not have.
struct CompileProgress {
  unsigned done = 0, total = 0;
  std::vector<std::string> running; ///< The layers of each kernel at work, the longest there first.
  /// What is left, going by what is done; 0 before the first kernel is.
  double secondsLeft = 0;
};

struct CompileOptions {
  /// The program to start as a worker and its arguments behind its name.
  std::string worker;
  std::vector<std::string> workerArguments = {"--kernel-worker"};
  unsigned workers = 1;
  /// Folder of compiled kernels, made where missing; empty: nothing is kept. A folder that cannot
  /// be written costs time, never a compilation.
  std::string cacheFolder;
  /// What the folder may grow to; beyond it the kernels that were not used for longest go.
  uint64_t cacheBytes = uint64_t(1) << 30;
  /// For one kernel. A worker that takes longer is ended.
  std::chrono::milliseconds timeLimit = std::chrono::minutes(2);
  /// Most bytes that this process and the kernels' compilers may allocate together; 0: no limit.
  /// Under it fewer workers are at work, and a kernel that takes more than its share is compiled
  /// again, alone.
  uint64_t memoryLimit = 0;
  /// Called before and after each kernel that is compiled.
  std::function<void(const CompileProgress &)> progress;
};

/// A kernel that was compiled.
struct KernelTime {
  std::string layers;
  double milliseconds = 0;
};

struct CompileStatistics {
  unsigned hits = 0;    ///< Distinct kernels found in the cache.
  unsigned misses = 0;  ///< Distinct kernels compiled.
  unsigned corrupt = 0; ///< Cache entries thrown away; each is a miss too.
  double milliseconds = 0;
  int64_t peakBytes = 0; ///< Most that was resident in a process that compiled a kernel.
  std::vector<KernelTime> compiled;
};

/// Compiles kernels in worker processes, each distinct kernel once, and remembers them on disk. Not
/// thread-safe; the workers end with the thread that called `start` or `compile`.
class CompileService {
public:
  /// Starts the workers, which load while the caller goes on. Error: the worker cannot be started.
  static llvm::Expected<std::unique_ptr<CompileService>> start(CompileOptions options);
  ~CompileService();

  /// The machine code of each kernel, in order; kernels of one key share their bytes. Every symbol
  /// must be what `assignSymbols` gives. All failures are reported, each naming the layers of its
  /// kernel: an illegal plan, a worker that died, took too long or too much memory.
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
