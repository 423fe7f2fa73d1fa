//===- Generate.h - Random networks -----------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FUZZ_GENERATE_H
#define FOVEA_FUZZ_GENERATE_H

#include "fovea/Fuzz/Network.h"

namespace fovea::fuzz {

/// A small legal network of one to three inputs. The seed alone decides it, on every machine.
/// Everything in it reaches an output.
Network generate(uint64_t seed);

/// The layers that the generator can make, by their names in the language.
std::vector<std::string> generatedLayers();

} // namespace fovea::fuzz

#endif
