//===- TargetModel.h - All facts of a machine -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_MACHINE_TARGETMODEL_H
#define FOVEA_MACHINE_TARGETMODEL_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

/// What a schedule needs to know of a machine. Schedules are functions of this; no other place
/// knows a machine.
struct TargetModel {
  std::string name;                     ///< As it was asked for: "host", "x86-64-v3:cores=8".
  std::string triple;                   ///< LLVM's, of the driver: "x86_64-unknown-linux-gnu".
  std::string halideTarget;             ///< "x86-64-linux-avx-avx2-f16c-fma-sse41".
  std::vector<std::string> cpuFeatures; ///< LLVM's names, needed at run time.
  int64_t vectorBits = 256;
  int64_t vectorRegisters = 16;
  int64_t cores = 4;           ///< That a parallel loop should have work for.
  int64_t l1Bytes = 32 << 10;  ///< Data cache of a core.
  int64_t l2Bytes = 512 << 10; ///< Cache of a core behind it.
  // For estimates of times alone: no schedule depends on these.
  int64_t megahertz = 3000;        ///< Of a core under load.
  int64_t flopsPerLane = 4;        ///< In a cycle; 4: two fused multiply-adds. 0: not known.
  int64_t gigabytesPerSecond = 20; ///< That all cores together read from memory.
  std::string device;              ///< Of a GPU: the interface that kernels are run by, "opencl" or
                                   ///< "cuda". Empty: kernels run on the CPU.
  int64_t workGroupThreads = 0;    ///< Of a GPU: threads of a block.
  int64_t deviceAlignment = 0;     ///< Of a GPU: bytes; where a part of its memory may begin.

  /// Lanes of a vector of elements of `bits` bits.
  int64_t lanes(int64_t bits) const { return vectorBits / bits; }

  /// The machine this runs on: vector width, features and caches read from the CPU, cores from the
  /// operating system.
  static TargetModel host();
  /// "host" or a named level, and facts that replace its own, in any order:
  /// "armv8-a:cores=8:l1=64K:l2=1M". A level's facts depend on its name alone. Error: lists the
  /// known names, or says what is wrong with a fact.
  static llvm::Expected<TargetModel> byName(llvm::StringRef name);
  /// The names of all levels.
  static std::vector<std::string> names();
};

} // namespace fovea

#endif
