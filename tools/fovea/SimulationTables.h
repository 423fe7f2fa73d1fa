//===- SimulationTables.h - Simulations as tables ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_SIMULATIONTABLES_H
#define FOVEA_TOOLS_FOVEA_SIMULATIONTABLES_H

#include "fovea/Sim/Simulator.h"

namespace fovea {

/// What a run came to, its layers, what they waited for, and its commands if there are records.
void printTables(const sim::Simulation &simulation, const isa::Program &program,
                 const Accelerator &machine, llvm::raw_ostream &os);

} // namespace fovea

#endif
