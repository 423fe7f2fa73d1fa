//===- TargetModelTest.cpp - All facts of a machine -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/TargetModel.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <gtest/gtest.h>

using namespace fovea;

static TargetModel model(llvm::StringRef name) { return llvm::cantFail(TargetModel::byName(name)); }

static std::string errorOf(llvm::StringRef name) {
  llvm::Expected<TargetModel> result = TargetModel::byName(name);
  return result ? "" : llvm::toString(result.takeError());
}

TEST(TargetModel, DescribesVectorsOfEachLevel) {
  struct {
    const char *name;
    int64_t lanes, registers;
  } expected[] = {
      {"x86-64-v2", 4, 16}, {"x86-64-v3", 8, 16}, {"x86-64-v4", 16, 32}, {"armv8-a", 4, 32}};
  for (auto [name, lanes, registers] : expected) {
    EXPECT_EQ(model(name).lanes(32), lanes) << name;
    EXPECT_EQ(model(name).vectorRegisters, registers) << name;
    EXPECT_TRUE(model(name).device.empty()) << name;
  }
}

TEST(TargetModel, NamesAreWhatByNameTakes) {
  for (const std::string &name : TargetModel::names())
    EXPECT_EQ(errorOf(name), "");
  EXPECT_TRUE(llvm::StringRef(errorOf("z80")).starts_with("unknown target 'z80'; known: host, "));
}

TEST(TargetModel, DevicesSayHowTheyAreRun) {
  for (llvm::StringRef name : {"opencl", "cuda"}) {
    TargetModel device = model(name);
    EXPECT_EQ(device.device, name);
    EXPECT_GT(device.workGroupThreads, 0);
    EXPECT_GT(device.deviceAlignment, 0);
    EXPECT_EQ(device.lanes(32), 1);
  }
}

TEST(TargetModel, HostIsOfThisArchitectureAndSupported) {
  TargetModel host = TargetModel::host();
  llvm::Triple process(llvm::sys::getProcessTriple());
  EXPECT_EQ(llvm::Triple(host.triple).getArch(), process.getArch());
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (const std::string &feature : host.cpuFeatures)
    EXPECT_TRUE(features.lookup(feature)) << feature;
  EXPECT_TRUE(host.device.empty());
}

TEST(TargetModel, FactsReplaceALevelsOwn) {
  TargetModel plain = model("armv8-a"), given = model("armv8-a:l2=2M:cores=16:l1=48K");
  EXPECT_EQ(given.name, "armv8-a:l2=2M:cores=16:l1=48K");
  EXPECT_EQ(given.cores, 16);
  EXPECT_EQ(given.l1Bytes, 48 << 10);
  EXPECT_EQ(given.l2Bytes, 2 << 20);
  EXPECT_EQ(given.halideTarget, plain.halideTarget);
  EXPECT_EQ(given.vectorBits, plain.vectorBits);
  EXPECT_EQ(model("x86-64-v3:l1=4096").l1Bytes, 4096);
}

TEST(TargetModel, BadFactsAreErrors) {
  EXPECT_EQ(errorOf("armv8-a:sockets=2"),
            "unknown fact 'sockets' of a target; known: cores, l1, l2, mhz, gbs");
  EXPECT_EQ(errorOf("armv8-a:cores=0"), "'cores=0' of a target: expected a positive number");
  EXPECT_EQ(errorOf("armv8-a:cores=2K"), "'cores=2K' of a target: expected a positive number");
  for (llvm::StringRef bytes : {"", "-1", "M", "1G", "9999999M", "99999999999999999999"})
    EXPECT_EQ(errorOf(("host:l2=" + bytes).str()),
              ("'l2=" + bytes + "' of a target: expected bytes, such as 512K or 2M").str());
}
