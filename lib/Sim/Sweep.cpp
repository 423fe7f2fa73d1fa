//===- Sweep.cpp - A network on many machines -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/Sweep.h"
#include "fovea/Sim/Simulator.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ThreadPool.h"
#include <atomic>
#include <mutex>

using namespace fovea;
using namespace fovea::sim;

//===----------------------------------------------------------------------===//
// Axes
//===----------------------------------------------------------------------===//

/// "64..512" as 64, 128, 256, 512.
static llvm::Error addValues(llvm::StringRef text, std::vector<std::string> &values) {
  auto [first, last] = text.split("..");
  if (!text.contains("..")) {
    values.push_back(text.str());
    return llvm::Error::success();
  }
  uint32_t from, to;
  if (first.getAsInteger(10, from) || last.getAsInteger(10, to) || from == 0 || to < from)
    return llvm::createStringError("expected a range such as 64..512, found " + quoted(text));
  uint64_t value = from;
  for (; value <= to; value *= 2)
    values.push_back(std::to_string(value));
  if (value / 2 != to)
    return llvm::createStringError(quoted(text) + " doubles from " + first + " to " +
                                   values.back() + " and misses " + last);
  return llvm::Error::success();
}

llvm::Expected<std::vector<SweepAxis>> sim::parseSweepAxes(llvm::ArrayRef<std::string> texts) {
  constexpr size_t mostMachines = 1000000;
  std::vector<SweepAxis> axes;
  for (llvm::StringRef text : texts) {
    if (text.contains('=')) {
      auto [key, rest] = text.split('=');
      if (llvm::any_of(axes, [&](const SweepAxis &axis) { return axis.key == key; }))
        return llvm::createStringError("--sweep: '" + key + "' is there twice");
      axes.push_back({key.str(), {}});
      text = rest;
    }
    if (axes.empty())
      return llvm::createStringError("--sweep: expected KEY=VALUE,VALUE, found " + quoted(text));
    for (llvm::StringRef value : llvm::split(text, ','))
      if (llvm::Error error = addValues(value, axes.back().values))
        return llvm::createStringError("--sweep: " + llvm::toString(std::move(error)));
  }
  size_t machines = 1;
  for (const SweepAxis &axis : axes) {
    machines *= axis.values.size();
    if (machines > mostMachines)
      return llvm::createStringError("--sweep: more than a million machines");
  }
  return axes;
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

/// The values of the machine with a number.
static std::vector<std::string> valuesOf(llvm::ArrayRef<SweepAxis> axes, size_t index) {
  std::vector<std::string> values(axes.size());
  for (size_t i = axes.size(); i-- > 0; index /= axes[i].values.size())
    values[i] = axes[i].values[index % axes[i].values.size()];
  return values;
}

namespace {
/// The layers of a network that are not alike, and how often each happens. Fences part layers, so
/// that what one takes depends on nothing before it; but the first one has what prepares the
/// machine, and stands for itself.
struct DistinctLayers {
  explicit DistinctLayers(const Topology &topology);

  Topology layers;
  std::vector<uint64_t> counts;
};
} // namespace

static auto shapeOf(const TopologyLayer &layer) {
  return std::tie(layer.height, layer.width, layer.kernelHeight, layer.kernelWidth, layer.channels,
                  layer.filters, layer.strideDown, layer.strideAcross);
}

DistinctLayers::DistinctLayers(const Topology &topology) {
  for (const TopologyLayer &layer : topology) {
    size_t first = std::min<size_t>(layers.size(), 1);
    auto same = std::find_if(layers.begin() + first, layers.end(), [&](const TopologyLayer &other) {
      return shapeOf(layer) == shapeOf(other);
    });
    if (layers.empty() || same == layers.end()) {
      layers.push_back(layer);
      counts.push_back(layers.size() == 1 ? 1 : layer.repeat);
      layers.back().repeat = layers.size() == 1 ? layer.repeat : 1;
    } else {
      counts[same - layers.begin()] += layer.repeat;
    }
  }
}

static llvm::Error runOn(const Accelerator &machine, const DistinctLayers &network,
                         SweepPoint &point) {
  llvm::Expected<Program> program = lowerTopology(network.layers, machine);
  if (!program)
    return program.takeError();
  llvm::Expected<Simulation> run =
      simulate(*program, machine, /*dram=*/nullptr,
               {/*timingOnly=*/true, /*records=*/false, /*isChecked=*/true});
  if (!run)
    return run.takeError();
  uint64_t macs = 0;
  for (auto [layer, count] : llvm::zip_equal(run->layers, network.counts)) {
    point.computeCycles += layer.computeCycles * count;
    point.cycles += layer.cycles * count;
    point.millijoules += layer.work.picojoules(machine) * double(count) / 1e9;
    macs += layer.macs * count;
  }
  point.milliseconds = double(point.cycles) / double(machine.megahertz) / 1e3;
  point.utilisation = double(macs) / double(point.cycles) / double(machine.rows * machine.cols);
  return llvm::Error::success();
}

static void runPoint(const MachineDescription &base, llvm::ArrayRef<SweepAxis> axes,
                     const DistinctLayers &network, SweepPoint &point) {
  MachineDescription description = base;
  for (auto [axis, value] : llvm::zip_equal(axes, point.values)) {
    std::string listed = value;
    std::replace(listed.begin(), listed.end(), ':', ',');
    llvm::cantFail(description.set(axis.key, listed, axis.key + "=" + value));
  }
  llvm::Expected<Accelerator> machine = description.build();
  llvm::Error error = machine ? runOn(*machine, network, point) : machine.takeError();
  point.error = llvm::toString(std::move(error));
}

llvm::Expected<Sweep> sim::sweepMachines(const Topology &topology, const MachineDescription &base,
                                         std::vector<SweepAxis> axes, unsigned threads,
                                         llvm::function_ref<void(size_t, size_t)> progress) {
  MachineDescription probe = base;
  size_t machines = 1;
  for (const SweepAxis &axis : axes) {
    if (llvm::Error error = probe.set(axis.key, axis.values.front()))
      return llvm::createStringError("--sweep: " + llvm::toString(std::move(error)));
    machines *= axis.values.size();
  }
  Sweep sweep;
  for (size_t i = 0; i < machines; ++i)
    sweep.points.emplace_back().values = valuesOf(axes, i);

  DistinctLayers network(topology);
  std::atomic<size_t> next = 0;
  size_t done = 0;
  std::mutex mutex;
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(threads));
  for (unsigned worker = 0; worker < pool.getMaxConcurrency(); ++worker)
    pool.async([&] {
      for (size_t i; (i = next++) < machines;) {
        runPoint(base, axes, network, sweep.points[i]);
        std::lock_guard<std::mutex> lock(mutex);
        progress(++done, machines);
      }
    });
  pool.wait();

  for (auto [index, point] : llvm::enumerate(sweep.points))
    if (point.error.empty() &&
        (!sweep.best || point.milliseconds < sweep.points[*sweep.best].milliseconds))
      sweep.best = index;
  sweep.axes = std::move(axes);
  return sweep;
}
