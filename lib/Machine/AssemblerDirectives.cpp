//===- AssemblerDirectives.cpp - Programs from text: what is no command ---===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Assembler.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using fovea::isa::Program;
using llvm::Error;
using llvm::StringRef;
using llvm::Twine;

using Token = AssemblyToken;

//===----------------------------------------------------------------------===//
// Directives
//===----------------------------------------------------------------------===//

bool Assembler::name(std::string &name, const Twine &what) {
  if (token.is(Token::String))
    name = unescape(token.text);
  else if (token.is(Token::Word) && isAssemblyName(token.text))
    name = token.text.str();
  else
    return unexpected(what);
  advance();
  return true;
}

bool Assembler::type(IntegerType &type) {
  StringRef bits = token.text;
  if (!token.is(Token::Word) || !bits.consume_front("i") || bits.getAsInteger(10, type.bits))
    return unexpected("a type such as i8");
  advance();
  return true;
}

bool Assembler::types() {
  SourceRange where = token.range;
  IntegerType input, accumulator;
  if (!type(input) || !type(accumulator))
    return false;
  if (input.bits < 2 || input.bits > 16 || accumulator.bits < input.bits || accumulator.bits > 64)
    return fail(where, "units have 2 to 16 bits, the accumulator as many to 64");
  program.input = input;
  program.accumulator = accumulator;
  return true;
}

bool Assembler::shape(std::vector<int64_t> &shape) {
  if (!expect(Token::LeftBracket, "a shape such as [1,8,8,16]"))
    return false;
  if (accept(Token::RightBracket))
    return true;
  do {
    shape.emplace_back();
    if (!number(shape.back(), {1, mostDramUnits}, "an extent"))
      return false;
  } while (accept(Token::Comma));
  return expect(Token::RightBracket, "',' or ']'");
}

/// A text of a few bytes may ask for many.
bool Assembler::generate(uint64_t bytes, SourceRange where) {
  constexpr uint64_t mostBytes = 16 << 20;
  generatedBytes += bytes;
  return generatedBytes <= mostBytes ||
         fail(where, "random and repeated values may take 16 MiB in all");
}

bool Assembler::numbers(DramTensor &tensor, uint64_t entries, const EntryFormat &format) {
  SourceRange where = token.range;
  inBraces = true;
  advance();
  uint64_t count = 0, perEntry = format.numbers.size();
  while (!token.is(Token::RightBrace)) {
    if (accept(Token::LineEnd))
      continue;
    if (!token.is(Token::Word))
      return unexpected("a number or '}'");
    if (Error error = appendNumber(token.text, format, count++ % perEntry, tensor.bytes))
      return fail(token.range, llvm::toString(std::move(error)));
    advance();
  }
  where = where.to(token.range);
  inBraces = false;
  advance();
  if (count != perEntry && count != entries * perEntry)
    return fail(where, Twine(count) + " numbers; expected " + Twine(entries * perEntry) +
                           (entries > 1 ? ", or " + std::to_string(perEntry) + " for all entries"
                                        : std::string()));
  if (count == entries * perEntry)
    return true;
  if (!generate(entries * format.bytes, where))
    return false;
  std::string entry = std::move(tensor.bytes);
  tensor.bytes.clear();
  tensor.bytes.reserve(entries * format.bytes);
  for (uint64_t index = 0; index < entries; ++index)
    tensor.bytes += entry;
  return true;
}

bool Assembler::hex(DramTensor &tensor, uint64_t bytes) {
  SourceRange where = token.range;
  if (!expect(Token::LeftBrace, "'{'"))
    return false;
  inBraces = true;
  std::string part;
  while (!token.is(Token::RightBrace)) {
    if (accept(Token::LineEnd))
      continue;
    if (!token.is(Token::Word) || token.text.size() % 2 || !llvm::tryGetFromHex(token.text, part))
      return unexpected("pairs of hexadecimal digits or '}'");
    tensor.bytes += part;
    advance();
  }
  where = where.to(token.range);
  inBraces = false;
  advance();
  return tensor.bytes.size() == bytes ||
         fail(where, Twine(tensor.bytes.size()) + " bytes; expected " + Twine(bytes));
}

bool Assembler::values(DramTensor &tensor, uint64_t units) {
  EntryFormat format = entryFormat(tensor.element, program);
  uint64_t bytes = units * unitBytesOf(program), entries = bytes / format.bytes;
  SourceRange where = token.range;
  if (token.is(Token::LeftBrace))
    return numbers(tensor, entries, format);
  if (acceptWord("hex"))
    return hex(tensor, bytes);
  if (!acceptWord("random"))
    return unexpected("values: { numbers }, hex { digits } or random SEED");
  int64_t seed = 0;
  if (!number(seed, {0, INT64_MAX}, "the seed") || !generate(bytes, where))
    return false;
  if (tensor.element == ElementKind::Quantization)
    return fail(where, "random multipliers and shifts mean nothing; write { numbers }");
  tensor.bytes = randomValues(tensor, entries, format, uint64_t(seed));
  return true;
}

/// Behind those before it, at a multiple of 64 units.
void Assembler::place(DramTensor &tensor, uint64_t units) {
  constexpr uint64_t alignment = 64;
  if (tensor.address == UINT64_MAX)
    tensor.address = llvm::alignTo(behindTensors, alignment);
  behindTensors = std::max(behindTensors, tensor.address + units);
}

bool Assembler::tensor(TensorRole role) {
  DramTensor tensor;
  tensor.role = role;
  SourceRange where = token.range;
  if (!name(tensor.name, "the tensor's name"))
    return false;
  size_t element = 0;
  if (!oneOf(elementNames, "kind of element", element))
    return false;
  tensor.element = ElementKind(element);
  SourceRange shapeRange = token.range;
  if (!shape(tensor.shape))
    return false;
  std::optional<uint64_t> units = unitsOf(tensor, program);
  if (!units)
    return fail(shapeRange, "the shape may have 8 extents and 2^32 units in all");
  int64_t address = -1;
  if (acceptWord("at") && !number(address, {0, mostDramUnits}, "the address"))
    return false;
  tensor.address = uint64_t(address);
  place(tensor, *units);
  bool ok = role != TensorRole::Param ||
            (expect(Token::Equals, "'=' and the values") && values(tensor, *units));
  // Also after an error, so that addresses in it are known.
  tensorsByName.try_emplace(tensor.name, program.tensors.size());
  program.tensors.push_back(std::move(tensor));
  tensorRanges.push_back(where);
  return ok;
}

bool Assembler::layer() {
  ProgramLayer layer;
  layer.first = program.commands.size();
  layerRanges.push_back(token.range);
  bool ok = name(layer.name, "the layer's name") &&
            (!acceptWord("at") || name(layer.location, "where the layer stands"));
  int64_t *numbers[] = {&layer.pixels, &layer.filters, &layer.window, &layer.repeat};
  while (ok && !token.is(Token::LineEnd)) {
    size_t index = 0;
    ok = oneOf(layerNumbers, "field of a layer", index) && expect(Token::Equals, "'='") &&
         number(*numbers[index], {0, INT64_MAX}, layerNumbers[index]);
  }
  program.layers.push_back(std::move(layer));
  return ok;
}

bool Assembler::directive() {
  static constexpr StringRef names[] = {".machine", ".types", ".float",   ".dram", ".input",
                                        ".output",  ".param", ".scratch", ".layer"};
  auto *found = std::find(std::begin(names), std::end(names), token.text);
  if (found == std::end(names))
    return unknown("directive", names);
  Token place = token;
  advance();
  StringRef word = place.text;
  if ((word == ".types" || word == ".float") && !program.tensors.empty())
    return fail(place.range, word + " stands behind a tensor; it belongs before all of them");
  if (word == ".layer")
    return layer();
  auto *role = std::find(std::begin(roleNames), std::end(roleNames), word.drop_front());
  if (role != std::end(roleNames))
    return tensor(TensorRole(role - std::begin(roleNames)));
  if (!settings.insert(word).second)
    return fail(place.range, word + " stands here twice");
  if (word == ".machine")
    return name(program.machine, "the machine's name");
  if (word == ".types")
    return types();
  if (word == ".float") {
    program.arithmetic = Arithmetic::Float;
    return true;
  }
  int64_t units = 0;
  bool ok = number(units, {0, mostDramUnits}, ".dram");
  program.dramUnits = uint64_t(units);
  return ok;
}
