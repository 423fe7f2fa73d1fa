//===- MachineKeys.cpp - The facts that a machine file gives --------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MachineValues.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

// The bounds of memories are those of addresses: 28 bits of elements in the scratchpad, 24 in the
// accumulator (Isa.def); MachineFile.cpp checks the elements, which depend on the types.
#define FOVEA_PLACE(type, field) +[](Accelerator &machine) -> type & { return machine.field; }
#define FOVEA_QUEUE(queue, field) FOVEA_PLACE(int64_t, queues[queue].field)
static constexpr MachineKey keys[] = {
    {"array.rows", FOVEA_PLACE(int64_t, rows), "", 1, 4096, "required", "rows of the MAC array"},
    {"array.cols", FOVEA_PLACE(int64_t, cols), "", 1, 4096, "required", "columns of the MAC array"},
    {"array.dataflow", FOVEA_PLACE(std::vector<Dataflow>, dataflows), "", 0, 0, "",
     "what may stay in the array: weights, outputs, inputs; the first unless a command says so"},
    {"array.preload_overlap", FOVEA_PLACE(bool, preloadOverlap), "", 0, 0, "",
     "the next fold's operand is loaded behind the fold that streams"},
    {"array.timing", FOVEA_PLACE(ArrayTiming, timing), "", 0, 0, "",
     "cycles of a fold; scalesim: SCALE-Sim's closed form exactly, nothing overlaps"},
    {"type.in", FOVEA_PLACE(IntegerType, input), "", 2, 16, "", "activations; the unit of DRAM"},
    {"type.w", FOVEA_PLACE(IntegerType, weight), "", 2, 16, "",
     "weights; stored as activations are"},
    {"type.psum", FOVEA_PLACE(IntegerType, partialSum), "", 8, 32, "as type.acc",
     "sums inside the array; one that does not fit is an error of the run"},
    {"type.acc", FOVEA_PLACE(IntegerType, accumulator), "", 16, 32, "", "sums in the accumulator"},
    {"spad.kib", FOVEA_PLACE(int64_t, spadBytes), "KiB", 1, 1 << 19, "required",
     "scratchpad: activations and weights", 1 << 10},
    {"spad.banks", FOVEA_PLACE(int64_t, spadBanks), "", 1, 64, "", "equal parts of the scratchpad"},
    {"spad.split", +[](Accelerator &machine) -> Accelerator & { return machine; }, "KiB", 1,
     1 << 19, "shared", "the scratchpad's first part for activations, the rest for weights",
     1 << 10},
    {"acc.kib", FOVEA_PLACE(int64_t, accBytes), "KiB", 1, 1 << 16, "", "accumulator: sums",
     1 << 10},
    {"acc.banks", FOVEA_PLACE(int64_t, accBanks), "", 1, 64, "", "equal parts of the accumulator"},
    {"queue.ld", FOVEA_QUEUE(0, depth), "", 1, 4096, "", "commands that wait in the queue LD"},
    {"queue.ex", FOVEA_QUEUE(1, depth), "", 1, 4096, "", "in EX"},
    {"queue.vx", FOVEA_QUEUE(2, depth), "", 1, 4096, "", "in VX"},
    {"queue.st", FOVEA_QUEUE(3, depth), "", 1, 4096, "", "in ST"},
    {"rob.ld", FOVEA_QUEUE(0, inFlight), "", 1, 4096, "", "commands of LD begun and not ended"},
    {"rob.ex", FOVEA_QUEUE(1, inFlight), "", 1, 4096, "", "of EX"},
    {"rob.vx", FOVEA_QUEUE(2, inFlight), "", 1, 4096, "", "of VX"},
    {"rob.st", FOVEA_QUEUE(3, inFlight), "", 1, 4096, "", "of ST"},
    {"dma.engines",
     FOVEA_PLACE(bool, dmaReadsAndWritesShare),
     "",
     0,
     0,
     "",
     "one for reads and one for writes, or one for both",
     1,
     {"1r+1w", "1rw"}},
    {"dma.bytes_per_cycle", FOVEA_PLACE(int64_t, dmaBytesPerCycle), "bytes/cycle", 1, 1 << 16,
     "required", "of an engine, to or from DRAM"},
    {"dma.burst", FOVEA_PLACE(int64_t, dmaBurstBytes), "bytes", 1, 1 << 16, "", "of a burst"},
    {"dma.inflight", FOVEA_PLACE(int64_t, dmaInFlight), "", 1, 1 << 16, "enough",
     "bursts asked for and not answered; enough: as many as bytes_per_cycle takes"},
    {"dma.latency", FOVEA_PLACE(int64_t, dmaLatency), "cycles", 0, 1 << 20, "",
     "from a burst's request to its first byte"},
    {"vector.lanes", FOVEA_PLACE(int64_t, vectorLanes), "", 1, 1 << 14, "",
     "elements that the vector unit works off a cycle"},
    {"agu.shift", FOVEA_PLACE(bool, shiftInAddressGenerator), "", 0, 0, "",
     "conv reads each channel at an offset of its own"},
    {"freq.mhz", FOVEA_PLACE(int64_t, megahertz), "MHz", 1, 100000, "", "clock"},
    {"energy.mac_pj", FOVEA_PLACE(double, energy.mac), "pJ", 0, 1000000, "estimate",
     "a multiply-accumulate"},
    {"energy.spad_pj", FOVEA_PLACE(double, energy.spadByte), "pJ/byte", 0, 1000000, "estimate",
     "a byte of the scratchpad"},
    {"energy.acc_pj", FOVEA_PLACE(double, energy.accByte), "pJ/byte", 0, 1000000, "estimate",
     "a byte of the accumulator"},
    {"energy.dram_pj", FOVEA_PLACE(double, energy.dramByte), "pJ/byte", 0, 1000000, "estimate",
     "a byte of DRAM"},
    {"energy.vector_pj", FOVEA_PLACE(double, energy.vectorOp), "pJ", 0, 1000000, "estimate",
     "an operation of a lane"},
    {"uop.kib", FOVEA_PLACE(int64_t, microOpBytes), "KiB", 0, 1 << 16, "",
     "micro-operations; kept, without effect: commands here need none", 1 << 10},
    {"sram2.bytes_per_cycle", FOVEA_PLACE(int64_t, secondMemoryBytesPerCycle), "bytes/cycle", 0,
     1 << 16, "", "a second memory outside; kept, without effect: DRAM is the only one here"},
};
#undef FOVEA_QUEUE
#undef FOVEA_PLACE

llvm::ArrayRef<MachineKey> fovea::machineKeys() { return keys; }

llvm::StringRef fovea::wordOf(Dataflow dataflow) {
  return dataflowWords[static_cast<size_t>(dataflow)];
}

namespace {
/// A fact's value as text and as JSON.
struct Printer {
  const MachineKey &key;

  llvm::json::Value operator()(int64_t value) const { return value / key.scale; }
  llvm::json::Value operator()(double value) const { return value; }
  llvm::json::Value operator()(bool value) const {
    if (key.words[0] == "false")
      return value;
    return key.words[value];
  }
  llvm::json::Value operator()(IntegerType type) const { return "i" + std::to_string(type.bits); }
  llvm::json::Value operator()(ArrayTiming timing) const {
    return timingWords[static_cast<size_t>(timing)];
  }
  llvm::json::Value operator()(const std::vector<Dataflow> &dataflows) const {
    return llvm::json::Array(llvm::map_range(dataflows, wordOf));
  }
  llvm::json::Value operator()(const Accelerator &machine) const {
    if (!machine.spadActivationBytes)
      return nullptr;
    return llvm::json::Array{machine.spadActivationBytes / key.scale,
                             machine.spadWeightBytes / key.scale};
  }
};

/// What a key's value may be, in words.
struct Ranges {
  const MachineKey &key;

  std::string operator()(int64_t) const {
    return llvm::formatv("{0} to {1}", key.least, key.greatest);
  }
  std::string operator()(double) const { return (*this)(int64_t()); }
  std::string operator()(bool) const { return (key.words[0] + " or " + key.words[1]).str(); }
  std::string operator()(IntegerType) const {
    return llvm::formatv("i{0} to i{1}", key.least, key.greatest);
  }
  std::string operator()(ArrayTiming) const {
    return llvm::join(llvm::ArrayRef(timingWords), " or ");
  }
  std::string operator()(const std::vector<Dataflow> &) const {
    return "some of " + llvm::join(llvm::ArrayRef(dataflowWords), ",");
  }
  std::string operator()(const Accelerator &) const { return "shared, or two numbers: 64,64"; }
};
} // namespace

llvm::json::Value fovea::jsonOf(const MachineKey &key, const Accelerator &machine) {
  return std::visit(
      [&](auto place) { return Printer{key}(place(const_cast<Accelerator &>(machine))); },
      key.place);
}

static std::string textOf(const llvm::json::Value &value) {
  if (const llvm::json::Array *array = value.getAsArray()) {
    std::vector<std::string> values;
    for (const llvm::json::Value &element : *array)
      values.push_back(textOf(element));
    return llvm::join(values, ",");
  }
  if (std::optional<llvm::StringRef> string = value.getAsString())
    return string->str();
  if (std::optional<int64_t> integer = value.getAsInteger())
    return std::to_string(*integer);
  if (std::optional<double> number = value.getAsNumber()) {
    std::string text;
    llvm::raw_string_ostream(text) << llvm::format("%.15g", *number);
    return text;
  }
  return value.getAsNull() ? "" : llvm::formatv("{0}", value).str();
}

std::string fovea::valueOf(const MachineKey &key, const Accelerator &machine) {
  return textOf(jsonOf(key, machine));
}

std::string fovea::rangeOf(const MachineKey &key) {
  Accelerator machine;
  return std::visit([&](auto place) { return Ranges{key}(place(machine)); }, key.place);
}

std::string fovea::defaultOf(const MachineKey &key) {
  return key.otherwise.empty() ? valueOf(key, Accelerator()) : key.otherwise.str();
}

std::string fovea::printAccelerator(const Accelerator &machine) {
  std::string text;
  for (const MachineKey &key : keys)
    if (std::string value = valueOf(key, machine); !value.empty())
      text += (key.name + "=" + value + "\n").str();
  return text;
}
