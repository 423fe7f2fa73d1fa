//===- Dram.cpp - The machine's DRAM --------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Units.h"
#include "fovea/Sim/Simulator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <cstdlib>

using namespace fovea;
using namespace fovea::sim;
using llvm::createStringError;

void Dram::Free::operator()(char *pointer) const { std::free(pointer); }

static uint64_t elementCount(const DramTensor &tensor) {
  uint64_t count = 1;
  for (int64_t extent : tensor.shape)
    count *= extent;
  return count;
}

llvm::Expected<Dram> Dram::forProgram(const Program &program, const Accelerator &machine) {
  Dram dram;
  dram.units = program.dramUnits;
  dram.isFloat = program.arithmetic == Arithmetic::Float;
  dram.input = machine.input;
  dram.accumulator = machine.accumulator;
  dram.wideUnits = unitsOf(ElementKind::Wide, machine);
  // Pages that nothing touches take no memory, which a vector's would.
  dram.data.reset(
      static_cast<char *>(std::calloc(std::max<uint64_t>(dram.units, 1), dram.unitBytes())));
  if (!dram.data)
    return createStringError("the program's DRAM, " + llvm::Twine(dram.units) + " units of " +
                             llvm::Twine(dram.unitBytes()) + " bytes, is larger than memory");
  for (const DramTensor &tensor : program.tensors)
    if (llvm::Error error = dram.place(tensor))
      return error;
  return dram;
}

llvm::Error Dram::place(const DramTensor &tensor) {
  uint64_t first = tensor.address * unitBytes();
  if (tensor.address > units || tensor.bytes.size() > units * unitBytes() - first)
    return createStringError("tensor '" + tensor.name + "' reaches beyond the DRAM");
  llvm::copy(tensor.bytes, data.get() + first);
  return llvm::Error::success();
}

llvm::Error Dram::write(const DramTensor &tensor, llvm::ArrayRef<double> values) {
  bool wide = tensor.element == ElementKind::Wide;
  if (values.size() != elementCount(tensor))
    return createStringError("tensor '" + tensor.name + "' has " +
                             llvm::Twine(elementCount(tensor)) + " elements, not " +
                             llvm::Twine(values.size()));
  IntegerType type = wide ? accumulator : input;
  int64_t bytes = (wide ? wideUnits : 1) * unitBytes();
  char *to = data.get() + tensor.address * unitBytes();
  for (auto [index, value] : llvm::enumerate(values)) {
    if (isFloat) {
      storeFloat(to, float(value));
    } else {
      if (!(value >= double(type.min()) && value <= double(type.max())) ||
          value != std::floor(value))
        return createStringError("tensor '" + tensor.name + "': element " + llvm::Twine(index) +
                                 ", " + llvm::formatv("{0}", value).str() + ", is no integer of " +
                                 llvm::Twine(type.bits) + " bits");
      storeInteger(to, bytes, int64_t(value));
    }
    to += bytes;
  }
  return llvm::Error::success();
}

std::vector<double> Dram::read(const DramTensor &tensor) const {
  int64_t bytes = (tensor.element == ElementKind::Wide ? wideUnits : 1) * unitBytes();
  const char *from = data.get() + tensor.address * unitBytes();
  std::vector<double> values(elementCount(tensor));
  for (double &value : values) {
    value = isFloat ? double(loadFloat(from)) : double(loadInteger(from, bytes));
    from += bytes;
  }
  return values;
}
