//===- SimTesting.cpp - What the simulator's tests share ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SimTesting.h"
#include "fovea/Support/Random.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>
#include <cstring>
#include <numeric>

using namespace fovea;
using namespace fovea::sim;

std::string sim::programText(llvm::StringRef name) {
  std::string path = (FOVEA_TEST_PROGRAMS "/" + name + ".fasm").str();
  return valueOf(llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(path)))->getBuffer().str();
}

Program sim::parseProgram(llvm::StringRef text) { return valueOf(assemble(text, "test.fasm")); }

Accelerator sim::machineNamed(llvm::StringRef name) {
  return valueOf(valueOf(MachineDescription::find(name)).build());
}

/// The numbers of a parameter, as floats in the places that a float program has them.
static std::string floatBytes(const DramTensor &tensor, const Program &program) {
  size_t unit = program.input.bytes(), units = tensor.bytes.size() / unit;
  std::vector<float> floats(units);
  auto number = [&](size_t byte, size_t bytes) {
    int64_t value = 0;
    std::memcpy(&value, tensor.bytes.data() + byte, bytes);
    return double(llvm::SignExtend64(value, unsigned(8 * bytes)));
  };
  size_t step = unitsOf(tensor.element, program.input, program.accumulator);
  for (size_t at = 0; at < units; at += step) {
    if (tensor.element == ElementKind::Wide) {
      floats[at] = float(number(at * unit, step * unit));
    } else if (tensor.element == ElementKind::Quantization) {
      size_t byte = at * unit;
      floats[at] = float(std::ldexp(number(byte, 4), -int(number(byte + 4, 2))));
      for (size_t i = 1; i < 4; ++i)
        floats[at + i] = float(number(byte + 4 + 2 * i, 2));
    } else {
      for (size_t i = 0; i < step; ++i)
        floats[at + i] = float(number((at + i) * unit, unit));
    }
  }
  return std::string(reinterpret_cast<char *>(floats.data()), 4 * units);
}

Program sim::withFloats(const Program &program) {
  Program result = program;
  result.arithmetic = Arithmetic::Float;
  for (DramTensor &tensor : result.tensors)
    if (tensor.role == TensorRole::Param)
      tensor.bytes = floatBytes(tensor, program);
  return result;
}

Values sim::randomInputs(const Program &program, uint64_t seed) {
  Values inputs;
  for (const DramTensor &tensor : program.tensors) {
    if (tensor.role != TensorRole::Input)
      continue;
    float most = std::ldexp(1.0f, std::min(int(program.input.bits), 8) - 1);
    Tensor random = valueOf(randomTensor(tensor.name, tensor.shape, seed, -most, most));
    for (float value : random.floats())
      inputs[tensor.name].push_back(std::floor(value));
  }
  return inputs;
}

Outcome sim::runProgram(const Program &program, const Accelerator &machine, const Values &inputs,
                        Options options) {
  Outcome outcome;
  Dram dram = valueOf(Dram::forProgram(program, machine));
  for (const DramTensor &tensor : program.tensors)
    if (tensor.role == TensorRole::Input)
      llvm::cantFail(dram.write(tensor, inputs.at(tensor.name)));
  llvm::Expected<Simulation> simulation = simulate(program, machine, &dram, options);
  if (!simulation) {
    outcome.error = llvm::toString(simulation.takeError());
    return outcome;
  }
  outcome.simulation = std::move(*simulation);
  for (const DramTensor &tensor : program.tensors)
    if (tensor.role == TensorRole::Output)
      outcome.outputs[tensor.name] = dram.read(tensor);
  return outcome;
}
