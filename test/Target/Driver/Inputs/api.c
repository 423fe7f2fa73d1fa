/* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The whole C API on the tiny network, whose weights are embedded; argv[1] is its weights file. */
#define _POSIX_C_SOURCE 200809L
#include "tiny.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int failures;
#define CHECK(condition)                                                                           \
  ((condition) ? (void)0 : (void)(printf("line %d: %s\n", __LINE__, #condition), ++failures))

/* Whatever else takes memory: counted while `watching`. */
void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_memalign(size_t, size_t);
void *__real_mmap(void *, size_t, int, int, int, long);
static int watching, taken;
void *malloc(size_t bytes) { return taken += watching, __libc_malloc(bytes); }
void *calloc(size_t count, size_t bytes) { return taken += watching, __libc_calloc(count, bytes); }
void *aligned_alloc(size_t to, size_t bytes) {
  return taken += watching, __libc_memalign(to, bytes);
}
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, long offset) {
  return taken += watching, __real_mmap(at, bytes, protection, flags, file, offset);
}

/* The caller's allocator: a pool that counts, and that can be told to fail. */
typedef struct {
  _Alignas(4096) char memory[1 << 20];
  size_t top, live, calls, fail_at;
} arena;
static void *allocate(void *context, size_t bytes, size_t alignment) {
  arena *a = context;
  if (++a->calls == a->fail_at)
    return NULL;
  a->top = (a->top + alignment - 1) / alignment * alignment;
  void *pointer = a->memory + a->top;
  a->top += bytes;
  a->live += bytes;
  return pointer;
}
static void release(void *context, void *pointer, size_t bytes) {
  arena *a = context;
  CHECK((char *)pointer >= a->memory && (char *)pointer < a->memory + a->top);
  a->live -= bytes;
}
static arena own;

/* The caller's thread pool: threads that are there already. */
typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t begun, done;
  void (*task)(void *, int);
  void *closure;
  int count, next, finished, stop, loops, most;
} pool;
static void work(pool *p, int forever) {
  pthread_mutex_lock(&p->mutex);
  for (;;) {
    while (forever && p->next >= p->count && !p->stop)
      pthread_cond_wait(&p->begun, &p->mutex);
    if (p->stop || p->next >= p->count)
      break;
    int index = p->next++;
    pthread_mutex_unlock(&p->mutex);
    p->task(p->closure, index);
    pthread_mutex_lock(&p->mutex);
    if (++p->finished == p->count)
      pthread_cond_signal(&p->done);
  }
  pthread_mutex_unlock(&p->mutex);
}
static void *helper(void *p) { return work(p, 1), NULL; }
static void parallel(void *context, int count, void (*task)(void *, int), void *closure) {
  pool *p = context;
  pthread_mutex_lock(&p->mutex);
  p->task = task, p->closure = closure, p->count = count, p->next = p->finished = 0;
  ++p->loops;
  p->most = count > p->most ? count : p->most;
  pthread_cond_broadcast(&p->begun);
  pthread_mutex_unlock(&p->mutex);
  work(p, 0);
  pthread_mutex_lock(&p->mutex);
  while (p->finished < p->count)
    pthread_cond_wait(&p->done, &p->mutex);
  p->count = p->next = 0;
  pthread_mutex_unlock(&p->mutex);
}
static void backwards(void *context, int count, void (*task)(void *, int), void *closure) {
  (void)context;
  while (count-- > 0)
    task(closure, count);
}
static void nothing(void *context, int count, void (*task)(void *, int), void *closure) {
  (void)context, (void)count, (void)task, (void)closure;
}

static float x[TINY_INPUT_X_ELEMENTS], y[TINY_OUTPUT_Y_ELEMENTS];
static int runs_right(fovea_instance *net) {
  for (int i = 0; i < 32; ++i)
    x[i] = (float)i;
  memset(y, 0, sizeof y);
  int error = tiny_run(net, x, y);
  for (int i = 0; i < 32 && !error; ++i)
    error = y[i] != -2 * x[i] * (float)(1 + i / 8) ||
            y[32 + i] != -2 * x[i] * (float)((1 + i / 8) * (5 + i / 8));
  return !error;
}

static char message[300];
static fovea_options defaults(void) {
  fovea_options options = fovea_default_options();
  options.message = message;
  options.message_bytes = sizeof message;
  return options;
}

/* Creates, runs and destroys; the status of the creation. */
static int try(const fovea_options *options) {
  fovea_instance *net = (fovea_instance *)x;
  int status = fovea_create(tiny_network(), options, &net);
  CHECK((status == FOVEA_OK) == (net != NULL));
  CHECK(status || runs_right(net));
  fovea_destroy(net);
  return status;
}

static void describes_itself(void) {
  const fovea_network *network = tiny_network();
  CHECK(fovea_api_version() == FOVEA_API_VERSION);
  CHECK(!strcmp(fovea_name(network), "tiny"));
  CHECK(fovea_batch_count(network) == 1 && fovea_batch_size(network, 0) == 1);
  CHECK(fovea_batch_size(network, 1) == 0 && fovea_batch_size(network, -1) == 0);
  CHECK(fovea_input_count(network) == 1 && fovea_output_count(network) == 1);
  const fovea_port *in = fovea_input(network, 0, 0), *out = fovea_output(network, 1, 0);
  CHECK(in && !strcmp(in->name, "x") && in->element == FOVEA_F32 && in->rank == 4);
  CHECK(in && in->shape[1] == 4 && in->shape[3] == 8 && in->alignment == 4 && in->bytes == 128);
  CHECK(out && !strcmp(out->name, "y") && out->bytes == sizeof y);
  CHECK(!fovea_input(network, 0, 1) && !fovea_input(network, 2, 0) &&
        !fovea_output(network, 0, -1));

  fovea_options options = defaults();
  options.threads = 3;
  fovea_instance *net;
  CHECK(fovea_create(network, &options, &net) == FOVEA_OK);
  CHECK(fovea_network_of(net) == network && fovea_batch_of(net) == 1);
  CHECK(fovea_threads_of(net) == 3 && !strcmp(fovea_target_of(net), "x86-64-linux"));
  CHECK(fovea_step_count(net) == 5 && !strcmp(fovea_step_name(net, 1), "copy"));
  CHECK(!fovea_step_name(net, 5) && !fovea_step_name(net, -1));
  uint64_t times[5] = {0}, sum = 0;
  fovea_profile(net, times);
  CHECK(runs_right(net));
  fovea_profile(net, NULL);
  CHECK(runs_right(net));
  for (int i = 0; i < 5; ++i)
    sum += times[i];
  CHECK(sum > 0);
  fovea_destroy(net);
}

static void takes_nulls(void) {
  fovea_instance *net = NULL;
  CHECK(fovea_create(NULL, NULL, &net) == FOVEA_INVALID && !net);
  CHECK(fovea_create(tiny_network(), NULL, NULL) == FOVEA_INVALID);
  fovea_destroy(NULL);
  CHECK(fovea_run(NULL, NULL, NULL) == FOVEA_INVALID && tiny_run(NULL, x, y) == FOVEA_INVALID);
  CHECK(!fovea_name(NULL) && !fovea_batch_count(NULL) && !fovea_input_count(NULL));
  CHECK(!fovea_network_of(NULL) && !fovea_batch_of(NULL) && !fovea_threads_of(NULL));
  CHECK(!fovea_target_of(NULL) && !fovea_step_count(NULL));
  fovea_profile(NULL, NULL);
  CHECK(try(NULL) == FOVEA_OK);
}

static void checks_options(const char *path) {
  fovea_options o = defaults();
  CHECK(try(&o) == FOVEA_OK && !message[0]);
  o.threads = -1;
  CHECK(try(&o) == FOVEA_BAD_THREADS && !strcmp(message, fovea_error(FOVEA_BAD_THREADS)));
  o.threads = FOVEA_MAX_THREADS + 1;
  CHECK(try(&o) == FOVEA_BAD_THREADS);
  o = defaults();
  o.batch = 7;
  CHECK(try(&o) == FOVEA_NO_BATCH);
  CHECK(!strcmp(message, "tiny was not compiled for batch size 7; there is 1"));
  o = defaults();
  o.weights_path = path;
  CHECK(try(&o) == FOVEA_OK);
  o.weights = x;
  CHECK(try(&o) == FOVEA_INVALID);
  CHECK(!strcmp(message, "weights are given both as a file and in memory"));
  o.weights = NULL;
  o.weights_path = "/no/file";
  CHECK(try(&o) == FOVEA_NO_WEIGHTS && !strcmp(message, "/no/file: No such file or directory"));
  o.weights_path = "/tmp";
  CHECK(try(&o) == FOVEA_NO_WEIGHTS && !strcmp(message, "/tmp: not a regular file"));
  char pipe[300];
  snprintf(pipe, sizeof pipe, "%s.pipe", path);
  CHECK(mkfifo(pipe, 0600) == 0);
  o.weights_path = pipe;
  CHECK(try(&o) == FOVEA_NO_WEIGHTS && strstr(message, ".pipe: not a regular file"));
  o.weights_path = "/tmp";
  o.message_bytes = 5;
  CHECK(try(&o) == FOVEA_NO_WEIGHTS && !strcmp(message, "/tmp"));
  o.message = NULL;
  CHECK(try(&o) == FOVEA_NO_WEIGHTS);
}

static void grows(void) {
  struct {
    fovea_options known;
    void *more;
  } newer = {defaults(), NULL};
  fovea_options older = defaults();
  older.size = offsetof(fovea_options, batch); /* A caller that knows `threads` alone. */
  older.threads = 2;
  older.batch = 99;
  older.weights_path = "/no/file";
  CHECK(try(&older) == FOVEA_OK);
  older.size = 0;
  CHECK(try(&older) == FOVEA_INVALID);
  newer.known.size = sizeof newer;
  CHECK(try(&newer.known) == FOVEA_OK);
  newer.more = x;
  CHECK(try(&newer.known) == FOVEA_INVALID && strstr(message, "does not know"));
}

static void checks_weights(const char *path) {
  static _Alignas(64) char image[4096 + 64];
  FILE *file = fopen(path, "rb");
  size_t bytes = file ? fread(image, 1, 4096, file) : 0;
  CHECK(bytes > 64);
  fclose(file);
  fovea_options o = defaults();
  o.weights = image;
  o.weights_bytes = bytes;
  CHECK(try(&o) == FOVEA_OK);
  o.weights_bytes = bytes - 64;
  CHECK(try(&o) == FOVEA_TRUNCATED);
  o.weights_bytes = 10;
  CHECK(try(&o) == FOVEA_NOT_WEIGHTS);
  o.weights_bytes = bytes;
  image[bytes - 1] ^= 1;
  CHECK(try(&o) == FOVEA_CORRUPT);
  image[40] ^= 1;
  CHECK(try(&o) == FOVEA_OTHER_PLAN);
  image[0] ^= 1;
  CHECK(try(&o) == FOVEA_NOT_WEIGHTS);
  o.weights = image + 4;
  CHECK(try(&o) == FOVEA_INVALID && strstr(message, "64-byte aligned"));
}

static void checks_ports(void) {
  fovea_instance *net;
  CHECK(tiny_create(NULL, NULL, &net) == FOVEA_OK);
  const void *in[] = {x}, *no_in[] = {NULL}, *odd[] = {(char *)x + 1};
  void *out[] = {y}, *no_out[] = {NULL};
  CHECK(fovea_run(net, in, out) == FOVEA_OK);
  CHECK(fovea_run(net, NULL, out) == FOVEA_INVALID && fovea_run(net, in, NULL) == FOVEA_INVALID);
  CHECK(fovea_run(net, no_in, out) == FOVEA_INVALID && fovea_run(net, in, no_out) == FOVEA_INVALID);
  CHECK(fovea_run(net, odd, out) == FOVEA_UNALIGNED);
  CHECK(runs_right(net));
  fovea_destroy(net);
}

static void uses_my_memory(const char *path) {
  fovea_allocator allocator = {&own, allocate, release};
  fovea_thread_pool serial = {NULL, 2, backwards};
  fovea_options o = defaults();
  o.allocator = &allocator;
  o.pool = &serial; /* Threads have stacks, which are the system's. */
  for (int embedded = 0; embedded < 2; ++embedded) {
    o.weights_path = embedded ? NULL : path;
    own.top = own.calls = own.fail_at = 0;
    watching = 1;
    int status = try(&o);
    watching = 0;
    CHECK(status == FOVEA_OK && taken == 0);
    CHECK(own.calls == (embedded ? 2 : 3) && own.live == 0);
    size_t calls = own.calls;
    for (size_t i = 1; i <= calls; ++i) { /* Each of them fails once. */
      own.top = own.calls = 0;
      own.fail_at = i;
      CHECK(try(&o) == FOVEA_NO_MEMORY && own.live == 0);
    }
  }
  own.fail_at = 0;
  allocator.release = NULL;
  CHECK(try(&o) == FOVEA_INVALID && !strcmp(message, "the allocator lacks a function"));
}

static void uses_my_threads(void) {
  static pool p = {PTHREAD_MUTEX_INITIALIZER,
                   PTHREAD_COND_INITIALIZER,
                   PTHREAD_COND_INITIALIZER,
                   NULL,
                   NULL,
                   0,
                   0,
                   0,
                   0,
                   0,
                   0};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i)
    pthread_create(&threads[i], NULL, helper, &p);
  fovea_thread_pool mine = {&p, 4, parallel};
  fovea_options o = defaults();
  o.pool = &mine;
  fovea_instance *net;
  CHECK(fovea_create(tiny_network(), &o, &net) == FOVEA_OK);
  CHECK(fovea_threads_of(net) == 4);
  for (int i = 0; i < 2000; ++i)
    CHECK(runs_right(net));
  CHECK(p.loops == 3 * 2000 && p.most == 4); /* scale, scale2, twice */
  fovea_destroy(net);
  o.threads = 2;
  CHECK(try(&o) == FOVEA_OK);
  p.stop = 1;
  pthread_cond_broadcast(&p.begun);
  for (int i = 0; i < 3; ++i)
    pthread_join(threads[i], NULL);

  o.threads = 0;
  mine.parallel_for = backwards;
  CHECK(try(&o) == FOVEA_OK);
  mine.parallel_for = nothing; /* The caller of run does what nobody did. */
  CHECK(try(&o) == FOVEA_OK);
  mine.threads = 0;
  CHECK(try(&o) == FOVEA_BAD_THREADS);
  mine.parallel_for = NULL;
  CHECK(try(&o) == FOVEA_INVALID && !strcmp(message, "the thread pool lacks its function"));
}

/* A run that begins inside another of the same instance. */
static fovea_instance *outer;
static int inner_status = -1;
static void meanwhile(void *context, int count, void (*task)(void *, int), void *closure) {
  static float other[TINY_OUTPUT_Y_ELEMENTS];
  inner_status = tiny_run(outer, x, other);
  backwards(context, count, task, closure);
}
static void is_busy(void) {
  fovea_thread_pool busy = {NULL, 2, meanwhile};
  fovea_options o = defaults();
  o.pool = &busy;
  CHECK(fovea_create(tiny_network(), &o, &outer) == FOVEA_OK);
  CHECK(runs_right(outer) && inner_status == FOVEA_BUSY);
  fovea_destroy(outer);
}

static void has_texts(void) {
  for (int status = FOVEA_OK; status <= FOVEA_NO_CPU; ++status)
    CHECK(strcmp(fovea_error(status), "unknown error"));
  CHECK(!strcmp(fovea_error(-7), "a kernel failed") && !strcmp(fovea_error(999), "unknown error"));
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  describes_itself();
  takes_nulls();
  checks_options(argv[1]);
  grows();
  checks_weights(argv[1]);
  checks_ports();
  uses_my_memory(argv[1]);
  uses_my_threads();
  is_busy();
  has_texts();
  return failures != 0;
}
