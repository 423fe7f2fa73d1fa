//===- Machines.cpp - fovea machines --------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/Table.h"
#include "fovea/Machine/MachineFile.h"
#include "fovea/Support/Memory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

//===----------------------------------------------------------------------===//
// The keys
//===----------------------------------------------------------------------===//

/// The table of docs/machines.md.
static void printKeys(llvm::raw_ostream &os) {
  os << "| key | value | unit | where it is missing | meaning |\n|---|---|---|---|---|\n";
  for (const MachineKey &key : machineKeys())
    os << "| `" << key.name << "` | " << rangeOf(key) << " | " << key.unit << " | "
       << defaultOf(key) << " | " << key.meaning << " |\n";
}

//===----------------------------------------------------------------------===//
// One machine
//===----------------------------------------------------------------------===//

/// Multiply-accumulates a second, in 10^9.
static double peakOf(const Accelerator &machine) {
  return double(machine.rows * machine.cols) * double(machine.megahertz) / 1e3;
}

static bool isEstimate(const MachineKey &key, const MachineDescription &description) {
  return key.otherwise == "estimate" && !description.gives(key.name);
}

static void printFacts(const MachineDescription &description, const Accelerator &machine,
                       llvm::raw_ostream &os) {
  Table table({"fact", "value", "unit", "meaning"},
              {Align::Left, Align::Right, Align::Left, Align::Left});
  for (const MachineKey &key : machineKeys()) {
    std::string value = valueOf(key, machine);
    bool estimate = isEstimate(key, description);
    table.add({key.name.str(), value.empty() ? defaultOf(key) : value,
               (key.unit + (estimate ? ", estimate" : "")).str(), key.meaning.str()});
  }
  table.print(os);
  os << llvm::formatv("\nat most {0:F1} GMAC/s", peakOf(machine))
     << (machine.energy.estimated
             ? "; energies that are estimates are of a 45 nm process (Horowitz, ISSCC 2014)\n"
             : "\n");
}

static llvm::json::Object factsOf(const MachineDescription &description,
                                  const Accelerator &machine) {
  llvm::json::Object facts;
  llvm::json::Array estimates;
  for (const MachineKey &key : machineKeys()) {
    facts[key.name] = jsonOf(key, machine);
    if (isEstimate(key, description))
      estimates.push_back(key.name);
  }
  return llvm::json::Object{{"name", machine.name},
                            {"facts", std::move(facts)},
                            {"estimates", std::move(estimates)},
                            {"peak_gmacs", peakOf(machine)}};
}

//===----------------------------------------------------------------------===//
// All machines
//===----------------------------------------------------------------------===//

static std::vector<std::string> rowOf(const Accelerator &machine) {
  auto dataflows = llvm::to_vector(llvm::map_range(machine.dataflows, wordOf));
  return {machine.name,
          llvm::formatv("{0}x{1}", machine.rows, machine.cols),
          llvm::join(dataflows, ","),
          llvm::formatv("i{0}", machine.input.bits),
          printBytes(machine.spadBytes),
          printBytes(machine.accBytes),
          llvm::itostr(machine.dmaBytesPerCycle),
          llvm::itostr(machine.megahertz),
          llvm::formatv("{0:F1}", peakOf(machine))};
}

/// Every machine, or what is wrong with it.
static void
forEach(llvm::function_ref<void(const MachineDescription &, llvm::Expected<Accelerator>)> use) {
  for (llvm::StringRef name : acceleratorNames()) {
    MachineDescription description = llvm::cantFail(MachineDescription::find(name));
    use(description, description.build());
  }
}

static void printMachines(llvm::raw_ostream &os) {
  Table table({"machine", "array", "dataflow", "type", "scratchpad", "accumulator", "bytes/cycle",
               "MHz", "GMAC/s"},
              {Align::Left, Align::Right, Align::Left, Align::Left, Align::Right, Align::Right,
               Align::Right, Align::Right, Align::Right});
  std::string failures;
  forEach([&](const MachineDescription &, llvm::Expected<Accelerator> machine) {
    if (machine)
      return table.add(rowOf(*machine));
    failures += "not usable: " + llvm::toString(machine.takeError()) + "\n";
  });
  table.print(os);
  if (!failures.empty())
    os << '\n' << failures;
}

static llvm::json::Array allMachines() {
  llvm::json::Array machines;
  forEach([&](const MachineDescription &description, llvm::Expected<Accelerator> machine) {
    if (machine)
      machines.push_back(factsOf(description, *machine));
    else
      machines.push_back(llvm::json::Object{{"name", description.name},
                                            {"error", llvm::toString(machine.takeError())}});
  });
  return machines;
}

int fovea::machinesCommand(const CommandArguments &command) {
  CommandLine line("machines",
                   "Lists the machines that programs of the accelerator run on, or all facts of "
                   "one: a name,\na machine file, or either with facts replaced "
                   "(gemmini16:array.rows=32:spad.kib=512).",
                   "[MACHINE] [options]");
  std::vector<std::string> names;
  bool json = false, keys = false;
  line.positionals(names, "a machine", /*required=*/false);
  line.flag("json", json, "Print JSON");
  line.flag("keys", keys, "Print what a machine file may say, as Markdown");
  line.example("fovea machines", "a table, a machine a row");
  line.example("fovea machines tpu1", "all its facts, with units");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  llvm::raw_ostream &os = llvm::outs();
  if (keys)
    return printKeys(os), 0;
  if (names.empty()) {
    if (json)
      os << llvm::formatv("{0:2}\n", llvm::json::Value(allMachines()));
    else
      printMachines(os);
    return 0;
  }
  if (names.size() > 1)
    return report("one machine at a time"), 2;
  llvm::Expected<MachineDescription> description = MachineDescription::find(names.front());
  if (!description)
    return report(description.takeError());
  llvm::Expected<Accelerator> machine = description->build();
  if (!machine)
    return report(machine.takeError());
  if (json)
    os << llvm::formatv("{0:2}\n", llvm::json::Value(factsOf(*description, *machine)));
  else
    printFacts(*description, *machine, os);
  return 0;
}
