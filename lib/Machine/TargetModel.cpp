//===- TargetModel.cpp - All facts of a machine ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/TargetModel.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Threading.h"
#include "llvm/TargetParser/Host.h"
#include <unistd.h>

using namespace fovea;

namespace {
/// An instruction set: what Halide and LLVM call it and what it offers. Halide's names of CPU
/// features differ from LLVM's, so both stand here.
struct Level {
  const char *name;
  const char *halideTarget;
  std::vector<std::string> cpuFeatures;
  int64_t vectorBits;
  int64_t vectorRegisters;
};
} // namespace

/// From the most to the least capable, so that the host takes the first it supports.
static const std::vector<Level> &levels() {
  static const std::vector<Level> list = {
      {"x86-64-v4",
       "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41",
       {"avx", "avx2", "f16c", "fma", "avx512f", "avx512cd", "avx512vl", "avx512bw", "avx512dq"},
       512,
       32},
      {"x86-64-v3",
       "x86-64-linux-avx-avx2-f16c-fma-sse41",
       {"avx", "avx2", "f16c", "fma"},
       256,
       16},
      {"x86-64-v2", "x86-64-linux-sse41", {"sse4.1"}, 128, 16},
  };
  return list;
}

static TargetModel modelOf(const Level &level) {
  TargetModel model;
  model.name = level.name;
  model.halideTarget = level.halideTarget;
  model.cpuFeatures = level.cpuFeatures;
  model.vectorBits = level.vectorBits;
  model.vectorRegisters = level.vectorRegisters;
  model.cores = llvm::get_physical_cores() > 0 ? llvm::get_physical_cores() : 1;
  return model;
}

TargetModel TargetModel::host() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  auto supported = [&](const Level &level) {
    return llvm::all_of(level.cpuFeatures,
                        [&](const std::string &feature) { return features.lookup(feature); });
  };
  auto best = llvm::find_if(levels(), supported);
  TargetModel model = modelOf(best == levels().end() ? levels().back() : *best);
  long l1 = sysconf(_SC_LEVEL1_DCACHE_SIZE), l2 = sysconf(_SC_LEVEL2_CACHE_SIZE);
  model.l1Bytes = l1 > 0 ? l1 : model.l1Bytes;
  model.l2Bytes = l2 > 0 ? l2 : model.l2Bytes;
  return model;
}

llvm::Expected<TargetModel> TargetModel::byName(llvm::StringRef name) {
  if (name == "host")
    return host();
  for (const Level &level : levels())
    if (name == level.name)
      return modelOf(level);
  std::string known = "host";
  for (const Level &level : levels())
    known += std::string(", ") + level.name;
  return llvm::createStringError("unknown target '" + name + "'; known: " + known);
}
