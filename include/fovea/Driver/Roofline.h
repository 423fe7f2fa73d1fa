//===- Roofline.h - The least time that a kernel can take -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// After Williams, Waterman and Patterson, "Roofline" (2009): a kernel is bound by its multiply-adds
// or by the bytes that it must touch.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_ROOFLINE_H
#define FOVEA_DRIVER_ROOFLINE_H

#include "fovea/Machine/TargetModel.h"
#include "fovea/Target/Plan/KernelPlan.h"

namespace fovea {

enum class Access { Read, Write };

/// Reads or writes `bytes` of memory over and over on `threads` threads, a part on each, for about
/// `milliseconds`; returns the GB/s of all together. What lies in a cache is read and written
/// there. A write counts once, though its line may be read before and leave the cache after it.
double measureBandwidth(Access access, int64_t bytes, int threads, double milliseconds);

/// How fast memory of different sizes can be read, or written.
struct Bandwidths {
  struct Point {
    int64_t bytes;
    double gigabytesPerSecond;
  };
  std::vector<Point> points; ///< By size, the smallest first.

  /// Between those of the next smaller and the next greater size; 0: nothing is known.
  double at(int64_t bytes) const;
};

/// Sizes in powers of two from 4 KiB, until they are greater than `bytes`, but at most 256 MiB.
Bandwidths measureBandwidths(Access access, int64_t bytes, int threads);

/// What a machine can do at most, on some number of threads.
struct MachineLimits {
  double fmaGflops = 0; ///< 0: not known.
  Bandwidths reads, writes;
};

/// Measures the bandwidths of `limits`, as measureBandwidths does.
void measureMemory(MachineLimits &limits, int64_t bytes, int threads);

/// "reads" and "writes".
void addBandwidths(llvm::json::Object &object, const MachineLimits &limits);

/// What this machine can do for a network of so many bytes, on `threads` threads; measured.
MachineLimits measureLimits(const TargetModel &target, int64_t bytes, int threads);

/// What a machine that is not at hand can do by its description: on all cores, with reads of two
/// vectors a cycle from a core's first cache, of 32 bytes from its second, and what fits in neither
/// from memory. Writes take twice as long: one vector a cycle, and elsewhere a line is read before
/// it is written.
MachineLimits describedLimits(const TargetModel &target);

/// The least time that one call can take.
struct CallBound {
  int64_t bytes = 0; ///< Of its weights, inputs and output, each counted once.
  double computeMilliseconds = 0;
  double memoryMilliseconds = 0;

  bool byMemory() const { return memoryMilliseconds > computeMilliseconds; }
  double milliseconds() const { return byMemory() ? memoryMilliseconds : computeMilliseconds; }
};

/// What a call does.
struct Work {
  int64_t macs = 0;
  int64_t weightBytes = 0, inputBytes = 0, outputBytes = 0;
};

/// Weights are read once in a run, so they come from where all `networkBytes` fit. Inputs and the
/// output may still lie near from the call before, so they are read and written where this call's
/// own bytes fit. A copy takes as long as its reads and its writes together.
CallBound boundOf(const Work &work, int64_t networkBytes, const MachineLimits &limits);
CallBound boundOf(const plan::Plan &plan, const plan::Call &call, const MachineLimits &limits);

} // namespace fovea

#endif
