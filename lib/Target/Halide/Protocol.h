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
  std::string output; ///< Where the object goes.
};

/// One line back.
struct WorkerReply {
  int64_t id = 0;
  bool ok = false;
  int64_t scratch = 0;
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
