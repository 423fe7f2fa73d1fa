//===- FmaPeak.cpp - The most this machine can compute --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/FmaPeak.h"
#include "Probe.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace fovea;

namespace {
/// Steps of one call of a probe; each is `chains` vectors long.
constexpr int steps = 2000;
/// Independent accumulators: more than latency times throughput of any FMA unit, fewer than
/// registers.
constexpr int chains = 12;

struct Probe {
  float (*run)(float);
  int lanes;
};
} // namespace

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static float probe512(float seed) {
  __m512 a = _mm512_set1_ps(seed), b = _mm512_set1_ps(0.5f), sum[chains];
  for (int i = 0; i < chains; ++i)
    sum[i] = _mm512_set1_ps(float(i));
  for (int step = 0; step < steps; ++step)
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i)
      sum[i] = _mm512_fmadd_ps(sum[i], b, a);
  for (int i = 1; i < chains; ++i)
    sum[0] = _mm512_add_ps(sum[0], sum[i]);
  return sum[0][0];
}

__attribute__((target("avx2,fma"))) static float probe256(float seed) {
  __m256 a = _mm256_set1_ps(seed), b = _mm256_set1_ps(0.5f), sum[chains];
  for (int i = 0; i < chains; ++i)
    sum[i] = _mm256_set1_ps(float(i));
  for (int step = 0; step < steps; ++step)
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i)
      sum[i] = _mm256_fmadd_ps(sum[i], b, a);
  for (int i = 1; i < chains; ++i)
    sum[0] = _mm256_add_ps(sum[0], sum[i]);
  return sum[0][0];
}

static Probe selectProbe(int64_t vectorBits) {
  if (vectorBits == 512 && __builtin_cpu_supports("avx512f"))
    return {probe512, 16};
  if (vectorBits == 256 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {probe256, 8};
  return {nullptr, 0};
}
#else
static Probe selectProbe(int64_t) { return {nullptr, 0}; }
#endif

double fovea::measureFmaPeak(int64_t vectorBits, int threads, double milliseconds) {
  Probe probe = selectProbe(vectorBits);
  if (!probe.run)
    return 0;
  double calls = measureCallRate(threads, milliseconds, [&](int, int64_t call) {
    return probe.run(static_cast<float>(call));
  });
  double flopsPerCall = 2.0 * probe.lanes * chains * steps;
  return calls * flopsPerCall / 1e6;
}
