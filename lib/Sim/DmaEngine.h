//===- DmaEngine.h - Bursts in flight ---------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// An engine asks for bursts in groups of `inflight`, counted through all its commands: a burst that
// finds the group full begins the next one, `latency` and the cycles of a burst after this one
// began. A group that has been answered makes room for a new one at once. So n bursts never take
// less than floor((n - 1) / inflight) such spans, however they are shared out among commands.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_DMAENGINE_H
#define FOVEA_LIB_SIM_DMAENGINE_H

#include "Divider.h"
#include "fovea/Machine/Accelerator.h"

namespace fovea::sim {

/// Cycles from a burst's request to its last byte.
inline uint64_t burstSpan(const Accelerator &machine) {
  Divider bytesPerCycle(machine.dmaBytesPerCycle);
  return machine.dmaLatency + bytesPerCycle.ceil(machine.dmaBurstBytes);
}

class DmaEngine {
public:
  explicit DmaEngine(const Accelerator &machine)
      : inFlight(machine.dmaInFlight), byInFlight(machine.dmaInFlight), span(burstSpan(machine)) {}

  /// Cycles from `time` on until the group of the last of `bursts` bursts begins.
  uint64_t ask(uint64_t time, uint64_t bursts) {
    if (used == 0 || time >= groupBegin + span) {
      groupBegin = time;
      used = 0;
    }
    used += bursts;
    if (used > inFlight) {
      uint64_t groups = byInFlight.floor(used - 1);
      groupBegin += groups * span;
      used -= groups * inFlight;
    }
    return groupBegin > time ? groupBegin - time : 0;
  }

private:
  uint64_t inFlight;
  Divider byInFlight;
  uint64_t span;
  uint64_t groupBegin = 0;
  uint64_t used = 0; ///< Bursts of the group that were asked for.
};

} // namespace fovea::sim

#endif
