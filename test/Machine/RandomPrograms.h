//===- RandomPrograms.h - Programs from the table of commands ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_MACHINE_RANDOMPROGRAMS_H
#define FOVEA_TEST_MACHINE_RANDOMPROGRAMS_H

#include "fovea/Machine/Program.h"
#include "fovea/Support/Random.h"

namespace fovea::test {

/// Any command, with the values that its fields have room for: often the least and the greatest. It
/// waits for other queues alone. No halt.
isa::Command randomCommand(RandomSequence &random);

/// A well-formed program of every directive that assembly knows.
isa::Program randomProgram(RandomSequence &random, size_t commands);

} // namespace fovea::test

#endif
