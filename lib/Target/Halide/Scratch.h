//===- Scratch.h - Memory that a kernel asks for while it runs --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_SCRATCH_H
#define FOVEA_LIB_TARGET_HALIDE_SCRATCH_H

#include <Halide.h>
#include <cstdint>

namespace fovea::halide {

/// Most bytes that one thread running `body` holds from halide_malloc at once, with 128 bytes in
/// front of each block and its size rounded up to 128. Throws PlanError for a size that has no
/// bound.
int64_t scratchBytes(const Halide::Internal::Stmt &body);

} // namespace fovea::halide

#endif
