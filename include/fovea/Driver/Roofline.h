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

/// Reads `bytes` of memory over and over on `threads` threads, a part on each, for about
/// `milliseconds`; returns the GB/s of all together. What lies in a cache is read from there.
double measureReadBandwidth(int64_t bytes, int threads, double milliseconds);

/// How fast memory of different sizes can be read.
struct ReadBandwidths {
  struct Point {
    int64_t bytes;
    double gigabytesPerSecond;
  };
  std::vector<Point> points; ///< By size, the smallest first.

  /// Of the greatest size that is no greater than `bytes`, else of the first; 0: nothing is known.
  double at(int64_t bytes) const;
};

llvm::json::Value toJSON(const ReadBandwidths &reads);

/// Sizes in powers of two from 4 KiB, until they are greater than `bytes`, but at most 256 MiB.
ReadBandwidths measureReadBandwidths(int64_t bytes, int threads);

/// What a machine can do at most, on some number of threads.
struct MachineLimits {
  double fmaGflops = 0; ///< 0: not known.
  ReadBandwidths reads;
};

/// What this machine can do for a network of so many bytes, on `threads` threads; measured.
MachineLimits measureLimits(const TargetModel &target, int64_t bytes, int threads);

/// What a machine that is not at hand can do by its description: on all cores, with reads of two
/// vectors a cycle from a core's first cache, of 32 bytes from its second, and what fits in neither
/// from memory.
MachineLimits describedLimits(const TargetModel &target);

/// The least time that one call can take.
struct CallBound {
  int64_t bytes = 0; ///< Of its weights, inputs and output, each counted once.
  double computeMilliseconds = 0;
  double memoryMilliseconds = 0;

  bool byMemory() const { return memoryMilliseconds > computeMilliseconds; }
  double milliseconds() const { return byMemory() ? memoryMilliseconds : computeMilliseconds; }
};

/// Weights are read once in a run, so they come from where all memory of the network fits. Inputs
/// and the output may still lie near from the call before, so they come from where this call's own
/// fit.
CallBound boundOf(int64_t macs, int64_t weightBytes, int64_t otherBytes, int64_t networkBytes,
                  const MachineLimits &limits);
CallBound boundOf(const plan::Plan &plan, const plan::Call &call, const MachineLimits &limits);

} // namespace fovea

#endif
