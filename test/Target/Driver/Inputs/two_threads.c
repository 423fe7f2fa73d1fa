/* Two threads, each with an instance of its own; counts what is allocated while they run. */
#include "tiny.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *__real_mmap(void *, size_t, int, int, int, off_t);
static atomic_long allocations;
void *malloc(size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void *calloc(size_t count, size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void *realloc(void *old, size_t bytes) {
  ++allocations;
  return __libc_realloc(old, bytes);
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
void *__wrap_mmap(void *where, size_t bytes, int protection, int flags, int file, off_t offset) {
  ++allocations;
  return __real_mmap(where, bytes, protection, flags, file, offset);
}

static const char *weights;
static pthread_barrier_t created, ran;
static int check(const float *x, const float *y) {
  static const float w[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8};
  for (int i = 0; i < 32; ++i)
    if (y[i] != -2 * x[i] * w[i / 8] || y[32 + i] != -2 * x[i] * w[i / 8] * b[i / 8])
      return 1;
  return 0;
}
static void *work(void *seed) {
  tiny_instance *net;
  fovea_options options = fovea_default_options();
  options.threads = 2;
  int bad = tiny_create(weights, &options, &net);
  pthread_barrier_wait(&created);
  pthread_barrier_wait(&created);
  static _Thread_local float x[TINY_INPUT_X_ELEMENTS], y[TINY_OUTPUT_Y_ELEMENTS];
  for (int run = 0; run < 2000 && !bad; ++run) {
    for (int i = 0; i < 32; ++i)
      x[i] = (float)(*(int *)seed + run + i);
    bad = tiny_run(net, x, y) || check(x, y);
  }
  pthread_barrier_wait(&ran);
  pthread_barrier_wait(&ran);
  tiny_destroy(net);
  return bad ? (void *)1 : NULL;
}
int main(int argc, char **argv) {
  pthread_t threads[2];
  int seeds[2] = {0, 1000};
  void *bad[2];
  weights = argv[argc - 1];
  pthread_barrier_init(&created, NULL, 3);
  pthread_barrier_init(&ran, NULL, 3);
  for (int i = 0; i < 2; ++i)
    pthread_create(&threads[i], NULL, work, &seeds[i]);
  pthread_barrier_wait(&created);
  long before = allocations;
  pthread_barrier_wait(&created);
  pthread_barrier_wait(&ran);
  long during = allocations - before;
  pthread_barrier_wait(&ran);
  for (int i = 0; i < 2; ++i)
    pthread_join(threads[i], &bad[i]);
  if (before < 4 || during != 0)
    printf("allocations: %ld before the runs, %ld during them\n", before, during);
  return before < 4 || during != 0 || bad[0] || bad[1];
}
