//===- MachineFile.cpp - Machines as text ---------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MachineValues.h"
#include "fovea/Support/Diagnostics.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace fovea;

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

namespace {
/// Puts a value in its place; the error is what is wrong with it.
struct Assignment {
  const MachineKey &key;
  llvm::StringRef value;

  llvm::Error operator()(int64_t &place) const {
    llvm::Expected<int64_t> number = numberIn(value);
    if (!number)
      return number.takeError();
    place = *number * key.scale;
    return llvm::Error::success();
  }

  llvm::Error operator()(double &place) const {
    double number;
    if (value.getAsDouble(number) || !std::isfinite(number))
      return llvm::createStringError("expected a number, found " + quoted(value));
    if (number < double(key.least) || number > double(key.greatest))
      return expected();
    place = number;
    return llvm::Error::success();
  }

  llvm::Error operator()(bool &place) const {
    for (auto [index, word] : llvm::enumerate(key.words))
      if (value == word)
        return place = index == 1, llvm::Error::success();
    return expected();
  }

  llvm::Error operator()(IntegerType &place) const {
    llvm::StringRef digits = value;
    if (!digits.consume_front("i"))
      return expected();
    llvm::Expected<int64_t> bits = numberIn(digits);
    if (!bits)
      return bits.takeError();
    place.bits = *bits;
    return llvm::Error::success();
  }

  llvm::Error operator()(std::vector<Dataflow> &place) const {
    place.clear();
    for (llvm::StringRef word : llvm::split(value, ',')) {
      const auto *found = llvm::find(dataflowWords, word);
      if (found == std::end(dataflowWords))
        return expected();
      auto dataflow = static_cast<Dataflow>(found - dataflowWords);
      if (llvm::is_contained(place, dataflow))
        return llvm::createStringError("'" + word + "' is there twice");
      place.push_back(dataflow);
    }
    return llvm::Error::success();
  }

  llvm::Error operator()(ArrayTiming &place) const {
    if (value == "nvdla_sheet")
      return llvm::createStringError("the timing of NVDLA's performance sheet is not supported; "
                                     "there are " +
                                     rangeOf(key));
    const auto *found = llvm::find(timingWords, value);
    if (found == std::end(timingWords))
      return expected();
    place = static_cast<ArrayTiming>(found - timingWords);
    return llvm::Error::success();
  }

  llvm::Error operator()(Accelerator &machine) const {
    if (value == key.otherwise) {
      machine.spadActivationBytes = machine.spadWeightBytes = 0;
      return llvm::Error::success();
    }
    auto [first, second] = value.split(',');
    llvm::Expected<int64_t> activations = numberIn(first), weights = numberIn(second);
    if (!activations || !weights) {
      llvm::consumeError(activations.takeError());
      llvm::consumeError(weights.takeError());
      return expected();
    }
    machine.spadActivationBytes = *activations * key.scale;
    machine.spadWeightBytes = *weights * key.scale;
    return llvm::Error::success();
  }

private:
  llvm::Error expected() const {
    return llvm::createStringError("expected " + rangeOf(key) +
                                   (key.unit.empty() ? "" : " " + key.unit.str()) + ", found " +
                                   quoted(value));
  }
  llvm::Expected<int64_t> numberIn(llvm::StringRef digits) const {
    int64_t number;
    if (!llvm::all_of(digits, llvm::isDigit) || digits.getAsInteger(10, number) ||
        number < key.least || number > key.greatest)
      return expected();
    return number;
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Facts together
//===----------------------------------------------------------------------===//

static void checkTypes(const Accelerator &machine, llvm::function_ref<void(std::string)> fail) {
  if (machine.weight.bits > machine.input.bits)
    fail(llvm::formatv("type.w=i{0} is wider than type.in=i{1}", machine.weight.bits,
                       machine.input.bits));
  if (machine.partialSum.bits > machine.accumulator.bits)
    fail(llvm::formatv("type.psum=i{0} is wider than type.acc=i{1}", machine.partialSum.bits,
                       machine.accumulator.bits));
  if (machine.accumulator.bits < machine.input.bits)
    fail(llvm::formatv("type.acc=i{0} is narrower than type.in=i{1}", machine.accumulator.bits,
                       machine.input.bits));
}

static void checkMemories(const Accelerator &machine, llvm::function_ref<void(std::string)> fail) {
  constexpr int64_t spadAddresses = int64_t(1) << 28, accAddresses = int64_t(1) << 24;
  int64_t split = machine.spadActivationBytes + machine.spadWeightBytes;
  if (split && machine.spadWeightBytes <= 0)
    fail(llvm::formatv("spad.kib={0} has no two parts", machine.spadBytes >> 10));
  else if (split && split != machine.spadBytes)
    fail(llvm::formatv("spad.split={0},{1} makes {2} KiB, but spad.kib={3}",
                       machine.spadActivationBytes >> 10, machine.spadWeightBytes >> 10,
                       split >> 10, machine.spadBytes >> 10));
  if (machine.spadElements() > spadAddresses)
    fail(llvm::formatv("spad.kib={0} holds more than the {1} elements that have an address",
                       machine.spadBytes >> 10, spadAddresses));
  if (machine.accElements() > accAddresses)
    fail(llvm::formatv("acc.kib={0} holds more than the {1} elements that have an address",
                       machine.accBytes >> 10, accAddresses));
  if (machine.spadBytes % machine.spadBanks)
    fail(llvm::formatv("spad.kib={0} has no {1} equal banks", machine.spadBytes >> 10,
                       machine.spadBanks));
  if (machine.accBytes % machine.accBanks)
    fail(llvm::formatv("acc.kib={0} has no {1} equal banks", machine.accBytes >> 10,
                       machine.accBanks));
}

/// As many bursts as keep the engine at its bytes per cycle.
static int64_t burstsInFlight(const Accelerator &machine) {
  int64_t burstCycles = llvm::divideCeil(machine.dmaBurstBytes, machine.dmaBytesPerCycle);
  int64_t bytes = machine.dmaBytesPerCycle * (machine.dmaLatency + burstCycles);
  constexpr int64_t most = 1 << 16; // As the key's greatest value.
  return std::min<int64_t>(llvm::divideCeil(bytes, machine.dmaBurstBytes), most);
}

/// Estimates what `isGiven` does not say; the figures are MachineFile.h's.
static void estimateEnergy(Accelerator &machine,
                           llvm::function_ref<bool(llvm::StringRef)> isGiven) {
  EnergyTable &energy = machine.energy;
  auto estimate = [&](llvm::StringRef key, double &place, double value) {
    if (isGiven(key))
      return;
    place = std::round(value * 1e4) / 1e4;
    energy.estimated = true;
  };
  auto multiplication = [](double x, double y) { return 0.2 * x * y / 64; };
  auto addition = [](double bits) { return 0.1 * bits / 32; };
  auto sramByte = [](int64_t bytes, int64_t banks) {
    return 10.0 / 8 * std::sqrt(double(bytes) / double(banks) / (8 << 10));
  };
  estimate("energy.mac_pj", energy.mac,
           multiplication(machine.input.bits, machine.weight.bits) +
               addition(machine.partialSum.bits));
  estimate("energy.spad_pj", energy.spadByte, sramByte(machine.spadBytes, machine.spadBanks));
  estimate("energy.acc_pj", energy.accByte, sramByte(machine.accBytes, machine.accBanks));
  estimate("energy.dram_pj", energy.dramByte, 1300.0 / 8);
  double width = machine.accumulator.bits;
  estimate("energy.vector_pj", energy.vectorOp, multiplication(width, width) + addition(width));
}

const MachineDescription::Fact *MachineDescription::find(const MachineKey &key) const {
  auto fact = llvm::find_if(facts, [&](const Fact &fact) { return fact.key == &key; });
  return fact == facts.end() ? nullptr : &*fact;
}

bool MachineDescription::gives(llvm::StringRef key) const {
  return llvm::any_of(facts, [&](const Fact &fact) { return fact.key->name == key; });
}

/// A scratchpad of another size than its parts were given for: they keep their ratio, in whole KiB.
void MachineDescription::resizeParts(Accelerator &machine) const {
  auto named = [&](llvm::StringRef name) {
    return llvm::find_if(facts, [&](const Fact &fact) { return fact.key->name == name; });
  };
  auto size = named("spad.kib");
  int64_t parts = machine.spadActivationBytes + machine.spadWeightBytes;
  if (parts == 0 || size == facts.end() || !size->replaces || named("spad.split") > size)
    return;
  constexpr int64_t kib = 1 << 10;
  double share = double(machine.spadActivationBytes) / double(parts);
  int64_t first = int64_t(share * double(machine.spadBytes / kib)) * kib;
  machine.spadActivationBytes = std::clamp(first, kib, std::max(machine.spadBytes - kib, kib));
  machine.spadWeightBytes = machine.spadBytes - machine.spadActivationBytes;
}

llvm::Expected<Accelerator> MachineDescription::build() const {
  Accelerator machine;
  machine.name = name;
  llvm::Error errors = llvm::Error::success();
  auto fail = [&](const llvm::Twine &where, const llvm::Twine &message) {
    errors =
        llvm::joinErrors(std::move(errors), llvm::createStringError(where + ": error: " + message));
  };
  for (const Fact &fact : facts)
    if (llvm::Error error = std::visit(
            [&](auto place) { return Assignment{*fact.key, fact.value}(place(machine)); },
            fact.key->place))
      fail(fact.where.empty() ? name : fact.where,
           fact.key->name + ": " + llvm::toString(std::move(error)));
  if (errors)
    return errors;
  for (const MachineKey &key : machineKeys())
    if (key.otherwise == "required" && !find(key))
      fail(name, key.name + " is missing: " + key.meaning);
  if (!gives("type.psum"))
    machine.partialSum = machine.accumulator;
  if (!gives("dma.inflight"))
    machine.dmaInFlight = burstsInFlight(machine);
  resizeParts(machine);
  auto failTogether = [&](const std::string &message) { fail(name, message); };
  if (machine.preloadOverlap && machine.timing == ArrayTiming::Scalesim)
    failTogether("array.timing=scalesim knows no array.preload_overlap=true");
  checkTypes(machine, failTogether);
  checkMemories(machine, failTogether);
  estimateEnergy(machine, [&](llvm::StringRef key) { return gives(key); });
  if (errors)
    return errors;
  return machine;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static llvm::Expected<const MachineKey *> keyNamed(llvm::StringRef name) {
  std::vector<llvm::StringRef> names;
  for (const MachineKey &key : machineKeys()) {
    if (key.name == name)
      return &key;
    names.push_back(key.name);
  }
  llvm::StringRef near = nearestName(name, names);
  return llvm::createStringError("a machine has no " + quoted(name) +
                                 (near.empty() ? "; fovea machines --keys lists what it has"
                                               : "; did you mean '" + near.str() + "'?"));
}

llvm::Error MachineDescription::set(llvm::StringRef name, llvm::StringRef value,
                                    llvm::StringRef where) {
  llvm::Expected<const MachineKey *> key = keyNamed(name);
  if (!key)
    return key.takeError();
  size_t before = facts.size();
  llvm::erase_if(facts, [&](const Fact &fact) { return fact.key == *key; });
  facts.push_back({*key, value.str(), where.str(), facts.size() < before});
  return llvm::Error::success();
}

llvm::Expected<MachineDescription> MachineDescription::parse(llvm::StringRef text,
                                                             llvm::StringRef fileName) {
  TextErrors errors(fileName, text);
  MachineDescription description(llvm::sys::path::stem(fileName));
  for (llvm::StringRef line : llvm::split(errors.text(), '\n')) {
    llvm::SmallVector<llvm::StringRef> words;
    llvm::SplitString(line.take_until([](char c) { return c == '#'; }), words);
    for (llvm::StringRef word : words) {
      auto [name, value] = word.split('=');
      if (!word.contains('='))
        errors.add(word, "expected key=value, found " + quoted(word));
      else if (description.gives(name))
        errors.add(word, name + " is given twice");
      else if (llvm::Error error = description.set(name, value, errors.placeOf(word)))
        errors.add(word, llvm::toString(std::move(error)));
    }
  }
  if (!errors.empty())
    return errors.take();
  return description;
}

llvm::Expected<Accelerator> fovea::parseAccelerator(llvm::StringRef text, llvm::StringRef name) {
  llvm::Expected<MachineDescription> description = MachineDescription::parse(text, name);
  if (!description)
    return description.takeError();
  return description->build();
}
