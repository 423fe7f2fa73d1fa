//===- PlanMemory.h - Machine and memory of a plan --------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_DRIVER_PLANMEMORY_H
#define FOVEA_LIB_TARGET_DRIVER_PLANMEMORY_H

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

namespace fovea::driver {

/// The machine that a plan's code is for; a plan that names none is for this one.
inline llvm::Triple tripleOf(const plan::Plan &plan) {
  return llvm::Triple(plan.triple.empty() ? llvm::sys::getProcessTriple() : plan.triple);
}

/// A buffer's memory with its views resolved: a space, which port of it, and bytes from its start.
struct MemoryPlace {
  plan::MemorySpace space;
  unsigned index;
  int64_t offset;
};

/// Of a buffer that `checkPlan` has accepted.
inline MemoryPlace findMemory(const plan::Plan &plan, unsigned index) {
  const plan::Buffer *buffer = &plan.buffers[index];
  int64_t offset = buffer->offset;
  while (buffer->parent) {
    buffer = &plan.buffers[*buffer->parent];
    offset += buffer->offset;
  }
  return {buffer->space, buffer->index, offset};
}

/// The pointer's place among those given to a run, inputs before outputs.
inline unsigned portIndex(const plan::Plan &plan, const MemoryPlace &place) {
  return place.space == plan::MemorySpace::Output ? plan.inputs.size() + place.index : place.index;
}

} // namespace fovea::driver

#endif
