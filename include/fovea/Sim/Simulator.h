//===- Simulator.h - Runs programs of the accelerator -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Function and timing in one run. The timing model is in docs/accelerator.md; the same program,
// machine and DRAM give the same result every time. Nothing here is shared between runs: they may
// go on in parallel.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SIM_SIMULATOR_H
#define FOVEA_SIM_SIMULATOR_H

#include "fovea/Machine/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>

namespace fovea::sim {

using isa::Program;

/// What a DRAM holds: a signed integer of the machine's input type, or a float, in each unit.
class Dram {
public:
  /// Zeros, and the program's parameters in their places. Error: tensors outside it, or more than
  /// memory holds.
  static llvm::Expected<Dram> forProgram(const Program &program, const Accelerator &machine);

  /// Sets a Narrow or Wide tensor, one value per element. Error: the wrong number of values, or a
  /// value that the element's integer type has not.
  llvm::Error write(const DramTensor &tensor, llvm::ArrayRef<double> values);
  /// The elements of a Narrow or Wide tensor. Both types are exact in double.
  std::vector<double> read(const DramTensor &tensor) const;

  /// All units, `unitBytes` each, little endian.
  llvm::ArrayRef<char> bytes() const { return {data.get(), size_t(units * unitBytes())}; }
  llvm::MutableArrayRef<char> bytes() { return {data.get(), size_t(units * unitBytes())}; }
  int64_t unitBytes() const { return isFloat ? 4 : input.bytes(); }

private:
  Dram() = default;
  llvm::Error place(const DramTensor &tensor);

  struct Free {
    void operator()(char *pointer) const;
  };
  std::unique_ptr<char, Free> data;
  uint64_t units = 0;
  bool isFloat = false;
  IntegerType input, accumulator;
  int64_t wideUnits = 1;
};

/// Why a queue or the dispatcher stood still, or a command took longer than its work.
enum class Stall : uint8_t {
  WaitLd,       ///< A token of the queue LD.
  WaitEx,       ///< Of EX.
  WaitVx,       ///< Of VX.
  WaitSt,       ///< Of ST.
  Dispatch,     ///< No command had been dispatched to the queue.
  InFlight,     ///< As many commands of the queue as may be were begun and had not ended.
  DmaBusy,      ///< The DMA engine worked for the other queue.
  ArrayFill,    ///< The array filled or drained.
  BankConflict, ///< Another command used the same port of the same bank.
};
inline constexpr unsigned stallCount = 9;
/// As in reports: "wait_ld", …
llvm::StringRef nameOf(Stall stall);
using Stalls = std::array<uint64_t, stallCount>;

/// Bytes that crossed the border of each memory.
struct Traffic {
  uint64_t dramRead = 0, dramWritten = 0;
  uint64_t spadRead = 0, spadWritten = 0;
  uint64_t accRead = 0, accWritten = 0;

  Traffic &operator+=(const Traffic &other) {
    dramRead += other.dramRead;
    dramWritten += other.dramWritten;
    spadRead += other.spadRead;
    spadWritten += other.spadWritten;
    accRead += other.accRead;
    accWritten += other.accWritten;
    return *this;
  }
};

/// Work of a layer, or of all of them.
struct Work {
  uint64_t commands = 0;
  uint64_t macs = 0;      ///< Multiply-accumulates made, on the array and on the vector unit.
  uint64_t arrayMacs = 0; ///< Of `macs`, those on the array.
  uint64_t vectorOps = 0; ///< Operations of single lanes, without MACs.
  Traffic bytes;
  Stalls stalls{};
  std::array<uint64_t, isa::queueCount> busy{}; ///< Cycles in which some command was under way.

  Work &operator+=(const Work &other);
  /// By the machine's table.
  double picojoules(const Accelerator &machine) const;
};

struct LayerResult {
  std::string name, location;
  /// The closed form of the whole layer, times repeat; 0 where the program does not say what the
  /// layer is.
  int64_t computeCycles = 0;
  /// Multiply-accumulates that the layer asks for, whatever commands make of them: a mapping that
  /// multiplies zeros makes more, one by shifts less. Those made where the program does not say
  /// what the layer is.
  uint64_t macs = 0;
  /// From the end of the layers before it to its own end; the sum over layers is the total.
  uint64_t cycles = 0;
  Work work;
  /// What it asks for per element of the array and cycle: the share of the peak. Of a layer that
  /// the program does not say: what the array made.
  double utilisation = 0;
};

/// When a command was under way.
struct CommandRecord {
  uint64_t dispatched = 0, begin = 0, end = 0;
  uint64_t stalled = 0; ///< Cycles that its queue stood still before it.
  Stall cause = Stall::Dispatch;
};

/// What came out. DRAM holds the outputs.
struct Simulation {
  uint64_t totalCycles = 0;
  uint64_t dispatchCycles = 0; ///< A cycle per command.
  uint64_t queueFull = 0;      ///< Cycles that the dispatcher waited for room in a queue.
  Work work;                   ///< Of all layers.
  uint64_t macs = 0;           ///< The same.
  double utilisation = 0;
  std::vector<LayerResult> layers;
  std::vector<CommandRecord> records; ///< One per command, where asked for.
};

struct Options {
  /// Counts cycles alone: no data, no check of what is read and in which order.
  bool timingOnly = false;
  bool records = false;
  /// The program has passed checkProgram for this machine already.
  bool isChecked = false;
};

/// Runs a program to its halt. `dram` may be null if timing alone is asked for. Error: what
/// checkProgram finds, a deadlock, tokens left over, and in a run with data a read of what was
/// never written, accesses that no token orders, a sum that its type has no room for; each with
/// the command's index and text.
llvm::Expected<Simulation> simulate(const Program &program, const Accelerator &machine, Dram *dram,
                                    Options options = {});

/// {"machine", "total_cycles", …, "layers": [{"name", "cycles", …}]}.
void writeJson(const Simulation &simulation, const Program &program, const Accelerator &machine,
               llvm::raw_ostream &os);
/// A line per layer under a line of names.
void writeCsv(const Simulation &simulation, const Accelerator &machine, llvm::raw_ostream &os);
/// Chrome's trace format, which Perfetto opens: a track per queue, one of layers. Needs records.
void writeTrace(const Simulation &simulation, const Program &program, const Accelerator &machine,
                llvm::raw_ostream &os);

} // namespace fovea::sim

#endif
