//===- Simulate.h - Parts of fovea simulate ---------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_SIMULATE_H
#define FOVEA_TOOLS_FOVEA_SIMULATE_H

#include "Command.h"
#include "fovea/Machine/MachineFile.h"

namespace fovea {

/// A machine by name or file. `dataflow`: "ws", "os", "is", whatever the machine has; empty: the
/// machine's.
llvm::Expected<MachineDescription> describeMachine(llvm::StringRef nameOrPath,
                                                   llvm::StringRef dataflow);

/// What `fovea simulate --sweep` was asked for.
struct SweepRequest {
  std::string topology, machine, dataflow;
  std::vector<std::string> axes; ///< "array.rows=8,16", "spad.kib=64..512".
  int threads = 0;               ///< 0: one per CPU.
  bool json = false;             ///< Instead of a table.
  std::string csv;               ///< A path of one more file; empty: none.
};

/// Runs a topology on many machines and prints what each takes. The result is the exit code.
int sweepCommand(const SweepRequest &request);

} // namespace fovea

#endif
