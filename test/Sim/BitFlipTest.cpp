//===- BitFlipTest.cpp - Whether every bit of a program matters -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Flips each bit of addresses, sizes, strides and tokens of the programs in programs/, one at a
// time. The command is then no command, or the run is an error, or outputs differ, or the cycles in
// which a command begins and ends; bits for which none of this holds are dead. Those that may be
// are listed here, with the reason; all others fail.
//
//===----------------------------------------------------------------------===//
#include "SimTesting.h"
#include "fovea/Machine/IsaTable.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

namespace {
struct Bit {
  std::string field; ///< "ld.src1", or "ld.wait".
  unsigned at;
};

/// All bits of a command's address, size and token fields.
std::vector<Bit> bitsOf(const isa::Command &command) {
  std::vector<Bit> bits;
  std::string mnemonic = isa::mnemonicOf(command).str();
  isa::visitOperands(command.operation, [&](const auto &operands) {
    using Row = isa::RowOf<decltype(operands)>;
    if (Row::queue == isa::Queue::None)
      return;
    for (unsigned at = isa::opcodeBits; at < isa::headerBits; ++at)
      bits.push_back({mnemonic + (at < isa::opcodeBits + isa::maskBits ? ".wait" : ".signal"), at});
    Row::forEachField(operands, [&](auto field, const auto &) {
      using isa::FieldKind;
      if (isAddress(field.kind) || field.kind == FieldKind::Count ||
          field.kind == FieldKind::Number)
        for (unsigned bit = 0; bit < field.bits; ++bit)
          bits.push_back({mnemonic + "." + field.name.str(), field.at + bit});
    });
  });
  return bits;
}

class BitFlips {
public:
  explicit BitFlips(const std::string &name)
      : name(name), program(parseProgram(programText(name))), machine(machineNamed("gemmini16")),
        inputs(randomInputs(program, 1)),
        expected(runProgram(program, machine, inputs, {false, /*records=*/true})) {
    EXPECT_EQ(expected.error, "");
  }

  void run() {
    for (size_t index = 0; index < program.commands.size(); ++index)
      for (const Bit &bit : bitsOf(program.commands[index])) {
        ++flipped;
        if (!isFound(index, bit))
          dead.push_back({index, bit});
      }
  }

  const std::string name;
  Program program;
  Accelerator machine;
  Values inputs;
  Outcome expected;
  int flipped = 0;
  std::vector<std::pair<size_t, Bit>> dead;

private:
  static std::vector<std::pair<uint64_t, uint64_t>> timesOf(const Outcome &outcome) {
    std::vector<std::pair<uint64_t, uint64_t>> times;
    for (const CommandRecord &record : outcome.simulation.records)
      times.push_back({record.begin, record.end});
    return times;
  }

  bool isFound(size_t index, const Bit &bit) {
    isa::Command whole = program.commands[index];
    isa::Word word = valueOf(isa::encode(whole));
    word[bit.at / 64] ^= uint64_t(1) << bit.at % 64;
    llvm::Expected<isa::Command> command = isa::decode(word);
    if (!command) {
      llvm::consumeError(command.takeError());
      return true;
    }
    program.commands[index] = *command;
    Outcome outcome = runProgram(program, machine, inputs, {false, /*records=*/true});
    program.commands[index] = whole;
    return !outcome.error.empty() || outcome.outputs != expected.outputs ||
           timesOf(outcome) != timesOf(expected);
  }
};

/// Whether a dead bit is one that cannot matter: the stride of something that there is only one of.
bool isStrideOfOne(const isa::Command &command, const std::string &field) {
  bool result = false;
  auto &operation = command.operation;
  llvm::StringRef name = llvm::StringRef(field).split('.').second;
  auto oneRow = [&](uint32_t rows, std::initializer_list<llvm::StringRef> strides) {
    for (llvm::StringRef stride : strides)
      result |= rows == 1 && name == stride;
  };
  if (auto *op = std::get_if<isa::Ld>(&operation)) {
    uint32_t rows = op->n1 + op->before1 + op->after1, planes = op->n2 + op->before2 + op->after2;
    oneRow(op->n1, {"src1"});
    oneRow(op->n2, {"src2"});
    oneRow(rows, {"dst1"});
    oneRow(planes, {"dst2"});
  } else if (auto *op = std::get_if<isa::St>(&operation)) {
    oneRow(op->n1, {"src1", "dst1"});
    oneRow(op->n2, {"src2", "dst2"});
  } else if (auto *op = std::get_if<isa::Copy>(&operation)) {
    oneRow(op->n1, {"src1", "dst1"});
    oneRow(op->n2, {"src2", "dst2"});
  } else if (auto *op = std::get_if<isa::Conv>(&operation)) {
    oneRow(op->kh, {"dh"});
    oneRow(op->kw, {"dw"});
    oneRow(op->oh, {"sh"});
    oneRow(op->ow, {"sw"});
  }
  return result;
}

/// Other bits that are dead, how many in all programs, and why.
struct DeadField {
  const char *field;
  int bits;
  const char *reason;
};
const DeadField otherDeadFields[] = {
    {"conv.n", 5, "a few more filters fit the array, and later products write over their sums"},
    {"ld.after1", 5, "DRAM is slower than the fill, and nobody reads what is filled"},
};

TEST(BitFlips, AreNoticed) {
  int flipped = 0, dead = 0;
  std::map<std::string, int> strides, others;
  std::string places;
  for (const char *name :
       {"gemm", "conv", "depthwise-columns", "depthwise-packed", "depthwise-vector",
        "depthwise-shift", "shift-materialised", "shift-address", "pool", "residual", "vector"}) {
    BitFlips flips(name);
    flips.run();
    flipped += flips.flipped;
    dead += int(flips.dead.size());
    for (const auto &[index, bit] : flips.dead) {
      const isa::Command &command = flips.program.commands[index];
      if (isStrideOfOne(command, bit.field)) {
        ++strides[bit.field];
        continue;
      }
      ++others[bit.field];
      places += std::string(name) + ": bit " + std::to_string(bit.at) + " (" + bit.field +
                ") of command " + std::to_string(index) + " (" + disassemble(command) + ")\n";
    }
  }
  std::map<std::string, int> expected;
  for (const auto &[field, bits] : strides)
    std::cout << "dead: " << field << ", " << bits << " bits: a stride where there is only one\n";
  for (const DeadField &field : otherDeadFields) {
    std::cout << "dead: " << field.field << ", " << field.bits << " bits: " << field.reason << '\n';
    expected[field.field] = field.bits;
  }
  std::cout << dead << " of " << flipped << " bits are dead\n";
  EXPECT_EQ(others, expected) << places;
}
} // namespace
