//===- Tiles.cpp - Register tiles as a function of the target -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/Transforms/Tiles.h"
#include <algorithm>

using namespace fovea;
using namespace fovea::sched;

/// One vector asks for a load per multiply-add. From five blocks on, a last tile that computes a
/// block again costs less than that. Many registers hold four vectors of six pixels, which need
/// fewer loads and addresses than two of fourteen; sums of a few products gain nothing.
static int64_t vectorsOf(const ConvExtents &extents, const TargetModel &target, bool blocked) {
  int64_t blocks = extents.outputBlocks;
  bool wide = target.vectorRegisters >= 32 && !blocked && extents.inputs * extents.taps >= 64;
  if (wide && blocks % 4 == 0)
    return 4;
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

/// Most pixels of a tile whose sums stay in registers: beside them there are the weights and one
/// pixel, or, where weights are prefetched, the pixels and one weight.
static int64_t mostPixels(const ConvTile &tile, const TargetModel &target) {
  if (tile.prefetch)
    return (target.vectorRegisters - 1) / (tile.vectors + 1);
  int64_t most = (target.vectorRegisters - 1 - tile.vectors) / tile.vectors;
  return tile.vectors == 1 ? std::min<int64_t>(most, 12) : most;
}

/// The number of pixels that wastes least on the last tile. A tile costs its pixels and a little
/// for its weights, more where they are prefetched.
static int64_t pixelsOf(int64_t pixels, const ConvTile &tile, const TargetModel &target) {
  int64_t most = mostPixels(tile, target);
  double weights = tile.prefetch ? 1 : 0.35;
  auto cost = [&](int64_t number) {
    return double(ceilDiv(pixels, number)) * (double(number) + weights);
  };
  return std::min(cheapest(ceilDiv(2 * most, 3), most, cost), pixels);
}

static constexpr int64_t bytesPerElement = 4, cacheLine = 64;

/// Blocks of inputs of a pass, a divisor of all, whose weights take at most a sixth of L1.
static int64_t blocksOfPass(const ConvExtents &extents, int64_t vectors, int64_t l1Bytes) {
  int64_t blocks = ceilDiv(extents.inputs, extents.lanes);
  int64_t bytes = extents.lanes * extents.taps * extents.lanes * vectors * bytesPerElement;
  int64_t most = std::clamp<int64_t>(l1Bytes / 6 / bytes, 1, blocks);
  while (blocks % most)
    --most;
  return most;
}

/// Where an image is so small that its sums fit L1, weights are most of what is read. A vector that
/// is a line of the cache is prefetched by one instruction, which pays for a 1x1 kernel too.
static void chooseInputBlocks(ConvTile &tile, const ConvExtents &extents,
                              const TargetModel &target) {
  int64_t lanesPerTile = extents.lanes * tile.vectors * bytesPerElement;
  if (extents.inputs * extents.taps * lanesPerTile <= target.l1Bytes)
    return;
  bool isLine = extents.lanes * bytesPerElement == cacheLine;
  if (extents.pixels * lanesPerTile > target.l1Bytes / (isLine ? 4 : 8))
    return;
  if (isLine || extents.taps > 1)
    tile.inputBlocks = blocksOfPass(extents, tile.vectors, target.l1Bytes);
  tile.prefetch = isLine;
}

ConvTile fovea::sched::convTile(const ConvExtents &extents, const TargetModel &target) {
  ConvTile tile;
  tile.vectors = vectorsOf(extents, target, /*blocked=*/true);
  chooseInputBlocks(tile, extents, target);
  tile.vectors = vectorsOf(extents, target, tile.inputBlocks != 0);
  tile.pixels = pixelsOf(extents.pixels, tile, target);
  if (extents.inputBytes > target.l2Bytes) {
    int64_t bytesPerTile = extents.inputBytes * tile.pixels / extents.pixels;
    tile.chunk = std::max<int64_t>(1, target.l2Bytes / 4 / std::max<int64_t>(1, bytesPerTile));
  }
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
