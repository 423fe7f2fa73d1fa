//===- TimingTest.cpp - Cycles by the formulas of docs/accelerator.md -----===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SimTesting.h"
#include "fovea/Support/Random.h"
#include "lib/Sim/Divider.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

namespace {
const std::string gemmini = "gemmini16"; // 16 bytes a cycle, bursts of 64, 16 of them, latency 60.

Simulation timingOf(const std::string &commands, const std::string &machine = gemmini) {
  Program program =
      parseProgram(".input x narrow [65536]\n.output y narrow [65536]\n" + commands + "halt\n");
  return valueOf(simulate(program, machineNamed(machine), nullptr, {true, /*records=*/true}));
}

/// Cycles of the first command.
uint64_t cyclesOf(const std::string &command, const std::string &machine = gemmini) {
  CommandRecord record = timingOf(command + "\n", machine).records[0];
  EXPECT_EQ(record.begin, 1u); // The dispatcher takes one.
  return record.end - record.begin;
}

TEST(Timing, Dma) {
  EXPECT_EQ(cyclesOf("ld dst=spad[0] src=x n0=1024"), 64 + 60u);
  EXPECT_EQ(cyclesOf("ld dst=spad[0] src=x n0=1025"), 65 + 60u);
  // Rows that join are one, others have a cycle of the bus each.
  EXPECT_EQ(cyclesOf("ld dst=spad[0] src=x n0=8 n1=4 src1=8 dst1=16"), 4 + 60u);
  EXPECT_EQ(cyclesOf("ld dst=spad[0] src=x n0=24 n1=4 src1=100 dst1=32"), 4 * 2 + 60u);
  EXPECT_EQ(cyclesOf("ld dst=spad[0] src=x n0=16 n1=2 n2=3 src1=16 src2=32 dst1=16 dst2=32"),
            6 + 60u);
  EXPECT_EQ(cyclesOf("ld dst=acc[0] src=x n0=16 n1=4 dst1=16 wide"), 4 * 4 + 60u);
  // Fill takes a row of the local memory each.
  EXPECT_EQ(cyclesOf("ld dst=spad[0] src=x n0=16 n1=1 dst1=16 before1=15"), 16 + 60u);
  // One burst at a time: 16 of them, each 4 cycles of the bus and 60 until the next one begins.
  EXPECT_EQ(cyclesOf("ld dst=spad[0] src=x n0=1024", gemmini + ":dma.inflight=1"), 15 * 64 + 60u);
  EXPECT_EQ(cyclesOf("st dst=y src=spad[0] n0=1024"), 64 + 60u);
  EXPECT_EQ(cyclesOf("st dst=y src=acc[0] n0=16"), 4 + 60u);
}

/// Bursts in flight are the engine's matter: no way of sharing them out among commands beats it.
TEST(Timing, SplitTransfersAreNoFaster) {
  auto row = [](int row) {
    return "ld dst=spad[" + std::to_string(64 * row) + "] src=dram[" + std::to_string(100 * row) +
           "]";
  };
  for (int inFlight : {1, 3, 16, 64}) {
    std::string machine =
        gemmini + ":dma.inflight=" + std::to_string(inFlight) + ":rob.ld=100:queue.ld=100";
    uint64_t whole = timingOf(row(0) + " n0=64 n1=96 src1=100 dst1=64\n", machine).records[0].end;
    for (int rows : {1, 2, 5, 48}) {
      std::string parts;
      for (int first = 0; first < 96; first += rows)
        parts += row(first) + " n0=64 n1=" + std::to_string(std::min(rows, 96 - first)) +
                 " src1=100 dst1=64\n";
      Simulation run = timingOf(parts, machine);
      EXPECT_GE(run.records[(96 + rows - 1) / rows - 1].end, whole)
          << rows << " rows a command, " << inFlight << " bursts in flight";
    }
  }
  // One burst at a time: the same cycles for one command and for 96.
  std::string parts;
  for (int i = 0; i < 96; ++i)
    parts += row(i) + " n0=64\n";
  EXPECT_EQ(timingOf(parts, gemmini + ":dma.inflight=1").records[95].end, 1 + 95 * 64 + 60u);
}

TEST(Timing, BothDirectionsShareTheBurstsOfAnEngine) {
  const std::string one = gemmini + ":dma.engines=1rw:dma.inflight=1";
  Simulation run = timingOf("ld dst=spad[0] src=x n0=64\nst dst=y src=spad[65536] n0=64\n", one);
  EXPECT_EQ(run.records[1].end - run.records[0].begin, 64 + 60u);
}

TEST(Timing, ARunHasAnEnd) {
  std::string text = ".input x narrow [268435456]\n", load =
                                                          "ld dst=spad[0] src=x n0=65536 n1=4096 "
                                                          "src1=65536 dst1=65536\n";
  for (int i = 0; i < 4100; ++i) // 2^48 cycles each.
    text += load;
  Accelerator machine =
      machineNamed(gemmini + ":spad.kib=262144:dma.latency=1048576:dma.inflight=1:dma.burst=1");
  llvm::Expected<Simulation> run =
      simulate(parseProgram(text + "halt\n"), machine, nullptr, {/*timingOnly=*/true});
  ASSERT_FALSE(bool(run));
  EXPECT_EQ(llvm::toString(run.takeError()),
            "command 4095 (ld dst=spad[0] src=dram[0] n0=65536 n1=4096 src1=65536 dst1=65536): the "
            "run takes more than 2^60 cycles");
}

TEST(Timing, VectorUnit) {
  const std::string image = " h=8 w=8 c=20 oh=8 ow=8";
  EXPECT_EQ(
      cyclesOf("dwc a=spad[0] b=spad[0] acc=acc[0]" + image + " kh=3 kw=3 lda=20 ldb=20 ldacc=20"),
      1 + 64 * 9 * 2u);
  EXPECT_EQ(cyclesOf("pool src=spad[0] dst=spad[0]" + image + " kh=2 kw=2 lds=20 ldd=20"),
            1 + 64 * 4 * 2u);
  EXPECT_EQ(cyclesOf("resize src=spad[0] dst=spad[0]" + image + " lds=20 ldd=20"), 1 + 64 * 2u);
  EXPECT_EQ(cyclesOf("resize src=spad[0] dst=spad[0] kind=bilinear" + image + " lds=20 ldd=20"),
            1 + 64 * 4 * 2u);
  EXPECT_EQ(cyclesOf("shift src=spad[0] dst=spad[4096] h=8 w=8 c=20 lds=20 ldd=20"), 1 + 64 * 2u);
  const std::string rows = " n0=17 n1=10";
  EXPECT_EQ(cyclesOf("elt x=spad[0] y=spad[0] dst=spad[0] ldd=17" + rows), 1 + 20u);
  EXPECT_EQ(cyclesOf("elt x=spad[0] y=spad[0] dst=spad[0] qx=1 qy=1 ldd=17" + rows), 1 + 60u);
  EXPECT_EQ(cyclesOf("rq src=acc[0] dst=spad[0] ldd=17" + rows), 1 + 20u);
  EXPECT_EQ(cyclesOf("lut src=spad[0] dst=spad[0] table=0 ldd=17" + rows), 1 + 20u);
  EXPECT_EQ(cyclesOf("reduce src=spad[0] acc=acc[0] n=10 c=17 lds=17"), 1 + 20u);
  EXPECT_EQ(cyclesOf("copy src=spad[0] dst=spad[0] src0=1 dst0=1 dst1=17" + rows), 1 + 20u);
  EXPECT_EQ(cyclesOf("copy src=spad[0] dst=spad[0] src0=2 dst0=1 dst1=17" + rows), 1 + 170u);
}

const std::string product =
    "gemm a=spad[0] b=spad[0] acc=acc[0] m=64 k=16 n=16 lda=16 ldb=16 ldacc=16\n";

TEST(Timing, ProductsHideTheirFillBehindOneAnother) {
  Simulation run = timingOf(product + product);
  EXPECT_EQ(run.records[0].end, 1 + 2 * 16 + 16 + 64 - 3u);
  EXPECT_EQ(run.records[1].begin, 1 + 64u);
  EXPECT_EQ(run.records[1].end, run.records[0].end + 64);
  EXPECT_EQ(run.work.stalls[unsigned(Stall::ArrayFill)], 2 * 16 + 16 - 3u);
  Simulation apart = timingOf(product + product, gemmini + ":array.preload_overlap=false");
  EXPECT_EQ(apart.records[1].begin, apart.records[0].end);
  EXPECT_EQ(apart.work.stalls[unsigned(Stall::ArrayFill)], 2 * (2 * 16 + 16 - 3u));
}

const std::string load = "ld dst=spad[0] src=x n0=1024\n";

TEST(Timing, TransfersOverlapWithLatency) {
  Simulation run = timingOf(load + load);
  EXPECT_EQ(run.records[1].begin, 1 + 64u);
  EXPECT_EQ(run.work.busy[0], 2 * 64 + 60u);
  Simulation one = timingOf(load + load, gemmini + ":rob.ld=1");
  EXPECT_EQ(one.records[1].begin, 1 + 64 + 60u);
  EXPECT_EQ(one.records[1].cause, Stall::InFlight);
  EXPECT_EQ(one.records[1].stalled, 60u);
}

TEST(Timing, BothDirectionsMayShareAnEngine) {
  const std::string store = "st dst=y src=spad[65536] n0=16\n";
  EXPECT_EQ(timingOf(load + store).records[1].begin, 2u);
  Simulation shared = timingOf(load + store, gemmini + ":dma.engines=1rw");
  EXPECT_EQ(shared.records[1].begin, 1 + 64u);
  EXPECT_EQ(shared.records[1].cause, Stall::DmaBusy);
}

TEST(Timing, BanksServeARowACycle) {
  // LD writes 64 rows from 1 on; the table's results, 100 rows in 101 cycles, come from 2 on.
  auto lookup = [](const std::string &to) {
    return "lut src=spad[0] dst=spad[" + to + "] table=0 n0=16 n1=100 lds=16 ldd=16\n";
  };
  Simulation same = timingOf(load + lookup("8192"));
  EXPECT_EQ(same.work.stalls[unsigned(Stall::BankConflict)], 63 * 100 / 101u);
  EXPECT_EQ(same.records[1].end, 2 + 101 + 62u);
  EXPECT_EQ(timingOf(load + lookup("65536")).records[1].end, 2 + 101u);
}

TEST(Timing, AFullQueueHoldsTheDispatcherUp) {
  Simulation run = timingOf(load + load + load, gemmini + ":queue.ld=1");
  EXPECT_EQ(run.records[1].dispatched, 2u);  // The first one has begun.
  EXPECT_EQ(run.records[2].dispatched, 66u); // When the second one has.
  EXPECT_EQ(run.queueFull, 63u);
}

TEST(Timing, FencesWaitForEverything) {
  Simulation run = timingOf(load + "fence\n" + product);
  EXPECT_EQ(run.records[1].end, 1 + 64 + 60 + 1u);
  EXPECT_EQ(run.records[2].begin, run.records[1].end + 1);
  EXPECT_EQ(run.totalCycles, run.records[2].end + 1);
}

TEST(Timing, LayersAddUp) {
  Simulation run = timingOf(".layer \"a\" pixels=64 filters=16 window=16 repeat=3\n" + product +
                            ".layer \"b\"\n" + load);
  ASSERT_EQ(run.layers.size(), 2u);
  EXPECT_EQ(run.layers[0].computeCycles, 3 * (2 * 16 + 16 + 64 - 3));
  EXPECT_EQ(run.layers[0].cycles, run.records[0].end);
  EXPECT_EQ(run.layers[1].cycles, run.totalCycles - run.records[0].end);
  EXPECT_EQ(run.layers[1].computeCycles, 0);
  EXPECT_DOUBLE_EQ(run.layers[0].utilisation,
                   3 * 64.0 * 16 * 16 / (256.0 * double(run.layers[0].cycles)));
}

TEST(Timing, ArrayTrafficFollowsTheFolds) {
  // 3 folds of the window, 2 of the filters.
  const std::string text =
      "gemm a=spad[0] b=spad[0] acc=acc[0] m=20 k=40 n=30 lda=40 ldb=30 ldacc=30 dataflow=";
  Traffic ws = timingOf(text + "ws\n").work.bytes, os = timingOf(text + "os\n").work.bytes;
  EXPECT_EQ(ws.spadRead, 20 * 40 * 2 + 40 * 30u);
  EXPECT_EQ(ws.accWritten, 20 * 30 * 3 * 4u);
  EXPECT_EQ(ws.accRead, 20 * 30 * 2 * 4u);
  EXPECT_EQ(os.spadRead, 20 * 40 * 2 + 40 * 30 * 2u);
  EXPECT_EQ(os.accWritten, 20 * 30 * 4u);
  EXPECT_EQ(os.accRead, 0u);
}

TEST(Divider, IsExact) {
  RandomSequence random(1);
  for (uint64_t divisor : {1, 2, 3, 7, 10, 16, 641, 65535, 65536, 1 << 30, 2147483647}) {
    Divider by(divisor);
    auto check = [&](uint64_t value) {
      ASSERT_EQ(by.floor(value), value / divisor) << value << " / " << divisor;
      ASSERT_EQ(by.ceil(value), (value + divisor - 1) / divisor);
    };
    for (int i = 0; i < 10000; ++i) {
      check(random.next() >> 2 >> random.below(60));
      uint64_t multiple = divisor * random.below(uint64_t(1) << 32);
      check(multiple);
      check(multiple + divisor - 1);
    }
    for (uint64_t value : {0u, 1u, 4294967295u})
      check(value);
  }
}
} // namespace
