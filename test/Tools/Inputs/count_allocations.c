/* Creates LeNet-5 with two threads, runs it a thousand times, and prints what was allocated before and meanwhile. */
#define _GNU_SOURCE
#include "lenet5.h"
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
static atomic_long allocations;
void *malloc(size_t bytes) { return ++allocations, __libc_malloc(bytes); }
void *calloc(size_t count, size_t bytes) { return ++allocations, __libc_calloc(count, bytes); }
void *realloc(void *old, size_t bytes) { return ++allocations, __libc_realloc(old, bytes); }
void *aligned_alloc(size_t to, size_t bytes) { return ++allocations, __libc_memalign(to, bytes); }
void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset) {
  return ++allocations, (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
}

int main(int argc, char **argv) {
  static float image[LENET5_INPUT_IMAGE_ELEMENTS], logits[LENET5_OUTPUT_LOGITS_ELEMENTS];
  fovea_options options = fovea_default_options();
  lenet5_instance *net;
  options.threads = 2;
  long start = allocations;
  int error = argc == 2 ? lenet5_create(argv[1], &options, &net) : 1;
  usleep(10000); /* The second thread sleeps now: what that takes counts as of create. */
  long before = allocations;
  for (int run = 0; run < 1000 && !error; ++run)
    error = lenet5_run(net, image, logits);
  long during = allocations - before;
  printf("error %d, %ld allocations to create, %ld to run\n", error, before - start, during);
  lenet5_destroy(net);
  return error;
}
