//===- ScalesimConfig.cpp - SCALE-Sim's configuration files ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/MachineFile.h"
#include "fovea/Support/Diagnostics.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace fovea;

namespace {
/// Keys of configuration files in lower case, as Python's configparser, which SCALE-Sim reads them
/// with, compares them; what each becomes in a machine file, if anything.
struct Preset {
  llvm::StringLiteral name, machineKey;
};
constexpr Preset presets[] = {
    {"arrayheight", "array.rows"},
    {"arraywidth", "array.cols"},
    {"dataflow", "array.dataflow"},
    {"bandwidth", "dma.bytes_per_cycle"},
    {"ofmapsramszkb", "acc.kib"},
    {"ifmapsramszkb", ""},
    {"filtersramszkb", ""},
    {"ifmapoffset", ""},
    {"filteroffset", ""},
    {"ofmapoffset", ""},
    {"memorybanks", ""},
    {"readrequestbuffer", ""},
    {"writerequestbuffer", ""},
};

class ConfigReader {
public:
  ConfigReader(llvm::StringRef text, llvm::StringRef fileName)
      : errors(fileName, text), machine(llvm::sys::path::stem(fileName)) {}
  llvm::Expected<MachineDescription> read();

private:
  void readLine(llvm::StringRef line);
  void readPreset(llvm::StringRef key, const std::string &lower, llvm::StringRef value);
  void setFact(llvm::StringRef key, llvm::StringRef value, llvm::StringRef where) {
    if (llvm::Error error = machine.set(key, value, errors.placeOf(where)))
      errors.add(where, llvm::toString(std::move(error)));
  }
  void setScratchpad();

  TextErrors errors;
  MachineDescription machine;
  std::string section;
  llvm::StringMap<llvm::StringRef> values; ///< Of "section.key", both in lower case.
};
} // namespace

void ConfigReader::readPreset(llvm::StringRef key, const std::string &lower,
                              llvm::StringRef value) {
  std::vector<llvm::StringRef> names;
  for (const Preset &preset : presets) {
    names.push_back(preset.name);
    if (preset.name != lower)
      continue;
    // Bandwidths are a list, of which SCALE-Sim uses the first; none is needed for CALC.
    if (lower == "bandwidth")
      value = value.split(',').first.trim();
    if (!preset.machineKey.empty() && !value.empty())
      setFact(preset.machineKey, value, value);
    return;
  }
  llvm::StringRef near = nearestName(lower, names);
  errors.add(key, "unknown preset " + quoted(key) +
                      (near.empty() ? "" : "; did you mean '" + near.str() + "'?"));
}

void ConfigReader::readLine(llvm::StringRef line) {
  line = line.trim();
  if (line.empty() || line.starts_with("#") || line.starts_with(";"))
    return;
  if (line.starts_with("[")) {
    section = line.trim("[] \t").lower();
    return;
  }
  size_t separator = line.find_first_of("=:");
  if (separator == llvm::StringRef::npos || section.empty())
    return errors.add(line, "expected [section] or key = value, found " + quoted(line));
  llvm::StringRef key = line.take_front(separator).trim();
  llvm::StringRef value = line.drop_front(separator + 1).trim();
  std::string lower = key.lower();
  if (!values.try_emplace(section + "." + lower, value).second)
    return errors.add(key, "'" + key + "' is given twice");
  if (section == "architecture_presets")
    readPreset(key, lower, value);
}

/// The SRAMs of inputs and filters are one scratchpad, in two parts.
void ConfigReader::setScratchpad() {
  llvm::StringRef inputs = values.lookup("architecture_presets.ifmapsramszkb");
  llvm::StringRef filters = values.lookup("architecture_presets.filtersramszkb");
  if (inputs.empty() || filters.empty())
    return errors.add(errors.text(), "[architecture_presets] needs IfmapSramSzkB and "
                                     "FilterSramSzkB");
  setFact("spad.split", (inputs + "," + filters).str(), inputs);
  uint32_t first, second; // spad.split says what is wrong with them.
  if (!inputs.getAsInteger(10, first) && !filters.getAsInteger(10, second))
    setFact("spad.kib", std::to_string(uint64_t(first) + second), inputs);
}

llvm::Expected<MachineDescription> ConfigReader::read() {
  for (llvm::StringRef line : llvm::split(errors.text(), '\n'))
    readLine(line);
  llvm::StringRef sparsity = values.lookup("sparsity.sparsitysupport");
  if (sparsity.equals_insensitive("true"))
    errors.add(sparsity, "sparsity is not supported");
  setScratchpad();
  llvm::StringRef bandwidth = values.lookup("run_presets.interfacebandwidth");
  if (bandwidth == "CALC")
    setFact("dma.bytes_per_cycle", "65536", bandwidth);
  else if (!bandwidth.empty() && bandwidth != "USER")
    errors.add(bandwidth, "expected CALC or USER, found " + quoted(bandwidth));
  if (!errors.empty())
    return errors.take();
  setFact("array.timing", "scalesim", errors.text());
  setFact("dma.latency", "0", errors.text());
  return machine;
}

llvm::Expected<MachineDescription>
MachineDescription::parseScalesimConfig(llvm::StringRef text, llvm::StringRef fileName) {
  return ConfigReader(text, fileName).read();
}
