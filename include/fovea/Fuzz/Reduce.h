//===- Reduce.h - The smallest network that still fails ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FUZZ_REDUCE_H
#define FOVEA_FUZZ_REDUCE_H

#include "fovea/Fuzz/Network.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea::fuzz {

/// Cuts a network down: outputs and layers are dropped, values replaced by an operand or by an
/// input of the same shape, attributes brought to their defaults, extents made small. Every step is
/// kept for which `fails` is true, until none is. `fails` is asked at most `probes` times, of legal
/// networks alone; it is true of `network`.
Network reduce(Network network, llvm::function_ref<bool(const Network &)> fails,
               unsigned probes = 1000);

} // namespace fovea::fuzz

#endif
