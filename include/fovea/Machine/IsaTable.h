//===- IsaTable.h - The commands' fields at compile time --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// What Isa.def says, for code that goes over all fields of a command: encoder, decoder, assembler,
// disassembler, documentation and the random commands of tests.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_MACHINE_ISATABLE_H
#define FOVEA_MACHINE_ISATABLE_H

#include "fovea/Machine/Isa.h"

namespace fovea::isa {

/// Bits of opcode, wait and signal, which every command begins with.
inline constexpr unsigned opcodeBits = 6, maskBits = 4, headerBits = opcodeBits + 2 * maskBits;

/// The opcodes, in Isa.def's order; a word of zeros is no command.
enum class Opcode : uint8_t {
  None,
#define FOVEA_COMMAND(Name, mnemonic, queue, summary) Name,
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
};
inline constexpr unsigned opcodeCount = std::variant_size_v<Operation> - 1;
static_assert(opcodeCount < 1u << opcodeBits, "the opcodes need more bits");

/// The kinds of fields that Isa.def explains.
enum class FieldKind : uint8_t {
  Dram,
  Spad,
  Acc,
  Local,
  Count,
  Number,
  Byte,
  Flag,
  Flow,
  TableKind,
  PoolKind,
  EltKind,
  ReduceKind,
  ResizeKind,
  Function,
};

inline constexpr llvm::StringLiteral flowNames[] = {"ws", "os", "is"};
inline constexpr llvm::StringLiteral tableNames[] = {"quantization", "lookup", "shift"};
inline constexpr llvm::StringLiteral poolNames[] = {"max", "mean", "mean_of_padding"};
inline constexpr llvm::StringLiteral eltNames[] = {"add", "sub", "mul", "max", "min"};
inline constexpr llvm::StringLiteral reduceNames[] = {"sum", "max"};
inline constexpr llvm::StringLiteral resizeNames[] = {"nearest", "bilinear", "align_corners"};
inline constexpr llvm::StringLiteral functionNames[] = {"identity",    "sigmoid",   "tanh", "silu",
                                                        "hardsigmoid", "hardswish", "gelu", "exp"};
inline constexpr llvm::StringLiteral queueNames[] = {"ld", "ex", "vx", "st"};

/// An array's elements; llvm::ArrayRef's functions are not constexpr.
struct Names {
  constexpr Names() = default;
  template <size_t count>
  constexpr Names(const llvm::StringLiteral (&names)[count]) : first(names), count(count) {}
  constexpr size_t size() const { return count; }
  constexpr bool empty() const { return count == 0; }
  const llvm::StringLiteral *begin() const { return first; }
  const llvm::StringLiteral *end() const { return first + count; }
  const llvm::StringLiteral &operator[](size_t index) const { return first[index]; }

private:
  const llvm::StringLiteral *first = nullptr;
  size_t count = 0;
};

/// The names of an enumeration's values, as assembly writes them; none for other kinds.
constexpr Names namesOf(FieldKind kind) {
  switch (kind) {
  case FieldKind::Flow:
    return flowNames;
  case FieldKind::TableKind:
    return tableNames;
  case FieldKind::PoolKind:
    return poolNames;
  case FieldKind::EltKind:
    return eltNames;
  case FieldKind::ReduceKind:
    return reduceNames;
  case FieldKind::ResizeKind:
    return resizeNames;
  case FieldKind::Function:
    return functionNames;
  default:
    return {};
  }
}

/// Whether a field of that kind has to be written.
constexpr bool isAddress(FieldKind kind) { return kind <= FieldKind::Local; }

/// The values that a field has room for, both ends included.
struct Range {
  int64_t least, most;
  constexpr bool holds(int64_t value) const { return value >= least && value <= most; }
};
constexpr Range rangeOf(FieldKind kind, unsigned bits) {
  if (!namesOf(kind).empty())
    return {0, int64_t(namesOf(kind).size()) - 1};
  int64_t values = int64_t(1) << bits;
  switch (kind) {
  case FieldKind::Local:
    return {0, values / 2 - 1};
  case FieldKind::Count:
    return {1, values};
  case FieldKind::Byte:
    return {-values / 2, values / 2 - 1};
  default:
    return {0, values - 1};
  }
}

/// A field's value as a number: an enumeration's place, an address without its memory.
template <typename Value> int64_t numberOf(const Value &value) {
  if constexpr (std::is_same_v<Value, Local>)
    return value.element;
  else if constexpr (std::is_same_v<Value, kind::Count>)
    return value.value;
  else
    return static_cast<int64_t>(value);
}
template <typename Value> void setNumber(Value &value, int64_t number) {
  if constexpr (std::is_same_v<Value, Local>)
    value.element = static_cast<uint32_t>(number);
  else if constexpr (std::is_same_v<Value, kind::Count>)
    value.value = static_cast<uint32_t>(number);
  else
    value = static_cast<Value>(number);
}

/// A field of a command: `bits` bits from bit `at` on.
template <FieldKind fieldKind, unsigned fieldBits, unsigned firstBit> struct Field {
  static constexpr FieldKind kind = fieldKind;
  static constexpr unsigned bits = fieldBits, at = firstBit;
  static constexpr Range range = rangeOf(fieldKind, fieldBits);
  static_assert(bits > 0 && bits <= 32 && range.most < int64_t(1) << 32);
  static_assert(range.most <= int64_t(1) << bits, "its enumeration needs more bits");
  llvm::StringLiteral name, summary;
};

/// Where the fields of a command lie: fieldAt, fieldLast, …, end.
template <typename Operands> struct Layout;
#define FOVEA_COMMAND(Name, mnemonic, queue, summary)                                              \
  template <> struct Layout<Name> {                                                                \
    enum : unsigned { headerLast = headerBits - 1,
#define FOVEA_FIELD(name, bits, Kind, summary) name##At, name##Last = name##At + (bits) - 1,
#define FOVEA_END(Name)                                                                            \
  end                                                                                              \
  }                                                                                                \
  ;                                                                                                \
  static_assert(end <= 256, #Name " has more than 256 bits");                                      \
  }                                                                                                \
  ;
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END

/// A row of Isa.def. `forEachField(operands, visit)` calls visit(Field<…>, value) for each field in
/// order, where the value is that of `operands`, to read or to set.
template <typename Operands> struct Row;
#define FOVEA_COMMAND(Name, mnemonicWord, queueName, summaryText)                                  \
  template <> struct Row<Name> : Layout<Name> {                                                    \
    static constexpr Opcode opcode = Opcode::Name;                                                 \
    static constexpr Queue queue = Queue::queueName;                                               \
    static constexpr llvm::StringLiteral mnemonic{#mnemonicWord}, summary{summaryText};            \
    template <typename Operands, typename Visitor>                                                 \
    static void forEachField([[maybe_unused]] Operands &operands,                                  \
                             [[maybe_unused]] Visitor &&visit) {
#define FOVEA_FIELD(name, bits, Kind, summaryText)                                                 \
  visit(Field<FieldKind::Kind, bits, name##At>{{#name}, {summaryText}}, operands.name);
#define FOVEA_END(Name)                                                                            \
  }                                                                                                \
  }                                                                                                \
  ;
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END

/// Calls visit(operands) for an empty command of every row, in order.
template <typename Visitor> void forEachCommand(Visitor &&visit) {
#define FOVEA_COMMAND(Name, mnemonic, queue, summary) visit(Name());
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
}

/// Calls visit(operands) for the command's operands; not for a command without an operation.
/// `Operation` may be const.
template <typename Operation, typename Visitor>
void visitOperands(Operation &operation, Visitor &&visit) {
  std::visit(
      [&](auto &operands) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(operands)>, std::monostate>)
          visit(operands);
      },
      operation);
}

/// The row that describes operands, const or not.
template <typename Operands> using RowOf = Row<std::decay_t<Operands>>;

/// The text of docs/isa.md.
std::string describeCommands();

} // namespace fovea::isa

#endif
