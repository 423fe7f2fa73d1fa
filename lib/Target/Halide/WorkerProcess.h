//===- WorkerProcess.h - A helper process and its two pipes -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_WORKERPROCESS_H
#define FOVEA_LIB_TARGET_HALIDE_WORKERPROCESS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace fovea::halide {

/// A child process that talks in lines. It and the processes it starts end with this object.
class WorkerProcess {
public:
  /// Error: `program` cannot be started.
  static llvm::Expected<std::unique_ptr<WorkerProcess>>
  start(const std::string &program, llvm::ArrayRef<std::string> arguments);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess &) = delete;

  int id() const { return process; }
  /// False if the process does not listen any more.
  bool send(llvm::StringRef text);
  /// Waits until one of `workers` has something to read or has ended, or until `deadline`; reads
  /// it.
  static void wait(llvm::ArrayRef<WorkerProcess *> workers,
                   std::chrono::steady_clock::time_point deadline);
  /// A whole line that was read, without its end.
  std::optional<std::string> takeLine();
  /// The next `count` bytes, if so many were read.
  std::optional<std::string> takeBytes(size_t count);
  /// True if the process closed its output.
  bool ended() const { return closed; }
  /// Ends a process that has closed its output, and says how it ended.
  std::string describeEnd();

private:
  WorkerProcess(int process, int socket) : process(process), socket(socket) {}
  void receive();
  int reap();

  int process;
  int socket;
  std::string received;
  bool closed = false;
};

} // namespace fovea::halide

#endif
