//===- Disassembler.cpp - Programs as text --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AssemblyNames.h"
#include "ParamValues.h"
#include "fovea/Machine/IsaTable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

using namespace fovea;
using fovea::isa::Program;
using llvm::raw_ostream;
using llvm::StringRef;

namespace {
/// A tensor that addresses may be written by: `name[offset]`.
struct NamedRange {
  uint64_t begin, end;
  StringRef name;
};

class Disassembler {
public:
  explicit Disassembler(raw_ostream &os) : os(os) {}

  void run(const Program &program);
  void command(const isa::Command &command);

private:
  void head(const Program &program);
  void tensor(const DramTensor &tensor, const Program &program);
  void values(const DramTensor &tensor, const Program &program);
  void layer(const ProgramLayer &layer);
  void name(StringRef name);
  void quoted(StringRef text);
  void block(llvm::ArrayRef<std::string> words);
  void dram(uint64_t address);
  void queues(StringRef name, uint8_t mask);
  template <typename Field, typename Value> void field(const Field &field, const Value &value);

  raw_ostream &os;
  std::vector<NamedRange> ranges; ///< By where they begin.
};
} // namespace

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

/// The tensor that holds the address and begins nearest to it gives its name.
void Disassembler::dram(uint64_t address) {
  constexpr int mostOverlaps = 8;
  auto behind = llvm::upper_bound(ranges, address, [](uint64_t address, const NamedRange &range) {
    return address < range.begin;
  });
  for (int tries = 0; tries < mostOverlaps && behind != ranges.begin(); ++tries) {
    --behind;
    if (address < behind->end) {
      os << behind->name << '[' << address - behind->begin << ']';
      return;
    }
  }
  os << "dram[" << address << ']';
}

template <typename Field, typename Value>
void Disassembler::field(const Field &field, const Value &value) {
  constexpr isa::FieldKind kind = Field::kind;
  int64_t number = isa::numberOf(value);
  if (!isAddress(kind) && number == (kind == isa::FieldKind::Count))
    return;
  os << ' ' << field.name;
  if constexpr (kind == isa::FieldKind::Flag)
    return;
  os << '=';
  constexpr isa::Names names = isa::namesOf(kind);
  if constexpr (kind == isa::FieldKind::Dram)
    dram(number);
  else if constexpr (kind == isa::FieldKind::Local)
    os << (value.accumulator ? "acc[" : "spad[") << number << ']';
  else if constexpr (isAddress(kind))
    os << (kind == isa::FieldKind::Acc ? "acc[" : "spad[") << number << ']';
  else if (Field::range.holds(number) && !names.empty())
    os << names[number];
  else
    os << number;
}

void Disassembler::queues(StringRef name, uint8_t mask) {
  if (!mask)
    return;
  os << ' ' << name << '=';
  llvm::ListSeparator comma(",");
  for (auto [queue, queueName] : llvm::enumerate(isa::queueNames))
    if (mask >> queue & 1)
      os << comma << queueName;
}

void Disassembler::command(const isa::Command &command) {
  os << mnemonicOf(command);
  isa::visitOperands(command.operation, [&](const auto &operands) {
    isa::RowOf<decltype(operands)>::forEachField(
        operands, [&](const auto &f, const auto &value) { field(f, value); });
  });
  queues("wait", command.wait);
  queues("signal", command.signal);
}

//===----------------------------------------------------------------------===//
// Directives
//===----------------------------------------------------------------------===//

void Disassembler::quoted(StringRef text) {
  bool keepsOthers = llvm::json::isUTF8(text);
  os << '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      os << '\\' << c;
    else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !keepsOthers))
      os << "\\x" << llvm::hexdigit(byte >> 4, true) << llvm::hexdigit(byte & 15, true);
    else
      os << c;
  }
  os << '"';
}

void Disassembler::name(StringRef name) {
  if (isAssemblyName(name))
    os << name;
  else
    quoted(name);
}

/// In braces, on lines of their own where one is not enough.
void Disassembler::block(llvm::ArrayRef<std::string> words) {
  constexpr size_t width = 96;
  size_t total = 0;
  for (const std::string &word : words)
    total += word.size() + 1;
  bool breaks = total > width;
  os << '{';
  size_t column = width;
  for (const std::string &word : words) {
    bool begins = breaks && column + word.size() + 1 > width;
    os << (begins ? "\n  " : " ") << word;
    column = begins ? word.size() + 2 : column + word.size() + 1;
  }
  os << (breaks ? "\n}" : " }");
}

void Disassembler::values(const DramTensor &tensor, const Program &program) {
  EntryFormat format = entryFormat(tensor.element, program);
  StringRef bytes = tensor.bytes;
  StringRef first = bytes.take_front(format.bytes);
  bool repeats = bytes.drop_back(format.bytes) == bytes.drop_front(format.bytes);
  std::vector<std::string> words;
  constexpr size_t mostReadable = 64 << 10; // Nobody reads more numbers than that.
  for (StringRef rest = repeats                        ? first
                        : bytes.size() <= mostReadable ? bytes
                                                       : "";
       !rest.empty();) {
    std::vector<std::string> entry = printEntry(rest.take_front(format.bytes), format);
    if (entry.empty())
      break;
    llvm::append_range(words, entry);
    rest = rest.drop_front(format.bytes);
    if (rest.empty())
      return block(words);
  }
  constexpr size_t hexBytes = 32;
  words.clear();
  for (StringRef rest = bytes; !rest.empty();
       rest = rest.drop_front(std::min(hexBytes, rest.size())))
    words.push_back(llvm::toHex(rest.take_front(hexBytes), /*LowerCase=*/true));
  os << "hex ";
  block(words);
}

void Disassembler::tensor(const DramTensor &tensor, const Program &program) {
  os << '.' << roleNames[unsigned(tensor.role)] << ' ';
  name(tensor.name);
  os << ' ' << elementNames[unsigned(tensor.element)] << " [";
  llvm::interleave(tensor.shape, os, ",");
  os << "] at " << tensor.address;
  if (tensor.role == TensorRole::Param) {
    os << " = ";
    values(tensor, program);
  }
  os << '\n';
}

void Disassembler::layer(const ProgramLayer &layer) {
  os << "\n.layer ";
  quoted(layer.name);
  if (!layer.location.empty()) {
    os << " at ";
    quoted(layer.location);
  }
  int64_t values[] = {layer.pixels, layer.filters, layer.window, layer.repeat};
  for (auto [name, value] : llvm::zip(layerNumbers, values))
    if (value)
      os << ' ' << name << '=' << value;
  os << '\n';
}

void Disassembler::head(const Program &program) {
  os << ".machine ";
  name(program.machine);
  os << '\n';
  if (program.input.bits != Program().input.bits ||
      program.accumulator.bits != Program().accumulator.bits)
    os << ".types i" << program.input.bits << " i" << program.accumulator.bits << '\n';
  if (program.arithmetic == Arithmetic::Float)
    os << ".float\n";
  os << ".dram " << program.dramUnits << '\n';
  for (const DramTensor &one : program.tensors)
    tensor(one, program);
}

void Disassembler::run(const Program &program) {
  head(program);
  for (const DramTensor &tensor : program.tensors)
    if (isAddressName(tensor.name))
      if (std::optional<uint64_t> units = unitsOf(tensor, program))
        ranges.push_back({tensor.address, tensor.address + *units, tensor.name});
  llvm::stable_sort(ranges, [](auto &a, auto &b) { return a.begin < b.begin; });
  const ProgramLayer *next = program.layers.data(), *end = next + program.layers.size();
  for (auto [index, one] : llvm::enumerate(program.commands)) {
    for (; next != end && next->first <= index; ++next)
      layer(*next);
    command(one);
    os << '\n';
  }
  for (; next != end; ++next)
    layer(*next);
}

std::string fovea::disassemble(const Program &program) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Disassembler(os).run(program);
  return text;
}

std::string fovea::disassemble(const isa::Command &command) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Disassembler(os).command(command);
  return text;
}
