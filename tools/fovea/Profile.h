//===- Profile.h - What each kernel of a network took -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_PROFILE_H
#define FOVEA_TOOLS_FOVEA_PROFILE_H

#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Driver/Provenance.h"
#include "fovea/Driver/Roofline.h"

namespace fovea {

struct LayerTime {
  CallOrigin origin;
  double milliseconds; ///< The least of all runs.
  int64_t macs;
  CallBound bound;
};

/// The least time of each kernel over some runs.
class Profiler {
public:
  explicit Profiler(NativeNetwork &network) : network(network) {}

  /// Around a run.
  void start() { network.executable().startProfile(); }
  void stop();

  /// A row per call of the plan, in its order or the slowest first.
  std::vector<LayerTime> layers(const plan::Plan &plan, const MachineLimits &limits,
                                bool slowestFirst) const;

private:
  NativeNetwork &network;
  std::vector<uint64_t> least; ///< Nanoseconds.
};

void printLayers(llvm::ArrayRef<LayerTime> layers);
llvm::json::Array toJSON(llvm::ArrayRef<LayerTime> layers);

/// GFLOP/s.
double gflops(int64_t macs, double milliseconds);

} // namespace fovea

#endif
