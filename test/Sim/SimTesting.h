//===- SimTesting.h - What the simulator's tests share ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_SIM_SIMTESTING_H
#define FOVEA_TEST_SIM_SIMTESTING_H

#include "fovea/Machine/MachineFile.h"
#include "fovea/Sim/Simulator.h"
#include <map>

namespace fovea::sim {

/// What cannot be an error in a test; if it is one, the test program ends and says it.
template <typename T> T valueOf(llvm::Expected<T> value) {
  if (!value)
    llvm::report_fatal_error(value.takeError());
  return std::move(*value);
}

/// Elements of tensors by name.
using Values = std::map<std::string, std::vector<double>>;

/// The text of test/Sim/programs/NAME.fasm.
std::string programText(llvm::StringRef name);
/// A program that must be right.
Program parseProgram(llvm::StringRef text);
Accelerator machineNamed(llvm::StringRef name);

/// The same program on floats: parameters keep their values, scales become floats.
Program withFloats(const Program &program);

/// Whole numbers from -128 to 127, or what the type has of them, for every input, by seed and name.
Values randomInputs(const Program &program, uint64_t seed);

struct Outcome {
  Values outputs;
  Simulation simulation;
  std::string error; ///< Empty: it ran.
};
Outcome runProgram(const Program &program, const Accelerator &machine, const Values &inputs,
                   Options options = {});

} // namespace fovea::sim

#endif
