//===- Encoding.cpp - Commands as 256 bits --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/IsaTable.h"

using namespace fovea::isa;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

Queue fovea::isa::queueOf(const Command &command) {
  Queue queue = Queue::None;
  visitOperands(command.operation,
                [&](const auto &operands) { queue = RowOf<decltype(operands)>::queue; });
  return queue;
}

llvm::StringRef fovea::isa::mnemonicOf(const Command &command) {
  llvm::StringRef mnemonic = "(none)";
  visitOperands(command.operation,
                [&](const auto &operands) { mnemonic = RowOf<decltype(operands)>::mnemonic; });
  return mnemonic;
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

template <unsigned at, unsigned bits> static void insert(Word &word, uint64_t value) {
  constexpr unsigned index = at / 64, shift = at % 64;
  word[index] |= value << shift;
  if constexpr (shift + bits > 64)
    word[index + 1] |= value >> (64 - shift);
}

template <unsigned at, unsigned bits> static uint64_t extract(const Word &word) {
  constexpr unsigned index = at / 64, shift = at % 64;
  uint64_t value = word[index] >> shift;
  if constexpr (shift + bits > 64)
    value |= word[index + 1] << (64 - shift);
  return value & ((uint64_t(1) << bits) - 1);
}

/// Whether all bits from `end` on are clear.
template <unsigned end> static bool restIsClear(const Word &word) {
  uint64_t rest = 0;
  for (unsigned index = (end + 63) / 64; index < word.size(); ++index)
    rest |= word[index];
  if constexpr (end % 64 != 0)
    rest |= word[end / 64] >> (end % 64);
  return rest == 0;
}

//===----------------------------------------------------------------------===//
// Encoding
//===----------------------------------------------------------------------===//

static Error outside(llvm::StringRef mnemonic, llvm::StringRef name, int64_t value, Range range) {
  return llvm::createStringError(mnemonic + ": " + name + " is " + Twine(value) + "; it may be " +
                                 Twine(range.least) + " to " + Twine(range.most));
}

/// The bits of a value that is in its field's range.
template <typename Field, typename Value> static uint64_t toBits(const Value &value) {
  uint64_t bits = static_cast<uint64_t>(numberOf(value));
  if constexpr (Field::kind == FieldKind::Count)
    --bits;
  if constexpr (Field::kind == FieldKind::Local)
    bits |= uint64_t(value.accumulator) << (Field::bits - 1);
  return bits & ((uint64_t(1) << Field::bits) - 1);
}

template <typename Operands> static Error encodeFields(const Operands &operands, Word &word) {
  Error error = Error::success();
  Row<Operands>::forEachField(operands, [&](auto field, const auto &value) {
    using Field = decltype(field);
    if (LLVM_UNLIKELY(!Field::range.holds(numberOf(value))))
      error = llvm::joinErrors(std::move(error), outside(Row<Operands>::mnemonic, field.name,
                                                         numberOf(value), Field::range));
    else
      insert<Field::at, Field::bits>(word, toBits<Field>(value));
  });
  return error;
}

Expected<Word> fovea::isa::encode(const Command &command) {
  constexpr Range masks = {0, (1 << maskBits) - 1};
  if (std::holds_alternative<std::monostate>(command.operation))
    return llvm::createStringError("there is no operation");
  for (auto [name, mask] : {std::pair("wait", command.wait), std::pair("signal", command.signal)})
    if (!masks.holds(mask))
      return outside(mnemonicOf(command), name, mask, masks);
  Word word = {};
  Error error = Error::success();
  visitOperands(command.operation, [&](const auto &operands) {
    insert<0, opcodeBits>(word, uint64_t(RowOf<decltype(operands)>::opcode));
    error = llvm::joinErrors(std::move(error), encodeFields(operands, word));
  });
  if (error)
    return error;
  insert<opcodeBits, maskBits>(word, command.wait);
  insert<opcodeBits + maskBits, maskBits>(word, command.signal);
  return word;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

template <typename Operands> static Error decodeFields(const Word &word, Operands &operands) {
  Error error = Error::success();
  Row<Operands>::forEachField(operands, [&](auto field, auto &value) {
    using Field = decltype(field);
    uint64_t bits = extract<Field::at, Field::bits>(word);
    if constexpr (Field::kind == FieldKind::Local)
      value.accumulator = bits >> (Field::bits - 1);
    if constexpr (Field::kind == FieldKind::Local)
      bits &= uint64_t(Field::range.most);
    int64_t number = Field::kind == FieldKind::Byte ? int8_t(bits) : int64_t(bits);
    number += Field::kind == FieldKind::Count;
    if (LLVM_UNLIKELY(!Field::range.holds(number)))
      error = llvm::joinErrors(std::move(error),
                               outside(Row<Operands>::mnemonic, field.name, number, Field::range));
    setNumber(value, number);
  });
  if (LLVM_UNLIKELY(!restIsClear<Row<Operands>::end>(word)))
    error = llvm::joinErrors(std::move(error),
                             llvm::createStringError(Row<Operands>::mnemonic +
                                                     Twine(": a bit behind its fields is set")));
  return error;
}

template <typename Operands>
static Expected<Command> decodeAs(const Word &word, uint8_t wait, uint8_t signal) {
  Command command{Operands(), wait, signal};
  if (Error error = decodeFields(word, std::get<Operands>(command.operation)))
    return error;
  return command;
}

Expected<Command> fovea::isa::decode(const Word &word) {
  uint64_t opcode = extract<0, opcodeBits>(word);
  auto wait = uint8_t(extract<opcodeBits, maskBits>(word));
  auto signal = uint8_t(extract<opcodeBits + maskBits, maskBits>(word));
  switch (Opcode(opcode)) {
#define FOVEA_COMMAND(Name, mnemonic, queue, summary)                                              \
  case Opcode::Name:                                                                               \
    return decodeAs<Name>(word, wait, signal);
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
  case Opcode::None:
    break;
  }
  return llvm::createStringError("opcode " + Twine(opcode) + " means nothing");
}
