/*===- PoolTest.c - Every task of a parallel loop once --------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
\*===----------------------------------------------------------------------===*/
#include "lib/Target/Driver/runtime/internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIN = 5, MOST = 200001 };

static _Atomic int runs[MOST];
static int order[MOST], done;

static int failures;
#define EXPECT(condition, ...)                                                                     \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      ++failures;                                                                                  \
      printf("%s:%d: ", __FILE__, __LINE__);                                                       \
      printf(__VA_ARGS__);                                                                         \
      printf("\n");                                                                                \
    }                                                                                              \
  } while (0)

static fovea_instance *makeInstance(int threads, const fovea_thread_pool *callers) {
  size_t bytes = sizeof(fovea_instance) + sizeof(fovea_rt_worker) * (size_t)threads;
  bytes = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  fovea_instance *instance = aligned_alloc(CACHE_LINE, bytes);
  memset(instance, 0, bytes);
  instance->threads = threads;
  if (callers)
    instance->pool.callers = *callers;
  for (int i = 0; i < threads; ++i) {
    instance->workers[i].instance = instance;
    instance->workers[i].index = i;
    instance->workers[i].inParallel = i > 0;
  }
  if (fovea_rt_pool_start(instance))
    abort();
  return instance;
}

static void destroy(fovea_instance *instance) {
  fovea_rt_pool_stop(instance, instance->pool.callers.parallel_for ? 1 : instance->threads);
  free(instance);
}

static int count(void *context, int task, uint8_t *closure) {
  (void)context, (void)closure;
  atomic_fetch_add(&runs[task - MIN], 1);
  return 0;
}

/** Loops of all sizes, one after the other, some of more tasks than a share tells apart. */
static void eachOnce(int threads) {
  fovea_instance *instance = makeInstance(threads, NULL);
  for (int loop = 0; loop < 3000; ++loop) {
    int size = loop % 1000 == 999 ? MOST : loop % 37 + 1;
    memset(runs, 0, sizeof runs[0] * (size_t)size);
    EXPECT(fovea_rt_parallel(&instance->workers[0], count, MIN, size, NULL) == 0, "loop fails");
    for (int i = 0; i < size; ++i)
      EXPECT(atomic_load(&runs[i]) == 1, "%d threads: task %d of %d ran %d times", threads, i, size,
             atomic_load(&runs[i]));
  }
  destroy(instance);
}

static int note(void *context, int task, uint8_t *closure) {
  (void)context;
  order[done++] = task - MIN;
  return closure && task - MIN == *closure ? 42 : 0;
}

/** Worker 1 alone. */
static void lastWorkerOnly(void *context, int size, void (*task)(void *, int), void *closure) {
  (void)context, (void)size;
  task(closure, 1);
}

/** A worker does its share in a row, then takes the others' from the end. */
static void ownShareFirst(void) {
  fovea_thread_pool callers = {.threads = 2, .parallel_for = lastWorkerOnly};
  fovea_instance *instance = makeInstance(2, &callers);
  done = 0;
  EXPECT(fovea_rt_parallel(&instance->workers[0], note, MIN, 6, NULL) == 0, "loop fails");
  static const int expected[] = {3, 4, 5, 2, 1, 0};
  EXPECT(done == 6, "%d tasks", done);
  for (int i = 0; i < 6; ++i)
    EXPECT(order[i] == expected[i], "task %d at place %d", order[i], i);

  /* After a failure no task begins, and the loop ends with its status. */
  done = 0;
  uint8_t fails = 4;
  EXPECT(fovea_rt_parallel(&instance->workers[0], note, MIN, 6, &fails) == 42, "no status");
  EXPECT(done == 2 && order[1] == 4, "%d tasks", done);
  destroy(instance);
}

int main(void) {
  for (int threads = 1; threads <= 5; ++threads)
    eachOnce(threads);
  ownShareFirst();
  return failures != 0;
}
