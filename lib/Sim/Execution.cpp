//===- Execution.cpp - A program's work on data ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Execution.h"
#include "AccessCheck.h"
#include "ArrayUnit.h"
#include "DmaUnit.h"
#include "VectorUnit.h"

using namespace fovea;
using namespace fovea::sim;
using isa::Memory;
using llvm::Error;

namespace {
/// Checks accesses, then does the work. Elements are T.
template <typename T> class DataExecution : public Execution {
public:
  DataExecution(const Program &program, const Accelerator &machine, Dram &dram)
      : program(program), machine(machine), memory(machine), array(memory), vector(memory),
        dma(memory, dram), dramCheck(program, machine) {
    for (Memory place :
         {Memory::Spad, Memory::Acc, Memory::Quantization, Memory::Lookup, Memory::Shift})
      localChecks[unsigned(place)].emplace(program, place, sizeOf(place, machine),
                                           place <= Memory::Acc ? machine.vectorLanes : 1);
  }

  Error execute(uint64_t index, const Clock &clock) override {
    const isa::Command &command = program.commands[index];
    unsigned queue = unsigned(isa::queueOf(command));
    Accessor by{queue, clock[queue] + 1, clock};
    for (const isa::Region &region : footprintOf(command, machine))
      if (Error error = check(region, by))
        return error;
    return std::visit([this](const auto &op) { return run(op); }, command.operation);
  }
  Error finish() override { return dramCheck.checkOutputs(); }

private:
  Error check(const isa::Region &region, const Accessor &by) {
    if (region.memory == Memory::Dram)
      return dramCheck.access(region, by);
    if (LocalMemory<T>::isFloat && region.memory == Memory::Lookup)
      return Error::success(); // Functions are computed.
    return localChecks[unsigned(region.memory)]->access(region, by);
  }

  template <typename Op> Error run(const Op &op) {
    if constexpr (std::is_same_v<Op, isa::Ld> || std::is_same_v<Op, isa::St> ||
                  std::is_same_v<Op, isa::SetTable>)
      return dma.run(op);
    else if constexpr (std::is_same_v<Op, isa::Gemm> || std::is_same_v<Op, isa::Conv>)
      return array.run(op);
    else if constexpr (std::is_same_v<Op, isa::Fence> || std::is_same_v<Op, isa::Halt> ||
                       std::is_same_v<Op, std::monostate>)
      return Error::success();
    else
      return vector.run(op);
  }

  const Program &program;
  const Accelerator &machine;
  LocalMemory<T> memory;
  ArrayUnit<T> array;
  VectorUnit<T> vector;
  DmaUnit<T> dma;
  std::array<std::optional<LocalCheck>, isa::memoryCount> localChecks;
  DramCheck dramCheck;
};
} // namespace

std::unique_ptr<Execution> sim::makeExecution(const Program &program, const Accelerator &machine,
                                              Dram &dram) {
  if (program.arithmetic == Arithmetic::Float)
    return std::make_unique<DataExecution<float>>(program, machine, dram);
  if (machine.input.bytes() == 1)
    return std::make_unique<DataExecution<int8_t>>(program, machine, dram);
  return std::make_unique<DataExecution<int16_t>>(program, machine, dram);
}
