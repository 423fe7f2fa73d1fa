//===- Accelerator.h - All facts of a simulated machine ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_MACHINE_ACCELERATOR_H
#define FOVEA_MACHINE_ACCELERATOR_H

#include "fovea/Support/Requantize.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

/// Which operand stays in the array: outputs, weights or inputs.
enum class Dataflow : uint8_t { WeightStationary, OutputStationary, InputStationary };

/// How the cycles of one fold of the array are counted.
enum class ArrayTiming : uint8_t {
  Folds,    ///< SCALE-Sim's closed form; with preloadOverlap, weights load behind the fold before.
  Scalesim, ///< The closed form exactly, preloadOverlap not allowed.
};

/// A queue's limits: commands that wait in it and commands that were begun and have not ended.
struct QueueLimits {
  int64_t depth = 8;
  int64_t inFlight = 4;
};

/// Picojoules, of one multiply-accumulate, of one byte, or of one element of a vector command.
struct EnergyTable {
  double mac = 0, spadByte = 0, accByte = 0, dramByte = 0, vectorOp = 0;
  bool estimated = false; ///< Some are not the machine file's but MachineFile.h's estimate.
};

/// A MAC array with explicitly managed local memories, a vector unit and a DMA engine.
struct Accelerator {
  std::string name;
  int64_t rows = 16, cols = 16;
  std::vector<Dataflow> dataflows = {Dataflow::WeightStationary}; ///< The first is the default.
  bool preloadOverlap = false;
  ArrayTiming timing = ArrayTiming::Folds;
  IntegerType input, weight, accumulator = {32};
  IntegerType partialSum = {32}; ///< Inside the array; at most as wide as `accumulator`.
  int64_t spadBytes = 256 << 10, spadBanks = 1;
  /// Of spadBytes, for activations and for weights; both 0: shared.
  int64_t spadActivationBytes = 0, spadWeightBytes = 0;
  int64_t accBytes = 64 << 10, accBanks = 1;
  std::array<QueueLimits, 4> queues;  ///< Indexed by isa::Queue.
  bool dmaReadsAndWritesShare = true; ///< One engine for both directions.
  int64_t dmaBytesPerCycle = 16, dmaBurstBytes = 64, dmaInFlight = 16, dmaLatency = 100;
  int64_t vectorLanes = 16;
  bool shiftInAddressGenerator = false;
  int64_t megahertz = 1000;
  EnergyTable energy;
  // Facts that nothing here depends on: commands need no micro-operations, and DRAM is the only
  // memory outside.
  int64_t microOpBytes = 0, secondMemoryBytesPerCycle = 0;

  int64_t spadElements() const { return spadBytes / input.bytes(); }
  int64_t accElements() const { return accBytes / accumulator.bytes(); }
};

} // namespace fovea

#endif
