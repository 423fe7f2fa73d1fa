//===- TopologyTest.cpp - SCALE-Sim's networks and machines ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/Topology.h"
#include "fovea/Sim/Simulator.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

//===----------------------------------------------------------------------===//
// Topology files
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral heading =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
    "Strides,\n";

static Topology parsed(const llvm::Twine &text) {
  return llvm::cantFail(parseTopology(text.str(), "net.csv"));
}

static std::string errorOf(const llvm::Twine &text) {
  llvm::Expected<Topology> topology = parseTopology(text.str(), "net.csv");
  return topology ? "" : llvm::toString(topology.takeError());
}

TEST(Topology, Convolutions) {
  Topology topology = parsed(heading + "Conv1, 224, 224, 7,7, 3, 64, 2,\r\n\n"
                                       "wide,8,20,3,5,16,32,1,3,1:1,\nlast,5,5,5,5,1,1,1");
  ASSERT_EQ(topology.size(), 3u);
  EXPECT_EQ(topology[0].name, "Conv1");
  EXPECT_EQ(topology[0].location, "net.csv:2:1");
  // (224 - 7 + 2) / 2 rounded up, as SCALE-Sim does: the last window reaches past the image.
  EXPECT_EQ(topology[0].product().pixels, 110 * 110);
  EXPECT_EQ(topology[0].product().window, 147);
  EXPECT_EQ(topology[0].product().filters, 64);
  EXPECT_EQ(topology[1].outHeight(), 6);
  EXPECT_EQ(topology[1].outWidth(), 6); // (20 - 5) / 3 + 1
  EXPECT_EQ(topology[2].product().macs(), 25);
}

TEST(Topology, MatrixProducts) {
  Topology topology = parsed("Layer, M, N, K,\nff1, 128, 3072, 768,\nff2,1,1,1,1:1,\n");
  ASSERT_EQ(topology.size(), 2u);
  EXPECT_EQ(topology[0].product().pixels, 128);
  EXPECT_EQ(topology[0].product().filters, 3072);
  EXPECT_EQ(topology[0].product().window, 768);
}

TEST(Topology, Repeats) {
  Topology topology = parsed("Layer, M, N, K, Repeat,\nheads, 64, 64, 32, 12,\n");
  EXPECT_EQ(topology[0].repeat, 12);
  topology = parsed(heading + "Conv2DP, 10, 10, 3, 3, 32, 1, 1,\n");
  EXPECT_EQ(topology[0].repeat, 32);
  EXPECT_EQ(topology[0].product().window, 9);
}

TEST(Topology, Errors) {
  EXPECT_EQ(errorOf(""), "net.csv:1:1: error: there are no layers");
  EXPECT_EQ(errorOf(heading), "net.csv:1:1: error: there are no layers");
  EXPECT_EQ(errorOf("c1,8,8,3,3,4,4,1,\n"),
            "net.csv:1:4: error: expected a line that names the columns, found a layer");
  EXPECT_EQ(
      errorOf("Layer, M, K\n"),
      "net.csv:1:1: error: expected the names of 8 columns, or of layer, M, N and K; found 3");
  EXPECT_EQ(errorOf(heading + "c1,8,8,3,3,4,4,\n"),
            "net.csv:2:1: error: expected 8 values, found 7");
  EXPECT_EQ(errorOf(heading + "c1,8,8,3, x ,4,0,-1,\n"),
            "net.csv:2:11: error: expected a number from 1 to 16777216, found 'x'\n"
            "net.csv:2:16: error: expected a number from 1 to 16777216, found '0'\n"
            "net.csv:2:18: error: expected a number from 1 to 16777216, found '-1'");
  EXPECT_EQ(errorOf(heading + "c1,8,2,9,3,4,4,1,\n"),
            "net.csv:2:8: error: a kernel of 9 rows on 8\n"
            "net.csv:2:10: error: a kernel of 3 columns on 2");
  EXPECT_EQ(
      errorOf(heading + "c1,8,8,3,3,4,4,1,2:4,\n"),
      "net.csv:2:18: error: expected the sparsity 1:1, the only one that there is here, found "
      "'2:4'");
  EXPECT_EQ(
      errorOf(heading + "c1,99999999999999999999,8,3,3,4,4,1,\n"),
      "net.csv:2:4: error: expected a number from 1 to 16777216, found '99999999999999999999'");
  EXPECT_EQ(errorOf(heading + "c1,16777216,16777216,1,1,16777216,1,16777216,\n"),
            "net.csv:2:1: error: an input of more than 2^40 elements");
  EXPECT_EQ(errorOf(heading + "c1,65536,65536,1,1,1,1,1,\n"),
            "net.csv:2:1: error: more than 2^31 pixels, or elements of a window");
  EXPECT_EQ(errorOf("Layer,M,N,K\na,16777216,16777215,1\nb,1,1,1\n"), "");
  EXPECT_EQ(errorOf("Layer,M,N,K\na,16777216,16777216,1\nb,65536,16777216,65536\n"),
            "net.csv:3:1: error: the network has more than 2^48 multiply-accumulates");
  EXPECT_EQ(llvm::toString(readTopology("/nowhere/net.csv").takeError()),
            "cannot read '/nowhere/net.csv': No such file or directory");
}

//===----------------------------------------------------------------------===//
// Configuration files
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral presets = "[general]\nrun_name = scale\n\n"
                                               "[architecture_presets]\n"
                                               "ArrayHeight:    32\n"
                                               "ArrayWidth:     16\n"
                                               "IfmapSramSzkB:    64\n"
                                               "FilterSramSzkB:   128\n"
                                               "OfmapSramSzkB:    32\n"
                                               "IfmapOffset:    0\n"
                                               "Bandwidth : 10,20\n"
                                               "Dataflow : is\n";

static std::string configErrorOf(const llvm::Twine &text) {
  llvm::Expected<MachineDescription> description =
      MachineDescription::parseScalesimConfig(text.str(), "s.cfg");
  if (!description)
    return llvm::toString(description.takeError());
  llvm::Expected<Accelerator> machine = description->build();
  return machine ? "" : llvm::toString(machine.takeError());
}

TEST(ScalesimConfig, Presets) {
  MachineDescription description = llvm::cantFail(MachineDescription::parseScalesimConfig(
      (presets + "[run_presets]\nInterfaceBandwidth: USER\n").str(), "s.cfg"));
  Accelerator machine = llvm::cantFail(description.build());
  EXPECT_EQ(machine.name, "s");
  EXPECT_EQ(machine.rows, 32);
  EXPECT_EQ(machine.cols, 16);
  EXPECT_EQ(machine.spadActivationBytes, 64 << 10);
  EXPECT_EQ(machine.spadWeightBytes, 128 << 10);
  EXPECT_EQ(machine.spadBytes, 192 << 10);
  EXPECT_EQ(machine.accBytes, 32 << 10);
  EXPECT_EQ(machine.dmaBytesPerCycle, 10);
  EXPECT_EQ(machine.dmaLatency, 0);
  EXPECT_EQ(machine.dataflows, std::vector{Dataflow::InputStationary});
  EXPECT_EQ(machine.timing, ArrayTiming::Scalesim);
  description = llvm::cantFail(MachineDescription::parseScalesimConfig(
      (presets + "[run_presets]\ninterfacebandwidth = CALC\n").str(), "s.cfg"));
  EXPECT_EQ(llvm::cantFail(description.build()).dmaBytesPerCycle, 65536);
}

TEST(ScalesimConfig, Errors) {
  EXPECT_EQ(configErrorOf(presets + "ArrayHeigth: 3\narraywidth: 4\n"),
            "s.cfg:13:1: error: unknown preset 'ArrayHeigth'; did you mean 'arrayheight'?\n"
            "s.cfg:14:1: error: 'arraywidth' is given twice");
  EXPECT_EQ(configErrorOf("ArrayHeight: 3\n"),
            "s.cfg:1:1: error: expected [section] or key = value, found 'ArrayHeight: 3'\n"
            "s.cfg:1:1: error: [architecture_presets] needs IfmapSramSzkB and FilterSramSzkB");
  EXPECT_EQ(configErrorOf(presets + "[sparsity]\nSparsitySupport : true\n"),
            "s.cfg:14:19: error: sparsity is not supported");
  EXPECT_EQ(configErrorOf(presets + "[run_presets]\nInterfaceBandwidth: MAX\n"),
            "s.cfg:14:21: error: expected CALC or USER, found 'MAX'");
  EXPECT_EQ(
      configErrorOf("[architecture_presets]\nIfmapSramSzkB: x\nFilterSramSzkB: 1\n"
                    "ArrayHeight: 0\n"),
      "s.cfg:4:14: error: array.rows: expected 1 to 4096, found '0'\n"
      "s.cfg:2:16: error: spad.split: expected shared, or two numbers: 64,64 KiB, found 'x,1'");
}

//===----------------------------------------------------------------------===//
// As commands
//===----------------------------------------------------------------------===//

/// Layers of every kind: dense, strided, wide kernels, depthwise, products, odd extents.
static constexpr llvm::StringLiteral layers = "stem,23,31,7,7,3,40,2,\n"
                                              "same,16,16,3,3,24,33,1,\n"
                                              "point,9,9,1,1,70,50,1,\n"
                                              "skip,15,15,1,1,20,30,2,\n"
                                              "skip3,55,56,1,1,20,3,3,\n"
                                              "reach,10,10,3,3,5,6,2,\n"
                                              "gap,21,21,3,3,4,4,5,\n"
                                              "hugeDP,40,40,35,35,2,3,1,\n"
                                              "far,60,60,2,2,3,4,20,\n"
                                              "fc,1,1,1,1,500,300,1,\n";

static Accelerator machineNamed(llvm::StringRef name) {
  return llvm::cantFail(llvm::cantFail(MachineDescription::find(name)).build());
}

/// Every layer on machines with little memory, so that all loops have several turns. With data: the
/// simulator then checks that tokens order all accesses and that nothing is read unwritten.
TEST(LowerTopology, ProgramsAreOrderedAndComplete) {
  Topology topology = parsed(heading + layers);
  for (llvm::StringRef name :
       {"gemmini16:spad.kib=8:acc.kib=4", "gemmini16:array.dataflow=os:spad.kib=4:acc.kib=4",
        "scalesim32", "scalesim32:array.dataflow=is:spad.split=5,3:spad.kib=8:acc.kib=2",
        "eyeriss-like:spad.kib=6", "vta", "tpu1"}) {
    SCOPED_TRACE(name.str());
    Accelerator machine = machineNamed(name);
    Program program = llvm::cantFail(lowerTopology(topology, machine));
    ASSERT_EQ(program.layers.size(), topology.size());
    program.tensors.push_back({"everything",
                               TensorRole::Input,
                               ElementKind::Narrow,
                               {int64_t(program.dramUnits)},
                               0,
                               ""});
    Dram dram = llvm::cantFail(Dram::forProgram(program, machine));
    llvm::Expected<Simulation> run = simulate(program, machine, &dram);
    ASSERT_TRUE(bool(run)) << llvm::toString(run.takeError());
    llvm::Expected<Simulation> timing =
        simulate(program, machine, nullptr, {/*timingOnly=*/true, /*records=*/false});
    ASSERT_TRUE(bool(timing)) << llvm::toString(timing.takeError());
    EXPECT_EQ(timing->totalCycles, run->totalCycles);
    for (size_t i = 0; i < topology.size(); ++i) {
      const TopologyLayer &layer = topology[i];
      const LayerResult &result = run->layers[i];
      MatrixProduct product = layer.product();
      EXPECT_EQ(result.macs, result.work.macs);
      EXPECT_EQ(result.work.macs, uint64_t(product.macs() * layer.repeat)) << layer.name;
      // Results are stored once, weights and the inputs that windows touch loaded once or more.
      int64_t bytes = machine.input.bytes() * layer.repeat;
      EXPECT_EQ(result.work.bytes.dramWritten, uint64_t(bytes * product.pixels * product.filters))
          << layer.name;
      EXPECT_GE(result.work.bytes.dramRead, uint64_t(bytes * product.window * product.filters))
          << layer.name;
      int64_t expected =
          closedForm(product, machine.dataflows.front(), machine.rows, machine.cols).total *
          layer.repeat;
      if (!machine.preloadOverlap) {
        EXPECT_EQ(result.computeCycles, expected) << layer.name;
      }
      EXPECT_GT(result.cycles, 0u);
    }
  }
}

TEST(LowerTopology, LayersThatDoNotFit) {
  Topology topology = parsed(heading + "c,64,64,32,32,8,8,1,\n");
  EXPECT_EQ(
      llvm::toString(
          lowerTopology(topology, machineNamed("gemmini16:spad.kib=1:acc.kib=1")).takeError()),
      "net.csv:2:1: error: layer 'c': half of the local memories of "
      "gemmini16:spad.kib=1:acc.kib=1 do not hold a single pixel of it");
  topology = parsed("Layer,M,N,K\na,16777216,1024,16\n");
  EXPECT_EQ(
      llvm::toString(lowerTopology(topology, machineNamed("tpu1")).takeError()),
      "net.csv:2:1: error: layer 'a': inputs, weights and results are more than 2^32 units of "
      "DRAM");
  EXPECT_EQ(
      llvm::toString(
          lowerTopology(parsed("Layer,M,N,K,repeat\na,64,64,4,16777216\n"), machineNamed("tpu1"))
              .takeError()),
      "net.csv:2:1: error: layer 'a': up to here the network takes more than 1048576 products of "
      "tiles on tpu1");
}

TEST(LowerTopology, ResNet50) {
  Topology topology =
      llvm::cantFail(readTopology(FOVEA_SOURCE_DIR "/test/Sim/topologies/resnet50.csv"));
  int64_t macs = 0;
  for (const TopologyLayer &layer : topology)
    macs += layer.product().macs();
  EXPECT_EQ(topology.size(), 54u);
  EXPECT_EQ(macs, 4089184256); // As `fovea cost` counts nn/resnet.cnn's.
}

/// At the ends of what a command has room for, the program still passes every check.
TEST(LowerTopology, ExtremesAreChecked) {
  for (llvm::StringRef layer :
       {"a,4100,70,1,1,16,16,1,", "b,70,4100,1,1,16,16,1,", "c,5000,5,3,3,3,5,1,",
        "d,5,5000,3,3,3,5,1,", "e,40,40,32,32,2,3,8,", "f,1,1,1,1,40000,40000,1,",
        "g,129,129,1,1,8000,3,16,", "h,33,33,2,2,5000,2,16,", "i,300,300,5,5,64,9000,15,"})
    for (llvm::StringRef name : {"tpu1", "vta", "tpu1:spad.kib=262144:acc.kib=65536"}) {
      SCOPED_TRACE((layer + " on " + name).str());
      Accelerator machine = machineNamed(name);
      llvm::Expected<Program> program = lowerTopology(parsed(heading + layer), machine);
      ASSERT_TRUE(bool(program)) << llvm::toString(program.takeError());
      llvm::Error error = checkProgram(*program, machine);
      EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
    }
}
