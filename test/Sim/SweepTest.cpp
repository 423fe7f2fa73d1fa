//===- SweepTest.cpp - A network on many machines, rooflines --------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/Sweep.h"
#include "fovea/Sim/Roofline.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

static std::string errorOf(std::vector<std::string> texts) {
  llvm::Expected<std::vector<SweepAxis>> axes = parseSweepAxes(texts);
  return axes ? "" : llvm::toString(axes.takeError());
}

TEST(SweepAxes, ListsAndRanges) {
  std::vector<SweepAxis> axes = llvm::cantFail(
      parseSweepAxes({"array.rows=8,16", "32", "spad.kib=64..512", "freq.mhz=3..12,7"}));
  ASSERT_EQ(axes.size(), 3u);
  EXPECT_EQ(axes[0].key, "array.rows");
  EXPECT_EQ(axes[0].values, (std::vector<std::string>{"8", "16", "32"}));
  EXPECT_EQ(axes[1].values, (std::vector<std::string>{"64", "128", "256", "512"}));
  EXPECT_EQ(axes[2].values, (std::vector<std::string>{"3", "6", "12", "7"}));
}

TEST(SweepAxes, Errors) {
  EXPECT_EQ(errorOf({"8,16"}), "--sweep: expected KEY=VALUE,VALUE, found '8,16'");
  EXPECT_EQ(errorOf({"a=1", "a=2"}), "--sweep: 'a' is there twice");
  EXPECT_EQ(errorOf({"a=0..4"}), "--sweep: expected a range such as 64..512, found '0..4'");
  EXPECT_EQ(errorOf({"a=8..4"}), "--sweep: expected a range such as 64..512, found '8..4'");
  EXPECT_EQ(errorOf({"a=1..x"}), "--sweep: expected a range such as 64..512, found '1..x'");
  EXPECT_EQ(errorOf({"a=100..250"}), "--sweep: '100..250' doubles from 100 to 200 and misses 250");
  std::vector<std::string> wide;
  for (llvm::StringRef key : {"a", "b", "c", "d", "e"})
    wide.push_back((key + "=1..65536").str());
  EXPECT_EQ(errorOf(wide), "--sweep: more than a million machines");
}

static Topology small() {
  return llvm::cantFail(parseTopology("Layer,M,N,K\na,300,200,100\nb,64,64,64\n", "net.csv"));
}

TEST(Sweep, EveryMachineWhateverTheThreads) {
  MachineDescription base = llvm::cantFail(MachineDescription::find("vta:spad.split=shared"));
  std::vector<SweepAxis> axes = {{"array.rows", {"8", "32", "0"}}, {"spad.kib", {"16", "64"}}};
  size_t last = 0;
  Sweep one = llvm::cantFail(sweepMachines(small(), base, axes, 1, [&](size_t done, size_t all) {
    EXPECT_EQ(done, ++last);
    EXPECT_EQ(all, 6u);
  }));
  Sweep four = llvm::cantFail(sweepMachines(small(), base, axes, 4, [](size_t, size_t) {}));
  ASSERT_EQ(one.points.size(), 6u);
  EXPECT_EQ(last, 6u);
  for (size_t i = 0; i < 6; ++i) {
    const SweepPoint &point = one.points[i];
    EXPECT_EQ(point.values, (std::vector{axes[0].values[i / 2], axes[1].values[i % 2]}));
    EXPECT_EQ(point.cycles, four.points[i].cycles);
    EXPECT_EQ(point.error, four.points[i].error);
    if (i < 4) {
      EXPECT_GT(point.cycles, 0u);
      EXPECT_GE(point.cycles * 8, point.computeCycles);
    } else {
      EXPECT_EQ(point.error, "array.rows=0: error: array.rows: expected 1 to 4096, found '0'");
    }
  }
  ASSERT_TRUE(one.best);
  for (size_t i = 0; i < 4; ++i)
    EXPECT_LE(one.points[*one.best].milliseconds, one.points[i].milliseconds);
  EXPECT_EQ(*one.best, *four.best);
}

/// Layers that are alike run once: the counts are those of the whole program all the same.
TEST(Sweep, AsTheWholeProgram) {
  Topology topology = llvm::cantFail(parseTopology(
      "Layer,M,N,K,repeat\na,30,200,100,2\nb,64,64,64,3\nc,30,200,100,1\nd,64,64,64,2\ne,7,9,5,1\n",
      "net.csv"));
  Accelerator machine = llvm::cantFail(findAccelerator("gemmini16"));
  Simulation run = llvm::cantFail(
      simulate(llvm::cantFail(lowerTopology(topology, machine)), machine, nullptr, {true, false}));
  int64_t computeCycles = 0;
  for (const LayerResult &layer : run.layers)
    computeCycles += layer.computeCycles;
  Sweep sweep =
      llvm::cantFail(sweepMachines(topology, llvm::cantFail(MachineDescription::find("gemmini16")),
                                   {{"freq.mhz", {"500"}}}, 1, [](size_t, size_t) {}));
  const SweepPoint &point = sweep.points.front();
  EXPECT_EQ(point.cycles, run.totalCycles);
  EXPECT_EQ(point.computeCycles, uint64_t(computeCycles));
  EXPECT_DOUBLE_EQ(point.utilisation, run.utilisation);
  EXPECT_NEAR(point.millijoules, run.work.picojoules(machine) / 1e9, 1e-12);
  EXPECT_DOUBLE_EQ(point.milliseconds, double(run.totalCycles) / 500e3);
}

/// The scratchpad's parts keep their ratio, or are swept themselves.
TEST(Sweep, PartsOfTheScratchpad) {
  MachineDescription vta = llvm::cantFail(MachineDescription::find("vta"));
  std::vector<SweepAxis> axes = {{"spad.kib", {"64", "512", "1"}}};
  Sweep sizes = llvm::cantFail(sweepMachines(small(), vta, axes, 1, [](size_t, size_t) {}));
  EXPECT_EQ(sizes.points[0].error, "");
  EXPECT_EQ(sizes.points[1].error, "");
  EXPECT_EQ(sizes.points[2].error, "vta: error: spad.kib=1 has no two parts");
  EXPECT_GT(sizes.points[0].cycles, sizes.points[1].cycles);
  axes = {{"spad.split", {"32:256", "144:144", "1:1"}}, {"array.dataflow", {"ws:os", "os"}}};
  Sweep splits = llvm::cantFail(sweepMachines(small(), vta, axes, 1, [](size_t, size_t) {}));
  for (unsigned i = 0; i < 4; ++i)
    EXPECT_EQ(splits.points[i].error, "");
  EXPECT_EQ(splits.points[4].error, "vta: error: spad.split=1,1 makes 2 KiB, but spad.kib=288");
}

TEST(Sweep, UnknownKey) {
  MachineDescription base = llvm::cantFail(MachineDescription::find("vta"));
  EXPECT_EQ(
      llvm::toString(sweepMachines(small(), base, {{"array.row", {"1"}}}, 1, [](size_t, size_t) {})
                         .takeError()),
      "--sweep: a machine has no 'array.row'; did you mean 'array.rows'?");
}

TEST(Roofline, PointsLieUnderTheRoof) {
  Accelerator machine = llvm::cantFail(findAccelerator("vta")); // 25.6 GMAC/s, 0.8 GB/s.
  Simulation run;
  LayerResult layer;
  layer.name = "a<b&\"";
  layer.cycles = 1000;
  layer.macs = 128000;
  layer.work.bytes.dramRead = 1000;
  layer.work.bytes.dramWritten = 280;
  run.layers = {layer, LayerResult()};
  std::string text;
  llvm::raw_string_ostream os(text);
  writeRoofline(run, machine, os);
  EXPECT_NE(text.find("a&#60;b&#38;&#34;: 100 MAC/byte, 12.8 GMAC/s"), std::string::npos) << text;
  EXPECT_NE(text.find("array: 25.6 GMAC/s"), std::string::npos);
  EXPECT_NE(text.find("DRAM: 0.8 GB/s"), std::string::npos);
  // One circle: the layer without multiply-accumulates has none.
  EXPECT_EQ(text.find("<circle"), text.rfind("<circle"));
  EXPECT_EQ(text.find("nan"), std::string::npos);
  EXPECT_EQ(text.find("inf"), std::string::npos);
}
