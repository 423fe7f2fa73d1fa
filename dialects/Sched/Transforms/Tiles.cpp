//===- Tiles.cpp - Register tiles as a function of the target -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/Transforms/Tiles.h"
#include <algorithm>

using namespace fovea;
using namespace fovea::sched;

/// One vector asks for a load per multiply-add. From five blocks on, a last tile that computes a
/// block again costs less than that.
static int64_t vectorsOf(const ConvExtents &extents) {
  int64_t blocks = extents.outputBlocks;
  if (blocks % 2 && blocks % 3 == 0)
    return 3;
  return blocks % 2 == 0 || blocks >= 5 ? 2 : 1;
}

/// The number from `least` to `most` with the least cost, the greatest of equals.
template <typename Cost> static int64_t cheapest(int64_t least, int64_t most, Cost cost) {
  int64_t best = most;
  for (int64_t number = most - 1; number >= least; --number)
    if (cost(number) < cost(best))
      best = number;
  return best;
}

/// The number of pixels that wastes least on the last tile. A tile costs its pixels and a little
/// for its weights.
static int64_t pixelsOf(int64_t pixels, int64_t vectors, const TargetModel &target) {
  int64_t most = (target.vectorRegisters - 1 - vectors) / vectors;
  if (vectors == 1)
    most = std::min<int64_t>(most, 12);
  auto cost = [&](int64_t tile) { return double(ceilDiv(pixels, tile)) * (double(tile) + 0.35); };
  return std::min(cheapest(ceilDiv(2 * most, 3), most, cost), pixels);
}

ConvTile fovea::sched::convTile(const ConvExtents &extents, const TargetModel &target) {
  constexpr int64_t bytesPerElement = 4;
  ConvTile tile;
  tile.vectors = vectorsOf(extents);
  tile.pixels = pixelsOf(extents.pixels, tile.vectors, target);
  if (extents.inputBytes > target.l2Bytes) {
    int64_t bytesPerTile = extents.inputBytes * tile.pixels / extents.pixels;
    tile.chunk = std::max<int64_t>(1, target.l2Bytes / 4 / std::max<int64_t>(1, bytesPerTile));
  }
  int64_t lanesPerTile = extents.lanes * tile.vectors * bytesPerElement;
  bool weightsFit = extents.inputs * extents.taps * lanesPerTile <= target.l1Bytes;
  if (extents.taps > 1 && !weightsFit && extents.pixels * lanesPerTile <= target.l1Bytes / 8)
    tile.inputBlocks = std::max<int64_t>(1, 4096 / (extents.lanes * extents.taps * lanesPerTile));
  return tile;
}

int64_t fovea::sched::balancedChunk(int64_t tiles, int64_t most, const TargetModel &target) {
  return cheapest(ceilDiv(most, 2), most, [&](int64_t chunk) {
    return ceilDiv(ceilDiv(tiles, chunk), target.cores) * chunk;
  });
}

int64_t fovea::sched::windowPixels(int64_t pixels, const TargetModel &target) {
  int64_t most = std::min<int64_t>(target.vectorRegisters / 2, pixels);
  return cheapest(ceilDiv(most, 2), most,
                  [&](int64_t tile) { return ceilDiv(pixels, tile) * tile; });
}

bool fovea::sched::hasSums(StageOp stage) {
  switch (*stage.getAlgorithm()) {
  case Algorithm::direct:
  case Algorithm::grouped:
  case Algorithm::depthwise:
  case Algorithm::matvec:
  case Algorithm::matmul:
  case Algorithm::pool:
  case Algorithm::global_pool:
    return true;
  default:
    return false;
  }
}
