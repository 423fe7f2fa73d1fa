//===- RandomRuns.h - Random programs that run ------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_SIM_RANDOMRUNS_H
#define FOVEA_TEST_SIM_RANDOMRUNS_H

#include "SimTesting.h"
#include "fovea/Support/Random.h"

namespace fovea::sim {

/// A machine with any array, types, memories of a few KiB and any timing.
Accelerator randomMachine(RandomSequence &random);

/// Fills both memories and all tables, does `count` random things with them, and writes both to
/// outputs; some fences between. Tokens are put between commands of different queues that touch the
/// same rows of a memory, where no token orders them already.
Program randomProgram(RandomSequence &random, const Accelerator &machine, int count);

} // namespace fovea::sim

#endif
