//===- ProgramFile.cpp - Programs as bytes --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// All numbers are little endian; a text is its length (u32) and its bytes.
//
//   magic (8 bytes), version (u32)
//   machine (text), bits of a unit and of the accumulator, arithmetic (u8 each), DRAM's units (u64)
//   count (u32) of tensors: name (text), role, element, number of extents (u8 each), extents (i64),
//     address (u64), count (u64) of bytes and the bytes
//   count (u32) of layers: name, location (texts), first (u64), pixels, filters, window, repeat
//   (i64) count (u64) of commands: 32 bytes each xxh3 of all of it (u64)
//
//===----------------------------------------------------------------------===//
#include "fovea/Machine/Program.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"

using namespace fovea;
using fovea::isa::Program;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;
namespace endian = llvm::support::endian;

static constexpr llvm::StringLiteral magic("FoveaFVA");
static constexpr uint32_t formatVersion = 1;

static uint64_t checksumOf(StringRef bytes) { return llvm::xxh3_64bits(bytes); }

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

namespace {
class Writer {
public:
  template <typename Number> void number(Number value) {
    char bytes[sizeof(Number)];
    endian::write<Number, llvm::endianness::little>(bytes, value);
    out.append(bytes, sizeof(bytes));
  }
  void text(StringRef text) {
    number(uint32_t(text.size()));
    out += text;
  }
  void tensor(const DramTensor &tensor);
  void layer(const ProgramLayer &layer);
  void commands(llvm::ArrayRef<isa::Command> commands);

  std::string out;
};
} // namespace

void Writer::tensor(const DramTensor &tensor) {
  text(tensor.name);
  number(uint8_t(tensor.role));
  number(uint8_t(tensor.element));
  number(uint8_t(tensor.shape.size()));
  for (int64_t extent : tensor.shape)
    number(extent);
  number(tensor.address);
  number(uint64_t(tensor.bytes.size()));
  out += tensor.bytes;
}

void Writer::layer(const ProgramLayer &layer) {
  text(layer.name);
  text(layer.location);
  number(layer.first);
  for (int64_t value : {layer.pixels, layer.filters, layer.window, layer.repeat})
    number(value);
}

void Writer::commands(llvm::ArrayRef<isa::Command> commands) {
  number(uint64_t(commands.size()));
  for (const isa::Command &command : commands)
    for (uint64_t part : llvm::cantFail(isa::encode(command))) // checkProgram has encoded them.
      number(part);
}

Expected<std::string> fovea::writeProgram(const Program &program) {
  if (Error error = checkProgram(program))
    return error;
  Writer writer;
  writer.out += magic;
  writer.number(formatVersion);
  writer.text(program.machine);
  writer.number(uint8_t(program.input.bits));
  writer.number(uint8_t(program.accumulator.bits));
  writer.number(uint8_t(program.arithmetic));
  writer.number(program.dramUnits);
  writer.number(uint32_t(program.tensors.size()));
  for (const DramTensor &tensor : program.tensors)
    writer.tensor(tensor);
  writer.number(uint32_t(program.layers.size()));
  for (const ProgramLayer &layer : program.layers)
    writer.layer(layer);
  writer.commands(program.commands);
  writer.number(checksumOf(writer.out));
  return std::move(writer.out);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Takes values off the front. Past the end, and after a value out of its range, everything is zero
/// and `ok` is false.
class Reader {
public:
  explicit Reader(StringRef rest) : rest(rest) {}

  template <typename Number> Number number() {
    StringRef bytes = take(sizeof(Number));
    return ok ? endian::read<Number, llvm::endianness::little>(bytes.data()) : Number();
  }
  /// One of `count` values of an enumeration.
  template <typename Enumeration> Enumeration oneOf(unsigned count) {
    uint8_t value = number<uint8_t>();
    ok &= value < count;
    return Enumeration(ok ? value : 0);
  }
  std::string text() { return take(number<uint32_t>()).str(); }
  StringRef take(uint64_t count) {
    ok &= count <= rest.size();
    StringRef taken = rest.take_front(ok ? count : 0);
    rest = rest.drop_front(taken.size());
    return taken;
  }
  IntegerType type() { return {number<uint8_t>()}; }
  DramTensor tensor();
  ProgramLayer layer();

  bool ok = true;
  StringRef rest;
};
} // namespace

DramTensor Reader::tensor() {
  DramTensor tensor;
  tensor.name = text();
  tensor.role = oneOf<TensorRole>(4);
  tensor.element = oneOf<ElementKind>(5);
  for (unsigned rank = number<uint8_t>(); rank && ok; --rank)
    tensor.shape.push_back(number<int64_t>());
  tensor.address = number<uint64_t>();
  tensor.bytes = take(number<uint64_t>()).str();
  return tensor;
}

ProgramLayer Reader::layer() {
  ProgramLayer layer;
  layer.name = text();
  layer.location = text();
  layer.first = number<uint64_t>();
  for (int64_t *value : {&layer.pixels, &layer.filters, &layer.window, &layer.repeat})
    *value = number<int64_t>();
  return layer;
}

static Error malformed(const Twine &what) {
  return llvm::createStringError(what + ": malformed, or the file ends there");
}

static Error readCommands(Reader &reader, std::vector<isa::Command> &commands) {
  uint64_t count = reader.number<uint64_t>();
  if (!reader.ok || reader.rest.size() % sizeof(isa::Word) != 0 ||
      count != reader.rest.size() / sizeof(isa::Word))
    return llvm::createStringError("the file ought to end with " + Twine(count) +
                                   " commands; behind the layers it has " +
                                   Twine(reader.rest.size()) + " bytes");
  commands.reserve(count);
  for (uint64_t index = 0; index < count; ++index) {
    isa::Word word;
    for (uint64_t &part : word)
      part = reader.number<uint64_t>();
    Expected<isa::Command> command = isa::decode(word);
    if (!command)
      return llvm::createStringError("command " + Twine(index) + ": " +
                                     llvm::toString(command.takeError()));
    commands.push_back(std::move(*command));
  }
  return Error::success();
}

/// Everything between version and checksum.
static Expected<Program> readBody(Reader reader) {
  Program program;
  program.machine = reader.text();
  program.input = reader.type();
  program.accumulator = reader.type();
  program.arithmetic = reader.oneOf<Arithmetic>(2);
  program.dramUnits = reader.number<uint64_t>();
  uint32_t tensors = reader.number<uint32_t>();
  if (!reader.ok)
    return malformed("the head");
  for (uint32_t index = 0; index < tensors; ++index) {
    program.tensors.push_back(reader.tensor());
    if (!reader.ok)
      return malformed("tensor " + Twine(index));
  }
  uint32_t layers = reader.number<uint32_t>();
  for (uint32_t index = 0; index < layers; ++index) {
    program.layers.push_back(reader.layer());
    if (!reader.ok)
      return malformed("layer " + Twine(index));
  }
  if (Error error = readCommands(reader, program.commands))
    return error;
  if (Error error = checkProgram(program))
    return error;
  return program;
}

Expected<Program> fovea::readProgram(StringRef bytes) {
  constexpr size_t headSize = magic.size() + sizeof(formatVersion);
  if (!bytes.starts_with(magic))
    return llvm::createStringError("it is no program of an accelerator: it does not begin with '" +
                                   magic + "'");
  if (bytes.size() < headSize + sizeof(uint64_t))
    return llvm::createStringError("it ends before its checksum");
  auto version = endian::read<uint32_t, llvm::endianness::little>(bytes.data() + magic.size());
  if (version != formatVersion)
    return llvm::createStringError("its format has version " + Twine(version) +
                                   "; this Fovea reads version " + Twine(formatVersion));
  StringRef summed = bytes.drop_back(sizeof(uint64_t));
  if (endian::read<uint64_t, llvm::endianness::little>(summed.end()) != checksumOf(summed))
    return llvm::createStringError("its checksum does not agree: it was cut off or changed");
  return readBody(Reader(summed.drop_front(headSize)));
}
