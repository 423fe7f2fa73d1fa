//===- SimulateTopology.cpp - fovea simulate --sweep ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Simulate.h"
#include "fovea/Driver/Table.h"
#include "fovea/Sim/Sweep.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

static void printSweep(const sim::Sweep &sweep, llvm::raw_ostream &os) {
  std::vector<std::string> heading;
  std::vector<Align> alignment;
  for (const sim::SweepAxis &axis : sweep.axes)
    heading.push_back(axis.key);
  for (llvm::StringRef name : {"compute cycles", "cycles", "ms", "of peak", "mJ"})
    heading.push_back(name.str());
  alignment.assign(heading.size(), Align::Right);
  heading.push_back("");
  alignment.push_back(Align::Left);
  Table table(heading, alignment);
  for (auto [index, point] : llvm::enumerate(sweep.points)) {
    std::vector<std::string> row = point.values;
    if (point.error.empty())
      row.insert(row.end(),
                 {groupDigits(point.computeCycles), groupDigits(point.cycles),
                  llvm::formatv("{0:F3}", point.milliseconds),
                  llvm::formatv("{0:F1} %", 100 * point.utilisation),
                  llvm::formatv("{0:F3}", point.millijoules), sweep.best == index ? "best" : ""});
    else
      row.insert(row.end(),
                 {"", "", "", "", "", llvm::StringRef(point.error).split('\n').first.str()});
    table.add(std::move(row));
  }
  table.print(os);
}

static llvm::json::Value toJson(const sim::Sweep &sweep) {
  llvm::json::Array machines;
  for (const sim::SweepPoint &point : sweep.points) {
    llvm::json::Object facts;
    for (auto [axis, value] : llvm::zip_equal(sweep.axes, point.values))
      facts[axis.key] = value;
    llvm::json::Object machine{{"facts", std::move(facts)}};
    if (!point.error.empty())
      machine["error"] = point.error;
    else
      for (auto [key, value] : std::initializer_list<std::pair<llvm::StringRef, llvm::json::Value>>{
               {"compute_cycles", point.computeCycles},
               {"total_cycles", point.cycles},
               {"milliseconds", point.milliseconds},
               {"utilisation", point.utilisation},
               {"millijoules", point.millijoules}})
        machine[key] = value;
    machines.push_back(std::move(machine));
  }
  llvm::json::Value best = nullptr;
  if (sweep.best)
    best = int64_t(*sweep.best);
  return llvm::json::Object{{"machines", std::move(machines)}, {"best", std::move(best)}};
}

/// In quotes where a comma, a quote or the end of a line would part it.
static std::string csvCell(llvm::StringRef text) {
  if (text.find_first_of(",\"\n") == llvm::StringRef::npos)
    return text.str();
  std::string doubled;
  for (char c : text)
    doubled += c == '"' ? "\"\"" : std::string(1, c);
  return "\"" + doubled + "\"";
}

static void printCsv(const sim::Sweep &sweep, llvm::raw_ostream &os) {
  for (const sim::SweepAxis &axis : sweep.axes)
    os << csvCell(axis.key) << ',';
  os << "compute_cycles,total_cycles,milliseconds,utilisation,millijoules,best,error\n";
  for (auto [index, point] : llvm::enumerate(sweep.points)) {
    for (const std::string &value : point.values)
      os << csvCell(value) << ',';
    if (point.error.empty())
      os << llvm::formatv("{0},{1},{2:F6},{3:F6},{4:F6},{5},\n", point.computeCycles, point.cycles,
                          point.milliseconds, point.utilisation, point.millijoules,
                          sweep.best == index ? 1 : 0);
    else
      os << ",,,,,0," << csvCell(point.error) << '\n';
  }
}

/// On a terminal: a line that says how many machines are done, and goes at the end.
static void showDone(size_t done, size_t all) {
  size_t step = std::max<size_t>(all / 100, 1);
  if (!onTerminal() || (done % step && done != all))
    return;
  llvm::errs() << "\r\033[K";
  if (done != all)
    llvm::errs() << '[' << done << '/' << all << "] machines";
  llvm::errs().flush();
}

int fovea::sweepCommand(const SweepRequest &request) {
  llvm::Expected<std::vector<sim::SweepAxis>> axes = sim::parseSweepAxes(request.axes);
  if (!axes)
    return report(axes.takeError());
  llvm::Expected<MachineDescription> base = describeMachine(request.machine, request.dataflow);
  if (!base)
    return report(base.takeError());
  llvm::Expected<sim::Topology> topology = sim::readTopology(request.topology);
  if (!topology)
    return report(topology.takeError());
  llvm::Expected<sim::Sweep> sweep =
      sim::sweepMachines(*topology, *base, std::move(*axes), request.threads, showDone);
  if (!sweep)
    return report(sweep.takeError());
  if (!request.csv.empty())
    if (int code = writeOutput(request.csv, [&](llvm::raw_ostream &os) { printCsv(*sweep, os); }))
      return code;
  int code = writeOutput("", [&](llvm::raw_ostream &os) {
    if (request.json)
      os << llvm::formatv("{0:2}\n", toJson(*sweep));
    else
      printSweep(*sweep, os);
  });
  if (code == 0 && !sweep->best)
    return report("no machine of the sweep could run it; the first: " +
                  sweep->points.front().error);
  return code;
}
