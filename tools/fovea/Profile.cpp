//===- Profile.cpp - What each kernel of a network took -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Profile.h"
#include "fovea/Driver/Table.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

using namespace fovea;

void Profiler::stop() {
  std::vector<uint64_t> times = network.executable().takeProfile();
  least.resize(times.size(), UINT64_MAX);
  for (auto [best, time] : llvm::zip(least, times))
    best = std::min(best, time);
}

std::vector<LayerTime> Profiler::layers(const plan::Plan &plan, const MachineLimits &limits,
                                        bool slowestFirst) const {
  std::vector<LayerTime> result;
  for (auto [call, time] : llvm::zip(plan.calls, least))
    result.push_back(
        {originOf(plan, call), double(time) / 1e6, call.macs, boundOf(plan, call, limits)});
  if (slowestFirst)
    llvm::stable_sort(result, [](const LayerTime &a, const LayerTime &b) {
      return a.milliseconds > b.milliseconds;
    });
  return result;
}

double fovea::gflops(int64_t macs, double milliseconds) {
  return milliseconds > 0 ? 2.0 * double(macs) / (milliseconds * 1e6) : 0;
}

/// Of the time that something took, what it takes at least; nothing if that is not known.
static std::optional<double> shareOf(double least, double milliseconds) {
  if (least <= 0 || milliseconds <= 0)
    return std::nullopt;
  return least / milliseconds;
}

static const char *boundName(const CallBound &bound) {
  return bound.byMemory() ? "memory" : "compute";
}

static std::string fixed(double value, const char *form) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(form, value);
  return text;
}

static std::string percent(std::optional<double> share) {
  return share ? fixed(100 * *share, "%.1f %%") : "";
}

void fovea::printLayers(llvm::ArrayRef<LayerTime> layers) {
  Table table({"layers", "ms", "time", "MACs", "bytes", "GFLOP/s", "of peak", "of bandwidth",
               "of bound", "bound by", "kernel", "where"},
              {Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Right,
               Align::Right, Align::Right, Align::Right, Align::Left, Align::Left, Align::Left});
  double sum = 0;
  for (const LayerTime &layer : layers)
    sum += layer.milliseconds;
  for (const LayerTime &layer : layers) {
    double time = layer.milliseconds;
    const CallBound &bound = layer.bound;
    std::optional<double> share = shareOf(bound.milliseconds(), time);
    table.add({layer.origin.layers, fixed(time, "%.4f"), percent(shareOf(time, sum)),
               groupDigits(layer.macs), groupDigits(bound.bytes),
               layer.macs ? fixed(gflops(layer.macs, time), "%.1f") : "",
               percent(shareOf(bound.computeMilliseconds, time)),
               percent(shareOf(bound.memoryMilliseconds, time)), percent(share),
               share ? boundName(bound) : "", layer.origin.shortKernel(), layer.origin.line()});
  }
  table.print(llvm::outs());
}

llvm::json::Array fovea::toJSON(llvm::ArrayRef<LayerTime> layers) {
  llvm::json::Array rows;
  for (const LayerTime &layer : layers) {
    double time = layer.milliseconds;
    llvm::json::Object row = toJSON(layer.origin);
    row["milliseconds"] = time;
    row["macs"] = layer.macs;
    row["gflops"] = gflops(layer.macs, time);
    row["bytes"] = layer.bound.bytes;
    row["computeMilliseconds"] = layer.bound.computeMilliseconds;
    row["memoryMilliseconds"] = layer.bound.memoryMilliseconds;
    row["bound"] = boundName(layer.bound);
    row["shareOfPeak"] = shareOf(layer.bound.computeMilliseconds, time);
    row["shareOfBandwidth"] = shareOf(layer.bound.memoryMilliseconds, time);
    row["shareOfBound"] = shareOf(layer.bound.milliseconds(), time);
    rows.push_back(std::move(row));
  }
  return rows;
}
