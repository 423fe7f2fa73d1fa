//===- Sweep.h - A network on many machines ---------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SIM_SWEEP_H
#define FOVEA_SIM_SWEEP_H

#include "fovea/Sim/Topology.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea::sim {

/// A fact of the machine and the values that it takes.
struct SweepAxis {
  std::string key;
  std::vector<std::string> values;
};

/// One machine of a sweep.
struct SweepPoint {
  std::vector<std::string> values; ///< One per axis.
  std::string error;               ///< Why there is no such machine, or no program for it.
  uint64_t computeCycles = 0, cycles = 0;
  double milliseconds = 0, utilisation = 0, millijoules = 0;
};

struct Sweep {
  std::vector<SweepAxis> axes;
  std::vector<SweepPoint> points; ///< The last axis changes fastest.
  /// The machine that takes the least time; of equal ones the first. Nothing if there is none.
  std::optional<size_t> best;
};

/// "array.rows=8,16,32" or "spad.kib=64..512", which doubles from the first to the last; a fact
/// that is a list itself has colons in it, "spad.split=32:256,64:224". A list of values is one text
/// or has been parted at its commas. Error: a text that is neither, a range that does not end by
/// doubling, a key twice, more than a million machines.
llvm::Expected<std::vector<SweepAxis>> parseSweepAxes(llvm::ArrayRef<std::string> texts);

/// Runs a network on every machine that the axes make of `base`, several at once; `threads` 0: one
/// per CPU. `progress` is told how many are done, from one thread at a time. The result does not
/// depend on the threads. Error: an unknown key.
llvm::Expected<Sweep> sweepMachines(const Topology &topology, const MachineDescription &base,
                                    std::vector<SweepAxis> axes, unsigned threads,
                                    llvm::function_ref<void(size_t done, size_t all)> progress);

} // namespace fovea::sim

#endif
