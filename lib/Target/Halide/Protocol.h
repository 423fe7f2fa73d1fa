//===- Protocol.h - What compiler and kernel worker say ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_PROTOCOL_H
#define FOVEA_LIB_TARGET_HALIDE_PROTOCOL_H

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/Support/JSON.h"

namespace fovea::halide {

/// One line to a worker.
struct WorkerRequest {
  int64_t id = 0;
  plan::Kernel kernel;
  std::string target;
  int64_t memoryLimit = 0; ///< Bytes; 0: none.
};

/// One line back, and behind it the bytes of the object.
struct WorkerReply {
  int64_t id = 0;
  bool ok = false;
  bool outOfMemory = false; ///< It takes more than the limit.
  int64_t scratch = 0;
  int64_t objectBytes = 0;
  int64_t peakBytes = 0; ///< Most that was resident in the process that compiled it.
  double milliseconds = 0;
  std::string error;
};

std::string toLine(const WorkerRequest &request);
std::string toLine(const WorkerReply &reply);

bool fromJSON(const llvm::json::Value &value, WorkerRequest &out, llvm::json::Path path);
bool fromJSON(const llvm::json::Value &value, WorkerReply &out, llvm::json::Path path);

template <typename T> llvm::Expected<T> parseLine(llvm::StringRef line, const char *what) {
  return llvm::json::parse<T>(line, what);
}

/// "was killed by signal 9", "ended with code 1": the end of a process, as waitpid gives it.
std::string describeEnd(int status);

} // namespace fovea::halide

#endif
