//===- ArrayTimingTest.cpp - Cycles of a matrix product on the array ------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/ArrayTiming.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

static int64_t closed(const MatrixProduct &product, Dataflow dataflow, int64_t rows, int64_t cols) {
  return closedForm(product, dataflow, rows, cols).total;
}

// 5 pixels, 7 filters and a window of 9 on 4 x 3.
TEST(ArrayTiming, ByHand) {
  MatrixProduct product{5, 7, 9};
  EXPECT_EQ(product.macs(), 315);
  // 2 x 3 folds of 4 + 3 + 9 - 2 = 14.
  EXPECT_EQ(closed(product, Dataflow::OutputStationary, 4, 3), 6 * 14 - 1);
  // 3 x 3 folds of 8 + 3 + 5 - 2 = 14.
  EXPECT_EQ(closed(product, Dataflow::WeightStationary, 4, 3), 9 * 14 - 1);
  // 3 x 2 folds of 8 + 3 + 7 - 2 = 16.
  EXPECT_EQ(closed(product, Dataflow::InputStationary, 4, 3), 6 * 16 - 1);
  EXPECT_EQ(closedForm(product, Dataflow::InputStationary, 4, 3).streaming, 6 * 7);
}

static Accelerator machineOf(int64_t rows, int64_t cols, bool preloadOverlap) {
  Accelerator machine;
  machine.rows = rows;
  machine.cols = cols;
  machine.preloadOverlap = preloadOverlap;
  return machine;
}

TEST(ArrayTiming, OverlapHidesAllButOneFillAndDrain) {
  Accelerator machine = machineOf(4, 3, true);
  // 9 folds, each as long as its 5 pixels, and 4 + (4 + 3 - 2) - 1 cycles of fill and drain.
  ArrayCycles cycles = arrayCycles({5, 7, 9}, Dataflow::WeightStationary, machine);
  EXPECT_EQ(cycles.occupied, 9 * 5);
  EXPECT_EQ(cycles.total, 9 * 5 + 8);
  EXPECT_EQ(cycles.streaming, 9 * 5);
  // Two pixels stream faster than 4 rows of weights load.
  cycles = arrayCycles({2, 7, 9}, Dataflow::WeightStationary, machine);
  EXPECT_EQ(cycles.total, 9 * 4 + 8);
  EXPECT_EQ(cycles.streaming, 9 * 2);
}

TEST(ArrayTiming, OverlapIsNeverSlower) {
  for (int64_t rows : {1, 2, 5, 16})
    for (int64_t cols : {1, 3, 16})
      for (int64_t pixels : {1, 2, 15, 16, 17, 100})
        for (int64_t filters : {1, 16, 33})
          for (int64_t window : {1, 9, 64})
            for (Dataflow dataflow : {Dataflow::WeightStationary, Dataflow::OutputStationary,
                                      Dataflow::InputStationary}) {
              MatrixProduct product{pixels, filters, window};
              int64_t without = arrayCycles(product, dataflow, machineOf(rows, cols, false)).total;
              ArrayCycles with = arrayCycles(product, dataflow, machineOf(rows, cols, true));
              EXPECT_LE(with.total, without);
              EXPECT_LE(with.streaming, with.total);
              EXPECT_LE(with.occupied, with.total);
              EXPECT_GE(with.total * rows * cols, product.macs());
            }
}

TEST(ArrayTiming, OneElementTakesACycleAMac) {
  EXPECT_EQ(closed({3, 2, 5}, Dataflow::OutputStationary, 1, 1), 29);
  EXPECT_EQ(arrayCycles({3, 2, 5}, Dataflow::OutputStationary, machineOf(1, 1, false)).total, 30);
}

TEST(ArrayTiming, SaturatesRatherThanWraps) {
  constexpr int64_t greatest = std::numeric_limits<int64_t>::max();
  constexpr int64_t extent = int64_t(1) << 31;
  MatrixProduct product{extent, extent, extent};
  EXPECT_GE(closed(product, Dataflow::OutputStationary, 1, 1), greatest - 1);
  EXPECT_EQ(arrayCycles(product, Dataflow::WeightStationary, machineOf(2, 2, true)).total,
            greatest);
  // The greatest whose count fits.
  EXPECT_EQ(closed({extent, 1, extent}, Dataflow::OutputStationary, 1, 1), (int64_t(1) << 62) - 1);
}
