//===- Trace.cpp - Simulations as traces ----------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/IsaTable.h"
#include "fovea/Sim/Simulator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"

using namespace fovea;
using namespace fovea::sim;

namespace {
/// Writes one run. A viewer wants events of a track side by side or nested; commands of a queue
/// that overlap stand on tracks of their own: "ld", "ld 2", ….
class TraceWriter {
public:
  TraceWriter(const Simulation &simulation, const Program &program, const Accelerator &machine,
              llvm::raw_ostream &os)
      : simulation(simulation), program(program), machine(machine), json(os, 1) {}

  void write() {
    json.object([&] {
      json.attribute("displayTimeUnit", "ns");
      json.attributeObject("otherData",
                           [&] { json.attribute("machine", llvm::json::fixUTF8(machine.name)); });
      json.attributeArray("traceEvents", [&] {
        nameTrack(0, "layers");
        writeLayers();
        for (size_t i = 0; i < simulation.records.size(); ++i)
          writeCommand(i);
      });
    });
  }

private:
  static constexpr unsigned tracksPerQueue = 5000; ///< More than rob.* allows.

  void nameTrack(unsigned track, llvm::StringRef name) {
    json.object([&] {
      json.attribute("ph", "M");
      json.attribute("pid", 1);
      json.attribute("tid", track);
      json.attribute("name", "thread_name");
      json.attributeObject("args", [&] { json.attribute("name", name); });
    });
  }

  /// Times are microseconds of the machine.
  template <typename Arguments>
  void writeEvent(llvm::StringRef name, unsigned track, uint64_t begin, uint64_t end,
                  Arguments writeArguments) {
    json.object([&] {
      json.attribute("ph", "X");
      json.attribute("pid", 1);
      json.attribute("tid", track);
      json.attribute("name", llvm::json::fixUTF8(name));
      json.attribute("ts", double(begin) / double(machine.megahertz));
      json.attribute("dur", double(end - begin) / double(machine.megahertz));
      json.attributeObject("args", writeArguments);
    });
  }

  void writeLayers() {
    uint64_t begin = 0;
    for (const LayerResult &layer : simulation.layers) {
      writeEvent(layer.name.empty() ? "program" : layer.name, 0, begin, begin + layer.cycles, [&] {
        json.attribute("cycles", layer.cycles);
        json.attribute("utilisation", layer.utilisation);
        json.attribute("location", llvm::json::fixUTF8(layer.location));
      });
      begin += layer.cycles;
    }
  }

  /// The first track of the queue that is free then.
  unsigned trackFor(unsigned queue, const CommandRecord &record) {
    std::vector<uint64_t> &ends = trackEnds[queue];
    auto free = llvm::find_if(ends, [&](uint64_t end) { return end <= record.begin; });
    unsigned number = free - ends.begin();
    unsigned track = 1 + queue * tracksPerQueue + number;
    if (free == ends.end()) {
      ends.push_back(record.end);
      std::string name = isa::queueNames[queue].str();
      nameTrack(track, number ? name + " " + std::to_string(number + 1) : name);
    }
    ends[number] = record.end;
    return track;
  }

  void writeCommand(size_t index) {
    const isa::Command &command = program.commands[index];
    const CommandRecord &record = simulation.records[index];
    if (isa::queueOf(command) == isa::Queue::None)
      return;
    unsigned track = trackFor(unsigned(isa::queueOf(command)), record);
    writeEvent(isa::mnemonicOf(command), track, record.begin, record.end, [&] {
      json.attribute("index", index);
      json.attribute("command", disassemble(command));
      json.attribute("cycles", record.end - record.begin);
      json.attribute("dispatched", record.dispatched);
      if (record.stalled) {
        json.attribute("stalled", record.stalled);
        json.attribute("cause", nameOf(record.cause));
      }
    });
  }

  const Simulation &simulation;
  const Program &program;
  const Accelerator &machine;
  llvm::json::OStream json;
  std::array<std::vector<uint64_t>, isa::queueCount> trackEnds;
};
} // namespace

void sim::writeTrace(const Simulation &simulation, const Program &program,
                     const Accelerator &machine, llvm::raw_ostream &os) {
  TraceWriter(simulation, program, machine, os).write();
  os << '\n';
}
