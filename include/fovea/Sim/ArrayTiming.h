//===- ArrayTiming.h - Cycles of a matrix product on the array --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The array of R rows and C columns works off a product in folds, each of which holds one tile of
// the operand that stays. SCALE-Sim v2 (Samajdar et al., ISPASS 2020; scalesim/compute) counts, for
// P pixels, N filters and K elements of a window:
//
//   stays     folds                  rows streamed S   cycles of a fold
//   outputs   ceil(P/R) ceil(N/C)    K                 R + C + K - 2
//   weights   ceil(K/R) ceil(N/C)    P                 2R + C + P - 2
//   inputs    ceil(K/R) ceil(P/C)    N                 2R + C + N - 2
//
// and one cycle less for the whole product. Weights and inputs that stay are loaded a row a cycle
// (one of the two Rs); the rest is the time a wave takes across the array.
//
// A machine with preloadOverlap loads the next fold's tile, or drains the last one's outputs,
// behind the fold that streams: folds * max(R, S) and the fill and drain of one fold, where that is
// less; a single fold has nothing to hide behind.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SIM_ARRAYTIMING_H
#define FOVEA_SIM_ARRAYTIMING_H

#include "fovea/Machine/Accelerator.h"

namespace fovea::sim {

/// The extents of a matrix product as a convolution's: [pixels, window] times [window, filters].
struct MatrixProduct {
  int64_t pixels = 1, filters = 1, window = 1;

  /// Multiply-accumulates.
  int64_t macs() const { return pixels * filters * window; }
};

/// Cycles of one product.
struct ArrayCycles {
  int64_t total = 0;     ///< From its first operand to its last sum.
  int64_t streaming = 0; ///< Of `total`, in which a row of the moving operand enters.
  /// From its first operand until the array could begin the next product: `total`, or, with
  /// preloadOverlap, without the fill and drain that the next one hides.
  int64_t occupied = 0;
};

/// SCALE-Sim's closed form, whatever the machine's timing. Every extent from 1 to 2^31. Counts that
/// int64_t has no room for are its greatest value.
ArrayCycles closedForm(const MatrixProduct &product, Dataflow dataflow, int64_t rows, int64_t cols);

/// The same as the machine times it: with its size, and its preloadOverlap. An array of a single
/// element, to which the closed form gives one cycle less than it has rows to stream, takes them
/// all.
ArrayCycles arrayCycles(const MatrixProduct &product, Dataflow dataflow,
                        const Accelerator &machine);

} // namespace fovea::sim

#endif
