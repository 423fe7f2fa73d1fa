//===- PlaceArena.h - Offsets of buffers in the arena -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_PLAN_PLACEARENA_H
#define FOVEA_LIB_TARGET_PLAN_PLACEARENA_H

#include "fovea/Target/Plan/KernelPlan.h"

namespace fovea {

/// Sets the offset of every root buffer of an arena, Arena or Device, a multiple of `alignment`
/// bytes, so that no two that live at one time overlap; gives the arena's size in bytes. Greedy by
/// size (Pisarchyk and Lee 2020, section 4.2): the largest first, each at the lowest gap that holds
/// it.
int64_t placeArena(std::vector<plan::Buffer> &buffers,
                   plan::MemorySpace space = plan::MemorySpace::Arena, int64_t alignment = 64);

} // namespace fovea

#endif
