//===- CommandCost.h - What a command costs by itself -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// DMA. A row of a block that does not join the next is a transfer of its own: ceil(bytes /
// bytes_per_cycle) cycles of the bus, in ceil(bytes / burst) bursts. A burst ends `latency` cycles
// after its last byte was on the bus, and may begin when fewer than `inflight` others have begun
// and not ended. So the engine is taken for max(bus cycles, floor((bursts - 1) / inflight) *
// (latency + cycles of a burst)), or for a cycle per row of `lanes` elements that it writes to or
// reads from the local memory, fill too, if that is more; and the command ends `latency` later.
//
// Vector unit. Every command takes one cycle to begin. Then, with G(n) = ceil(n / lanes), per pixel
// or row of n elements:
//   dwc          kh kw G(c mul)             per pixel of the result
//   pool         kh kw G(c)                 per pixel of the result
//   resize       G(c), 4 G(c) if bilinear   per pixel of the result
//   shift        G(c)                       per pixel (each lane has its own address)
//   elt          (1 + scaled operands) G(n0) per row
//   rq, lut      G(n0)                      per row
//   reduce       G(c)                       per row
//   copy         G(n0) per row; n0 if an element of either side does not follow the one before
//
// Array: ArrayTiming.h. What stays in the array is read once, what moves once per fold that needs
// it, and sums of several folds of the window go through the accumulator each time.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_COMMANDCOST_H
#define FOVEA_LIB_SIM_COMMANDCOST_H

#include "Divider.h"
#include "fovea/Machine/Footprint.h"
#include "fovea/Sim/Simulator.h"

namespace fovea::sim {

/// Ports of the local memories: each bank has one of each, good for a row of `lanes` elements a
/// cycle. Banks are equal parts of a memory, the lowest addresses first.
enum class Port : uint8_t { SpadRead, SpadWrite, AccRead, AccWrite };
inline constexpr unsigned portCount = 4;

/// How a command uses a port: so many rows, evenly spread over the banks of the mask.
struct PortUse {
  uint64_t banks = 0, rows = 0;
};

struct CommandCost {
  uint64_t occupied = 0; ///< Cycles until its unit takes the next command.
  uint64_t total = 0;    ///< Cycles until its end.
  uint64_t fill = 0;     ///< Of `total`, in which the array filled or drained; else 0.
  uint64_t macs = 0, vectorOps = 0;
  bool onArray = false;
  Traffic bytes;
  std::array<PortUse, portCount> ports;
};

/// Divisors of a machine's costs.
struct CostDividers {
  explicit CostDividers(const Accelerator &machine);
  Divider rows, cols, lanes, bytesPerCycle, burstBytes, dmaInFlight;
  std::array<Divider, 2> bankElements; ///< Of scratchpad and accumulator.
  uint64_t burstCycles;
};

/// Cycles for which `rows` rows of `bytes` bytes, which do not join, take a DMA engine.
uint64_t transferCycles(const Accelerator &machine, uint64_t rows, uint64_t bytes);

/// Costs of a machine's commands.
class CostModel {
public:
  explicit CostModel(const Accelerator &machine);
  /// Fills in a cost, whatever it held.
  void operator()(const isa::Command &command, CommandCost &cost) const;

private:
  const Accelerator &machine;
  CostDividers by;
  uint64_t wideUnits;
};

} // namespace fovea::sim

#endif
