//===- SimulationTables.cpp - Simulations as tables -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SimulationTables.h"
#include "fovea/Driver/Table.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;
using namespace fovea::sim;

static std::string percent(double share) { return llvm::formatv("{0:F1} %", 100 * share).str(); }

static std::string microjoules(const Work &work, const Accelerator &machine) {
  return llvm::formatv("{0:F3}", work.picojoules(machine) / 1e6).str();
}

static std::string nameOf(const LayerResult &layer) {
  return layer.name.empty() ? "(no layer)" : layer.name;
}

static void printSummary(const Simulation &simulation, const isa::Program &program,
                         const Accelerator &machine, llvm::raw_ostream &os) {
  double microseconds = double(simulation.totalCycles) / double(machine.megahertz);
  os << groupDigits(program.commands.size()) << " commands on " << machine.name << ": "
     << groupDigits(simulation.totalCycles) << " cycles, "
     << llvm::formatv("{0:F1} us at {1} MHz; ", microseconds, machine.megahertz)
     << groupDigits(simulation.macs) << " MACs, " << percent(simulation.utilisation)
     << " of the array; " << microjoules(simulation.work, machine) << " uJ"
     << (machine.energy.estimated ? " (estimated)" : "") << '\n';
  if (simulation.queueFull)
    os << "the dispatcher waited " << groupDigits(simulation.queueFull)
       << " cycles for room in a queue\n";
  os << '\n';
}

static void printLayers(const Simulation &simulation, const Accelerator &machine,
                        llvm::raw_ostream &os) {
  Table table({"layer", "cycles", "closed form", "array", "MACs", "DRAM read", "written",
               "spad read", "written", "acc read", "written", "uJ"},
              {Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Right,
               Align::Right, Align::Right, Align::Right, Align::Right, Align::Right, Align::Right});
  auto add = [&](std::string name, uint64_t cycles, int64_t computeCycles, double utilisation,
                 uint64_t macs, const Work &work) {
    const Traffic &bytes = work.bytes;
    std::vector<std::string> row = {std::move(name), groupDigits(cycles),
                                    computeCycles ? groupDigits(computeCycles) : "",
                                    percent(utilisation), groupDigits(macs)};
    for (uint64_t count : {bytes.dramRead, bytes.dramWritten, bytes.spadRead, bytes.spadWritten,
                           bytes.accRead, bytes.accWritten})
      row.push_back(groupDigits(count));
    row.push_back(microjoules(work, machine));
    table.add(std::move(row));
  };
  int64_t computeCycles = 0;
  for (const LayerResult &layer : simulation.layers) {
    add(nameOf(layer), layer.cycles, layer.computeCycles, layer.utilisation, layer.macs,
        layer.work);
    computeCycles += layer.computeCycles;
  }
  if (simulation.layers.size() > 1) {
    table.addRule();
    add("total", simulation.totalCycles, computeCycles, simulation.utilisation, simulation.macs,
        simulation.work);
  }
  table.print(os);
}

/// Busy cycles of each queue, and cycles lost to each cause that there was.
static void printQueues(const Simulation &simulation, llvm::raw_ostream &os) {
  std::vector<std::string> heading = {"layer", "LD busy", "EX busy", "VX busy", "ST busy"};
  std::vector<unsigned> causes;
  for (unsigned i = 0; i < stallCount; ++i)
    if (simulation.work.stalls[i]) {
      causes.push_back(i);
      std::string cause = sim::nameOf(Stall(i)).str();
      std::replace(cause.begin(), cause.end(), '_', ' ');
      heading.push_back(cause);
    }
  std::vector<Align> alignment(heading.size(), Align::Right);
  alignment[0] = Align::Left;
  Table table(heading, alignment);
  auto add = [&](std::string name, const Work &work) {
    std::vector<std::string> row = {std::move(name)};
    for (uint64_t busy : work.busy)
      row.push_back(groupDigits(busy));
    for (unsigned cause : causes)
      row.push_back(groupDigits(work.stalls[cause]));
    table.add(std::move(row));
  };
  for (const LayerResult &layer : simulation.layers)
    add(nameOf(layer), layer.work);
  if (simulation.layers.size() > 1) {
    table.addRule();
    add("total", simulation.work);
  }
  os << '\n';
  table.print(os);
}

static void printCommands(const Simulation &simulation, const isa::Program &program,
                          llvm::raw_ostream &os) {
  Table table({"", "dispatched", "begin", "end", "stalled", "by", "command"},
              {Align::Right, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left,
               Align::Left});
  for (auto [index, record] : llvm::enumerate(simulation.records))
    table.add({std::to_string(index), groupDigits(record.dispatched), groupDigits(record.begin),
               groupDigits(record.end), record.stalled ? groupDigits(record.stalled) : "",
               record.stalled ? sim::nameOf(record.cause).str() : "",
               disassemble(program.commands[index])});
  os << '\n';
  table.print(os);
}

void fovea::printTables(const Simulation &simulation, const isa::Program &program,
                        const Accelerator &machine, llvm::raw_ostream &os) {
  printSummary(simulation, program, machine, os);
  printLayers(simulation, machine, os);
  printQueues(simulation, os);
  if (!simulation.records.empty())
    printCommands(simulation, program, os);
}
