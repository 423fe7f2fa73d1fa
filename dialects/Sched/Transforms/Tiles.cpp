//===- Tiles.cpp - Register tiles as a function of the target -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/Transforms/Tiles.h"
#include <algorithm>

using namespace fovea;
using namespace fovea::sched;

/// The number from `least` to `most` with the least cost, the greatest of equals.
template <typename Cost> static int64_t cheapest(int64_t least, int64_t most, Cost cost) {
  int64_t best = most;
  for (int64_t number = most - 1; number >= least; --number)
    if (cost(number) < cost(best))
      best = number;
  return best;
}

static constexpr int64_t bytesPerElement = 4;

/// Of the weights that tiles of so many vectors read.
static int64_t weightBytes(const ConvExtents &extents, int64_t vectors) {
  return extents.inputs * extents.taps * extents.lanes * vectors * bytesPerElement;
}

/// One vector asks for a load per multiply-add. From five blocks on, a last tile that computes a
/// block again costs less than that.
static int64_t fewVectors(int64_t blocks) {
  if (blocks % 2 && blocks % 3 == 0)
    return 3;
  return blocks % 2 == 0 || blocks >= 5 ? 2 : 1;
}

/// In multiply-adds of a vector, of all tiles of an image: each costs its pixels and a little for
/// its weights.
static double costOf(int64_t pixels, int64_t ofTile) {
  return double(ceilDiv(pixels, ofTile)) * (double(ofTile) + 0.35);
}

/// The number of pixels that wastes least on the last tile, of those whose sums stay in registers
/// beside the weights and one pixel; of few where all taps stand in one body, which must not be too
/// long.
static int64_t pixelsOf(const ConvExtents &extents, int64_t vectors, const TargetModel &target) {
  int64_t most = (target.vectorRegisters - 1 - vectors) / vectors, pixels = extents.pixels;
  if (vectors == 1)
    most = std::min<int64_t>(most, 12);
  if (extents.unrollsTaps())
    most = std::min<int64_t>(most, 16 / vectors);
  return std::min(
      cheapest(ceilDiv(2 * most, 3), most, [&](int64_t number) { return costOf(pixels, number); }),
      pixels);
}

/// Many registers hold four vectors of six pixels, which need fewer loads and addresses than two of
/// fourteen, whose addresses do not fit the registers: that costs a twentieth. Sums of a few
/// products do not pay for the start and the end of more tiles.
static bool areFourBetter(const ConvExtents &extents, const ConvTile &two,
                          const TargetModel &target) {
  if (target.vectorRegisters < 32 || extents.outputBlocks % 4 || extents.hasFewProducts())
    return false;
  double four = costOf(extents.pixels, pixelsOf(extents, 4, target));
  return four < (two.pixels > 12 ? 1.05 : 1) * costOf(extents.pixels, two.pixels);
}

/// Blocks of inputs of a pass, a divisor of all, whose weights take at most a sixth of L1.
static int64_t blocksOfPass(const ConvExtents &extents, int64_t vectors, int64_t l1Bytes) {
  int64_t blocks = extents.inputBlocks;
  int64_t most =
      std::clamp<int64_t>(l1Bytes / 6 * blocks / weightBytes(extents, vectors), 1, blocks);
  while (blocks % most)
    --most;
  return most;
}

/// Whether an image is so small that its sums fit L1, and weights are most of what is read.
static bool restsInL1(const ConvExtents &extents, int64_t vectors, const TargetModel &target) {
  return weightBytes(extents, vectors) > 2 * target.l1Bytes &&
         extents.pixels * extents.lanes * vectors * bytesPerElement <= target.l1Bytes / 4;
}

ConvTile fovea::sched::convTile(const ConvExtents &extents, const TargetModel &target) {
  ConvTile tile;
  tile.vectors = fewVectors(extents.outputBlocks);
  tile.pixels = pixelsOf(extents, tile.vectors, target);
  if (restsInL1(extents, tile.vectors, target)) {
    tile.inputBlocks = blocksOfPass(extents, tile.vectors, target.l1Bytes);
  } else if (areFourBetter(extents, tile, target)) {
    tile.vectors = 4;
    tile.pixels = pixelsOf(extents, tile.vectors, target);
  }
  tile.nextFits = weightBytes(extents, tile.vectors) <= target.l2Bytes * 3 / 8;
  tile.isInputLarger = extents.inputBytes > weightBytes(extents, extents.outputBlocks);
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
