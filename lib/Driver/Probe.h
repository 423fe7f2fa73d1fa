//===- Probe.h - Measuring what all threads do together ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_DRIVER_PROBE_H
#define FOVEA_LIB_DRIVER_PROBE_H

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace fovea {

/// Calls `body(thread, call)` over and over on `threads` threads that begin together, each for
/// about `milliseconds`; returns the calls per millisecond of all together. What the body returns
/// is kept, so that no compiler leaves it out.
template <typename Body>
double measureCallRate(int threads, double milliseconds, const Body &body) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  using Clock = std::chrono::steady_clock;
  std::atomic<int> ready{0};
  std::atomic<float> sink{0};
  std::vector<double> rates(threads);
  auto work = [&](int thread) {
    ++ready;
    while (ready < threads) {
    }
    float sum = 0;
    int64_t calls = 0;
    Clock::time_point begin = Clock::now();
    Milliseconds taken{0};
    while (taken.count() < milliseconds) {
      sum += body(thread, calls++);
      taken = Clock::now() - begin;
    }
    rates[thread] = double(calls) / taken.count();
    sink = sum;
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i)
    others.emplace_back(work, i);
  work(0);
  for (std::thread &other : others)
    other.join();
  double all = 0;
  for (double rate : rates)
    all += rate;
  return all;
}

} // namespace fovea

#endif
