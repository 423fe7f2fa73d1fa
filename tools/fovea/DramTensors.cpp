//===- DramTensors.cpp - Inputs and outputs of accelerator programs -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DramTensors.h"
#include "fovea/Support/Random.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace fovea;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

template <typename Element> static std::vector<double> valuesAs(const Tensor &tensor) {
  auto *first = reinterpret_cast<const Element *>(tensor.bytes().data());
  return std::vector<double>(first, first + tensor.elementCount());
}

static std::vector<double> valuesOf(const Tensor &tensor) {
  switch (tensor.elementType()) {
  case ElementType::F64:
    return valuesAs<double>(tensor);
  case ElementType::I32:
    return valuesAs<int32_t>(tensor);
  case ElementType::U32:
    return valuesAs<uint32_t>(tensor);
  case ElementType::I64:
    return valuesAs<int64_t>(tensor);
  default: // f32 holds all values of the others.
    return valuesAs<float>(tensor.toF32());
  }
}

static bool isInput(const DramTensor &tensor) { return tensor.role == TensorRole::Input; }

static Expected<const DramTensor *> findInput(const isa::Program &program, llvm::StringRef name) {
  std::vector<llvm::StringRef> names;
  for (const DramTensor &tensor : llvm::make_filter_range(program.tensors, isInput)) {
    if (tensor.name == name)
      return &tensor;
    names.push_back(tensor.name);
  }
  if (names.empty())
    return createStringError("--input: the program has no inputs");
  return createStringError("--input: no input is called '" + name + "'; there is '" +
                           llvm::join(names, "', '") + "'");
}

/// The array of that name, or the only one of the file.
static Expected<Tensor> readArray(llvm::StringRef path, llvm::StringRef name) {
  Expected<NamedTensors> tensors = readTensorFile(path);
  if (!tensors)
    return tensors.takeError();
  auto found = tensors->size() == 1 ? tensors->begin() : tensors->find(name);
  if (found == tensors->end())
    return createStringError(path + " has no array '" + name + "'");
  return found->second;
}

static Error fillFromFile(const DramTensor &tensor, sim::Dram &dram, llvm::StringRef path) {
  Expected<Tensor> array = readArray(path, tensor.name);
  if (!array)
    return array.takeError();
  if (array->shape() != llvm::ArrayRef(tensor.shape))
    return createStringError(path + " is " + array->typeName() + ", but input '" + tensor.name +
                             "' is " + typeName(array->elementType(), tensor.shape));
  if (Error error = dram.write(tensor, valuesOf(*array)))
    return createStringError(path + ": " + llvm::toString(std::move(error)));
  return Error::success();
}

static Error fillRandom(const isa::Program &program, const DramTensor &tensor, sim::Dram &dram,
                        uint64_t seed) {
  bool isFloat = program.arithmetic == Arithmetic::Float;
  bool wide = tensor.element == ElementKind::Wide;
  // Sums of products of 16 bits leave 32; networks on such machines keep to scales of 8.
  IntegerType type{wide ? std::min(program.accumulator.bits, 16u)
                        : std::min(program.input.bits, 8u)};
  Expected<Tensor> random = isFloat ? randomTensor(tensor.name, tensor.shape, seed)
                                    : randomTensor(tensor.name, tensor.shape, seed,
                                                   float(type.min()), float(type.max() + 1));
  if (!random)
    return random.takeError();
  std::vector<double> values = valuesOf(*random);
  if (!isFloat)
    for (double &value : values)
      value = std::min(std::floor(value), double(type.max()));
  return dram.write(tensor, values);
}

Error fovea::fillInputs(const isa::Program &program, sim::Dram &dram,
                        llvm::ArrayRef<std::string> specs, std::optional<uint64_t> seed) {
  std::vector<const DramTensor *> filled;
  bool single = llvm::count_if(program.tensors, isInput) == 1;
  for (llvm::StringRef spec : specs) {
    auto [name, path] = spec.split('=');
    if (path.empty() && single) {
      path = spec;
      name = llvm::find_if(program.tensors, isInput)->name;
    }
    if (path.empty())
      return createStringError("--input: expected NAME=FILE, got '" + spec + "'");
    Expected<const DramTensor *> tensor = findInput(program, name);
    if (!tensor)
      return tensor.takeError();
    if (Error error = fillFromFile(**tensor, dram, path))
      return error;
    filled.push_back(*tensor);
  }
  for (const DramTensor &tensor : llvm::make_filter_range(program.tensors, isInput)) {
    if (llvm::is_contained(filled, &tensor))
      continue;
    if (!seed)
      return createStringError("input '" + tensor.name + "' is missing: give --input " +
                               tensor.name + "=FILE, or --random");
    if (Error error = fillRandom(program, tensor, dram, *seed))
      return error;
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

template <typename Element> static void store(Tensor &tensor, llvm::ArrayRef<double> values) {
  auto *to = reinterpret_cast<Element *>(tensor.mutableBytes().data());
  llvm::transform(values, to, [](double value) { return Element(value); });
}

static Expected<Tensor> outputOf(const isa::Program &program, const DramTensor &tensor,
                                 const sim::Dram &dram) {
  unsigned bits = (tensor.element == ElementKind::Wide ? program.accumulator : program.input).bits;
  bool isFloat = program.arithmetic == Arithmetic::Float;
  ElementType type = isFloat      ? ElementType::F32
                     : bits <= 8  ? ElementType::I8
                     : bits <= 16 ? ElementType::I16
                                  : ElementType::I32;
  Expected<Tensor> result = Tensor::allocate(type, tensor.shape);
  if (!result)
    return result;
  std::vector<double> values = dram.read(tensor);
  switch (type) {
  case ElementType::F32:
    store<float>(*result, values);
    break;
  case ElementType::I8:
    store<int8_t>(*result, values);
    break;
  case ElementType::I16:
    store<int16_t>(*result, values);
    break;
  default:
    store<int32_t>(*result, values);
  }
  return result;
}

Expected<NamedTensors> fovea::outputsOf(const isa::Program &program, const sim::Dram &dram) {
  NamedTensors outputs;
  for (const DramTensor &tensor : program.tensors) {
    if (tensor.role != TensorRole::Output)
      continue;
    Expected<Tensor> output = outputOf(program, tensor, dram);
    if (!output)
      return output.takeError();
    outputs[tensor.name] = std::move(*output);
  }
  return outputs;
}
