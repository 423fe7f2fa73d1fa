//===- PlaceArenaTest.cpp - Offsets of buffers in the arena ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "../../../lib/Target/Plan/PlaceArena.h"
#include <gtest/gtest.h>
#include <random>

using namespace fovea;

static plan::Buffer buffer(int64_t elements, int64_t first, int64_t last) {
  plan::Buffer result;
  result.extents = {elements};
  result.strides = {1};
  result.lifetime = {first, last};
  return result;
}

static bool overlap(const plan::Buffer &a, const plan::Buffer &b) {
  bool inTime = a.lifetime.first <= b.lifetime.last && b.lifetime.first <= a.lifetime.last;
  bool inSpace = a.offset < b.offset + b.bytes() && b.offset < a.offset + a.bytes();
  return inTime && inSpace;
}

TEST(PlaceArena, ChainNeedsTwoBuffers) {
  std::vector<plan::Buffer> buffers;
  for (int i = 0; i < 10; ++i)
    buffers.push_back(buffer(256, i, i + 1));
  EXPECT_EQ(placeArena(buffers), 2 * 256 * 4);
}

TEST(PlaceArena, LeavesOtherSpacesAndViewsAlone) {
  std::vector<plan::Buffer> buffers(3, buffer(16, 0, 1));
  buffers[1].space = plan::MemorySpace::Input;
  buffers[1].offset = 7;
  buffers[2].parent = 0;
  buffers[2].offset = 12;
  EXPECT_EQ(placeArena(buffers), 64);
  EXPECT_EQ(buffers[1].offset, 7);
  EXPECT_EQ(buffers[2].offset, 12);
}

TEST(PlaceArena, DevicesHaveAnArenaAndAnAlignmentOfTheirOwn) {
  std::vector<plan::Buffer> buffers(3, buffer(16, 0, 1));
  buffers[0].space = buffers[2].space = plan::MemorySpace::Device;
  buffers[1].offset = 7;
  EXPECT_EQ(placeArena(buffers, plan::MemorySpace::Device, 512), 1024);
  EXPECT_EQ(buffers[0].offset, 0);
  EXPECT_EQ(buffers[1].offset, 7);
  EXPECT_EQ(buffers[2].offset, 512);
}

TEST(PlaceArena, LiveBuffersNeverOverlap) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<plan::Buffer> buffers;
    int64_t most = 0;
    for (int i = 0; i < 30; ++i) {
      int64_t first = random() % 20;
      buffers.push_back(buffer(1 + random() % 1000, first, first + random() % 6));
    }
    int64_t size = placeArena(buffers);
    for (size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(buffers[i].offset % 64, 0);
      most = std::max(most, buffers[i].offset + buffers[i].bytes());
      for (size_t j = 0; j < i; ++j)
        EXPECT_FALSE(overlap(buffers[i], buffers[j])) << round << ": " << i << ", " << j;
    }
    EXPECT_GE(size, most);
    EXPECT_LT(size, most + 64);
  }
}
