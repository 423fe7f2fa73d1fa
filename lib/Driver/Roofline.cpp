//===- Roofline.cpp - The least time that a kernel can take ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Roofline.h"
#include "Probe.h"
#include "fovea/Driver/FmaPeak.h"
#include "fovea/Support/Memory.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <iterator>

using namespace fovea;

namespace {
/// Places that are gone through in turns, a cache line each: one alone does not keep the memory
/// busy.
constexpr int64_t streams = 4, lineBytes = 64;
constexpr int64_t stepBytes = streams * lineBytes;

using Vector128 = uint32_t __attribute__((vector_size(16)));
using Vector256 = uint32_t __attribute__((vector_size(32)));
using Vector512 = uint32_t __attribute__((vector_size(64)));

template <typename Vector> struct Probe {
  static constexpr int64_t vectorsPerLine = lineBytes / int64_t(sizeof(Vector));

  /// Whether a bit was set anywhere.
  __attribute__((always_inline)) static inline float read(const void *memory, int64_t steps) {
    const Vector *from = static_cast<const Vector *>(memory);
    Vector sums[streams][vectorsPerLine] = {};
    int64_t stream = steps * vectorsPerLine;
    for (int64_t i = 0; i < stream; i += vectorsPerLine)
#pragma GCC unroll 4
      for (int64_t j = 0; j < streams; ++j)
#pragma GCC unroll 4
        for (int64_t k = 0; k < vectorsPerLine; ++k)
          sums[j][k] |= from[j * stream + i + k];
    uint32_t any = 0;
    for (const auto &line : sums)
      for (const Vector &sum : line)
        for (int64_t lane = 0; lane < int64_t(sizeof(Vector) / sizeof(uint32_t)); ++lane)
          any |= sum[lane];
    return static_cast<float>(any);
  }

  __attribute__((always_inline)) static inline float write(void *memory, int64_t steps,
                                                           uint32_t what) {
    Vector *to = static_cast<Vector *>(memory);
    int64_t vectors = steps * streams * vectorsPerLine;
    for (int64_t i = 0; i < vectors; ++i)
      to[i] = Vector{} + what;
    return static_cast<float>(to[vectors / 2][0]);
  }
};

struct Probes {
  float (*read)(const void *, int64_t);
  float (*write)(void *, int64_t, uint32_t);
};
} // namespace

static float read128(const void *from, int64_t steps) {
  return Probe<Vector128>::read(from, steps);
}
static float write128(void *to, int64_t steps, uint32_t what) {
  return Probe<Vector128>::write(to, steps, what);
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static float read512(const void *from, int64_t steps) {
  return Probe<Vector512>::read(from, steps);
}
__attribute__((target("avx512f"))) static float write512(void *to, int64_t steps, uint32_t what) {
  return Probe<Vector512>::write(to, steps, what);
}
__attribute__((target("avx2"))) static float read256(const void *from, int64_t steps) {
  return Probe<Vector256>::read(from, steps);
}
__attribute__((target("avx2"))) static float write256(void *to, int64_t steps, uint32_t what) {
  return Probe<Vector256>::write(to, steps, what);
}

static Probes widestProbes() {
  if (__builtin_cpu_supports("avx512f"))
    return {read512, write512};
  if (__builtin_cpu_supports("avx2"))
    return {read256, write256};
  return {read128, write128};
}
#else
static Probes widestProbes() { return {read128, write128}; }
#endif

double fovea::measureBandwidth(Access access, int64_t bytes, int threads, double milliseconds) {
  int64_t steps = std::max<int64_t>(1, bytes / threads / stepBytes);
  int64_t partBytes = steps * stepBytes;
  // In huge pages, which the arena and the weights of a network have, too.
  std::unique_ptr<llvm::WritableMemoryBuffer> memory =
      largeBuffer(partBytes * threads, "what is read and written");
  if (!memory)
    return 0;
  char *start = memory->getBufferStart();
  // Written, so that every page has memory of its own.
  std::fill_n(start, memory->getBufferSize(), 1);
  Probes probes = widestProbes();
  double calls = measureCallRate(threads, milliseconds, [&](int thread, int64_t call) {
    char *part = start + thread * partBytes;
    return access == Access::Read ? probes.read(part, steps)
                                  : probes.write(part, steps, static_cast<uint32_t>(call));
  });
  return calls * double(partBytes) / 1e6;
}

static llvm::json::Array toJSON(const Bandwidths &bandwidths) {
  llvm::json::Array points;
  for (const Bandwidths::Point &point : bandwidths.points)
    points.push_back(llvm::json::Object{{"bytes", point.bytes},
                                        {"gigabytesPerSecond", point.gigabytesPerSecond}});
  return points;
}

double Bandwidths::at(int64_t bytes) const {
  if (points.empty())
    return 0;
  auto after = llvm::partition_point(points, [&](const Point &p) { return p.bytes < bytes; });
  if (after == points.begin())
    return after->gigabytesPerSecond;
  auto before = std::prev(after);
  if (after == points.end())
    return before->gigabytesPerSecond;
  double way = double(bytes - before->bytes) / double(after->bytes - before->bytes);
  return before->gigabytesPerSecond +
         way * (after->gigabytesPerSecond - before->gigabytesPerSecond);
}

Bandwidths fovea::measureBandwidths(Access access, int64_t bytes, int threads) {
  constexpr int64_t least = 4 << 10, most = 256 << 20;
  constexpr double milliseconds = 4;
  constexpr int rounds = 6;
  Bandwidths result;
  for (int64_t size = least; size <= most; size *= 2) {
    double best = 0;
    for (int round = 0; round < rounds; ++round)
      best = std::max(best, measureBandwidth(access, size, threads, milliseconds));
    result.points.push_back({size, best});
    if (size > bytes)
      break;
  }
  return result;
}

void fovea::measureMemory(MachineLimits &limits, int64_t bytes, int threads) {
  limits.reads = measureBandwidths(Access::Read, bytes, threads);
  limits.writes = measureBandwidths(Access::Write, bytes, threads);
}

void fovea::addBandwidths(llvm::json::Object &object, const MachineLimits &limits) {
  object["reads"] = toJSON(limits.reads);
  object["writes"] = toJSON(limits.writes);
}

MachineLimits fovea::measureLimits(const TargetModel &target, int64_t bytes, int threads) {
  constexpr int rounds = 3;
  constexpr double milliseconds = 10;
  MachineLimits limits;
  for (int round = 0; round < rounds; ++round)
    limits.fmaGflops =
        std::max(limits.fmaGflops, measureFmaPeak(target.vectorBits, threads, milliseconds));
  measureMemory(limits, bytes, threads);
  return limits;
}

MachineLimits fovea::describedLimits(const TargetModel &target) {
  constexpr int64_t l1VectorsPerCycle = 2, l2BytesPerCycle = 32;
  if (target.flopsPerLane == 0)
    return {};
  double gigahertz = double(target.megahertz) / 1000 * double(target.cores);
  MachineLimits limits;
  limits.fmaGflops = gigahertz * double(target.lanes(32) * target.flopsPerLane);
  double l1 = gigahertz * double(l1VectorsPerCycle * target.vectorBits / 8),
         l2 = gigahertz * double(l2BytesPerCycle), memory = double(target.gigabytesPerSecond);
  int64_t l1Bytes = target.l1Bytes * target.cores, l2Bytes = target.l2Bytes * target.cores;
  limits.reads.points = {{l1Bytes, l1}, {l1Bytes + 1, l2}, {l2Bytes, l2}, {l2Bytes + 1, memory}};
  limits.writes = limits.reads;
  for (Bandwidths::Point &point : limits.writes.points)
    point.gigabytesPerSecond /= 2;
  return limits;
}

static int64_t touchedBytes(const plan::Buffer &buffer) {
  int64_t elements = 1;
  for (int64_t extent : buffer.extents)
    elements *= extent;
  return elements * plan::byteWidth(buffer.dtype);
}

static double millisecondsOf(int64_t bytes, double gigabytesPerSecond) {
  return gigabytesPerSecond > 0 ? double(bytes) / (gigabytesPerSecond * 1e6) : 0;
}

CallBound fovea::boundOf(const Work &work, int64_t networkBytes, const MachineLimits &limits) {
  CallBound bound;
  bound.bytes = work.weightBytes + work.inputBytes + work.outputBytes;
  if (limits.fmaGflops > 0)
    bound.computeMilliseconds = 2.0 * double(work.macs) / (limits.fmaGflops * 1e6);
  bound.memoryMilliseconds = millisecondsOf(work.weightBytes, limits.reads.at(networkBytes)) +
                             millisecondsOf(work.inputBytes, limits.reads.at(bound.bytes)) +
                             millisecondsOf(work.outputBytes, limits.writes.at(bound.bytes));
  return bound;
}

CallBound fovea::boundOf(const plan::Plan &plan, const plan::Call &call,
                         const MachineLimits &limits) {
  using Kind = plan::Call::Kind;
  using Role = plan::Argument::Role;
  bool hasKernel = call.kind == Kind::Kernel || call.kind == Kind::Loop;
  Work work;
  work.macs = call.macs;
  for (size_t i = 0; i < call.buffers.size(); ++i) {
    // A loop goes on to other bytes of those arguments that move.
    bool moves = call.kind == Kind::Loop && i < call.steps.size() && call.steps[i];
    int64_t bytes = touchedBytes(plan.buffers[call.buffers[i]]) * (moves ? call.count : 1);
    if (i + 1 == call.buffers.size())
      work.outputBytes += bytes;
    else if (hasKernel && plan.kernels[call.kernel].arguments[i].role == Role::Constant)
      work.weightBytes += bytes;
    else
      work.inputBytes += bytes;
  }
  return boundOf(work, plan.weightBytes + plan.arenaBytes, limits);
}
