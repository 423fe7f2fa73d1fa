//===- Fifo.h - A queue in an array ----------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_FIFO_H
#define FOVEA_LIB_SIM_FIFO_H

#include <cstddef>
#include <memory>
#include <utility>

namespace fovea::sim {

/// First in, first out; grows as it must.
template <typename T> class Fifo {
public:
  bool empty() const { return head == tail; }
  size_t size() const { return tail - head; }
  const T &front() const { return slots[head & mask]; }
  void pop() { ++head; }
  void push(const T &value) {
    if (size() > mask)
      grow();
    slots[tail++ & mask] = value;
  }

private:
  void grow() {
    std::unique_ptr<T[]> larger(new T[2 * (mask + 1)]);
    for (size_t i = head; i < tail; ++i)
      larger[i - head] = slots[i & mask];
    tail -= std::exchange(head, 0);
    slots = std::move(larger);
    mask = 2 * mask + 1;
  }

  size_t mask = 15; ///< Slots less one; they are a power of two.
  std::unique_ptr<T[]> slots{new T[mask + 1]};
  size_t head = 0, tail = 0; ///< Ever popped, ever pushed.
};

} // namespace fovea::sim

#endif
