//===- CheckProgram.cpp - What holds for a program before it runs ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ProgramFlaws.h"
#include "fovea/Machine/Footprint.h"
#include "fovea/Machine/IsaTable.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using fovea::isa::Program;
using llvm::Error;
using llvm::StringRef;
using llvm::Twine;

int64_t fovea::unitsOf(ElementKind kind, IntegerType input, IntegerType accumulator) {
  constexpr int64_t quantizationBytes = 12;
  int64_t unit = input.bytes();
  switch (kind) {
  case ElementKind::Narrow:
  case ElementKind::Lookup:
    return 1;
  case ElementKind::Wide:
    return (accumulator.bytes() + unit - 1) / unit;
  case ElementKind::Quantization:
    return (quantizationBytes + unit - 1) / unit;
  case ElementKind::Shift:
    return 2;
  }
  llvm_unreachable("an element's kind");
}

std::optional<uint64_t> fovea::unitsOf(const DramTensor &tensor, const Program &program) {
  constexpr size_t mostExtents = 8;
  if (tensor.shape.size() > mostExtents)
    return std::nullopt;
  uint64_t units = unitsOf(tensor.element, program.input, program.accumulator);
  for (int64_t extent : tensor.shape) {
    if (extent < 1 || uint64_t(extent) > uint64_t(mostDramUnits) / units)
      return std::nullopt;
    units *= extent;
  }
  return units;
}

//===----------------------------------------------------------------------===//
// Well-formed programs
//===----------------------------------------------------------------------===//

/// Of a layer, so that every count of cycles fits.
static constexpr int64_t mostLayerMacs = int64_t(1) << 48;

namespace {
class FlawFinder {
public:
  FlawFinder(const Program &program, llvm::function_ref<bool(ProgramFlaw)> found)
      : program(program), found(found) {}

  void run();

private:
  void report(ProgramFlaw::Part part, size_t index, const Twine &message) {
    wanted = wanted && found({part, index, message.str()});
  }
  bool checkTypes();
  void checkTensor(size_t index);
  void checkLayer(size_t index);
  void checkCommand(size_t index);
  void checkTokens(size_t index);

  const Program &program;
  llvm::function_ref<bool(ProgramFlaw)> found;
  bool wanted = true;
  llvm::StringSet<> names;
};
} // namespace

bool FlawFinder::checkTypes() {
  if (program.input.bits < 2 || program.input.bits > 16)
    report(ProgramFlaw::Whole, 0,
           "units of " + Twine(program.input.bits) + " bits; they may have 2 to 16");
  else if (program.accumulator.bits < program.input.bits || program.accumulator.bits > 64)
    report(ProgramFlaw::Whole, 0,
           "an accumulator of " + Twine(program.accumulator.bits) + " bits; it may have " +
               Twine(program.input.bits) + ", those of a unit, to 64");
  else if (program.dramUnits > uint64_t(mostDramUnits))
    report(ProgramFlaw::Whole, 0,
           "a DRAM of " + Twine(program.dramUnits) + " units; it may have " + Twine(mostDramUnits));
  else
    return true;
  return false;
}

void FlawFinder::checkTensor(size_t index) {
  const DramTensor &tensor = program.tensors[index];
  auto flaw = [&](const Twine &message) { report(ProgramFlaw::Tensor, index, message); };
  if (tensor.name.empty())
    flaw("the name is empty");
  else if (!names.insert(tensor.name).second)
    flaw("another tensor has the name " + quoted(tensor.name) + " already");
  bool isData = tensor.element == ElementKind::Narrow || tensor.element == ElementKind::Wide;
  if (!isData && (tensor.role == TensorRole::Input || tensor.role == TensorRole::Output))
    flaw("entries of tables are parameters; inputs and outputs are narrow or wide");
  std::optional<uint64_t> units = unitsOf(tensor, program);
  if (!units)
    return flaw("its shape may have 8 extents, each 1 at least, and " + Twine(mostDramUnits) +
                " units in all");
  if (tensor.address > program.dramUnits || *units > program.dramUnits - tensor.address)
    flaw("it takes " + Twine(*units) + " units from " + Twine(tensor.address) +
         " on; DRAM ends at " + Twine(program.dramUnits));
  uint64_t bytes = tensor.role == TensorRole::Param ? *units * unitBytesOf(program) : 0;
  if (tensor.bytes.size() != bytes)
    flaw("it has " + Twine(tensor.bytes.size()) + " bytes of values, not " + Twine(bytes));
}

void FlawFinder::checkLayer(size_t index) {
  const ProgramLayer &layer = program.layers[index];
  if (layer.first > program.commands.size())
    report(ProgramFlaw::Layer, index,
           "it begins with command " + Twine(layer.first) + "; there are " +
               Twine(program.commands.size()));
  else if (index > 0 && layer.first < program.layers[index - 1].first)
    report(ProgramFlaw::Layer, index, "it begins before the layer in front of it");
  int64_t macs = 1;
  for (int64_t size : {layer.pixels, layer.filters, layer.window, layer.repeat}) {
    if (size < 0)
      return report(ProgramFlaw::Layer, index, "a negative size");
    if (llvm::MulOverflow(macs, std::max<int64_t>(size, 1), macs) || macs > mostLayerMacs)
      return report(ProgramFlaw::Layer, index, "more than 2^48 multiply-accumulates");
  }
}

void FlawFinder::checkTokens(size_t index) {
  const isa::Command &command = program.commands[index];
  isa::Queue queue = queueOf(command);
  for (auto [mask, verb] : {std::pair(command.wait, "waits for a token"),
                            std::pair(command.signal, "signals a token")}) {
    if (queue == isa::Queue::None && mask)
      report(ProgramFlaw::Command, index,
             mnemonicOf(command) + Twine(" ") + verb + "; it belongs to no queue");
    else if (queue != isa::Queue::None && (mask >> unsigned(queue) & 1))
      report(ProgramFlaw::Command, index,
             mnemonicOf(command) + Twine(" ") + verb + " of its own queue, " +
                 isa::queueNames[unsigned(queue)]);
  }
}

void FlawFinder::checkCommand(size_t index) {
  const isa::Command &command = program.commands[index];
  if (llvm::Expected<isa::Word> word = encode(command); !word)
    return report(ProgramFlaw::Command, index, llvm::toString(word.takeError()));
  checkTokens(index);
  isa::visitOperands(command.operation, [&](const auto &operands) {
    isa::RowOf<decltype(operands)>::forEachField(operands, [&](auto field, const auto &value) {
      if constexpr (field.kind == isa::FieldKind::Byte)
        if (value < program.input.min() || value > program.input.max())
          report(ProgramFlaw::Command, index,
                 field.name + "=" + Twine(int(value)) + " is no i" + Twine(program.input.bits));
    });
  });
  bool isLast = index + 1 == program.commands.size();
  bool isHalt = std::holds_alternative<isa::Halt>(command.operation);
  if (isHalt && !isLast)
    report(ProgramFlaw::Command, index, "halt is not the last command");
  if (isLast && !isHalt)
    report(ProgramFlaw::Command, index, "the last command is no halt");
}

void FlawFinder::run() {
  if (!checkTypes()) // Everything else counts in them.
    return;
  for (size_t index = 0; wanted && index < program.tensors.size(); ++index)
    checkTensor(index);
  for (size_t index = 0; wanted && index < program.layers.size(); ++index)
    checkLayer(index);
  if (program.commands.empty())
    report(ProgramFlaw::Whole, 0, "there are no commands; the last must be halt");
  for (size_t index = 0; wanted && index < program.commands.size(); ++index)
    checkCommand(index);
}

void fovea::findFlaws(const Program &program, llvm::function_ref<bool(ProgramFlaw)> found) {
  FlawFinder(program, found).run();
}

static Error inCommand(const Program &program, size_t index, const Twine &message) {
  return llvm::createStringError("command " + Twine(index) + " (" +
                                 disassemble(program.commands[index]) + "): " + message);
}

static Error toError(const Program &program, const ProgramFlaw &flaw) {
  switch (flaw.part) {
  case ProgramFlaw::Whole:
    return llvm::createStringError(flaw.message);
  case ProgramFlaw::Tensor:
    return llvm::createStringError("tensor " + Twine(flaw.index) + " (" +
                                   quoted(program.tensors[flaw.index].name) + "): " + flaw.message);
  case ProgramFlaw::Layer:
    return llvm::createStringError("layer " + Twine(flaw.index) + " (" +
                                   quoted(program.layers[flaw.index].name) + "): " + flaw.message);
  case ProgramFlaw::Command:
    return inCommand(program, flaw.index, flaw.message);
  }
  llvm_unreachable("a program's part");
}

Error fovea::checkProgram(const Program &program) {
  Error error = Error::success();
  findFlaws(program, [&](const ProgramFlaw &flaw) {
    error = llvm::joinErrors(std::move(error), toError(program, flaw));
    return false;
  });
  return error;
}

//===----------------------------------------------------------------------===//
// Programs that fit a machine
//===----------------------------------------------------------------------===//

static std::string outside(const isa::Region &region, uint64_t size) {
  llvm::StringRef unit = region.memory == isa::Memory::Dram  ? "unit "
                         : region.memory <= isa::Memory::Acc ? "element "
                                                             : "entry ";
  return ((region.write ? "writes " : "reads ") + nameOf(region.memory) + " up to " + unit +
          Twine(region.end() - 1) + "; it has " + Twine(size))
      .str();
}

/// Whether some unit is there twice. Of what is written and of the array's operands none may be: a
/// few bits of a stride would ask for more work than any memory has room for, and sums that overlap
/// would depend on the order in which the array makes them.
static bool overlaps(const isa::Region &region) {
  std::array<std::pair<uint64_t, uint64_t>, 3> steps = {
      {{region.s0, region.n0}, {region.s1, region.n1}, {region.s2, region.n2}}};
  llvm::sort(steps);
  uint64_t reach = 1; // From the first unit to behind the last one, of the steps so far.
  for (auto [stride, extent] : steps) {
    if (extent > 1 && stride < reach)
      return true;
    reach += (extent - 1) * stride;
  }
  return false;
}

/// What no footprint tells. Empty: nothing.
static std::string unfit(const isa::Command &command, const Accelerator &machine) {
  auto dataflow = [&](Dataflow flow) -> std::string {
    if (llvm::is_contained(machine.dataflows, flow))
      return "";
    return ("the array of " + machine.name + " has no dataflow " + isa::flowNames[unsigned(flow)])
        .str();
  };
  if (auto *ld = std::get_if<isa::Ld>(&command.operation); ld && ld->wide && !ld->dst.accumulator)
    return "wide elements go to the accumulator alone";
  if (auto *gemm = std::get_if<isa::Gemm>(&command.operation))
    return dataflow(gemm->dataflow);
  if (auto *conv = std::get_if<isa::Conv>(&command.operation)) {
    if (conv->shift && !machine.shiftInAddressGenerator)
      return "the address generator of " + machine.name + " does not shift";
    return dataflow(conv->dataflow);
  }
  return "";
}

static Error checkFit(const Program &program, size_t index, const Accelerator &machine) {
  const isa::Command &command = program.commands[index];
  for (const isa::Region &region : footprintOf(command, machine)) {
    uint64_t size =
        region.memory == isa::Memory::Dram ? program.dramUnits : sizeOf(region.memory, machine);
    if (region.end() > size)
      return inCommand(program, index, outside(region, size));
    if ((region.write || queueOf(command) == isa::Queue::Ex) && overlaps(region))
      return inCommand(program, index,
                       (region.write ? "writes" : "reads") + Twine(" rows of the ") +
                           nameOf(region.memory) + " that overlap");
  }
  if (std::string flaw = unfit(command, machine); !flaw.empty())
    return inCommand(program, index, flaw);
  return Error::success();
}

Error fovea::checkProgram(const Program &program, const Accelerator &machine) {
  if (Error error = checkProgram(program))
    return error;
  if (program.input.bits != machine.input.bits ||
      program.accumulator.bits != machine.accumulator.bits)
    return llvm::createStringError("the program works on i" + Twine(program.input.bits) + " and i" +
                                   Twine(program.accumulator.bits) + ", " + machine.name + " on i" +
                                   Twine(machine.input.bits) + " and i" +
                                   Twine(machine.accumulator.bits));
  for (size_t index = 0; index < program.commands.size(); ++index)
    if (Error error = checkFit(program, index, machine))
      return error;
  return Error::success();
}
