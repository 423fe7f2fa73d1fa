//===- RandomPrograms.cpp - Programs from the table of commands -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RandomPrograms.h"
#include "fovea/Machine/IsaTable.h"
#include "fovea/Support/Requantize.h"

using namespace fovea;
using fovea::isa::Program;

static int64_t randomNumber(RandomSequence &random, isa::Range range) {
  switch (random.below(4)) {
  case 0:
    return range.least;
  case 1:
    return range.most;
  case 2:
    return std::min<int64_t>(range.most, std::max<int64_t>(range.least, random.below(100)));
  default:
    return range.least + int64_t(random.below(uint64_t(range.most - range.least) + 1));
  }
}

isa::Command test::randomCommand(RandomSequence &random) {
  isa::Command command;
  uint64_t chosen = random.below(isa::opcodeCount - 1), index = 0;
  isa::forEachCommand([&](auto operands) {
    if (index++ != chosen)
      return;
    using Row = isa::RowOf<decltype(operands)>;
    Row::forEachField(operands, [&](const auto &field, auto &value) {
      isa::setNumber(value, randomNumber(random, field.range));
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, isa::Local>)
        value.accumulator = random.below(2);
    });
    command.operation = operands;
    unsigned others = Row::queue == isa::Queue::None ? 0 : 15u & ~(1u << unsigned(Row::queue));
    command.wait = random.below(16) & others;
    command.signal = random.below(16) & others;
  });
  return command;
}

static std::string randomName(RandomSequence &random, size_t index) {
  static constexpr llvm::StringLiteral parts[] = {
      "w", "conv1.weight", "\"", "\\", "\n", "é", "\xff", " ", "#", "x1", "=", "dram"};
  std::string name = index % 3 ? "t" : "";
  for (uint64_t count = random.below(3); count; --count)
    name += parts[random.below(std::size(parts))];
  return name + std::to_string(index);
}

static DramTensor anyTensor(RandomSequence &random, size_t index, Program &program) {
  DramTensor tensor;
  tensor.name = randomName(random, index);
  tensor.role = TensorRole(random.below(4));
  bool isData = tensor.role == TensorRole::Input || tensor.role == TensorRole::Output;
  tensor.element = ElementKind(random.below(isData ? 2 : 5));
  for (uint64_t rank = random.below(4); rank; --rank)
    tensor.shape.push_back(1 + random.below(5));
  uint64_t units = *unitsOf(tensor, program);
  tensor.address = random.below(3) ? program.dramUnits : random.below(100);
  program.dramUnits = std::max(program.dramUnits, tensor.address + units);
  if (tensor.role != TensorRole::Param)
    return tensor;
  tensor.bytes.resize(units * unitBytesOf(program));
  uint64_t spread = random.below(3); // All zeros, two values, any.
  for (char &byte : tensor.bytes)
    byte = spread == 0 ? 0 : static_cast<char>(spread == 1 ? -random.below(2) : random.next());
  return tensor;
}

Program test::randomProgram(RandomSequence &random, size_t commands) {
  Program program;
  program.machine = randomName(random, 0);
  program.arithmetic = random.below(3) ? Arithmetic::Integer : Arithmetic::Float;
  if (random.below(2)) {
    program.input.bits = 2 + random.below(15);
    program.accumulator.bits = program.input.bits + random.below(65 - program.input.bits);
  }
  for (size_t index = 0, count = random.below(6); index < count; ++index)
    program.tensors.push_back(anyTensor(random, index, program));
  for (size_t index = 0; index < commands; ++index) {
    if (random.below(8) == 0) {
      ProgramLayer layer{randomName(random, index), "", index, 0, 0, 0, 0};
      if (random.below(2))
        layer = {layer.name, "a \"net\".cnn:3:7",      index, 49,
                 1ll << 38,  int64_t(random.below(9)), 1};
      program.layers.push_back(layer);
    }
    program.commands.push_back(randomCommand(random));
    isa::visitOperands(program.commands.back().operation, [&](auto &operands) {
      isa::RowOf<decltype(operands)>::forEachField(operands, [&](auto field, auto &value) {
        if constexpr (field.kind == isa::FieldKind::Byte)
          value = int8_t(saturate(value, program.input));
      });
    });
  }
  program.commands.push_back({isa::Halt(), 0, 0});
  if (random.below(4) == 0)
    program.layers.push_back({"behind", "", program.commands.size(), 0, 0, 0, 0});
  return program;
}
