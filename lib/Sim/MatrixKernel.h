//===- MatrixKernel.h - Products of small matrices --------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Integers are packed as 16 bits in pairs along k, which one instruction (pmaddwd) multiplies and
// adds to a sum of 32 bits; sums that overflow wrap. Floats are added in the order of k.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_MATRIXKERNEL_H
#define FOVEA_LIB_SIM_MATRIXKERNEL_H

#include <cstddef>
#include <cstdint>

namespace fovea::sim {

/// Columns of a panel of B, and rows of A that are multiplied with it at once.
inline constexpr unsigned panelColumns = 16, tileRows = 4;

/// sums[row][panelColumns] += A B for `rows` (1 to tileRows) rows of A, `stride` elements apart.
/// The panel is [k / 2][panelColumns][2]; k is even.
void multiply(const int16_t *a, size_t stride, unsigned rows, const int16_t *panel, size_t k,
              int32_t *sums);
/// The same with what every processor of the architecture has.
void multiplyBaseline(const int16_t *a, size_t stride, unsigned rows, const int16_t *panel,
                      size_t k, int32_t *sums);
/// The same for the elements of the window from `first` to before `end`, added one at a time. The
/// result has each bit that some sum had on the way.
uint32_t multiplyWatched(const int16_t *a, size_t stride, unsigned rows, const int16_t *panel,
                         size_t first, size_t end, int32_t *sums);
uint32_t multiplyWatchedBaseline(const int16_t *a, size_t stride, unsigned rows,
                                 const int16_t *panel, size_t first, size_t end, int32_t *sums);
/// The panel is [k][panelColumns].
void multiply(const float *a, size_t stride, unsigned rows, const float *panel, size_t k,
              float *sums);

} // namespace fovea::sim

#endif
