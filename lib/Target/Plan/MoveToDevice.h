//===- MoveToDevice.h - A plan whose kernels run on a GPU -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_PLAN_MOVETODEVICE_H
#define FOVEA_LIB_TARGET_PLAN_MOVETODEVICE_H

#include "fovea/Target/Plan/KernelPlan.h"

namespace fovea {

/// Moves every buffer of the arena to the device. Each input and output that a call uses gets a
/// twin there, with the same strides, and a copy before the first call or after the last one; all
/// kernels use the twins. Where a view would begin at no multiple of `alignment` bytes, the planes
/// of its root are moved apart if that helps: a slice of channels begins with a plane.
void moveToDevice(plan::Plan &plan, int64_t alignment);

/// Bytes from the start of a buffer's root to its own.
int64_t offsetInRoot(const plan::Plan &plan, const plan::Buffer &buffer);

} // namespace fovea

#endif
