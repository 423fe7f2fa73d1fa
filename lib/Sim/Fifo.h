//===- Fifo.h - Queues in arrays -------------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_FIFO_H
#define FOVEA_LIB_SIM_FIFO_H

#include "llvm/Support/MathExtras.h"
#include <memory>

namespace fovea::sim {

/// First in, first out; grows as it must.
template <typename T> class Fifo {
public:
  bool empty() const { return head == tail; }
  const T &front() const { return slots[head & (capacity - 1)]; }
  void pop() { ++head; }
  void push(const T &value) {
    if (tail - head == capacity)
      grow();
    slots[tail++ & (capacity - 1)] = value;
  }
  uint64_t popped() const { return head; }

private:
  void grow() {
    uint64_t larger = capacity ? 2 * capacity : 16;
    std::unique_ptr<T[]> moved(new T[larger]);
    for (uint64_t i = head; i < tail; ++i)
      moved[i & (larger - 1)] = slots[i & (capacity - 1)];
    slots = std::move(moved);
    capacity = larger;
  }

  uint64_t capacity = 0; ///< A power of two.
  std::unique_ptr<T[]> slots;
  uint64_t head = 0, tail = 0; ///< Ever popped, ever pushed.
};

/// The last values of a sequence, by their numbers.
template <typename T> class Ring {
public:
  Ring() = default;
  explicit Ring(uint64_t values)
      : mask(llvm::PowerOf2Ceil(values) - 1), slots(new T[size_t(mask + 1)]) {}
  T &operator[](uint64_t number) { return slots[number & mask]; }
  const T &operator[](uint64_t number) const { return slots[number & mask]; }

private:
  uint64_t mask = 0;
  std::unique_ptr<T[]> slots;
};

} // namespace fovea::sim

#endif
