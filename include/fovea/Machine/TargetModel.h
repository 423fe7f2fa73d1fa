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

/// What a schedule needs to know of a CPU. Schedules are functions of this; no other place knows a
/// machine.
struct TargetModel {
  std::string name;                     ///< "host", "x86-64-v3", "x86-64-v4".
  std::string halideTarget;             ///< "x86-64-linux-avx-avx2-f16c-fma-sse41".
  std::vector<std::string> cpuFeatures; ///< LLVM's names, needed at run time.
  int64_t vectorBits = 256;
  int64_t vectorRegisters = 16;
  int64_t cores = 1;
  int64_t l1Bytes = 32 << 10;
  int64_t l2Bytes = 512 << 10;

  /// Lanes of a vector of elements of `bits` bits.
  int64_t lanes(int64_t bits) const { return vectorBits / bits; }

  /// The machine this runs on, its vector width and features read from the CPU, its cores from the
  /// operating system.
  static TargetModel host();
  /// "host" or a named level. Error: lists the known names.
  static llvm::Expected<TargetModel> byName(llvm::StringRef name);
};

} // namespace fovea

#endif
