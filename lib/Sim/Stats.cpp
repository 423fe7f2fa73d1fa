//===- Stats.cpp - What a run adds up -------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Stats.h"
#include "fovea/Sim/ArrayTiming.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::sim;

Work &Work::operator+=(const Work &other) {
  commands += other.commands;
  macs += other.macs;
  arrayMacs += other.arrayMacs;
  vectorOps += other.vectorOps;
  bytes += other.bytes;
  for (auto [mine, theirs] : llvm::zip(stalls, other.stalls))
    mine += theirs;
  for (auto [mine, theirs] : llvm::zip(busy, other.busy))
    mine += theirs;
  return *this;
}

double Work::picojoules(const Accelerator &machine) const {
  const EnergyTable &energy = machine.energy;
  return double(macs) * energy.mac + double(vectorOps) * energy.vectorOp +
         double(bytes.dramRead + bytes.dramWritten) * energy.dramByte +
         double(bytes.spadRead + bytes.spadWritten) * energy.spadByte +
         double(bytes.accRead + bytes.accWritten) * energy.accByte;
}

/// The closed form of a layer as a whole; `timing=scalesim` is SCALE-Sim's to the cycle.
static int64_t computeCycles(const ProgramLayer &layer, const Accelerator &machine) {
  if (layer.pixels <= 0 || layer.filters <= 0 || layer.window <= 0)
    return 0;
  MatrixProduct product{layer.pixels, layer.filters, layer.window};
  Dataflow dataflow = machine.dataflows.front();
  int64_t once = machine.timing == ArrayTiming::Scalesim
                     ? closedForm(product, dataflow, machine.rows, machine.cols).total
                     : arrayCycles(product, dataflow, machine).total;
  return once * layer.repeat; // checkProgram bounds its multiply-accumulates.
}

Stats::Stats(const Program &program, const Accelerator &machine) : machine(machine) {
  if (program.layers.empty() || program.layers.front().first > 0) {
    firsts.push_back(0);
    layers.emplace_back();
  }
  for (const ProgramLayer &layer : program.layers) {
    firsts.push_back(layer.first);
    LayerResult &result = layers.emplace_back();
    result.name = layer.name;
    result.location = layer.location;
    result.computeCycles = computeCycles(layer, machine);
    result.macs = layer.pixels * layer.filters * layer.window * layer.repeat;
  }
  firsts.push_back(~uint64_t(0));
  ends.resize(layers.size());
}

void Stats::finish(Simulation &simulation) {
  ends.back() = simulation.totalCycles;
  const double peak = double(machine.rows) * double(machine.cols);
  auto share = [&](double macs, uint64_t cycles) {
    return cycles ? macs / (peak * double(cycles)) : 0;
  };
  uint64_t before = 0;
  double useful = 0;
  for (auto [layer, end] : llvm::zip(layers, ends)) {
    bool isKnown = layer.macs != 0;
    double macs = double(isKnown ? layer.macs : layer.work.arrayMacs);
    if (!isKnown)
      layer.macs = layer.work.macs;
    layer.cycles = end - std::min(end, before);
    before = std::max(before, end);
    layer.utilisation = share(macs, layer.cycles);
    useful += macs;
    simulation.work += layer.work;
    simulation.macs += layer.macs;
  }
  simulation.layers = std::move(layers);
  simulation.utilisation = share(useful, simulation.totalCycles);
}
