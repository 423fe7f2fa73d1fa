//===- MachineValues.h - Words of machine files -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_MACHINE_MACHINEVALUES_H
#define FOVEA_LIB_MACHINE_MACHINEVALUES_H

#include "fovea/Machine/MachineFile.h"

namespace fovea {

// In the order of the enumerations.
inline constexpr llvm::StringLiteral dataflowWords[] = {"ws", "os", "is"};
inline constexpr llvm::StringLiteral timingWords[] = {"folds", "scalesim"};

} // namespace fovea

#endif
