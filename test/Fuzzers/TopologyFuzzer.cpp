//===- TopologyFuzzer.cpp - SCALE-Sim's files, axes of sweeps -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "fovea/Sim/Simulator.h"
#include "fovea/Sim/Sweep.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;

/// A network of a few tiles becomes a program that runs.
static void lower(const sim::Topology &topology, const Accelerator &machine) {
  constexpr int64_t mostMacs = 1 << 20;
  int64_t macs = 0;
  for (const sim::TopologyLayer &layer : topology)
    macs += std::min(layer.product().macs(), mostMacs) * std::min(layer.repeat, mostMacs);
  if (macs > mostMacs)
    return;
  auto program = sim::lowerTopology(topology, machine);
  if (!test::succeeded(program))
    return;
  auto run = sim::simulate(*program, machine, nullptr, {/*timingOnly=*/true});
  test::require(test::succeeded(run), "a network's program passes checkProgram and ends");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text = test::asText(data, size);
  auto machine = llvm::cantFail(findAccelerator("gemmini16"));
  if (auto topology = sim::parseTopology(text, "x.csv"); test::succeeded(topology))
    lower(*topology, machine);
  if (auto description = MachineDescription::parseScalesimConfig(text, "x.cfg");
      test::succeeded(description))
    if (auto config = description->build(); test::succeeded(config))
      test::require(config->timing == ArrayTiming::Scalesim, "a .cfg is timed as SCALE-Sim does");
  llvm::SmallVector<llvm::StringRef> words;
  llvm::SplitString(text, words);
  auto axes = sim::parseSweepAxes(std::vector<std::string>(words.begin(), words.end()));
  if (test::succeeded(axes))
    for (const sim::SweepAxis &axis : *axes)
      test::require(!axis.values.empty(), "an axis has a value");
  return 0;
}
