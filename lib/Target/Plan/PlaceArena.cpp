//===- PlaceArena.cpp - Offsets of buffers in the arena -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PlaceArena.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;

static bool liveTogether(const plan::Buffer &a, const plan::Buffer &b) {
  return a.lifetime.first <= b.lifetime.last && b.lifetime.first <= a.lifetime.last;
}

/// The lowest offset at which `buffer` meets none of `placed`, which are sorted by offset.
static int64_t lowestGap(const plan::Buffer &buffer,
                         const std::vector<const plan::Buffer *> &placed, int64_t alignment) {
  int64_t offset = 0;
  for (const plan::Buffer *other : placed) {
    if (!liveTogether(buffer, *other))
      continue;
    if (offset + buffer.bytes() <= other->offset)
      break;
    offset = std::max<int64_t>(offset, llvm::alignTo(other->offset + other->bytes(), alignment));
  }
  return offset;
}

int64_t fovea::placeArena(std::vector<plan::Buffer> &buffers, plan::MemorySpace space,
                          int64_t alignment) {
  std::vector<plan::Buffer *> order;
  for (plan::Buffer &buffer : buffers)
    if (!buffer.parent && buffer.space == space && buffer.lifetime.first >= 0)
      order.push_back(&buffer);
  llvm::stable_sort(
      order, [](const plan::Buffer *a, const plan::Buffer *b) { return a->bytes() > b->bytes(); });
  std::vector<const plan::Buffer *> placed;
  int64_t size = 0;
  for (plan::Buffer *buffer : order) {
    buffer->offset = lowestGap(*buffer, placed, alignment);
    size = std::max(size, buffer->offset + buffer->bytes());
    auto after = llvm::upper_bound(
        placed, buffer, [](const auto *a, const auto *b) { return a->offset < b->offset; });
    placed.insert(after, buffer);
  }
  return llvm::alignTo(size, alignment);
}
