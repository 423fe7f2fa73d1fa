//===- Roofline.cpp - The least time that a kernel can take ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Roofline.h"
#include "Probe.h"
#include "fovea/Driver/FmaPeak.h"
#include "fovea/Support/Memory.h"
#include <algorithm>

using namespace fovea;

namespace {
/// GCC's and Clang's own vectors: any machine has some of 16 bytes.
using Vector = uint32_t __attribute__((vector_size(16)));
/// Places that are read in turns, a cache line each: one alone does not keep the memory busy.
constexpr int64_t streams = 4, vectorsPerLine = 4;
constexpr int64_t stepBytes = streams * vectorsPerLine * int64_t(sizeof(Vector));
} // namespace

static float readAll(const Vector *from, int64_t steps) {
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
      any |= sum[0] | sum[1] | sum[2] | sum[3];
  return static_cast<float>(any);
}

double fovea::measureReadBandwidth(int64_t bytes, int threads, double milliseconds) {
  int64_t steps = std::max<int64_t>(1, bytes / threads / stepBytes);
  int64_t partBytes = steps * stepBytes;
  // In huge pages, which the arena and the weights of a network have, too.
  constexpr int64_t hugePage = 2 << 20;
  int64_t whole = (partBytes * threads + hugePage - 1) / hugePage * hugePage;
  std::unique_ptr<llvm::WritableMemoryBuffer> memory = largeBuffer(whole, "what is read");
  if (!memory)
    return 0;
  auto *start = reinterpret_cast<Vector *>(memory->getBufferStart());
  // Written, so that every page has memory of its own.
  std::fill_n(start, whole / int64_t(sizeof(Vector)), Vector{1, 2, 3, 4});
  double calls = measureCallRate(threads, milliseconds, [&](int thread, int64_t) {
    return readAll(start + thread * partBytes / int64_t(sizeof(Vector)), steps);
  });
  return calls * double(partBytes) / 1e6;
}

llvm::json::Value fovea::toJSON(const ReadBandwidths &reads) {
  llvm::json::Array points;
  for (const ReadBandwidths::Point &point : reads.points)
    points.push_back(llvm::json::Object{{"bytes", point.bytes},
                                        {"gigabytesPerSecond", point.gigabytesPerSecond}});
  return points;
}

double ReadBandwidths::at(int64_t bytes) const {
  double found = points.empty() ? 0 : points.front().gigabytesPerSecond;
  for (const Point &point : points)
    if (point.bytes <= bytes)
      found = point.gigabytesPerSecond;
  return found;
}

ReadBandwidths fovea::measureReadBandwidths(int64_t bytes, int threads) {
  constexpr int64_t least = 4 << 10, most = 256 << 20;
  constexpr double milliseconds = 4;
  constexpr int rounds = 6;
  ReadBandwidths result;
  for (int64_t size = least; size <= most; size *= 2) {
    double best = 0;
    for (int round = 0; round < rounds; ++round)
      best = std::max(best, measureReadBandwidth(size, threads, milliseconds));
    result.points.push_back({size, best});
    if (size > bytes)
      break;
  }
  return result;
}

MachineLimits fovea::measureLimits(const TargetModel &target, int64_t bytes, int threads) {
  constexpr int rounds = 3;
  constexpr double milliseconds = 10;
  MachineLimits limits;
  for (int round = 0; round < rounds; ++round)
    limits.fmaGflops =
        std::max(limits.fmaGflops, measureFmaPeak(target.vectorBits, threads, milliseconds));
  limits.reads = measureReadBandwidths(bytes, threads);
  return limits;
}

MachineLimits fovea::describedLimits(const TargetModel &target) {
  constexpr int64_t l1VectorsPerCycle = 2, l2BytesPerCycle = 32;
  if (target.flopsPerLane == 0)
    return {};
  double gigahertz = double(target.megahertz) / 1000 * double(target.cores);
  MachineLimits limits;
  limits.fmaGflops = gigahertz * double(target.lanes(32) * target.flopsPerLane);
  limits.reads.points = {{0, gigahertz * double(l1VectorsPerCycle * target.vectorBits / 8)},
                         {target.l1Bytes * target.cores + 1, gigahertz * double(l2BytesPerCycle)},
                         {target.l2Bytes * target.cores + 1, double(target.gigabytesPerSecond)}};
  return limits;
}

static int64_t touchedBytes(const plan::Buffer &buffer) {
  int64_t elements = 1;
  for (int64_t extent : buffer.extents)
    elements *= extent;
  return elements * plan::byteWidth(buffer.dtype);
}

static double readMilliseconds(int64_t bytes, double gigabytesPerSecond) {
  return gigabytesPerSecond > 0 ? double(bytes) / (gigabytesPerSecond * 1e6) : 0;
}

CallBound fovea::boundOf(int64_t macs, int64_t weightBytes, int64_t otherBytes,
                         int64_t networkBytes, const MachineLimits &limits) {
  CallBound bound;
  bound.bytes = weightBytes + otherBytes;
  if (limits.fmaGflops > 0)
    bound.computeMilliseconds = 2.0 * double(macs) / (limits.fmaGflops * 1e6);
  bound.memoryMilliseconds = readMilliseconds(weightBytes, limits.reads.at(networkBytes)) +
                             readMilliseconds(otherBytes, limits.reads.at(bound.bytes));
  return bound;
}

CallBound fovea::boundOf(const plan::Plan &plan, const plan::Call &call,
                         const MachineLimits &limits) {
  using Kind = plan::Call::Kind;
  using Role = plan::Argument::Role;
  bool hasKernel = call.kind == Kind::Kernel || call.kind == Kind::Loop;
  int64_t weights = 0, others = 0;
  for (size_t i = 0; i < call.buffers.size(); ++i) {
    // A loop goes on to other bytes of those arguments that move.
    bool moves = call.kind == Kind::Loop && i < call.steps.size() && call.steps[i];
    int64_t bytes = touchedBytes(plan.buffers[call.buffers[i]]) * (moves ? call.count : 1);
    bool constant = hasKernel && plan.kernels[call.kernel].arguments[i].role == Role::Constant;
    (constant ? weights : others) += bytes;
  }
  return boundOf(call.macs, weights, others, plan.weightBytes + plan.arenaBytes, limits);
}
