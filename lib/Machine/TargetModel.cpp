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
#include "llvm/TargetParser/Triple.h"
#include <unistd.h>

using namespace fovea;

static constexpr const char *x86Linux = "x86_64-unknown-linux-gnu";
static constexpr const char *armLinux = "aarch64-unknown-linux-gnu";

/// The models of all levels: of CPUs from the most to the least capable, so that the host takes the
/// first that it supports, then of GPUs. Halide's names of CPU features differ from LLVM's, so both
/// stand here. From AVX2 on Halide has LLVM generate code for Haswell, which may use all of what
/// that CPU brought. Widths and registers are the instruction sets' (Intel SDM volume 1, chapters
/// 10, 14 and 15; Arm Architecture Reference Manual, section A1.4); the rest is the default.
static std::vector<TargetModel> levels() {
  std::vector<TargetModel> list;
  auto add = [&](const char *name, const char *triple, const char *halideTarget,
                 std::vector<std::string> cpuFeatures, int64_t vectorBits,
                 int64_t vectorRegisters) -> TargetModel & {
    TargetModel model;
    model.name = name;
    model.triple = triple;
    model.halideTarget = halideTarget;
    model.cpuFeatures = std::move(cpuFeatures);
    model.vectorBits = vectorBits;
    model.vectorRegisters = vectorRegisters;
    return list.emplace_back(std::move(model));
  };
  add("x86-64-v4", x86Linux, "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41",
      {"avx", "avx2", "f16c", "fma", "bmi", "bmi2", "lzcnt", "movbe", "popcnt", "avx512f",
       "avx512cd", "avx512vl", "avx512bw", "avx512dq"},
      512, 32);
  add("x86-64-v3", x86Linux, "x86-64-linux-avx-avx2-f16c-fma-sse41",
      {"avx", "avx2", "f16c", "fma", "bmi", "bmi2", "lzcnt", "movbe", "popcnt"}, 256, 16);
  // Without FMA: a product and a sum.
  add("x86-64-v2", x86Linux, "x86-64-linux-sse41", {"sse4.1"}, 128, 16).flopsPerLane = 2;
  add("armv8-a", armLinux, "arm-64-linux", {"neon"}, 128, 32);
  // A thread of a GPU computes one element, so that neighbours in memory belong to neighbouring
  // threads: vectors are one lane wide. No OpenCL device asks parts of a buffer for more than 512
  // bytes (CL_DEVICE_MEM_BASE_ADDR_ALIGN).
  for (auto [device, feature] :
       {std::pair("opencl", "opencl"), std::pair("cuda", "cuda-cuda_capability_70")}) {
    TargetModel &model = add(device, x86Linux, "", {}, 32, 16);
    model.halideTarget = std::string("x86-64-linux-") + feature;
    model.device = device;
    model.workGroupThreads = 64;
    model.flopsPerLane = 0;
    model.deviceAlignment = model.device == "opencl" ? 512 : 4;
  }
  return list;
}

TargetModel TargetModel::host() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  auto arch = llvm::Triple(llvm::sys::getProcessTriple()).getArch();
  TargetModel model;
  for (TargetModel &level : levels()) {
    if (!level.device.empty() || llvm::Triple(level.triple).getArch() != arch)
      continue;
    model = std::move(level);
    if (llvm::all_of(model.cpuFeatures,
                     [&](const std::string &feature) { return features.lookup(feature); }))
      break;
  }
  model.cores = std::max(1, llvm::get_physical_cores());
  long l1 = sysconf(_SC_LEVEL1_DCACHE_SIZE), l2 = sysconf(_SC_LEVEL2_CACHE_SIZE);
  model.l1Bytes = l1 > 0 ? l1 : model.l1Bytes;
  model.l2Bytes = l2 > 0 ? l2 : model.l2Bytes;
  return model;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// A positive number; with `units`, of bytes, as 512K or 2M.
static std::optional<int64_t> parseFact(llvm::StringRef text, bool units) {
  unsigned shift = 0;
  if (units && text.consume_back("K"))
    shift = 10;
  else if (units && text.consume_back("M"))
    shift = 20;
  int64_t value;
  // More than a machine has, and few enough for products of such numbers.
  constexpr int64_t most = int64_t(1) << 20;
  if (text.getAsInteger(10, value) || value < 1 || value > (units ? most << (20 - shift) : most))
    return std::nullopt;
  return value << shift;
}

static llvm::Error setFact(TargetModel &model, llvm::StringRef fact) {
  auto [key, value] = fact.split('=');
  int64_t *field = key == "cores" ? &model.cores
                   : key == "l1"  ? &model.l1Bytes
                   : key == "l2"  ? &model.l2Bytes
                   : key == "mhz" ? &model.megahertz
                   : key == "gbs" ? &model.gigabytesPerSecond
                                  : nullptr;
  if (!field)
    return llvm::createStringError("unknown fact '" + key +
                                   "' of a target; known: cores, l1, l2, mhz, gbs");
  bool isBytes = field == &model.l1Bytes || field == &model.l2Bytes;
  std::optional<int64_t> number = parseFact(value, isBytes);
  if (!number)
    return llvm::createStringError("'" + fact + "' of a target: expected " +
                                   (isBytes ? "bytes, such as 512K or 2M" : "a positive number"));
  *field = *number;
  return llvm::Error::success();
}

std::vector<std::string> TargetModel::names() {
  std::vector<std::string> list = {"host"};
  for (const TargetModel &level : levels())
    list.push_back(level.name);
  return list;
}

llvm::Expected<TargetModel> TargetModel::byName(llvm::StringRef name) {
  auto [base, facts] = name.split(':');
  std::vector<TargetModel> known = levels();
  auto found =
      llvm::find_if(known, [base = base](const TargetModel &level) { return level.name == base; });
  if (base != "host" && found == known.end())
    return llvm::createStringError("unknown target '" + base +
                                   "'; known: " + llvm::join(names(), ", "));
  TargetModel model = base == "host" ? host() : std::move(*found);
  if (!facts.empty())
    model.name += (":" + facts).str();
  while (!facts.empty()) {
    auto [fact, rest] = facts.split(':');
    if (llvm::Error error = setFact(model, fact))
      return error;
    facts = rest;
  }
  return model;
}
