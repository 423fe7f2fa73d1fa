//===- Bench.cpp - fovea bench --------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "Profile.h"
#include "Tensors.h"
#include "fovea/Driver/FmaPeak.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Threading.h"
#include <chrono>

using namespace fovea;
using Clock = std::chrono::steady_clock;

namespace {
struct BenchOptions : CompileOptions {
  double seconds = 2;
  bool layers = false;
  bool machine = false, sort = false;
};

struct Measurement {
  std::vector<double> milliseconds; ///< Of each run, sorted.
  std::vector<LayerTime> layers;
  MachineLimits limits;
  int64_t macs = 0;
  int threads = 1;
  double linkMilliseconds = 0;

  double least() const { return milliseconds.front(); }
  double median() const { return milliseconds[milliseconds.size() / 2]; }
};
} // namespace

/// Of one measurement of the peak; the best of several counts.
static constexpr double peakMilliseconds = 10;

static double elapsed(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// Measures in rounds: the peak, then runs for a while, so that both see the same clock rates.
static llvm::Error measureRuns(NativeNetwork &native, const Compiler &compiler,
                               const BenchOptions &options, Measurement &result) {
  constexpr int rounds = 10;
  llvm::Expected<std::vector<Tensor>> inputs = randomInputs(compiler.inputs(), 0);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<BoundRun> run = BoundRun::bind(native, *inputs);
  if (!run)
    return run.takeError();
  for (int round = 0; round < rounds; ++round) {
    result.limits.fmaGflops =
        std::max(result.limits.fmaGflops,
                 measureFmaPeak(compiler.target().vectorBits, result.threads, peakMilliseconds));
    Clock::time_point begin = Clock::now();
    do {
      Clock::time_point before = Clock::now();
      if (llvm::Error error = (*run)())
        return error;
      result.milliseconds.push_back(elapsed(before));
    } while (elapsed(begin) < options.seconds * 1000 / rounds);
  }
  llvm::sort(result.milliseconds);
  return llvm::Error::success();
}

/// Once more with a clock between the kernels.
static llvm::Error measureLayers(NativeNetwork &native, const Compiler &compiler,
                                 const BenchOptions &options, Measurement &result) {
  llvm::Expected<std::vector<Tensor>> inputs = randomInputs(compiler.inputs(), 0);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<BoundRun> run = BoundRun::bind(native, *inputs);
  if (!run)
    return run.takeError();
  Profiler profiler(native);
  Clock::time_point begin = Clock::now();
  do {
    profiler.start();
    if (llvm::Error error = (*run)())
      return error;
    profiler.stop();
  } while (elapsed(begin) < options.seconds * 500);
  const plan::Plan &plan = compiler.plan();
  measureMemory(result.limits, plan.weightBytes + plan.arenaBytes, result.threads);
  result.layers = profiler.layers(plan, result.limits, options.sort);
  return llvm::Error::success();
}

static llvm::Expected<Measurement> measure(NativeNetwork &native, const Compiler &compiler,
                                           const BenchOptions &options) {
  Measurement result;
  result.threads = native.executable().threads();
  result.linkMilliseconds = native.executable().linkMilliseconds();
  for (const plan::Call &call : compiler.plan().calls)
    result.macs += call.macs;
  if (llvm::Error error = measureRuns(native, compiler, options, result))
    return error;
  if (options.layers)
    if (llvm::Error error = measureLayers(native, compiler, options, result))
      return error;
  return result;
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

static void printText(const Measurement &measured, const Compiler &compiler) {
  double rate = gflops(measured.macs, measured.least());
  llvm::outs() << compiler.plan().network << " for " << compiler.target().name << " on "
               << measured.threads << (measured.threads == 1 ? " thread\n" : " threads\n");
  llvm::outs() << llvm::format("latency    %.4f ms least, %.4f ms median of %zu runs\n",
                               measured.least(), measured.median(), measured.milliseconds.size());
  llvm::outs() << llvm::format("rate       %.1f GFLOP/s", rate);
  double peak = measured.limits.fmaGflops;
  if (peak > 0)
    llvm::outs() << llvm::format(", %.1f %% of the %.1f measured beside it", 100 * rate / peak,
                                 peak);
  llvm::outs() << llvm::format("\nlinked in  %.1f ms\n", measured.linkMilliseconds);
}

static void printJson(const Measurement &measured, const Compiler &compiler) {
  llvm::json::Object object{{"network", compiler.plan().network},
                            {"target", compiler.target().name},
                            {"threads", measured.threads},
                            {"runs", int64_t(measured.milliseconds.size())},
                            {"leastMilliseconds", measured.least()},
                            {"medianMilliseconds", measured.median()},
                            {"macs", measured.macs},
                            {"gflops", gflops(measured.macs, measured.least())},
                            {"peakGflops", measured.limits.fmaGflops},
                            {"linkMilliseconds", measured.linkMilliseconds}};
  if (!measured.layers.empty()) {
    object["layers"] = toJSON(measured.layers);
    addBandwidths(object, measured.limits);
  }
  llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object)));
}

//===----------------------------------------------------------------------===//
// The machine alone
//===----------------------------------------------------------------------===//

static void printBandwidths(const char *what, const Bandwidths &bandwidths) {
  for (const Bandwidths::Point &point : bandwidths.points)
    llvm::outs() << llvm::format("%s of %8lld KiB  %.1f GB/s\n", what,
                                 static_cast<long long>(point.bytes >> 10),
                                 point.gigabytesPerSecond);
}

static void printMachine(const MachineLimits &limits, int threads) {
  llvm::outs() << "This machine on " << threads << (threads == 1 ? " thread\n" : " threads\n");
  llvm::outs() << llvm::format("multiply-adds of f32  %.1f GFLOP/s\n", limits.fmaGflops);
  printBandwidths("reads", limits.reads);
  printBandwidths("writes", limits.writes);
}

/// What kernels are compared with, without a network.
static int measureMachine(const BenchOptions &options) {
  int threads =
      options.threads ? options.threads : int(llvm::hardware_concurrency().compute_thread_count());
  MachineLimits limits;
  Clock::time_point begin = Clock::now();
  do
    limits.fmaGflops = std::max(limits.fmaGflops, measureFmaPeak(TargetModel::host().vectorBits,
                                                                 threads, peakMilliseconds));
  while (elapsed(begin) < options.seconds * 1000);
  if (options.layers)
    measureMemory(limits, INT64_MAX, threads);
  if (!options.json) {
    printMachine(limits, threads);
    return 0;
  }
  llvm::json::Object object{{"threads", threads}, {"peakGflops", limits.fmaGflops}};
  if (options.layers)
    addBandwidths(object, limits);
  llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object)));
  return 0;
}

int fovea::benchCommand(const CommandArguments &command) {
  CommandLine line("bench",
                   "Measures a network's latency, its rate, and its share of the multiply-adds "
                   "that this machine can do at most,\nwhich is measured in turns with it.",
                   "net.cnn[:network] [options]");
  BenchOptions options;
  options.options.weights = "random";
  line.number("seconds", options.seconds, "How long to run (default: 2)");
  line.flag(
      "layers", options.layers,
      "A row per kernel: its share of the machine's peak, of its bandwidth, and of the greater of "
      "both");
  line.flag("sort", options.sort, "With --layers: the slowest first");
  line.flag("machine", options.machine,
            "No network: the rate of multiply-adds alone; with --layers, of reading and writing "
            "memory too");
  line.flag("json", options.json, "Print JSON");
  options.declare(line, /*withKernels=*/true);
  line.positionalUnless(options.machine);
  line.example("fovea bench lenet5.cnn --threads=1", "on one thread");
  line.example("fovea bench resnet.cnn:resnet50 --layers", "where the time goes");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (options.machine && !options.options.input.empty())
    return report("--machine measures no network, got '" + options.options.input + "'");
  if (options.machine)
    return measureMachine(options);
  std::unique_ptr<Compiler> compiler = options.makeCompiler(command);
  if (!compiler)
    return 1;
  std::unique_ptr<NativeNetwork> native = NativeNetwork::load(*compiler, options.threads);
  if (!native)
    return 1;
  showProgress(options, *compiler);
  llvm::Expected<Measurement> measured = measure(*native, *compiler, options);
  if (!measured)
    return report(measured.takeError());
  if (options.json) {
    printJson(*measured, *compiler);
    return 0;
  }
  printText(*measured, *compiler);
  if (options.layers)
    printLayers(measured->layers);
  return 0;
}
