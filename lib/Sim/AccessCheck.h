//===- AccessCheck.h - Whether accesses to memories are in order -*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Finds reads of what was never written, and pairs of accesses of which one is a write and that no
// token, fence or common queue orders. Local memories are looked at by rows of as many elements as
// the vector unit has lanes, which is what a bank reads and writes at once; tables by entries, DRAM
// by units. Clocks decide, not times: a program that passes does so under every timing.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_ACCESSCHECK_H
#define FOVEA_LIB_SIM_ACCESSCHECK_H

#include "Dispatch.h"
#include "fovea/Machine/Footprint.h"
#include <optional>

namespace fovea::sim {

/// Who asks for access.
struct Accessor {
  unsigned queue;
  uint32_t sequence; ///< The how-many-th command of its queue, from 1 on.
  const Clock &clock;
};

/// A local memory or a table.
class LocalCheck {
public:
  LocalCheck(const Program &program, isa::Memory memory, uint64_t size, uint64_t rowElements);
  llvm::Error access(const isa::Region &region, const Accessor &by);

private:
  struct Row {
    uint32_t writer = 0; ///< Sequence number in `writerQueue`; 0: none.
    uint32_t writerQueue = 0;
    Clock readers{}; ///< Since then, the last of each queue.
  };
  llvm::Error accessRun(uint64_t first, uint64_t end, bool write, const Accessor &by);
  llvm::Error accessRow(Row &row, bool write, const Accessor &by) const;
  llvm::Error conflict(const Row &row, bool write, unsigned queue, uint32_t sequence,
                       llvm::StringRef verb) const;
  std::optional<uint64_t> firstUnwritten(uint64_t first, uint64_t end) const;
  void markWritten(uint64_t first, uint64_t end);

  const Program &program;
  const isa::Memory memory;
  const uint64_t rowElements;
  std::vector<uint64_t> written; ///< A bit per element.
  std::vector<Row> rows;
};

/// DRAM, which LD alone reads and ST alone writes.
class DramCheck {
public:
  DramCheck(const Program &program, const Accelerator &machine);
  llvm::Error access(const isa::Region &region, const Accessor &by);
  /// At the end: every unit of every output has been written.
  llvm::Error checkOutputs() const;

private:
  static constexpr uint64_t pageUnits = 4096;
  static constexpr uint32_t never = 0, fromStart = 1; ///< Writers; greater ones are ST's + 1.
  struct Page {
    std::array<uint32_t, pageUnits> writer, reader;
  };
  struct Interval {
    uint64_t first, end;
  };
  void findStoredPages(const Accelerator &machine);
  Page &pageAt(uint64_t page);
  uint64_t filledUntil(uint64_t unit) const;
  llvm::Error readRun(uint64_t first, uint64_t end, const Accessor &by);
  llvm::Error writeRun(uint64_t first, uint64_t end, const Accessor &by);
  llvm::Error conflict(uint64_t unit, llvm::StringRef verb, isa::Queue queue,
                       uint32_t sequence) const;

  const Program &program;
  std::vector<Interval> filled; ///< What inputs and parameters hold, in order, none adjoining.
  std::vector<bool> stored;     ///< Pages that some command writes to.
  std::vector<std::unique_ptr<Page>> pages;
};

} // namespace fovea::sim

#endif
