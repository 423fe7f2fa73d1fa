//===- AccelPrograms.h - What holds of every program ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_FUZZERS_ACCELPROGRAMS_H
#define FOVEA_TEST_FUZZERS_ACCELPROGRAMS_H

#include "Fuzzer.h"
#include "fovea/Sim/Simulator.h"

namespace fovea::test {

/// A machine of the program's types that takes every command; nothing where there is none.
inline std::optional<Accelerator> machineFor(const isa::Program &program) {
  if (program.accumulator.bits < 16 || program.accumulator.bits > 32)
    return std::nullopt;
  Accelerator machine;
  machine.shiftInAddressGenerator = true;
  machine.dataflows = {Dataflow::WeightStationary, Dataflow::OutputStationary,
                       Dataflow::InputStationary};
  machine.input = machine.weight = program.input;
  machine.accumulator = program.accumulator;
  machine.partialSum.bits = std::min(program.accumulator.bits, 20u);
  machine.spadBanks = 4;
  return machine;
}

/// A run ends with a result or an error, and takes the same cycles with data. Data are for programs
/// that ask for little.
inline void requireRuns(const isa::Program &program) {
  std::optional<Accelerator> machine = machineFor(program);
  if (!machine)
    return;
  auto timing = sim::simulate(program, *machine, nullptr, {/*timingOnly=*/true});
  if (!succeeded(timing))
    return;
  constexpr uint64_t mostWork = 1 << 22;
  const sim::Traffic &bytes = timing->work.bytes;
  if (timing->work.macs + timing->work.vectorOps + bytes.dramRead + bytes.dramWritten +
              bytes.spadRead + bytes.spadWritten + bytes.accRead + bytes.accWritten >
          mostWork ||
      program.dramUnits > mostWork)
    return;
  auto dram = sim::Dram::forProgram(program, *machine);
  if (!succeeded(dram))
    return;
  auto whole = sim::simulate(program, *machine, &*dram);
  require(!succeeded(whole) || whole->totalCycles == timing->totalCycles,
          "a run with data takes as long as one without");
}

/// A program that was read or assembled: its file and its text give it back, and a machine runs
/// it or says why not.
inline void requireRoundTrips(const isa::Program &program) {
  auto bytes = writeProgram(program);
  require(bool(bytes), "a well-formed program is written");
  auto read = readProgram(*bytes);
  require(bool(read), "a program that is written reads back");
  std::string text = disassemble(*read);
  auto assembled = assemble(text, "x.fasm");
  require(bool(assembled), "what is disassembled assembles:\n" + text);
  require(*writeProgram(*assembled) == *bytes, "assembling gives the program back:\n" + text);
  require(disassemble(*assembled) == text, "disassembling again changes nothing:\n" + text);
  requireRuns(program);
}

} // namespace fovea::test

#endif
