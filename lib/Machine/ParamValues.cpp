//===- ParamValues.cpp - Values of parameters as numbers ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ParamValues.h"
#include "fovea/Support/Random.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/xxhash.h"
#include <cstring>

using namespace fovea;
using fovea::isa::Program;
using llvm::Error;
using llvm::StringRef;
using llvm::Twine;
namespace endian = llvm::support::endian;

EntryFormat fovea::entryFormat(ElementKind kind, const Program &program) {
  EntryFormat format;
  format.isFloat = program.arithmetic == Arithmetic::Float;
  // A weight may be wider than an input, as long as it takes no more bytes.
  IntegerType unit{unsigned(program.input.bytes()) * 8};
  format.bytes = unitsOf(kind, program.input, program.accumulator) * unitBytesOf(program);
  switch (kind) {
  case ElementKind::Narrow:
  case ElementKind::Lookup:
    format.numbers = {unit};
    break;
  case ElementKind::Wide:
    format.numbers = {program.accumulator};
    break;
  case ElementKind::Quantization:
    format.numbers = {{32}, {16}, {16}, {16}, {16}};
    if (format.isFloat)
      format.numbers.pop_back(); // A scale instead of multiplier and shift.
    break;
  case ElementKind::Shift:
    format.numbers = {unit, unit};
    break;
  }
  return format;
}

//===----------------------------------------------------------------------===//
// From text and back
//===----------------------------------------------------------------------===//

static void appendInteger(int64_t value, int64_t count, std::string &bytes) {
  char all[sizeof(value)];
  endian::write64le(all, uint64_t(value));
  bytes.append(all, count);
}

static void appendFloat(float value, std::string &bytes) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  appendInteger(bits, sizeof(bits), bytes);
}

static int64_t integerAt(StringRef bytes, int64_t count) {
  char all[sizeof(uint64_t)] = {};
  std::memcpy(all, bytes.data(), count);
  unsigned unused = 64 - 8 * count;
  return int64_t(endian::read64le(all) << unused) >> unused;
}

static float floatAt(StringRef bytes) {
  auto bits = uint32_t(integerAt(bytes, sizeof(uint32_t)));
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

static Error appendNumberText(StringRef text, const EntryFormat &format, size_t index,
                              std::string &bytes) {
  if (format.isFloat) {
    float value;
    if (!llvm::to_float(text, value))
      return llvm::createStringError(quoted(text) + " is no number");
    appendFloat(value, bytes);
    return Error::success();
  }
  IntegerType type = format.numbers[index];
  int64_t value;
  if (text.getAsInteger(10, value)) {
    bool isInteger = llvm::all_of(text.drop_while([](char c) { return c == '-'; }), llvm::isDigit);
    return llvm::createStringError(quoted(text) + " " +
                                   (isInteger && !text.empty() ? "does not fit" : "is no integer"));
  }
  if (value < type.min() || value > type.max())
    return llvm::createStringError(Twine(value) + " does not fit; it may be " + Twine(type.min()) +
                                   " to " + Twine(type.max()));
  appendInteger(value, type.bytes(), bytes);
  return Error::success();
}

Error fovea::appendNumber(StringRef text, const EntryFormat &format, size_t index,
                          std::string &bytes) {
  if (Error error = appendNumberText(text, format, index, bytes))
    return error;
  if (index + 1 == format.numbers.size()) {
    size_t taken = 0;
    for (size_t number = 0; number < format.numbers.size(); ++number)
      taken += format.bytesOf(number);
    bytes.append(format.bytes - taken, '\0');
  }
  return Error::success();
}

/// With as few digits as give the same float back.
static std::string printFloat(float value) {
  std::string text;
  for (int digits = 6; digits <= 9; ++digits) {
    text.clear();
    llvm::raw_string_ostream(text) << llvm::format("%.*g", digits, double(value));
    float back;
    if (llvm::to_float(text, back) && back == value)
      break;
  }
  return text;
}

std::vector<std::string> fovea::printEntry(StringRef bytes, const EntryFormat &format) {
  std::vector<std::string> texts;
  std::string back;
  size_t at = 0;
  for (size_t index = 0; index < format.numbers.size(); ++index) {
    size_t count = format.bytesOf(index);
    StringRef number = bytes.substr(at, count);
    texts.push_back(format.isFloat ? printFloat(floatAt(number))
                                   : llvm::itostr(integerAt(number, int64_t(count))));
    at += count;
    if (Error error = appendNumber(texts.back(), format, index, back)) {
      llvm::consumeError(std::move(error));
      return {};
    }
  }
  return back == bytes ? texts : std::vector<std::string>();
}

//===----------------------------------------------------------------------===//
// Random values
//===----------------------------------------------------------------------===//

std::string fovea::randomValues(const DramTensor &tensor, uint64_t entries,
                                const EntryFormat &format, uint64_t seed) {
  constexpr uint64_t spread = 0xd1342543de82ef95;
  RandomSequence random(llvm::xxh3_64bits(StringRef(tensor.name)) ^ seed * spread);
  std::string bytes;
  bytes.reserve(entries * format.bytes);
  for (uint64_t entry = 0; entry < entries; ++entry) {
    for (size_t index = 0; index < format.numbers.size(); ++index) {
      if (tensor.element == ElementKind::Shift) {
        int64_t offset = int64_t(random.below(3)) - 1;
        format.isFloat ? appendFloat(float(offset), bytes)
                       : appendInteger(offset, format.numbers[index].bytes(), bytes);
      } else if (format.isFloat) {
        appendFloat(float(double(random.next() >> 40) * 0x1p-23 - 1), bytes);
      } else {
        unsigned bits = format.numbers[index].bits;
        if (tensor.element == ElementKind::Narrow)
          bits = std::min(bits, 8u);
        appendInteger(int64_t(random.next()) >> (64 - bits), format.numbers[index].bytes(), bytes);
      }
    }
    bytes.resize((entry + 1) * format.bytes, '\0');
  }
  return bytes;
}
