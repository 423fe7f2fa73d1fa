//===- Simulator.cpp - Runs programs of the accelerator -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/Simulator.h"
#include "Dispatch.h"
#include "Execution.h"

using namespace fovea;
using namespace fovea::sim;

llvm::StringRef sim::nameOf(Stall stall) {
  static constexpr llvm::StringLiteral names[stallCount] = {
      "wait_ld",   "wait_ex",  "wait_vx",    "wait_st",      "dispatch",
      "in_flight", "dma_busy", "array_fill", "bank_conflict"};
  return names[unsigned(stall)];
}

llvm::Expected<Simulation> sim::simulate(const Program &program, const Accelerator &machine,
                                         Dram *dram, Options options) {
  if (!options.isChecked)
    if (llvm::Error error = checkProgram(program, machine))
      return error;
  if (!dram && !options.timingOnly)
    return llvm::createStringError("a run with data needs a DRAM");
  std::unique_ptr<Execution> execution;
  if (!options.timingOnly)
    execution = makeExecution(program, machine, *dram);
  Simulation result;
  if (options.records)
    result.records.resize(program.commands.size());
  Stats stats(program, machine);
  llvm::Expected<DispatchResult> cycles =
      dispatch(program, machine, execution.get(), stats, result.records);
  if (!cycles)
    return cycles.takeError();
  result.totalCycles = cycles->total;
  result.dispatchCycles = program.commands.size();
  result.queueFull = cycles->queueFull;
  stats.finish(result);
  return result;
}
