//===- Executable.h - A compiled network in this process --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_DRIVER_EXECUTABLE_H
#define FOVEA_TARGET_DRIVER_EXECUTABLE_H

#include "fovea/Target/Driver/DriverObject.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <vector>

namespace fovea::driver {

/// The objects that an archive holds, linked into this process, and one instance of the network.
class Executable {
public:
  /// Links `objects` (driver and kernels; the run-time library is added) and creates an instance.
  /// `weights` is the image of a weights file, 64-byte aligned, null where there are none.
  /// `threads` 0: one per CPU.
  static llvm::Expected<std::unique_ptr<Executable>>
  load(const plan::Plan &plan, llvm::ArrayRef<ObjectFile> objects,
       std::unique_ptr<llvm::MemoryBuffer> weights, int threads = 0);
  /// The same with a weights file.
  static llvm::Expected<std::unique_ptr<Executable>> loadFile(const plan::Plan &plan,
                                                              llvm::ArrayRef<ObjectFile> objects,
                                                              llvm::StringRef weightsPath,
                                                              int threads = 0);
  ~Executable();

  /// Runs once. `inputs` and `outputs` are in the plan's order, of its shapes, and aligned as
  /// `portAlignments` says (64 bytes always do). One run at a time.
  llvm::Error run(llvm::ArrayRef<const void *> inputs, llvm::ArrayRef<void *> outputs);

  /// From now on every run adds the nanoseconds of each call; starts at zero.
  void startProfile();
  /// Nanoseconds per call since `startProfile`; ends the profile.
  std::vector<uint64_t> takeProfile();

  /// Threads that a run uses.
  int threads() const;
  /// Time that linking took.
  double linkMilliseconds() const;

private:
  struct State;
  explicit Executable(std::unique_ptr<State> state);
  static llvm::Error link(State &state, const plan::Plan &plan, llvm::ArrayRef<ObjectFile> objects);
  std::unique_ptr<State> state;
};

} // namespace fovea::driver

#endif
