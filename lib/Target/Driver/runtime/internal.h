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

/** The user context of a kernel: one per thread of an instance. */
struct fovea_rt_worker {
  _Alignas(CACHE_LINE) fovea_rt_instance *instance;
  int index;        /**< 0: the caller of run. */
  bool inParallel;  /**< Inside a task, where further loops run serially. */
  uint8_t *scratch; /**< `capacity` bytes. */
  size_t capacity;
  fovea_rt_block *last; /**< The topmost block of scratch; null: none is in use. */
  pthread_t thread;     /**< Of workers other than 0. */
};

/** The parallel loop that is being run, and who waits for what. A loop is told from the next one by
 * its ticket. */
typedef struct {
  /** High half: number of the loop; low half: its next task. Claiming compares both, so that a
   * worker that comes late takes no task of another loop. */
  _Alignas(CACHE_LINE) _Atomic uint64_t ticket;
  _Atomic(fovea_rt_task) task;
  _Atomic(uint8_t *) closure;
  _Atomic int min;
  _Atomic uint32_t size;
  _Alignas(CACHE_LINE) _Atomic uint32_t unfinished;
  _Atomic int status; /**< Of a task that failed, else 0. */
  _Alignas(CACHE_LINE) _Atomic int sleepers;
  _Atomic bool callerSleeps;
  _Atomic bool stop;
  pthread_mutex_t mutex;
  pthread_cond_t workToDo;
  pthread_cond_t allDone;
} pool_t;

struct fovea_rt_instance {
  pool_t pool;
  const fovea_rt_network *network;
  const uint8_t *weights;
  uint8_t *arena;
  void *memory; /**< Arena and scratch of all workers: one mapping. */
  size_t memoryBytes;
  void *file; /**< The mapped weights file, or null. */
  size_t fileBytes;
  uint64_t *profile;
  atomic_flag busy;
  atomic_bool scratchOverflow;
  int threads;
  fovea_rt_worker workers[]; /**< `threads` of them. */
};

/** Starts the threads of workers 1 and up. On failure none is left. */
int fovea_rt_pool_start(fovea_rt_instance *instance);
/** Joins `started` workers, the caller included, and frees the pool. */
void fovea_rt_pool_stop(fovea_rt_instance *instance, int started);

/** The index of the first feature that this CPU lacks, or -1. */
int fovea_rt_missing_feature(const char *const *features, uint32_t count);

/** Maps and checks a weights file, or checks one in memory; sets `instance->weights`. */
int fovea_rt_map_weights(fovea_rt_instance *instance, const char *path,
                         const fovea_rt_options *options);
int fovea_rt_check_weights(fovea_rt_instance *instance, const void *image, size_t bytes);

/** Writes to the caller's message buffer, if there is one. */
void fovea_rt_describe(const fovea_rt_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
