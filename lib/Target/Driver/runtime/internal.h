/*===- internal.h - Between the files of the run-time library -------*- C -*-===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
\*===----------------------------------------------------------------------===*/
#ifndef FOVEA_RT_INTERNAL_H
#define FOVEA_RT_INTERNAL_H

#include "fovea_rt.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define CACHE_LINE 64

typedef struct fovea_rt_block fovea_rt_block;

/** The context of a kernel: one for each task that can run at once. */
struct fovea_rt_worker {
  _Alignas(CACHE_LINE) const fovea_rt_api *api;
  fovea_instance *instance;
  int index;        /**< 0: the caller of run. */
  bool inParallel;  /**< Inside a task, where further loops run serially. */
  uint8_t *scratch; /**< `capacity` bytes. */
  size_t capacity;
  fovea_rt_block *last; /**< The topmost block of scratch; null: none is in use. */
  pthread_t thread;     /**< Of workers other than 0, unless the threads are the caller's. */
  /** What is left of its share of a parallel loop: the number of the loop in the high half, then
   * its next piece and the end in 16 bits each. Claiming compares all, so that a worker that comes
   * late takes no piece of another loop. */
  _Alignas(CACHE_LINE) _Atomic uint64_t share;
};

/** The parallel loop that is being run, and who waits for what. */
typedef struct {
  _Alignas(CACHE_LINE) _Atomic uint32_t loop; /**< Its number. */
  _Atomic(fovea_rt_task) task;
  _Atomic(uint8_t *) closure;
  _Atomic int min;
  _Atomic uint32_t size;
  _Atomic uint32_t grain;                           /**< Tasks of a piece. */
  _Alignas(CACHE_LINE) _Atomic uint32_t unfinished; /**< Pieces. */
  _Atomic int status;                               /**< Of a task that failed, else 0. */
  _Alignas(CACHE_LINE) _Atomic int sleepers;
  _Atomic bool callerSleeps;
  _Atomic bool stop;
  pthread_mutex_t mutex;
  pthread_cond_t workToDo;
  pthread_cond_t allDone;
  fovea_thread_pool callers; /**< The caller's pool; without parallel_for where it gave none. */
} pool_t;

/** Memory of the caller's allocator, or mapped. */
typedef struct {
  void *start;
  size_t bytes;
} region_t;

struct fovea_instance {
  const fovea_rt_api *api;
  pool_t pool;
  const fovea_network *network;
  const fovea_rt_variant *variant;
  fovea_allocator allocator; /**< Without functions: the system's memory. */
  const uint8_t *weights;
  uint8_t *arena;
  region_t memory;               /**< Arena and scratch of all workers. */
  region_t file;                 /**< What the weights file holds, if they come from one. */
  void *device;                  /**< What the variant's device created, or null. */
  const fovea_options *creating; /**< While create runs. */
  uint64_t *profile;
  atomic_flag busy;
  atomic_bool scratchOverflow;
  int threads;
  void **ports;              /**< What run was given: inputs, then outputs. */
  fovea_rt_worker workers[]; /**< `threads` of them, then the ports. */
};

/** Starts the threads of workers 1 and up, unless there is a caller's pool. On failure none is
 * left. */
int fovea_rt_pool_start(fovea_instance *instance);
/** Joins `started` workers, the caller included, and frees the pool. */
void fovea_rt_pool_stop(fovea_instance *instance, int started);

/** The index of the first feature that this CPU lacks, or -1. */
int fovea_rt_missing_feature(const char *const *features, uint64_t count);

/** The variant that suits batch size and CPU, or an error, which is described. */
int fovea_rt_choose(const fovea_network *network, const fovea_options *options,
                    const fovea_rt_variant **out);

/** Finds, or reads, and checks the weights; sets `instance->weights`. */
int fovea_rt_load_weights(fovea_instance *instance, const fovea_options *options);

/** Memory of the caller's allocator; of the system where it has none. */
void *fovea_rt_take(const fovea_allocator *allocator, size_t bytes, size_t alignment);
void fovea_rt_give_back(const fovea_allocator *allocator, void *pointer, size_t bytes);
/** Large memory, in huge pages where the system has them: kernels read all weights in a run, of
 * which the core would else look up every 4 KiB. Freed with the instance. */
uint8_t *fovea_rt_take_region(fovea_instance *instance, region_t *region, uint64_t bytes);

/** Writes to the caller's message buffer, if there is one and nothing is in it yet. */
void fovea_rt_describe(const fovea_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The functions of the table, each in the file of what it is about. */
int fovea_rt_create(const fovea_network *network, const fovea_options *options,
                    fovea_instance **out);
int fovea_rt_run(fovea_instance *instance, const void *const *inputs, void *const *outputs);
void fovea_rt_destroy(fovea_instance *instance);
int fovea_rt_parallel(void *context, fovea_rt_task task, int min, int size, uint8_t *closure);
void *fovea_rt_push(void *context, size_t bytes);
void fovea_rt_pop(void *context, void *pointer);

#endif
