//===- Report.cpp - Simulations as JSON and CSV ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/IsaTable.h"
#include "fovea/Sim/Simulator.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace fovea;
using namespace fovea::sim;

namespace {
struct TrafficField {
  llvm::StringLiteral name;
  uint64_t Traffic::*value;
};
} // namespace

static constexpr TrafficField trafficFields[] = {
    {"dram_read", &Traffic::dramRead}, {"dram_written", &Traffic::dramWritten},
    {"spad_read", &Traffic::spadRead}, {"spad_written", &Traffic::spadWritten},
    {"acc_read", &Traffic::accRead},   {"acc_written", &Traffic::accWritten},
};

static void writeWork(llvm::json::OStream &json, const Work &work, const Accelerator &machine) {
  json.attribute("commands", work.commands);
  json.attribute("made_macs", work.macs);
  json.attribute("array_macs", work.arrayMacs);
  json.attribute("vector_ops", work.vectorOps);
  json.attributeObject("stalls", [&] {
    for (unsigned i = 0; i < stallCount; ++i)
      json.attribute(nameOf(Stall(i)), work.stalls[i]);
  });
  json.attributeObject("bytes", [&] {
    for (const TrafficField &field : trafficFields)
      json.attribute(field.name, work.bytes.*field.value);
  });
  json.attributeObject("busy", [&] {
    for (unsigned q = 0; q < isa::queueCount; ++q)
      json.attribute(isa::queueNames[q], work.busy[q]);
  });
  json.attribute("picojoules", work.picojoules(machine));
}

static void writeLayer(llvm::json::OStream &json, const LayerResult &layer,
                       const Accelerator &machine) {
  json.object([&] {
    json.attribute("name", llvm::json::fixUTF8(layer.name));
    if (!layer.location.empty())
      json.attribute("location", llvm::json::fixUTF8(layer.location));
    json.attribute("compute_cycles", layer.computeCycles);
    json.attribute("cycles", layer.cycles);
    json.attribute("macs", layer.macs);
    json.attribute("utilisation", layer.utilisation);
    writeWork(json, layer.work, machine);
  });
}

void sim::writeJson(const Simulation &simulation, const Program &program,
                    const Accelerator &machine, llvm::raw_ostream &os) {
  llvm::json::OStream json(os, 2);
  json.object([&] {
    json.attribute("machine", llvm::json::fixUTF8(machine.name));
    json.attribute("total_cycles", simulation.totalCycles);
    json.attribute("milliseconds",
                   double(simulation.totalCycles) / (1000.0 * double(machine.megahertz)));
    json.attribute("macs", simulation.macs);
    json.attribute("utilisation", simulation.utilisation);
    json.attribute("dispatch_cycles", simulation.dispatchCycles);
    json.attribute("queue_full", simulation.queueFull);
    writeWork(json, simulation.work, machine);
    json.attributeArray("layers", [&] {
      for (const LayerResult &layer : simulation.layers)
        writeLayer(json, layer, machine);
    });
    if (simulation.records.empty())
      return;
    json.attributeArray("records", [&] {
      for (size_t i = 0; i < simulation.records.size(); ++i) {
        const CommandRecord &record = simulation.records[i];
        json.object([&] {
          json.attribute("command", disassemble(program.commands[i]));
          json.attribute("dispatched", record.dispatched);
          json.attribute("begin", record.begin);
          json.attribute("end", record.end);
          json.attribute("stalled", record.stalled);
          if (record.stalled)
            json.attribute("cause", nameOf(record.cause));
        });
      }
    });
  });
  os << '\n';
}

/// A field of CSV; RFC 4180.
static std::string quoted(llvm::StringRef text) {
  if (text.find_first_of(",\"\r\n") == llvm::StringRef::npos)
    return text.str();
  std::string result = "\"";
  for (char c : text)
    result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

void sim::writeCsv(const Simulation &simulation, const Accelerator &machine,
                   llvm::raw_ostream &os) {
  os << "name,location,compute_cycles,cycles,macs,utilisation,commands,made_macs,array_macs,vector_"
        "ops";
  for (unsigned i = 0; i < stallCount; ++i)
    os << ',' << nameOf(Stall(i));
  for (const TrafficField &field : trafficFields)
    os << ',' << field.name;
  for (llvm::StringRef queue : isa::queueNames)
    os << ",busy_" << queue;
  os << ",picojoules\n";
  for (const LayerResult &layer : simulation.layers) {
    const Work &work = layer.work;
    os << quoted(layer.name) << ',' << quoted(layer.location) << ',' << layer.computeCycles << ','
       << layer.cycles << ',' << layer.macs << ',' << llvm::format("%.6f", layer.utilisation) << ','
       << work.commands << ',' << work.macs << ',' << work.arrayMacs << ',' << work.vectorOps;
    for (uint64_t stall : work.stalls)
      os << ',' << stall;
    for (const TrafficField &field : trafficFields)
      os << ',' << work.bytes.*field.value;
    for (uint64_t busy : work.busy)
      os << ',' << busy;
    os << ',' << llvm::format("%.1f", work.picojoules(machine)) << '\n';
  }
}
