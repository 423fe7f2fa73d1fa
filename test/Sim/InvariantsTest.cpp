//===- InvariantsTest.cpp - What holds for every run ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RandomRuns.h"
#include "fovea/Machine/Footprint.h"
#include <gtest/gtest.h>
#include <numeric>

using namespace fovea;
using namespace fovea::sim;

namespace {
constexpr int programs = 10000;

/// The commands; parameters are many.
std::string textOf(const Program &program, int number) {
  std::string text = "program " + std::to_string(number) + "\n";
  for (const isa::Command &command : program.commands)
    text += disassemble(command) + "\n";
  return text;
}

/// DRAM's bytes by the commands' own regions.
Traffic dramBytes(const Program &program, const Accelerator &machine) {
  Traffic bytes;
  for (const isa::Command &command : program.commands)
    for (const isa::Region &region : footprintOf(command, machine))
      if (region.memory == isa::Memory::Dram)
        (region.write ? bytes.dramWritten : bytes.dramRead) +=
            region.count() * machine.input.bytes();
  return bytes;
}

void checkTotals(const Simulation &run, const Program &program, const Accelerator &machine) {
  uint64_t sum = run.dispatchCycles; // The dispatcher takes a cycle per command, in no queue.
  for (uint64_t busy : run.work.busy) {
    EXPECT_LE(busy, run.totalCycles);
    sum += busy;
  }
  EXPECT_LE(run.totalCycles, sum);
  EXPECT_LE(run.work.arrayMacs, run.totalCycles * machine.rows * machine.cols);
  EXPECT_LE(run.utilisation, 1.0);
  uint64_t layers = 0, macs = 0;
  for (const LayerResult &layer : run.layers) {
    layers += layer.cycles;
    macs += layer.macs;
  }
  EXPECT_EQ(layers, run.totalCycles);
  EXPECT_EQ(macs, run.macs);
  EXPECT_EQ(macs, run.work.macs); // No layer says what it is.
  Traffic bytes = dramBytes(program, machine);
  EXPECT_EQ(run.work.bytes.dramRead, bytes.dramRead);
  EXPECT_EQ(run.work.bytes.dramWritten, bytes.dramWritten);
}

/// Of each queue: begins and ends are in order, limits hold, and no token is taken before it is
/// given.
void checkRecords(const Simulation &run, const Program &program, const Accelerator &machine) {
  std::array<std::vector<size_t>, isa::queueCount> queues;
  std::array<std::array<std::vector<uint64_t>, isa::queueCount>, isa::queueCount> given;
  for (size_t i = 0; i + 1 < program.commands.size(); ++i)
    if (isa::queueOf(program.commands[i]) != isa::Queue::None)
      queues[unsigned(isa::queueOf(program.commands[i]))].push_back(i);
  for (unsigned q = 0; q < isa::queueCount; ++q)
    for (size_t i : queues[q])
      for (unsigned to = 0; to < isa::queueCount; ++to)
        if (program.commands[i].signal >> to & 1)
          given[q][to].push_back(run.records[i].end);
  std::array<std::array<size_t, isa::queueCount>, isa::queueCount> taken{};
  for (unsigned q = 0; q < isa::queueCount; ++q) {
    const QueueLimits &limits = machine.queues[q];
    for (size_t n = 0; n < queues[q].size(); ++n) {
      const CommandRecord &record = run.records[queues[q][n]];
      EXPECT_GE(record.begin, record.dispatched);
      EXPECT_GE(record.end, record.begin);
      if (n > 0) {
        EXPECT_GE(record.begin, run.records[queues[q][n - 1]].begin);
        EXPECT_GE(record.end, run.records[queues[q][n - 1]].end);
      }
      if (n >= size_t(limits.inFlight)) {
        EXPECT_GE(record.begin, run.records[queues[q][n - limits.inFlight]].end);
      }
      if (n >= size_t(limits.depth)) {
        EXPECT_GT(record.dispatched, run.records[queues[q][n - limits.depth]].begin);
      }
      for (unsigned from = 0; from < isa::queueCount; ++from)
        if (program.commands[queues[q][n]].wait >> from & 1) {
          EXPECT_GE(record.begin, given[from][q][taken[from][q]++]);
        }
    }
  }
}

/// Elements of 16 bits and narrow partial sums may overflow; that is an error by rights.
bool isOverflow(const std::string &error) { return error.find("bits hold") != std::string::npos; }

TEST(Invariants, HoldForRandomProgramsAndMachines) {
  RandomSequence random(2024);
  int overflows = 0;
  for (int i = 0; i < programs && !testing::Test::HasFailure(); ++i) {
    Accelerator machine = randomMachine(random);
    Program program = randomProgram(random, machine, 4 + random.below(20));
    SCOPED_TRACE(textOf(program, i));
    Outcome run = runProgram(program, machine, randomInputs(program, i),
                             {/*timingOnly=*/false, /*records=*/true});
    if (isOverflow(run.error)) {
      ++overflows;
      continue;
    }
    ASSERT_EQ(run.error, "");
    checkTotals(run.simulation, program, machine);
    checkRecords(run.simulation, program, machine);
  }
  EXPECT_LT(overflows, programs / 20);
}

/// Tokens order everything that matters: another timing gives the same numbers.
TEST(Invariants, OutputsDoNotDependOnTiming) {
  RandomSequence random(7);
  for (int i = 0; i < programs / 10 && !testing::Test::HasFailure(); ++i) {
    Accelerator machine = randomMachine(random);
    Program program = randomProgram(random, machine, 4 + random.below(20));
    SCOPED_TRACE(textOf(program, i));
    Values inputs = randomInputs(program, i);
    Outcome first = runProgram(program, machine, inputs);
    if (isOverflow(first.error))
      continue;
    ASSERT_EQ(first.error, "");
    Accelerator other = randomMachine(random);
    other.spadBytes = machine.spadBytes;
    other.accBytes = machine.accBytes;
    other.vectorLanes = machine.vectorLanes;
    other.dataflows = machine.dataflows;
    other.input = other.weight = machine.input;
    other.accumulator = other.partialSum = machine.accumulator;
    other.shiftInAddressGenerator = true;
    Outcome second = runProgram(program, other, inputs);
    if (!isOverflow(second.error)) { // Other folds are other sums on the way.
      ASSERT_EQ(second.error, "");
      EXPECT_EQ(second.outputs, first.outputs);
    }
    Outcome again = runProgram(program, machine, inputs);
    EXPECT_EQ(again.outputs, first.outputs);
    EXPECT_EQ(again.simulation.totalCycles, first.simulation.totalCycles);
    Simulation timing = valueOf(simulate(program, machine, nullptr, {/*timingOnly=*/true}));
    EXPECT_EQ(timing.totalCycles, first.simulation.totalCycles);
  }
}

/// A token less is an error: a race, or one that nobody takes.
TEST(Invariants, EveryTokenCounts) {
  RandomSequence random(8);
  int dropped = 0;
  for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) {
    Accelerator machine = randomMachine(random);
    Program program = randomProgram(random, machine, 12);
    Values inputs = randomInputs(program, i);
    if (isOverflow(runProgram(program, machine, inputs).error))
      continue;
    for (isa::Command &command : program.commands) {
      const uint8_t whole = command.wait;
      for (unsigned queue = 0; queue < isa::queueCount; ++queue) {
        if (!(whole >> queue & 1))
          continue;
        command.wait = whole & ~(1 << queue);
        EXPECT_NE(runProgram(program, machine, inputs).error, "");
        ++dropped;
      }
      command.wait = whole;
    }
  }
  EXPECT_GT(dropped, 1000);
}
} // namespace
