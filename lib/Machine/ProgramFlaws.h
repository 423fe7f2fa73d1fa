//===- ProgramFlaws.h - What a program may not be ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_MACHINE_PROGRAMFLAWS_H
#define FOVEA_LIB_MACHINE_PROGRAMFLAWS_H

#include "fovea/Machine/Program.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace fovea {

/// Units that addresses can reach.
inline constexpr int64_t mostDramUnits = int64_t(1) << 32;

/// Something that keeps a program from being well-formed, and the part of it that is to blame.
struct ProgramFlaw {
  enum Part { Whole, Tensor, Layer, Command } part;
  size_t index; ///< Of the tensor, layer or command.
  std::string message;
};

/// Calls `found` for each flaw, whatever the machine, until it returns false.
void findFlaws(const isa::Program &program, llvm::function_ref<bool(ProgramFlaw)> found);

} // namespace fovea

#endif
