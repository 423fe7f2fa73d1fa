//===- Tiles.h - Register tiles as a function of the target -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_TILES_H
#define FOVEA_SCHED_TILES_H

#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Machine/TargetModel.h"

namespace fovea::sched {

/// Pixels and vectors of output channels whose sums stay in registers while a convolution runs over its inputs.
struct RegisterTile {
  int64_t pixels;
  int64_t vectors;
};

/// Two vectors of channels, and as many pixels as leave four registers free for weights and inputs:
/// 6 pixels with 16 registers, 14 with 32.
inline RegisterTile registerTile(const TargetModel &target) {
  return {(target.vectorRegisters - 4) / 2, 2};
}

/// Channels per block for a tensor of that many channels: a vector, or the power of two that holds them all.
inline int64_t naturalBlock(int64_t channels, const TargetModel &target) {
  int64_t block = 1, lanes = target.lanes(32);
  while (block < channels && block < lanes)
    block *= 2;
  return block;
}

/// Kinds that read each element once, at the place they write: they follow any reshaping of the pixels.
inline bool isPointwise(StageKind kind) {
  switch (kind) {
  case StageKind::relu:
  case StageKind::relu6:
  case StageKind::tanh:
  case StageKind::sigmoid:
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

} // namespace fovea::sched

#endif
