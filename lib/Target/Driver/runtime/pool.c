/*===- pool.c - Parallel loops ---------------------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* One loop at a time, published as a ticket. Kernels follow each other within microseconds, so who
waits spins a little before it
|* sleeps. Waking is the usual handshake: the sleeper counts itself and looks again, the other side
changes the state and then looks for sleepers,
|* both sequentially consistent.
|*
|* A caller's pool gets one task per worker, and each of these takes tasks of the loop until none is
|* left. So it does not matter which thread runs which of them, nor whether all do.
|*
\*===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "internal.h"
#include <sched.h>
#include <signal.h>

/** Looks before sleeping: some 20 µs. */
#define SPINS 2000

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static inline uint32_t loopOf(uint64_t ticket) { return (uint32_t)(ticket >> 32); }

static void finishTask(pool_t *pool) {
  if (atomic_fetch_sub(&pool->unfinished, 1) != 1 || !atomic_load(&pool->callerSleeps))
    return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_signal(&pool->allDone);
  pthread_mutex_unlock(&pool->mutex);
}

/** Takes tasks of the loop numbered `loop` until none is left. */
static void workOn(fovea_rt_worker *worker, uint32_t loop) {
  pool_t *pool = &worker->instance->pool;
  for (;;) {
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    uint32_t next = (uint32_t)ticket;
    /* These may be another loop's if this one has ended: then the ticket has changed and the
     * exchange fails. */
    fovea_rt_task task = atomic_load_explicit(&pool->task, memory_order_relaxed);
    uint8_t *closure = atomic_load_explicit(&pool->closure, memory_order_relaxed);
    int min = atomic_load_explicit(&pool->min, memory_order_relaxed);
    /* Acquire: who sees another loop's size sees that the ticket of this one was closed. */
    if (loopOf(ticket) != loop || next >= atomic_load_explicit(&pool->size, memory_order_acquire))
      return;
    if (!atomic_compare_exchange_weak(&pool->ticket, &ticket, ticket + 1))
      continue;
    /* After a failure the rest is only counted. */
    if (atomic_load_explicit(&pool->status, memory_order_relaxed) == 0) {
      int status = task(worker, min + (int)next, closure);
      if (status)
        atomic_store(&pool->status, status);
    }
    finishTask(pool);
  }
}

/** Waits for a loop other than `seen`; its number, or `seen` if the pool stops. */
static uint32_t awaitLoop(pool_t *pool, uint32_t seen) {
  for (int spin = 0; spin < SPINS; ++spin, relax())
    if (loopOf(atomic_load_explicit(&pool->ticket, memory_order_acquire)) != seen)
      return loopOf(atomic_load(&pool->ticket));
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleepers, 1);
  while (loopOf(atomic_load(&pool->ticket)) == seen && !atomic_load(&pool->stop))
    pthread_cond_wait(&pool->workToDo, &pool->mutex);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
  return loopOf(atomic_load(&pool->ticket));
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
  for (int spin = 0; spin < SPINS; ++spin, relax())
    if (atomic_load_explicit(&pool->unfinished, memory_order_acquire) == 0)
      return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->callerSleeps, true);
  while (atomic_load(&pool->unfinished) != 0)
    pthread_cond_wait(&pool->allDone, &pool->mutex);
  atomic_store(&pool->callerSleeps, false);
  pthread_mutex_unlock(&pool->mutex);
}

static void publish(pool_t *pool, fovea_rt_task task, int min, int size, uint8_t *closure) {
  /* Close the old loop for good before `size` changes: a late worker may still look at it, and
   * with a greater size would take a task that is none. Hence the release below; no store is kept
   * from passing the one of the ticket. */
  uint64_t old = (uint64_t)loopOf(atomic_load_explicit(&pool->ticket, memory_order_relaxed)) << 32;
  atomic_store(&pool->ticket, old | UINT32_MAX);
  atomic_store_explicit(&pool->task, task, memory_order_relaxed);
  atomic_store_explicit(&pool->closure, closure, memory_order_relaxed);
  atomic_store_explicit(&pool->min, min, memory_order_relaxed);
  atomic_store_explicit(&pool->size, (uint32_t)size, memory_order_release);
  atomic_store_explicit(&pool->status, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->unfinished, (uint32_t)size, memory_order_relaxed);
  atomic_store(&pool->ticket, old + ((uint64_t)1 << 32));
  if (atomic_load(&pool->sleepers) == 0)
    return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->workToDo);
  pthread_mutex_unlock(&pool->mutex);
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
    workOn(&instance->workers[index], loopOf(atomic_load(&instance->pool.ticket)));
}

int fovea_rt_parallel(void *context, fovea_rt_task task, int min, int size, uint8_t *closure) {
  fovea_rt_worker *worker = context;
  int threads = worker->instance->threads;
  if (worker->inParallel || threads == 1 || size <= 1)
    return runSerially(worker, task, min, size, closure);
  pool_t *pool = &worker->instance->pool;
  worker->inParallel = true;
  publish(pool, task, min, size, closure);
  if (pool->callers.parallel_for)
    pool->callers.parallel_for(pool->callers.context, size < threads ? size : threads, workInTask,
                               worker->instance);
  workOn(worker, loopOf(atomic_load(&pool->ticket)));
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
