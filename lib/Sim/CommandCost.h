//===- CommandCost.h - What a command costs by itself -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// DMA. A row of a block that does not join the next is a transfer of its own: ceil(bytes /
// bytes_per_cycle) cycles of the bus, in ceil(bytes / burst) bursts. A burst ends `latency` cycles
// after its last byte was on the bus, and may begin when fewer than `inflight` others have begun
// and not ended, which is the engine's matter (DmaEngine.h). The engine is taken for the cycles of
// the bus, or until the last bursts may begin, or for a cycle per row of `lanes` elements that it
// writes to or reads from the local memory, fill too, whichever is most; and the command ends
// `latency` later.
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

#include "BankUse.h"
#include "Divider.h"
#include "fovea/Machine/Footprint.h"
#include "fovea/Sim/Simulator.h"

namespace fovea::sim {

/// What follows from a command's operands without their addresses.
struct CommandCost {
  uint64_t occupied = 0; ///< Cycles until its unit takes the next command.
  uint64_t total = 0;    ///< Cycles until its end.
  uint64_t fill = 0;     ///< Of `total`, in which the array filled or drained; else 0.
  uint64_t bursts = 0;   ///< Of DRAM. Its engine may have it wait for them.
  uint64_t macs = 0, arrayMacs = 0, vectorOps = 0;
  Traffic bytes;
  PortRows rows{};
};

/// Divisors of a machine's costs.
struct CostDividers {
  explicit CostDividers(const Accelerator &machine);
  Divider rows, cols, lanes, bytesPerCycle, burstBytes;
  std::array<Divider, 2> bankElements; ///< Of scratchpad and accumulator.
};

/// Cycles for which `rows` rows of `bytes` bytes, which do not join, take a DMA engine that has
/// more such rows to move.
uint64_t transferCycles(const Accelerator &machine, uint64_t rows, uint64_t bytes);

/// Costs of a machine's commands.
class CostModel {
public:
  explicit CostModel(const Accelerator &machine);
  template <typename Operands> CommandCost costOf(const Operands &operands) const;
  /// The banks of each port that it uses, of 64 at most. Only of a command that fits the machine.
  template <typename Operands> PortBanks banksOf(const Operands &operands) const;

private:
  const Accelerator &machine;
  CostDividers by;
  uint64_t wideUnits;
};

template <typename Operands> PortBanks CostModel::banksOf(const Operands &operands) const {
  PortBanks banks{};
  auto addBanks = [&](const isa::Region &region) {
    if (region.memory > isa::Memory::Acc)
      return;
    unsigned place = unsigned(region.memory);
    const Divider &bank = by.bankElements[place];
    uint64_t first = bank.floor32(uint32_t(region.base));
    uint64_t last = bank.floor32(uint32_t(region.end() - 1));
    banks[2 * place + region.write] |= ~uint64_t(0) >> (63 - (last - first)) << first;
  };
  isa::detail::RegionVisitor<decltype(addBanks)> regions(machine, addBanks);
  regions(operands);
  return banks;
}

} // namespace fovea::sim

#endif
