//===- Simulate.cpp - fovea simulate --------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Simulate.h"
#include "DramTensors.h"
#include "SimulationTables.h"
#include "fovea/Sim/Roofline.h"
#include "fovea/Sim/Topology.h"
#include "fovea/Support/TensorFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <chrono>

using namespace fovea;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

namespace {
struct SimulateOptions {
  std::string program, machine, topology, dataflow, output, csv, trace, roofline;
  std::vector<std::string> positionals, inputs, sweep;
  std::optional<std::string> random;
  int repeat = 0, threads = 0;
  bool timingOnly = false, json = false, commands = false;
};
} // namespace

static void declare(CommandLine &line, SimulateOptions &options) {
  line.positionals(options.positionals, "a program: .fva, or .fasm as text", false);
  line.text("machine", options.machine, "NAME",
            "A name of fovea machines, or a file (default: the one the program was made for)");
  line.flag("timing-only", options.timingOnly, "Count cycles, compute nothing");
  line.integer("repeat", options.repeat, 0, 1000000,
               "Run so many times and tell how fast the fastest run was");
  line.section("Data");
  line.list("input", options.inputs, "[NAME=]FILE", ".npy, .npz or .safetensors");
  line.optionalText("random", options.random, "0", "SEED", "Random inputs where none are given");
  line.text("o", options.output, "FILE", "Outputs: .npz, .npy or .safetensors");
  line.section("Reports");
  line.flag("json", options.json, "Print JSON instead of tables");
  line.text("csv", options.csv, "FILE", "Write a line per layer");
  line.text("trace", options.trace, "FILE", "Write a trace for ui.perfetto.dev, chrome://tracing");
  line.text("roofline", options.roofline, "FILE", "Draw the layers under the machine's roof, .svg");
  line.flag("commands", options.commands, "Tell of every command, too");
  line.section("Networks without programs");
  line.text("topology", options.topology, "FILE",
            "Time a network of a SCALE-Sim topology file (.csv) instead of a program");
  line.text("dataflow", options.dataflow, "NAME", "ws, os or is, whatever the machine has");
  line.list(
      "sweep", options.sweep, "KEY=VALUES",
      "On many machines: values parted by commas, or doubling from A..B; more axes may follow; "
      "a list is one value as A:B");
  line.integer("threads", options.threads, 0, 1024, "Of a sweep; 0: one per CPU (default: 0)");
  line.example("fovea simulate conv.fasm --random --trace conv.json",
               "cycles, stalls, traffic, and a trace to look at");
  line.example("fovea simulate conv.fva --machine vta --input x.npy -o y.npy", "data in and out");
  line.example("fovea simulate --topology resnet18.csv --machine scalesim32", "a whole network");
  line.example("fovea simulate --topology net.csv --machine vta --sweep array.rows=8,16 "
               "spad.kib=64..512",
               "on machines of all these sizes");
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static Expected<isa::Program> readProgramFile(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return createStringError("cannot read '" + path + "': " + buffer.getError().message());
  if (llvm::sys::path::extension(path) == ".fasm")
    return assemble((*buffer)->getBuffer(), path);
  Expected<isa::Program> program = readProgram((*buffer)->getBuffer());
  if (!program)
    return createStringError("cannot read '" + path + "': " + llvm::toString(program.takeError()));
  return program;
}

namespace {
/// What runs, on what.
struct Subject {
  isa::Program program;
  Accelerator machine;
};
} // namespace

Expected<MachineDescription> fovea::describeMachine(llvm::StringRef nameOrPath,
                                                    llvm::StringRef dataflow) {
  Expected<MachineDescription> description = MachineDescription::find(nameOrPath);
  if (description && !dataflow.empty())
    if (Error error = description->set("array.dataflow", dataflow, "--dataflow"))
      return error;
  return description;
}

static Expected<Accelerator> readMachine(const SimulateOptions &options,
                                         const isa::Program &program) {
  llvm::StringRef name = options.machine.empty() ? program.machine : options.machine;
  if (name.empty())
    return createStringError("the program names no machine: give --machine NAME");
  Expected<MachineDescription> description = describeMachine(name, options.dataflow);
  return description ? description->build() : description.takeError();
}

static Error read(const SimulateOptions &options, Subject &subject) {
  if (options.topology.empty()) {
    Expected<isa::Program> program = readProgramFile(options.program);
    if (!program)
      return program.takeError();
    subject.program = std::move(*program);
  }
  Expected<Accelerator> machine = readMachine(options, subject.program);
  if (!machine)
    return machine.takeError();
  subject.machine = std::move(*machine);
  if (options.topology.empty())
    return Error::success();
  Expected<sim::Topology> topology = sim::readTopology(options.topology);
  if (!topology)
    return topology.takeError();
  Expected<isa::Program> program = sim::lowerTopology(*topology, subject.machine);
  if (!program)
    return program.takeError();
  subject.program = std::move(*program);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Running and reporting
//===----------------------------------------------------------------------===//

/// DRAM with the inputs; null where nothing is computed.
static Expected<std::unique_ptr<sim::Dram>> makeDram(const SimulateOptions &options,
                                                     const Subject &subject) {
  if (options.timingOnly)
    return nullptr;
  Expected<sim::Dram> dram = sim::Dram::forProgram(subject.program, subject.machine);
  if (!dram)
    return dram.takeError();
  std::optional<uint64_t> seed;
  if (options.random) {
    uint64_t number = 0;
    if (llvm::StringRef(*options.random).getAsInteger(10, number))
      return createStringError("--random: '" + *options.random + "' is no number");
    seed = number;
  }
  if (Error error = fillInputs(subject.program, *dram, options.inputs, seed))
    return error;
  return std::make_unique<sim::Dram>(std::move(*dram));
}

/// How many commands and multiply-accumulates a second the simulator does. The program has been
/// checked by the run before.
static Error measure(const SimulateOptions &options, const Subject &subject, sim::Dram *dram) {
  double fastest = std::numeric_limits<double>::infinity();
  uint64_t macs = 0;
  for (int i = 0; i < options.repeat; ++i) {
    auto begin = std::chrono::steady_clock::now();
    Expected<sim::Simulation> result =
        sim::simulate(subject.program, subject.machine, dram,
                      {options.timingOnly, /*records=*/false, /*isChecked=*/true});
    std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    if (!result)
      return result.takeError();
    fastest = std::min(fastest, time.count());
    macs = result->work.macs;
  }
  llvm::outs() << "fastest of " << options.repeat << " runs: "
               << llvm::format("%.3f ms, %.2f million commands/s", fastest * 1e3,
                               double(subject.program.commands.size()) / fastest / 1e6);
  if (!options.timingOnly)
    llvm::outs() << llvm::format(", %.2f GMAC/s", double(macs) / fastest / 1e9);
  llvm::outs() << '\n';
  return Error::success();
}

static int writeReports(const SimulateOptions &options, const Subject &subject,
                        const sim::Simulation &simulation) {
  const auto &[program, machine] = subject;
  auto writeFile = [](llvm::StringRef path, llvm::function_ref<void(llvm::raw_ostream &)> print) {
    return path.empty() ? 0 : writeOutput(path, print);
  };
  if (int code = writeFile(options.csv, [&](llvm::raw_ostream &os) {
        sim::writeCsv(simulation, subject.machine, os);
      }))
    return code;
  if (int code = writeFile(options.roofline, [&](llvm::raw_ostream &os) {
        sim::writeRoofline(simulation, subject.machine, os);
      }))
    return code;
  if (int code = writeFile(options.trace, [&](llvm::raw_ostream &os) {
        sim::writeTrace(simulation, subject.program, subject.machine, os);
      }))
    return code;
  sim::Simulation shown = simulation;
  if (!options.commands)
    shown.records.clear();
  if (options.json)
    sim::writeJson(shown, program, machine, llvm::outs());
  else
    printTables(shown, program, machine, llvm::outs());
  return 0;
}

/// What can be said against a file of outputs before there are any.
static Error checkOutput(llvm::StringRef path, const isa::Program &program) {
  if (path.empty())
    return Error::success();
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (!llvm::sys::fs::is_directory(folder.empty() ? "." : folder))
    return createStringError("cannot write '" + path + "': there is no folder '" + folder + "'");
  size_t outputs = llvm::count_if(
      program.tensors, [](const DramTensor &tensor) { return tensor.role == TensorRole::Output; });
  return checkTensorFileName(path, outputs);
}

static Error run(const SimulateOptions &options, const Subject &subject, int &code) {
  Expected<std::unique_ptr<sim::Dram>> dram = makeDram(options, subject);
  if (!dram)
    return dram.takeError();
  if (Error error = checkOutput(options.output, subject.program))
    return error;
  bool records = options.commands || !options.trace.empty();
  Expected<sim::Simulation> simulation =
      sim::simulate(subject.program, subject.machine, dram->get(), {options.timingOnly, records});
  if (!simulation)
    return simulation.takeError();
  if ((code = writeReports(options, subject, *simulation)))
    return Error::success();
  if (!options.output.empty()) {
    Expected<NamedTensors> outputs = outputsOf(subject.program, **dram);
    if (!outputs)
      return outputs.takeError();
    if (Error error = writeTensorFile(options.output, *outputs))
      return error;
  }
  return options.repeat ? measure(options, subject, dram->get()) : Error::success();
}

static int sweep(const SimulateOptions &options) {
  SweepRequest request;
  request.topology = options.topology;
  request.machine = options.machine;
  request.dataflow = options.dataflow;
  request.axes = options.sweep;
  request.axes.insert(request.axes.end(), options.positionals.begin(), options.positionals.end());
  request.threads = options.threads;
  request.json = options.json;
  request.csv = options.csv;
  return sweepCommand(request);
}

static std::string misuseOfSweep(const SimulateOptions &options) {
  if (options.topology.empty())
    return "--sweep needs --topology FILE";
  for (llvm::StringRef axis : options.positionals)
    if (!axis.contains('='))
      return ("unexpected argument '" + axis + "': a sweep goes on with KEY=VALUES").str();
  if (!options.trace.empty() || !options.roofline.empty() || options.commands || options.repeat)
    return "--trace, --roofline, --commands and --repeat are of one machine, not of a sweep";
  return "";
}

/// Whether the options belong together; a message where they do not.
static std::string misuse(const SimulateOptions &options) {
  bool hasTopology = !options.topology.empty();
  if (hasTopology && options.machine.empty())
    return "--topology needs --machine NAME";
  if ((options.timingOnly || hasTopology) &&
      (!options.output.empty() || !options.inputs.empty() || options.random))
    return "a run for its cycles alone has no inputs and no outputs";
  if (options.json && options.repeat)
    return "--repeat tells a time behind the tables; JSON has no place for it";
  if (!options.sweep.empty())
    return misuseOfSweep(options);
  if (options.positionals.size() != (hasTopology ? 0 : 1))
    return hasTopology ? "either a program or --topology, not both"
                       : "give a program, or --topology FILE";
  return "";
}

int fovea::simulateCommand(const CommandArguments &command) {
  CommandLine line("simulate",
                   "Runs a program on a simulated accelerator: its cycles, what it waits for, and "
                   "what it computes.\ndocs/accelerator.md describes machine and timing.",
                   "program.fva [--machine NAME] [options]");
  SimulateOptions options;
  declare(line, options);
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (std::string message = misuse(options); !message.empty())
    return report(message), 2;
  if (!options.sweep.empty())
    return sweep(options);
  options.timingOnly |= !options.topology.empty();
  if (options.topology.empty())
    options.program = options.positionals.front();
  Subject subject;
  if (Error error = read(options, subject))
    return report(std::move(error));
  int code = 0;
  if (Error error = run(options, subject, code))
    return report(std::move(error));
  return code;
}
