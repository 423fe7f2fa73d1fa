//===- MachineFileTest.cpp - Machines as text -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/MachineFile.h"
#include "llvm/ADT/StringExtras.h"
#include <gtest/gtest.h>

using namespace fovea;

static constexpr llvm::StringLiteral least = "array.rows=4 array.cols=8 spad.kib=64\n"
                                             "dma.bytes_per_cycle=16\n";

static Accelerator parsed(const llvm::Twine &text) {
  return llvm::cantFail(parseAccelerator(text.str(), "m.accel"));
}

static std::string errorOf(const llvm::Twine &text) {
  llvm::Expected<Accelerator> machine = parseAccelerator(text.str(), "m.accel");
  return machine ? "" : llvm::toString(machine.takeError());
}

TEST(MachineFile, FactsAndDefaults) {
  Accelerator machine = parsed(least + "type.acc=i24 # type.in=i16\n\tdma.engines=1r+1w\r\n"
                                       "array.dataflow=is,ws queue.st=3 rob.vx=5 spad.split=16,48");
  EXPECT_EQ(machine.name, "m");
  EXPECT_EQ(machine.rows, 4);
  EXPECT_EQ(machine.cols, 8);
  EXPECT_EQ(machine.spadBytes, 64 << 10);
  EXPECT_EQ(machine.spadActivationBytes, 16 << 10);
  EXPECT_EQ(machine.spadWeightBytes, 48 << 10);
  EXPECT_EQ(machine.input.bits, 8u);
  EXPECT_EQ(machine.accumulator.bits, 24u);
  EXPECT_EQ(machine.partialSum.bits, 24u); // As the accumulator.
  EXPECT_EQ(machine.dataflows,
            (std::vector{Dataflow::InputStationary, Dataflow::WeightStationary}));
  EXPECT_EQ(machine.queues[3].depth, 3);
  EXPECT_EQ(machine.queues[2].inFlight, 5);
  EXPECT_FALSE(machine.dmaReadsAndWritesShare);
  EXPECT_EQ(machine.megahertz, 1000);
}

TEST(MachineFile, BurstsInFlight) {
  // 16 bytes a cycle for 100 cycles of latency and 4 of a burst of 64 bytes.
  EXPECT_EQ(parsed(least).dmaInFlight, 26);
  EXPECT_EQ(parsed(least + "dma.latency=0").dmaInFlight, 1);
  EXPECT_EQ(parsed(least + "dma.inflight=3").dmaInFlight, 3);
}

TEST(MachineFile, EnergiesAreGivenOrEstimated) {
  Accelerator machine = parsed(least + "spad.banks=2 energy.dram_pj=7.5");
  EXPECT_TRUE(machine.energy.estimated);
  EXPECT_EQ(machine.energy.dramByte, 7.5);
  EXPECT_EQ(machine.energy.mac, 0.3);      // 0.2 for 8 x 8 bits, 0.1 for a sum of 32.
  EXPECT_EQ(machine.energy.spadByte, 2.5); // 1.25 at 8 KiB, twice that at four times the size.
  EXPECT_EQ(machine.energy.vectorOp, 3.3); // 3.2 for 32 x 32 bits, 0.1 for a sum.
  machine = parsed(least + "energy.mac_pj=1 energy.spad_pj=2 energy.acc_pj=3 energy.dram_pj=4 "
                           "energy.vector_pj=0");
  EXPECT_FALSE(machine.energy.estimated);
  EXPECT_EQ(machine.energy.vectorOp, 0);
}

TEST(MachineFile, PrintedIsParsedBack) {
  for (llvm::StringRef name : acceleratorNames()) {
    llvm::Expected<Accelerator> machine = findAccelerator(name);
    if (!machine) {
      EXPECT_EQ(name, "nvdla-large");
      llvm::consumeError(machine.takeError());
      continue;
    }
    std::string text = printAccelerator(*machine);
    llvm::Expected<Accelerator> again = parseAccelerator(text, name);
    ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
    EXPECT_EQ(printAccelerator(*again), text);
    EXPECT_FALSE(again->energy.estimated); // Every fact is given.
  }
}

TEST(MachineFile, EnergiesKeepTheirDigits) {
  Accelerator machine = llvm::cantFail(
      findAccelerator("gemmini16:energy.mac_pj=0.123456789:energy.dram_pj=12345.6789"));
  std::string text = printAccelerator(machine);
  EXPECT_NE(text.find("energy.mac_pj=0.123456789\n"), std::string::npos) << text;
  EXPECT_NE(text.find("energy.dram_pj=12345.6789\n"), std::string::npos) << text;
}

TEST(MachineFile, MachinesThatArePartOfFovea) {
  Accelerator machine = llvm::cantFail(findAccelerator("gemmini16"));
  EXPECT_EQ(machine.dataflows,
            (std::vector{Dataflow::WeightStationary, Dataflow::OutputStationary}));
  EXPECT_TRUE(machine.preloadOverlap);
  EXPECT_EQ(machine.partialSum.bits, 20u);
  EXPECT_EQ(machine.queues[3].depth, 2);
  EXPECT_EQ(machine.queues[1].inFlight, 16);
  EXPECT_TRUE(machine.shiftInAddressGenerator);
  machine = llvm::cantFail(findAccelerator("scalesim32"));
  EXPECT_EQ(machine.timing, ArrayTiming::Scalesim);
  EXPECT_EQ(machine.dmaLatency, 0);
  EXPECT_EQ(llvm::cantFail(findAccelerator("vta")).microOpBytes, 32 << 10);
  EXPECT_EQ(
      llvm::toString(findAccelerator("nvdla-large").takeError()),
      "nvdla-large.accel:2:47: error: array.timing: the timing of NVDLA's performance sheet is not "
      "supported; there are folds or scalesim");
}

TEST(MachineFile, FactsReplaced) {
  Accelerator machine = llvm::cantFail(findAccelerator("tpu1:array.rows=128:freq.mhz=940"));
  EXPECT_EQ(machine.name, "tpu1:array.rows=128:freq.mhz=940");
  EXPECT_EQ(machine.rows, 128);
  EXPECT_EQ(machine.cols, 256);
  EXPECT_EQ(machine.megahertz, 940);
  machine = llvm::cantFail(findAccelerator("scalesim32:spad.split=shared:spad.kib=512"));
  EXPECT_EQ(machine.spadActivationBytes, 0);
  EXPECT_EQ(llvm::toString(findAccelerator("tpu1:array.rows=x").takeError()),
            "tpu1:array.rows=x: error: array.rows: expected 1 to 4096, found 'x'");
  EXPECT_EQ(llvm::toString(findAccelerator("tpu1:array.row=1").takeError()),
            "a machine has no 'array.row'; did you mean 'array.rows'?");
  EXPECT_EQ(llvm::toString(findAccelerator("tpu2").takeError()),
            "unknown machine 'tpu2'; did you mean 'tpu1'?");
  EXPECT_EQ(llvm::toString(findAccelerator("abacus").takeError()),
            "unknown machine 'abacus'; there are eyeriss-like, gemmini16, nvdla-large, scalesim32, "
            "tpu1, vta, or give a file.accel");
  EXPECT_EQ(llvm::toString(findAccelerator("/nowhere/m.accel").takeError()),
            "cannot read '/nowhere/m.accel': No such file or directory");
}

TEST(MachineFile, ErrorsOfTheText) {
  EXPECT_EQ(errorOf("array.rows"), "m.accel:1:1: error: expected key=value, found 'array.rows'");
  EXPECT_EQ(errorOf(least + "array.colls=3 array.rows=4"),
            "m.accel:3:1: error: a machine has no 'array.colls'; did you mean 'array.cols'?\n"
            "m.accel:3:15: error: array.rows is given twice");
  EXPECT_EQ(errorOf("wormhole=3"),
            "m.accel:1:1: error: a machine has no 'wormhole'; fovea machines --keys "
            "lists what it has");
  EXPECT_EQ(errorOf(std::string("\x01\n\xff=1", 5)),
            "m.accel:1:1: error: expected key=value, found '\\01'\n"
            "m.accel:2:1: error: a machine has no '\\FF'; fovea machines --keys lists what it has");
}

TEST(MachineFile, ErrorsOfValues) {
  struct {
    const char *fact, *error;
  } cases[] = {
      {"freq.mhz=0", "freq.mhz: expected 1 to 100000 MHz, found '0'"},
      {"freq.mhz=-5", "freq.mhz: expected 1 to 100000 MHz, found '-5'"},
      {"freq.mhz=", "freq.mhz: expected 1 to 100000 MHz, found ''"},
      {"freq.mhz=99999999999999999999",
       "freq.mhz: expected 1 to 100000 MHz, found '99999999999999999999'"},
      {"acc.kib=1e3", "acc.kib: expected 1 to 65536 KiB, found '1e3'"},
      {"array.dataflow=rs", "array.dataflow: expected some of ws,os,is, found 'rs'"},
      {"array.dataflow=ws,ws", "array.dataflow: 'ws' is there twice"},
      {"array.preload_overlap=yes", "array.preload_overlap: expected false or true, found 'yes'"},
      {"array.timing=exact", "array.timing: expected folds or scalesim, found 'exact'"},
      {"type.in=f32", "type.in: expected i2 to i16, found 'f32'"},
      {"type.in=i32", "type.in: expected i2 to i16, found 'i32'"},
      {"dma.engines=2", "dma.engines: expected 1r+1w or 1rw, found '2'"},
      {"spad.split=64", "spad.split: expected shared, or two numbers: 64,64 KiB, found '64'"},
      {"energy.mac_pj=much", "energy.mac_pj: expected a number, found 'much'"},
      {"energy.mac_pj=nan", "energy.mac_pj: expected a number, found 'nan'"},
      {"energy.mac_pj=-1", "energy.mac_pj: expected 0 to 1000000 pJ, found '-1'"},
  };
  for (auto [fact, error] : cases)
    EXPECT_EQ(errorOf(least + fact), std::string("m.accel:3:1: error: ") + error);
}

TEST(MachineFile, FactsAtOdds) {
  struct {
    const char *facts, *error;
  } cases[] = {
      {"type.w=i16", "type.w=i16 is wider than type.in=i8"},
      {"type.acc=i16 type.psum=i20", "type.psum=i20 is wider than type.acc=i16"},
      {"spad.split=32,16", "spad.split=32,16 makes 48 KiB, but spad.kib=64"},
      {"spad.banks=7", "spad.kib=64 has no 7 equal banks"},
      {"acc.banks=3", "acc.kib=64 has no 3 equal banks"},
      {"acc.kib=65536 type.acc=i24",
       "acc.kib=65536 holds more than the 16777216 elements that have an address"},
      {"array.timing=scalesim array.preload_overlap=true",
       "array.timing=scalesim knows no array.preload_overlap=true"},
  };
  for (auto [facts, error] : cases)
    EXPECT_EQ(errorOf(least + facts), std::string("m: error: ") + error);
  EXPECT_EQ(
      errorOf("array.rows=4 array.cols=4 dma.bytes_per_cycle=1 spad.kib=524288"),
      "m: error: spad.kib=524288 holds more than the 268435456 elements that have an address");
  EXPECT_EQ(errorOf("array.rows=4"),
            "m: error: array.cols is missing: columns of the MAC array\n"
            "m: error: spad.kib is missing: scratchpad: activations and weights\n"
            "m: error: dma.bytes_per_cycle is missing: of an engine, to or from DRAM");
}

/// Every key is kept at both ends of its range, and an error beyond them.
TEST(MachineFile, EveryKey) {
  for (const MachineKey &key : machineKeys()) {
    Accelerator machine;
    EXPECT_FALSE(key.meaning.empty());
    EXPECT_FALSE(rangeOf(key).empty());
    EXPECT_FALSE(defaultOf(key).empty());
    if (key.greatest == 0)
      continue;
    bool isType = std::holds_alternative<IntegerType &(*)(Accelerator &)>(key.place);
    bool isSplit = std::holds_alternative<Accelerator &(*)(Accelerator &)>(key.place);
    for (int64_t value : {key.least - 1, key.least, key.greatest, key.greatest + 1}) {
      bool isIn = value >= key.least && value <= key.greatest;
      std::string text = (isType ? "i" : "") + std::to_string(value);
      text += isSplit ? "," + text : "";
      MachineDescription description("m");
      llvm::cantFail(description.set(key.name, text));
      EXPECT_TRUE(description.gives(key.name));
      // What other facts object to is no matter here: only whether the value itself is taken.
      llvm::Expected<Accelerator> built = description.build();
      std::string error = built ? "" : llvm::toString(built.takeError());
      EXPECT_EQ(error.find("expected") == std::string::npos, isIn)
          << key.name.str() << "=" << text << ": " << error;
    }
  }
}
