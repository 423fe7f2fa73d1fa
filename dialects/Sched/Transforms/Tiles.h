//===- Tiles.h - Register tiles as a function of the target -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_TILES_H
#define FOVEA_SCHED_TILES_H

#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Machine/TargetModel.h"

namespace fovea::sched {

/// The tile of a dense convolution: sums of `pixels` times `vectors` stay in registers while the
/// reduction runs. Section 2 of docs/schedules.md has the rule and what it measured.
struct ConvTile {
  int64_t vectors = 1; ///< Of output channels.
  int64_t pixels = 1;
  int64_t chunk =
      0; ///< Tiles whose inputs stay in L2 while all output channels pass over them; 0: all.
  int64_t inputBlocks =
      0; ///< Blocks of input channels per pass where sums rest in L1 in between; 0: all at once.
  bool nextFits = false;      ///< L2 has room for the next tile's weights, too.
  bool isInputLarger = false; ///< Than all weights.
};

/// What the tile of a convolution depends on.
struct ConvExtents {
  int64_t lanes;        ///< Channels in a block of the output.
  int64_t outputBlocks; ///< Blocks of output channels.
  int64_t inputs;       ///< Channels that an output reads.
  int64_t inputBlocks;  ///< Blocks of these.
  int64_t taps;         ///< Kernel height times width.
  int64_t pixels;       ///< Of the output, or of a row where rows are not flattened.
  int64_t inputBytes;   ///< Of the part of the input that `pixels` see.

  /// A sum's start and end cost as much as its products.
  bool hasFewProducts() const { return inputs * taps < 64; }
  /// So does a loop over taps, each of few inputs: they stand one after the other.
  bool unrollsTaps() const { return hasFewProducts() && taps > 1; }
};

ConvTile convTile(const ConvExtents &extents, const TargetModel &target);

/// Tiles per chunk, from half of `most` to `most`, with which the thread that has most to do has
/// least, where threads take a chunk at a time.
int64_t balancedChunk(int64_t tiles, int64_t most, const TargetModel &target);

/// Pixels per tile of a depthwise convolution or a pool whose rows have `pixels`: at most as many
/// sums as half the registers hold, the number that computes fewest pixels twice.
int64_t windowPixels(int64_t pixels, const TargetModel &target);

/// Channels per block for a tensor of that many channels: a vector, or the power of two that holds
/// them all.
inline int64_t naturalBlock(int64_t channels, const TargetModel &target) {
  int64_t block = 1, lanes = target.lanes(32);
  while (block < channels && block < lanes)
    block *= 2;
  return block;
}

/// Kinds that read each element once, at the place they write: they follow any reshaping of the
/// pixels.
inline bool isPointwise(StageKind kind) {
  switch (kind) {
  case StageKind::relu:
  case StageKind::relu6:
  case StageKind::tanh:
  case StageKind::sigmoid:
  case StageKind::gelu:
  case StageKind::add:
  case StageKind::channel_affine:
    return true;
  default:
    return false;
  }
}

/// Kinds that multiply by a matrix of weights.
inline bool isDense(StageKind kind) {
  return kind == StageKind::conv || kind == StageKind::linear || kind == StageKind::matmul;
}

/// Whether the stage's algorithm is a reduction, whose sums (or greatest values) need a place.
bool hasSums(StageOp stage);

} // namespace fovea::sched

#endif
