/*===- scratch.c - Temporary memory of kernels ----------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* Kernels ask for temporaries many times per run, and free them not in the reverse order: a
producer is freed right after its last
|* use. So a block that is freed below others is marked, taken again for what fits, and goes when
those above it have gone: what is
|* in use never exceeds the sum of nested allocations, which is what the compiler counts. The worker
that allocates a block frees it.
|*
\*===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "internal.h"
#include <sys/mman.h>

/** Of every block and its header: Halide's kernels assume 128-byte alignment. */
#define GRAIN ((size_t)128)

enum block_state { LIVE, FREED, MAPPED };

/** Stands GRAIN bytes before the block. */
struct fovea_rt_block {
  fovea_rt_block *below; /**< The block before it, or null. */
  size_t bytes;          /**< Of header and block. */
  enum block_state state;
};

/* The plan counts scratch exactly, so this is a fault of the compiler. A kernel cannot be told (it
 * would write through a null pointer), hence it gets a mapping of its own, and run returns
 * FOVEA_SCRATCH. */
static void *mapOverflow(fovea_instance *instance, size_t bytes) {
  atomic_store(&instance->scratchOverflow, true);
  fovea_rt_block *block =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED)
    return NULL;
  *block = (fovea_rt_block){NULL, bytes, MAPPED};
  return (uint8_t *)block + GRAIN;
}

void *fovea_rt_push(void *context, size_t bytes) {
  fovea_rt_worker *worker = context;
  if (bytes > SIZE_MAX - 2 * GRAIN)
    return NULL;
  size_t need = (bytes + GRAIN - 1) / GRAIN * GRAIN + GRAIN;
  for (fovea_rt_block *block = worker->last; block; block = block->below)
    if (block->state == FREED && block->bytes >= need) {
      block->state = LIVE;
      return (uint8_t *)block + GRAIN;
    }
  uint8_t *top = worker->last ? (uint8_t *)worker->last + worker->last->bytes : worker->scratch;
  if (need > (size_t)(worker->scratch + worker->capacity - top))
    return mapOverflow(worker->instance, need);
  fovea_rt_block *block = (fovea_rt_block *)top;
  *block = (fovea_rt_block){worker->last, need, LIVE};
  worker->last = block;
  return top + GRAIN;
}

void fovea_rt_pop(void *context, void *pointer) {
  if (!pointer)
    return;
  fovea_rt_worker *worker = context;
  fovea_rt_block *block = (fovea_rt_block *)((uint8_t *)pointer - GRAIN);
  if (block->state == MAPPED) {
    munmap(block, block->bytes);
    return;
  }
  block->state = FREED;
  while (worker->last && worker->last->state == FREED)
    worker->last = worker->last->below;
}
