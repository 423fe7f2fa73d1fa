//===- Assembler.cpp - Programs from text: lines and commands -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Assembler.h"
#include "fovea/Support/TextErrors.h"

using namespace fovea;
using fovea::isa::Program;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

using Token = AssemblyToken;

Assembler::Assembler(unsigned file, DiagnosticEngine &diagnostics)
    : diagnostics(diagnostics), lexer(file, diagnostics) {
  isa::forEachCommand(
      [&](auto operands) { operations[isa::RowOf<decltype(operands)>::mnemonic] = operands; });
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

bool Assembler::unknown(const Twine &what, llvm::ArrayRef<StringRef> names) {
  Diagnostic &error =
      diagnostics.error("", token.range, "unknown " + what + " " + quoted(token.text));
  error.suggest(token.range, nearestName(token.text, names));
  return false;
}

bool Assembler::accept(Token::Kind kind) {
  if (!token.is(kind))
    return false;
  advance();
  return true;
}

bool Assembler::acceptWord(StringRef word) {
  if (!token.is(Token::Word) || token.text != word)
    return false;
  advance();
  return true;
}

bool Assembler::expect(Token::Kind kind, const Twine &wanted) {
  return accept(kind) || unexpected(wanted);
}

/// To the end of the line, or behind the values that an error interrupted.
void Assembler::skipLine() {
  while (inBraces && !token.is(Token::End)) {
    inBraces = !token.is(Token::RightBrace);
    advance();
  }
  while (!token.is(Token::LineEnd) && !token.is(Token::End))
    advance();
}

bool Assembler::number(int64_t &value, isa::Range range, const Twine &what) {
  StringRef text = token.text;
  bool isHex = text.consume_front("0x");
  StringRef digits = text.drop_front(!isHex && text.starts_with("-"));
  if (!token.is(Token::Word) || digits.empty() ||
      !llvm::all_of(digits, [&](char c) { return isHex ? llvm::isHexDigit(c) : llvm::isDigit(c); }))
    return unexpected("a number");
  if (text.getAsInteger(isHex ? 16 : 10, value) || !range.holds(value))
    return fail(token.range, what + " is " + token.text + "; it may be " + Twine(range.least) +
                                 " to " + Twine(range.most));
  advance();
  return true;
}

/// Takes one of these names; `index` is its place among them.
bool Assembler::oneOf(isa::Names names, const Twine &what, size_t &index) {
  if (!token.is(Token::Word))
    return unexpected("one of " + llvm::join(names.begin(), names.end(), ", "));
  auto *found = std::find(names.begin(), names.end(), token.text);
  if (found == names.end())
    return unknown(what, std::vector<StringRef>(names.begin(), names.end()));
  index = found - names.begin();
  advance();
  return true;
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

/// The number in brackets behind a tensor's name; without brackets its begin is meant.
bool Assembler::tensorAddress(const DramTensor &tensor, SourceRange where, int64_t &number) {
  uint64_t units = unitsOf(tensor, program).value_or(1);
  int64_t offset = 0;
  if (accept(Token::LeftBracket) &&
      (!this->number(offset, {0, int64_t(units) - 1}, "the place in " + tensor.name) ||
       !expect(Token::RightBracket, "']'")))
    return false;
  number = int64_t(tensor.address) + offset;
  return number < mostDramUnits || fail(where, "the address is beyond 2^32");
}

bool Assembler::address(isa::FieldKind kind, isa::Range range, StringRef name, FieldValue &value) {
  using isa::FieldKind;
  bool inDram = kind == FieldKind::Dram;
  bool inSpad = kind == FieldKind::Spad || kind == FieldKind::Local;
  bool inAcc = kind == FieldKind::Acc || kind == FieldKind::Local;
  Token memory = token;
  if (!token.is(Token::Word))
    return unexpected("an address");
  auto tensor = tensorsByName.find(token.text);
  if (inDram && tensor != tensorsByName.end() && isAddressName(token.text)) {
    advance();
    return tensorAddress(program.tensors[tensor->second], memory.range, value.number);
  }
  value.accumulator = token.text == "acc";
  bool fits = (inDram && token.text == "dram") || (inSpad && token.text == "spad") ||
              (inAcc && value.accumulator);
  if (!fits) {
    std::string wanted = inDram    ? "dram[…] or a tensor"
                         : !inAcc  ? "spad[…]"
                         : !inSpad ? "acc[…]"
                                   : "spad[…] or acc[…]";
    return fail(memory.range, name + " is " + wanted + ", not '" + memory.text + "'");
  }
  advance();
  return expect(Token::LeftBracket, "'['") && number(value.number, range, "the address") &&
         expect(Token::RightBracket, "']'");
}

bool Assembler::fieldValue(isa::FieldKind kind, isa::Range range, StringRef name,
                           FieldValue &value) {
  if (kind == isa::FieldKind::Flag) {
    value.number = 1;
    return !token.is(Token::Equals) || fail(token.range, name + " is a flag; it takes no value");
  }
  if (!expect(Token::Equals, "'=' behind " + name))
    return false;
  if (isAddress(kind))
    return address(kind, range, name, value);
  isa::Names names = isa::namesOf(kind);
  if (names.empty())
    return number(value.number, range, name);
  size_t index = 0;
  bool ok = oneOf(names, name, index);
  value.number = int64_t(index);
  return ok;
}

bool Assembler::queues(uint8_t &mask) {
  if (!expect(Token::Equals, "'='"))
    return false;
  do {
    SourceRange where = token.range;
    size_t queue = 0;
    if (!oneOf(isa::queueNames, "queue", queue))
      return false;
    if (mask >> queue & 1)
      return fail(where, "queue " + isa::queueNames[queue] + " stands here twice");
    mask |= 1u << queue;
  } while (accept(Token::Comma));
  return true;
}

/// Takes the value of the field that the current token names. `seen`: bits of the fields so far.
template <typename Operands>
bool Assembler::oneField(Operands &operands, StringRef name, uint32_t &seen) {
  Token place = token;
  bool isKnown = false, ok = true;
  unsigned index = 0;
  std::vector<StringRef> names = {"wait", "signal"};
  isa::Row<Operands>::forEachField(operands, [&](const auto &field, auto &value) {
    uint32_t bit = 1u << index++;
    if (field.name != name)
      return;
    isKnown = true;
    advance();
    FieldValue given;
    ok = !(seen & bit) || fail(place.range, name + " stands here twice");
    seen |= bit;
    ok = ok && fieldValue(field.kind, field.range, name, given);
    isa::setNumber(value, given.number);
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, isa::Local>)
      value.accumulator = given.accumulator;
  });
  if (isKnown)
    return ok;
  isa::Row<Operands>::forEachField(operands,
                                   [&](const auto &field, auto &) { names.push_back(field.name); });
  return unknown("field of " + isa::Row<Operands>::mnemonic, names);
}

template <typename Operands> bool Assembler::fields(Operands &operands, isa::Command &command) {
  SourceRange mnemonic = commandRanges.back();
  uint32_t seen = 0;
  while (!token.is(Token::LineEnd)) {
    if (!token.is(Token::Word))
      return unexpected("a field");
    bool isWait = token.text == "wait";
    if (isWait || token.text == "signal") {
      uint8_t &mask = isWait ? command.wait : command.signal;
      SourceRange where = token.range;
      advance();
      if (mask)
        return fail(where, Twine(isWait ? "wait" : "signal") + " stands here twice");
      if (!queues(mask))
        return false;
    } else if (!oneField(operands, token.text, seen)) {
      return false;
    }
  }
  std::string missing;
  unsigned index = 0;
  isa::Row<Operands>::forEachField(operands, [&](const auto &field, auto &) {
    if (!(seen >> index++ & 1) && isAddress(field.kind))
      missing += (missing.empty() ? "" : ", ") + field.name.str();
  });
  return missing.empty() || fail(mnemonic, isa::Row<Operands>::mnemonic + " needs " + missing);
}

bool Assembler::command() {
  auto found = operations.find(token.text);
  if (found == operations.end()) {
    std::vector<StringRef> names;
    isa::forEachCommand(
        [&](auto operands) { names.push_back(isa::RowOf<decltype(operands)>::mnemonic); });
    return unknown("command", names);
  }
  program.commands.push_back({found->second, 0, 0});
  commandRanges.push_back(token.range);
  advance();
  isa::Command &command = program.commands.back();
  bool ok = true;
  isa::visitOperands(command.operation, [&](auto &operands) { ok = fields(operands, command); });
  return ok;
}

//===----------------------------------------------------------------------===//
// The whole text
//===----------------------------------------------------------------------===//

bool Assembler::line() {
  if (!token.is(Token::Word))
    return unexpected("a command or a directive");
  return token.text.starts_with(".") ? directive() : command();
}

void Assembler::reportFlaws(SourceRange end) {
  findFlaws(program, [&](const ProgramFlaw &flaw) {
    SourceRange where = end;
    if (flaw.part == ProgramFlaw::Tensor)
      where = tensorRanges[flaw.index];
    if (flaw.part == ProgramFlaw::Layer)
      where = layerRanges[flaw.index];
    if (flaw.part == ProgramFlaw::Command)
      where = commandRanges[flaw.index];
    fail(where, flaw.message);
    return !diagnostics.tooManyErrors();
  });
}

Program Assembler::run() {
  advance();
  while (!token.is(Token::End) && !diagnostics.tooManyErrors()) {
    if (line() && !token.is(Token::LineEnd))
      unexpected("the end of the line");
    skipLine();
    advance();
  }
  if (!settings.contains(".dram"))
    program.dramUnits = behindTensors;
  if (!diagnostics.hasErrors())
    reportFlaws(token.range);
  return std::move(program);
}

Expected<Program> fovea::assemble(StringRef text, StringRef fileName) {
  if (text.size() >= UINT32_MAX)
    return llvm::createStringError(fileName + ": error: larger than 4 GiB");
  SourceManager sources;
  unsigned file = sources.add(fileName, text);
  DiagnosticEngine diagnostics(sources);
  Program program = Assembler(file, diagnostics).run();
  if (!diagnostics.hasErrors())
    return program;
  std::string message;
  llvm::raw_string_ostream os(message);
  diagnostics.print(os);
  return llvm::createStringError(StringRef(message).rtrim());
}
