//===- Dispatch.h - Queues, tokens and the dispatcher -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The dispatcher takes a command a cycle in the program's order and puts it into its queue; while
// that is full it waits. A queue begins its commands in order, each when it was dispatched, its
// tokens are there, its unit is free, and fewer than `inFlight` of the queue have begun and not
// ended. Commands of a queue end in order. Of all queues' heads the one that can begin first does,
// so that begins are worked off in the order of time.
//
// Which token serves which command depends on the program alone, not on time: between two queues
// the n-th wait takes the n-th signal. So does what is ordered before what: each command has a
// clock, that counts for each queue the commands that have ended whenever it begins.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_DISPATCH_H
#define FOVEA_LIB_SIM_DISPATCH_H

#include "Execution.h"
#include "Stats.h"

namespace fovea::sim {

/// "command 3 (ld …): ".
std::string describe(const Program &program, uint64_t index);

/// Cycles of a run.
struct DispatchResult {
  uint64_t total = 0;
  uint64_t queueFull = 0; ///< In which the dispatcher waited for room in a queue.
};

/// Runs a program. `execution` may be null; `records` are filled if there are any.
llvm::Expected<DispatchResult> dispatch(const Program &program, const Accelerator &machine,
                                        Execution *execution, Stats &stats,
                                        llvm::MutableArrayRef<CommandRecord> records);

} // namespace fovea::sim

#endif
