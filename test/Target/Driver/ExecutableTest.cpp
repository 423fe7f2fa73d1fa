//===- ExecutableTest.cpp - Networks linked into this process ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/Executable.h"
#include "TinyNetwork.h"
#include <cstdlib>
#include <numeric>

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;
using namespace fovea::driver::test;

static Expected<std::unique_ptr<Executable>> load(const plan::Plan &plan, int threads) {
  return Executable::load(plan, objectsOf(plan), get(packWeights(plan, packTiny)), threads);
}

static std::string runTiny(Executable &network) {
  alignas(64) float x[32], y[64];
  std::iota(x, x + 32, 1.0f);
  std::string error = message(network.run({x}, {y}));
  if (error.empty()) {
    EXPECT_EQ(std::vector<float>(y, y + 64), expectedTiny(x));
  }
  return error;
}

TEST(Executable, RunsOnEveryNumberOfThreads) {
  for (int threads : {1, 2, 3, 16}) {
    auto network = get(load(tinyPlan(), threads));
    ASSERT_TRUE(network);
    EXPECT_EQ(network->threads(), threads);
    for (int i = 0; i < 500; ++i)
      ASSERT_EQ(runTiny(*network), "");
  }
}

TEST(Executable, LinksFast) {
  auto network = get(load(tinyPlan(), 1));
  ASSERT_TRUE(network);
  RecordProperty("linkMilliseconds", std::to_string(network->linkMilliseconds()));
  EXPECT_LT(network->linkMilliseconds(), 1000);
}

TEST(Executable, Profile) {
  auto network = get(load(tinyPlan(), 2));
  ASSERT_TRUE(network);
  network->startProfile();
  EXPECT_EQ(runTiny(*network), "");
  std::vector<uint64_t> times = network->takeProfile();
  ASSERT_EQ(times.size(), 5u);
  EXPECT_GT(std::accumulate(times.begin(), times.end(), uint64_t(0)), 0u);
  EXPECT_EQ(runTiny(*network), "");
  EXPECT_EQ(network->takeProfile(), times);
}

TEST(Executable, WrongNumberOfPointers) {
  auto network = get(load(tinyPlan(), 1));
  ASSERT_TRUE(network);
  EXPECT_EQ(message(network->run({}, {})), "expected 1 inputs and 1 outputs, got 0 and 0");
}

TEST(Executable, ScratchOverflowIsAnErrorEveryTime) {
  plan::Plan plan = tinyPlan();
  plan.scratchBytes = 256;
  auto network = get(load(plan, 2));
  ASSERT_TRUE(network);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(runTiny(*network), "a kernel used more scratch memory than was counted (status 10)");
}

TEST(Executable, CountedScratchIsEnough) {
  plan::Plan plan = tinyPlan();
  plan.kernels.push_back(plan.kernels[1]);
  plan.kernels.back().symbol = "test_churn";
  plan.calls.push_back(plan.calls[3]);
  plan.calls.back().kernel = 3;
  plan.scratchBytes = 1152 + 384 + 512;
  for (int threads : {1, 2}) {
    auto network = get(load(plan, threads));
    ASSERT_TRUE(network);
    alignas(64) float x[32] = {}, y[64];
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(message(network->run({x}, {y})), "");
  }
  plan.scratchBytes -= 128;
  auto network = get(load(plan, 1));
  ASSERT_TRUE(network);
  alignas(64) float x[32] = {}, y[64];
  EXPECT_NE(message(network->run({x}, {y})), "");
}

TEST(Executable, KernelThatFails) {
  plan::Plan plan = tinyPlan();
  plan.kernels[1].symbol = "test_fail";
  auto network = get(load(plan, 2));
  ASSERT_TRUE(network);
  for (int i = 0; i < 100; ++i) // What a failed kernel did not free is free again.
    EXPECT_EQ(runTiny(*network), "a kernel failed (status -42)");
}

TEST(Executable, NullAndUnalignedPointers) {
  plan::Plan plan = tinyPlan();
  plan.kernels[0].arguments[0].alignment = 64;
  auto network = get(load(plan, 1));
  ASSERT_TRUE(network);
  alignas(64) float x[48] = {}, y[64];
  EXPECT_EQ(message(network->run({nullptr}, {y})), "an argument is null or impossible (status 1)");
  EXPECT_EQ(message(network->run({x + 1}, {y})),
            "an input or output is not aligned as its port says (status 12)");
  EXPECT_EQ(message(network->run({x}, {y})), "");
}

TEST(Executable, MissingCpuFeature) {
  plan::Plan plan = tinyPlan();
  plan.cpuFeatures = {"sse2", "avx9000"};
  EXPECT_EQ(message(load(plan, 1).takeError()),
            "tiny: this CPU lacks avx9000, which tiny was compiled for");
}

TEST(Executable, BadThreadCounts) {
  for (int threads : {-1, 1025})
    EXPECT_EQ(message(load(tinyPlan(), threads).takeError()),
              "tiny: the number of threads must be 0 (one per CPU) to 1024");
}

TEST(Executable, ArenaLargerThanMemory) {
  plan::Plan plan = tinyPlan();
  for (int64_t bytes : {int64_t(1) << 50, INT64_MAX}) {
    plan.arenaBytes = bytes;
    EXPECT_EQ(message(load(plan, 1).takeError()), "tiny: not enough memory");
  }
  plan.arenaBytes = 384;
  plan.scratchBytes = INT64_MAX;
  EXPECT_EQ(message(load(plan, 2).takeError()), "tiny: not enough memory");
}

TEST(Executable, MissingKernel) {
  plan::Plan plan = tinyPlan();
  plan.kernels[0].symbol = "no_such_kernel";
  std::string error = message(load(plan, 1).takeError());
  EXPECT_NE(error.find("no_such_kernel"), std::string::npos) << error;
}

TEST(Executable, NoWeightsAtAll) {
  plan::Plan plan = tinyPlan();
  EXPECT_EQ(message(Executable::load(plan, objectsOf(plan), nullptr, 1).takeError()),
            "tiny: tiny needs weights: none were given, and none are embedded");
}

/// What create says of a weights file of these bytes.
static std::string errorOfFile(StringRef bytes) {
  plan::Plan plan = tinyPlan();
  std::string path = testFolder() + "/w";
  writeFile(path, bytes);
  std::string error = message(Executable::loadFile(plan, objectsOf(plan), path, 1).takeError());
  EXPECT_TRUE(error.empty() || StringRef(error).contains(path)) << error;
  return StringRef(error).rsplit(": ").second.str();
}

TEST(WeightsFile, Good) {
  std::string bytes = get(packWeights(tinyPlan(), packTiny))->getBuffer().str();
  auto network = get(Executable::loadFile(
      tinyPlan(), objectsOf(tinyPlan()),
      [&] {
        std::string path = testFolder() + "/w";
        writeFile(path, bytes);
        return path;
      }(),
      2));
  ASSERT_TRUE(network);
  EXPECT_EQ(runTiny(*network), "");
}

TEST(WeightsFile, Bad) {
  std::string good = get(packWeights(tinyPlan(), packTiny))->getBuffer().str();
  EXPECT_EQ(errorOfFile(""), "not packed weights of this version of Fovea");
  EXPECT_EQ(errorOfFile("garbage"), "not packed weights of this version of Fovea");
  EXPECT_EQ(errorOfFile(std::string(200, 'x')), "not packed weights of this version of Fovea");
  EXPECT_EQ(errorOfFile(StringRef(good).drop_back()), "the weights are truncated or too long");
  EXPECT_EQ(errorOfFile(good + "x"), "the weights are truncated or too long");
  EXPECT_EQ(errorOfFile(StringRef(good).take_front(64)), "the weights are truncated or too long");
  for (size_t i : {64u, 100u, 191u}) {
    std::string corrupt = good;
    corrupt[i] ^= 1;
    EXPECT_EQ(errorOfFile(corrupt), "their checksum is wrong");
  }
  std::string version = good;
  version[8] = 9;
  EXPECT_EQ(errorOfFile(version), "not packed weights of this version of Fovea");
}

TEST(WeightsFile, EveryByteOfTheHeaderCounts) {
  std::string good = get(packWeights(tinyPlan(), packTiny))->getBuffer().str();
  for (size_t i = 0; i < 64; ++i) {
    std::string changed = good;
    changed[i] ^= 0x40;
    EXPECT_NE(errorOfFile(changed), "") << i;
  }
}

TEST(WeightsFile, OfAnotherPlan) {
  plan::Plan other = tinyPlan();
  other.buffers[2].offset = 48;
  EXPECT_EQ(errorOfFile(get(packWeights(other, packTiny))->getBuffer()),
            "the weights were packed for another network or target");
}

TEST(WeightsFile, MissingOrAFolder) {
  plan::Plan plan = tinyPlan();
  EXPECT_EQ(message(Executable::loadFile(plan, objectsOf(plan), "/no/file", 1).takeError()),
            "tiny: /no/file: No such file or directory");
  EXPECT_EQ(message(Executable::loadFile(plan, objectsOf(plan), "/tmp", 1).takeError()),
            "tiny: /tmp: not a regular file");
}
