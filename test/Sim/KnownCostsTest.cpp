//===- KnownCostsTest.cpp - Costs from memory are the model's -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Sim/KnownCosts.h"
#include "RandomRuns.h"
#include <cstring>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

namespace {
static_assert(std::has_unique_object_representations_v<CommandCost>, "compared byte by byte");

template <isa::Queue queue>
void compare(const Program &program, const CostModel &model, KnownCosts &known) {
  for (const isa::Command &command : program.commands)
    isa::visitOperands(command.operation, [&](const auto &operands) {
      if (isa::queueOf(command) != queue)
        return;
      PortBanks banks;
      CommandCost cost = known.of<queue>(command.operation, banks), right = model.costOf(operands);
      EXPECT_EQ(std::memcmp(&cost, &right, sizeof(cost)), 0) << disassemble(command);
      EXPECT_EQ(banks, model.banksOf(operands));
    });
}

/// Commands come again at other addresses, and with a field changed.
TEST(KnownCosts, AreTheModels) {
  RandomSequence random(11);
  for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
    Accelerator machine = randomMachine(random);
    Program program = randomProgram(random, machine, 20);
    std::vector<isa::Command> again;
    for (const isa::Command &command : program.commands)
      for (int copies = 0; copies < 3; ++copies)
        again.push_back(command);
    for (isa::Command &command : again)
      isa::visitOperands(command.operation, [&](auto &operands) {
        isa::RowOf<decltype(operands)>::forEachField(operands, [&](auto field, auto &value) {
          if (random.below(20) == 0 && field.kind != isa::FieldKind::Flow)
            isa::setNumber(
                value, isa::isAddress(field.kind) ? 0 : std::min<int64_t>(isa::numberOf(value), 2));
        });
      });
    program.commands = std::move(again);
    CostModel model(machine);
    KnownCosts known(machine);
    compare<isa::Queue::Ld>(program, model, known);
    compare<isa::Queue::Ex>(program, model, known);
    compare<isa::Queue::Vx>(program, model, known);
    compare<isa::Queue::St>(program, model, known);
  }
}
} // namespace
