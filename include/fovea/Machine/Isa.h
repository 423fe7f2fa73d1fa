//===- Isa.h - Commands of the accelerator ----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_MACHINE_ISA_H
#define FOVEA_MACHINE_ISA_H

#include "fovea/Machine/Accelerator.h"
#include <variant>

namespace fovea::isa {

/// The queues of a machine. Each runs its commands one behind the other, all four at once.
enum class Queue : uint8_t {
  Ld,   ///< DRAM to local memory.
  Ex,   ///< The MAC array.
  Vx,   ///< The vector unit.
  St,   ///< Local memory to DRAM.
  None, ///< The dispatcher itself.
};
inline constexpr unsigned queueCount = 4;

/// An element of the scratchpad or of the accumulator.
struct Local {
  bool accumulator = false;
  uint32_t element = 0;
};

using Flow = Dataflow;
enum class TableKind : uint8_t { Quantization, Lookup, Shift };
enum class PoolKind : uint8_t {
  Max,           ///< Padding never wins.
  Mean,          ///< Of the elements inside the image; rounds to nearest even.
  MeanOfPadding, ///< Padding counts as zeros.
};
enum class EltKind : uint8_t { Add, Sub, Mul, Max, Min };
enum class ReduceKind : uint8_t { Sum, Max };
enum class ResizeKind : uint8_t {
  Nearest,      ///< Pixel floor(i * in / out).
  Bilinear,     ///< Centres of pixels are aligned (PyTorch's align_corners=False).
  AlignCorners, ///< Corner pixels are aligned (align_corners=True).
};
/// A lookup table's meaning; PyTorch's functions of these names.
enum class Function : uint8_t { Identity, Sigmoid, Tanh, Silu, Hardsigmoid, Hardswish, Gelu, Exp };

/// The operands of each command, one struct per row of Isa.def. Counts, numbers and addresses are
/// as the program means them, not as they are stored.
namespace kind {
using Dram = uint32_t;
using Spad = uint32_t;
using Acc = uint32_t;
using Local = isa::Local;
struct Count {
  uint32_t value = 1;
  Count(uint32_t value = 1) : value(value) {}
  operator uint32_t() const { return value; }
};
using Number = uint32_t;
using Byte = int8_t;
using Flag = bool;
using Flow = isa::Flow;
using TableKind = isa::TableKind;
using PoolKind = isa::PoolKind;
using EltKind = isa::EltKind;
using ReduceKind = isa::ReduceKind;
using ResizeKind = isa::ResizeKind;
using Function = isa::Function;
} // namespace kind

#define FOVEA_COMMAND(Name, mnemonic, queue, summary) struct Name {
#define FOVEA_FIELD(name, bits, Kind, summary) kind::Kind name{};
#define FOVEA_END(Name)                                                                            \
  }                                                                                                \
  ;
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END

// One more alternative at the end, which the list's last comma needs, is what a new command holds.
#define FOVEA_COMMAND(Name, mnemonic, queue, summary) Name,
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
using Operation = std::variant<
#include "fovea/Machine/Isa.def"
    std::monostate>;
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END

/// One command. Bit q of `wait`: takes a token that queue q gave this one; of `signal`: gives one
/// to queue q when it ends. Tokens of a pair of queues are counted, none is lost.
struct Command {
  Operation operation = std::monostate();
  uint8_t wait = 0, signal = 0;
};

/// 256 bits, the lowest first.
using Word = std::array<uint64_t, 4>;

Queue queueOf(const Command &command);
llvm::StringRef mnemonicOf(const Command &command);

/// Error: a value that its field has no room for, with the field's name and range.
llvm::Expected<Word> encode(const Command &command);
/// Error: an unknown opcode, a value outside its enumeration, a bit set where none may be.
llvm::Expected<Command> decode(const Word &word);

} // namespace fovea::isa

#endif
