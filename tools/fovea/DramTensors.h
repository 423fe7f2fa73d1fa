//===- DramTensors.h - Inputs and outputs of accelerator programs -*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_DRAMTENSORS_H
#define FOVEA_TOOLS_FOVEA_DRAMTENSORS_H

#include "fovea/Sim/Simulator.h"
#include "fovea/Support/TensorFile.h"
#include <optional>

namespace fovea {

/// Puts `NAME=FILE`, or `FILE` where the program has one input, into the program's inputs. Those
/// that are not given are random if there is a seed: whole numbers of the input's type, or floats
/// from -1 to 1. Error: an input that is missing, has another shape, or values that its type has
/// not.
llvm::Error fillInputs(const isa::Program &program, sim::Dram &dram,
                       llvm::ArrayRef<std::string> specs, std::optional<uint64_t> seed);

/// The outputs: f32, or the smallest of i8, i16 and i32 that has room for the element's type.
llvm::Expected<NamedTensors> outputsOf(const isa::Program &program, const sim::Dram &dram);

} // namespace fovea

#endif
