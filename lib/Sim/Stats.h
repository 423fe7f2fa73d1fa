//===- Stats.h - What a run adds up -----------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_STATS_H
#define FOVEA_LIB_SIM_STATS_H

#include "CommandCost.h"

namespace fovea::sim {

/// Sums per layer. Commands before the program's first layer, or all where it has none, are a layer
/// without a name.
class Stats {
public:
  Stats(const Program &program, const Accelerator &machine);

  /// The layer of a command, for commands asked for in order, from the last answer on.
  uint32_t layerOf(uint64_t command, uint32_t layer) const {
    while (firsts[layer + 1] <= command)
      ++layer;
    return layer;
  }

  /// A command that ended at `end`; for `busy` cycles nothing else of its queue was under way.
  void add(uint32_t layer, unsigned queue, const CommandCost &cost, uint64_t busy, uint64_t end) {
    Work &work = layers[layer].work;
    ++work.commands;
    work.macs += cost.macs;
    work.arrayMacs += cost.arrayMacs;
    work.vectorOps += cost.vectorOps;
    work.bytes += cost.bytes;
    work.busy[queue] += busy;
    ends[layer] = std::max(ends[layer], end);
  }
  void addStall(uint32_t layer, Stall stall, uint64_t cycles) {
    layers[layer].work.stalls[unsigned(stall)] += cycles;
  }

  /// The layers' results and their sum.
  void finish(Simulation &simulation);

private:
  const Accelerator &machine;
  std::vector<uint64_t> firsts; ///< First command of each layer, and one that there is not.
  std::vector<LayerResult> layers;
  std::vector<uint64_t> ends;
};

} // namespace fovea::sim

#endif
