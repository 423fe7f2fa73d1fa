//===- Execution.h - A program's work on data -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_EXECUTION_H
#define FOVEA_LIB_SIM_EXECUTION_H

#include "fovea/Sim/Simulator.h"

namespace fovea::sim {

/// For each queue the number of its commands that have ended.
using Clock = std::array<uint32_t, isa::queueCount>;

/// What commands do to data. Called in an order that keeps the clocks' order.
class Execution {
public:
  virtual ~Execution() = default;
  /// `clock` is what has ended before command `index` begins. Error: without the command's name.
  virtual llvm::Error execute(uint64_t index, const Clock &clock) = 0;
  /// After the last command. Error: an output that was not written.
  virtual llvm::Error finish() = 0;
};

/// For a program that checkProgram has passed.
std::unique_ptr<Execution> makeExecution(const Program &program, const Accelerator &machine,
                                         Dram &dram);

} // namespace fovea::sim

#endif
