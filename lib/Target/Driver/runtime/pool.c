/*===- pool.c - Parallel loops ---------------------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* One loop at a time. Each worker has a share of it, tasks in a row, as what one of them reads ahead or
|* leaves in the cache serves the next; who has done its own takes from the ends of the others'.
|* Kernels follow each other within microseconds, so who waits spins a little before it sleeps. Waking
|* is the usual handshake: the sleeper counts itself and looks again, the other side changes the state
|* and then looks for sleepers, both sequentially consistent.
|*
|* A caller's pool gets one task per worker, and each of these takes tasks of the loop until none is
|* left. So it does not matter which thread runs which of them, nor whether all do.
|*
\*===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "internal.h"
#include <sched.h>
#include <signal.h>

/** Looks before sleeping: some 100 µs, then about a millisecond in which others go first. Of two
 * threads one may have a core that others use, too, and be late by that much; to wake a thread whose
 * virtual core has been taken away takes as long. */
#define SPINS 2000
#define YIELDS 2000

/** Between two looks, of which this is the `spin`th. */
static inline void relax(int spin) {
  if (spin >= SPINS) {
    sched_yield();
    return;
  }
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/** Most pieces of a loop, of which a share tells 16 bits. */
#define MOST_PIECES UINT32_C(0xffff)

static inline uint64_t shareOf(uint32_t loop, uint32_t next, uint32_t end) {
  return (uint64_t)loop << 32 | next << 16 | end;
}
static inline uint32_t loopOf(uint64_t share) { return (uint32_t)(share >> 32); }
static inline uint32_t nextOf(uint64_t share) { return (uint32_t)share >> 16; }
static inline uint32_t endOf(uint64_t share) { return (uint32_t)share & 0xffff; }

static void finishPiece(pool_t *pool) {
  if (atomic_fetch_sub(&pool->unfinished, 1) != 1 || !atomic_load(&pool->callerSleeps))
    return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_signal(&pool->allDone);
  pthread_mutex_unlock(&pool->mutex);
}

/** Runs a piece of loop `loop` from the share of `owner`, the next one of its own and the last one
 * of another's; false where none is left. */
static bool workOnShare(fovea_rt_worker *worker, fovea_rt_worker *owner, uint32_t loop) {
  pool_t *pool = &worker->instance->pool;
  uint64_t share = atomic_load_explicit(&owner->share, memory_order_acquire);
  for (;;) {
    if (loopOf(share) != loop || nextOf(share) == endOf(share))
      return false;
    /* These may be another loop's if this one has ended: then the share has changed and the
     * exchange fails. */
    fovea_rt_task task = atomic_load_explicit(&pool->task, memory_order_relaxed);
    uint8_t *closure = atomic_load_explicit(&pool->closure, memory_order_relaxed);
    int min = atomic_load_explicit(&pool->min, memory_order_relaxed);
    uint32_t size = atomic_load_explicit(&pool->size, memory_order_relaxed);
    uint32_t grain = atomic_load_explicit(&pool->grain, memory_order_relaxed);
    bool isOwn = worker == owner;
    uint32_t piece = isOwn ? nextOf(share) : endOf(share) - 1;
    uint64_t rest = isOwn ? shareOf(loop, piece + 1, endOf(share)) : share - 1;
    if (!atomic_compare_exchange_weak(&owner->share, &share, rest))
      continue;
    uint32_t begin = piece * grain, end = size - begin < grain ? size : begin + grain;
    /* After a failure the rest is only counted. */
    for (uint32_t i = begin; i < end && !atomic_load_explicit(&pool->status, memory_order_relaxed);
         ++i) {
      int status = task(worker, min + (int)i, closure);
      if (status)
        atomic_store(&pool->status, status);
    }
    finishPiece(pool);
    return true;
  }
}

/** Works on the loop numbered `loop` until nothing of it is left. */
static void workOn(fovea_rt_worker *worker, uint32_t loop) {
  fovea_instance *instance = worker->instance;
  while (workOnShare(worker, worker, loop))
    ;
  for (int i = 1; i < instance->threads; ++i) {
    fovea_rt_worker *other = &instance->workers[(worker->index + i) % instance->threads];
    while (workOnShare(worker, other, loop))
      ;
  }
}

/** Waits for a loop other than `seen`; its number, or `seen` if the pool stops. */
static uint32_t awaitLoop(pool_t *pool, uint32_t seen) {
  for (int spin = 0; spin < SPINS + YIELDS; relax(spin++))
    if (atomic_load_explicit(&pool->loop, memory_order_acquire) != seen)
      return atomic_load(&pool->loop);
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleepers, 1);
  while (atomic_load(&pool->loop) == seen && !atomic_load(&pool->stop))
    pthread_cond_wait(&pool->workToDo, &pool->mutex);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
  return atomic_load(&pool->loop);
}

static void *workerMain(void *argument) {
  fovea_rt_worker *worker = argument;
  pool_t *pool = &worker->instance->pool;
  uint32_t seen = 0;
  for (;;) {
    uint32_t loop = awaitLoop(pool, seen);
    if (loop == seen)
      return NULL;
    seen = loop;
    workOn(worker, loop);
  }
}

static void awaitFinish(pool_t *pool) {
  for (int spin = 0; spin < SPINS + YIELDS; relax(spin++))
    if (atomic_load_explicit(&pool->unfinished, memory_order_acquire) == 0)
      return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->callerSleeps, true);
  while (atomic_load(&pool->unfinished) != 0)
    pthread_cond_wait(&pool->allDone, &pool->mutex);
  atomic_store(&pool->callerSleeps, false);
  pthread_mutex_unlock(&pool->mutex);
}

/** Gives every worker its share of a loop; returns the loop's number. */
static uint32_t publish(fovea_instance *instance, fovea_rt_task task, int min, uint32_t size,
                        uint8_t *closure) {
  pool_t *pool = &instance->pool;
  uint32_t loop = atomic_load_explicit(&pool->loop, memory_order_relaxed) + 1;
  uint32_t grain = (size + MOST_PIECES - 1) / MOST_PIECES, pieces = (size + grain - 1) / grain;
  uint32_t threads = (uint32_t)instance->threads;
  atomic_store_explicit(&pool->task, task, memory_order_relaxed);
  atomic_store_explicit(&pool->closure, closure, memory_order_relaxed);
  atomic_store_explicit(&pool->min, min, memory_order_relaxed);
  atomic_store_explicit(&pool->size, size, memory_order_relaxed);
  atomic_store_explicit(&pool->grain, grain, memory_order_relaxed);
  atomic_store_explicit(&pool->status, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->unfinished, pieces, memory_order_relaxed);
  for (uint32_t i = 0, begin = 0; i < threads; ++i) {
    uint32_t end = (uint32_t)((uint64_t)pieces * (i + 1) / threads);
    atomic_store_explicit(&instance->workers[i].share, shareOf(loop, begin, end),
                          memory_order_release);
    begin = end;
  }
  atomic_store(&pool->loop, loop);
  if (atomic_load(&pool->sleepers) == 0)
    return loop;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->workToDo);
  pthread_mutex_unlock(&pool->mutex);
  return loop;
}

static int runSerially(fovea_rt_worker *worker, fovea_rt_task task, int min, int size,
                       uint8_t *closure) {
  int status = 0;
  for (int i = 0; i < size && !status; ++i)
    status = task(worker, min + i, closure);
  return status;
}

/** What a caller's pool runs for each worker. */
static void workInTask(void *closure, int index) {
  fovea_instance *instance = closure;
  if (index >= 0 && index < instance->threads)
    workOn(&instance->workers[index], atomic_load(&instance->pool.loop));
}

int fovea_rt_parallel(void *context, fovea_rt_task task, int min, int size, uint8_t *closure) {
  fovea_rt_worker *worker = context;
  int threads = worker->instance->threads;
  if (worker->inParallel || threads == 1 || size <= 1)
    return runSerially(worker, task, min, size, closure);
  pool_t *pool = &worker->instance->pool;
  worker->inParallel = true;
  uint32_t loop = publish(worker->instance, task, min, (uint32_t)size, closure);
  if (pool->callers.parallel_for)
    pool->callers.parallel_for(pool->callers.context, size < threads ? size : threads, workInTask,
                               worker->instance);
  workOn(worker, loop);
  awaitFinish(pool);
  worker->inParallel = false;
  return atomic_load(&pool->status);
}

int fovea_rt_pool_start(fovea_instance *instance) {
  pool_t *pool = &instance->pool;
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->workToDo, NULL);
  pthread_cond_init(&pool->allDone, NULL);
  if (pool->callers.parallel_for)
    return FOVEA_OK;
  /* The program's signals belong to its own threads. */
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int started = 1;
  while (started < instance->threads &&
         pthread_create(&instance->workers[started].thread, NULL, workerMain,
                        &instance->workers[started]) == 0)
    ++started;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (started == instance->threads)
    return FOVEA_OK;
  fovea_rt_pool_stop(instance, started);
  return FOVEA_NO_THREADS;
}

void fovea_rt_pool_stop(fovea_instance *instance, int started) {
  pool_t *pool = &instance->pool;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->stop, true);
  pthread_cond_broadcast(&pool->workToDo);
  pthread_mutex_unlock(&pool->mutex);
  for (int i = 1; i < started; ++i)
    pthread_join(instance->workers[i].thread, NULL);
  pthread_cond_destroy(&pool->allDone);
  pthread_cond_destroy(&pool->workToDo);
  pthread_mutex_destroy(&pool->mutex);
}
