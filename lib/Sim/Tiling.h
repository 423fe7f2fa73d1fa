//===- Tiling.h - A layer in tiles that fit the local memories --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_TILING_H
#define FOVEA_LIB_SIM_TILING_H

#include "fovea/Sim/Topology.h"
#include <optional>

namespace fovea::sim {

/// A layer as commands see it: pixels [rows, columns] of the result, each from `channels` channels
/// of a window of kernel elements.
struct TileableLayer {
  explicit TileableLayer(const TopologyLayer &layer);

  int64_t height, width; ///< Of the input.
  int64_t kernelHeight, kernelWidth, channels, filters, strideDown, strideAcross;
  int64_t rows, columns;        ///< Of the result.
  bool isMatrixProduct = false; ///< No window: only the pixels at the strides are read.

  int64_t taps() const { return kernelHeight * kernelWidth; }
  /// Extents of the input that make so many of the result.
  int64_t inputRows(int64_t results) const {
    return isMatrixProduct ? results : (results - 1) * strideDown + kernelHeight;
  }
  int64_t inputColumns(int64_t results) const {
    return isMatrixProduct ? results : (results - 1) * strideAcross + kernelWidth;
  }
};

/// Extents of a tile of the result, the channels that a command sums over, and what the outer loop
/// counts.
struct Tiling {
  int64_t rows = 1, columns = 1, channels = 1, filters = 1;
  bool filtersOutermost = false;

  int64_t inputElements(const TileableLayer &layer) const {
    return layer.inputRows(rows) * layer.inputColumns(columns) * channels;
  }
  int64_t weightElements(const TileableLayer &layer) const {
    return layer.taps() * channels * filters;
  }
  int64_t outputElements() const { return rows * columns * filters; }
  /// Commands for the array.
  int64_t products(const TileableLayer &layer) const;
};

/// Half of each local memory, in elements. One part of the scratchpad holds activations, the other
/// weights; a shared one is both, `weights` is then 0. Tiles begin at rows of `lanes` elements,
/// which is how accesses are told apart.
struct TileMemory {
  explicit TileMemory(const Accelerator &machine);
  bool holds(const TileableLayer &layer, const Tiling &tiling) const;
  /// Elements in whole rows.
  int64_t wholeRows(int64_t elements) const { return (elements + lanes - 1) / lanes * lanes; }

  int64_t lanes, activations, weights, sums;
};

/// Of the tilings that take the least time by a simple sum, or up to 3 % more, that with the fewest
/// products; nothing if none fits.
std::optional<Tiling> chooseTiling(const TileableLayer &layer, const Accelerator &machine);

} // namespace fovea::sim

#endif
