/*===- instance.c - Instances of a network -------------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* All memory that runs use is taken here, once.
|*
\*===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "internal.h"
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/** Of the arena and of each worker's scratch, so that no two threads share a page. */
#define PAGE ((uint64_t)4096)
/** From here on the kernel is asked for huge pages. */
#define HUGE_PAGE ((uint64_t)2 << 20)
/** Halide's kernels assume as much of the scratch memory they ask for. */
#define REGION_ALIGNMENT 128

void fovea_rt_describe(const fovea_options *options, const char *format, ...) {
  if (!options->message || options->message_bytes == 0 || options->message[0])
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(options->message, options->message_bytes, format, arguments);
  va_end(arguments);
}

/*===----------------------------------------------------------------------===*\
|* Memory
\*===----------------------------------------------------------------------===*/

static uint64_t roundTo(uint64_t bytes, uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

void *fovea_rt_take(const fovea_allocator *allocator, size_t bytes, size_t alignment) {
  if (!allocator->allocate)
    return aligned_alloc(alignment, roundTo(bytes, alignment));
  void *pointer = allocator->allocate(allocator->context, bytes, alignment);
  if ((uintptr_t)pointer % alignment == 0)
    return pointer;
  allocator->release(allocator->context, pointer, bytes);
  return NULL;
}

void fovea_rt_give_back(const fovea_allocator *allocator, void *pointer, size_t bytes) {
  if (!pointer)
    return;
  if (allocator->release)
    allocator->release(allocator->context, pointer, bytes);
  else
    free(pointer);
}

/** Maps memory of the system. */
static uint8_t *map(region_t *region, uint64_t bytes) {
  bool huge = bytes >= HUGE_PAGE;
  bytes += huge ? HUGE_PAGE : PAGE;
  uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return NULL;
  *region = (region_t){memory, bytes};
  if (huge) {
    memory = (uint8_t *)roundTo((uintptr_t)memory, HUGE_PAGE);
    madvise(memory, bytes - HUGE_PAGE, MADV_HUGEPAGE);
  }
  return memory;
}

uint8_t *fovea_rt_take_region(fovea_instance *instance, region_t *region, uint64_t bytes) {
  if (bytes > SIZE_MAX / 4)
    return NULL;
  if (!instance->allocator.allocate)
    return map(region, bytes);
  *region = (region_t){fovea_rt_take(&instance->allocator, bytes, REGION_ALIGNMENT), bytes};
  return region->start;
}

static void giveBackRegion(fovea_instance *instance, region_t region) {
  if (instance->allocator.release)
    fovea_rt_give_back(&instance->allocator, region.start, region.bytes);
  else if (region.start)
    munmap(region.start, region.bytes);
}

/** Takes arena and scratch, present in memory from the start: the first run is as fast as the
 * others. */
static int takeMemory(fovea_instance *instance) {
  uint64_t arena = roundTo(instance->variant->arenaBytes, PAGE);
  uint64_t scratch = roundTo(instance->variant->scratchBytes, PAGE);
  uint64_t bytes;
  if (__builtin_mul_overflow(scratch, (uint64_t)instance->threads, &bytes) ||
      __builtin_add_overflow(bytes, arena, &bytes))
    return FOVEA_NO_MEMORY;
  bytes = bytes ? bytes : PAGE;
  uint8_t *memory = fovea_rt_take_region(instance, &instance->memory, bytes);
  if (!memory)
    return FOVEA_NO_MEMORY;
  instance->arena = memory;
  memset(memory, 0, bytes);
  for (int i = 0; i < instance->threads; ++i) {
    fovea_rt_worker *worker = &instance->workers[i];
    worker->scratch = memory + arena + scratch * (uint64_t)i;
    worker->capacity = instance->variant->scratchBytes;
  }
  return FOVEA_OK;
}

/** Of the instance, its workers and its list of ports. */
static size_t instanceBytes(const fovea_network *network, int threads) {
  return sizeof(fovea_instance) + sizeof(fovea_rt_worker) * (size_t)threads +
         sizeof(void *) * (network->inputCount + network->outputCount);
}

static fovea_instance *allocateInstance(const fovea_network *network, int threads,
                                        const fovea_options *options) {
  size_t bytes = instanceBytes(network, threads);
  fovea_allocator allocator = {NULL, NULL, NULL};
  if (options->allocator)
    allocator = *options->allocator;
  fovea_instance *instance = fovea_rt_take(&allocator, bytes, CACHE_LINE);
  if (!instance)
    return NULL;
  memset(instance, 0, bytes);
  instance->api = &FOVEA_RT_API;
  instance->network = network;
  instance->allocator = allocator;
  if (options->pool)
    instance->pool.callers = *options->pool;
  instance->threads = threads;
  instance->ports = (void **)(instance->workers + threads);
  for (int i = 0; i < threads; ++i) {
    instance->workers[i].api = &FOVEA_RT_API;
    instance->workers[i].instance = instance;
    instance->workers[i].index = i;
    instance->workers[i].inParallel = i > 0;
  }
  return instance;
}

static void freeInstance(fovea_instance *instance) {
  fovea_allocator allocator = instance->allocator;
  if (instance->device)
    instance->variant->device->destroy(instance);
  giveBackRegion(instance, instance->file);
  giveBackRegion(instance, instance->memory);
  fovea_rt_give_back(&allocator, instance, instanceBytes(instance->network, instance->threads));
}

/*===----------------------------------------------------------------------===*\
|* Create and destroy
\*===----------------------------------------------------------------------===*/

/** The CPUs that this process may use. */
static int availableCpus(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 && count <= FOVEA_MAX_THREADS ? (int)count : 1;
}

/** The options as this version knows them. What an older caller does not know is zero; what a newer
 * one knows beyond must be. */
static int readOptions(const fovea_options *given, fovea_options *options) {
  memset(options, 0, sizeof *options);
  if (!given)
    return FOVEA_OK;
  size_t size = given->size;
  if (size < sizeof size)
    return FOVEA_INVALID;
  memcpy(options, given, size < sizeof *options ? size : sizeof *options);
  if (options->message && options->message_bytes)
    options->message[0] = 0;
  for (size_t i = sizeof *options; i < size; ++i)
    if (((const uint8_t *)given)[i]) {
      fovea_rt_describe(options, "the options ask for what this version of Fovea does not know");
      return FOVEA_INVALID;
    }
  return FOVEA_OK;
}

/** What can be said before any memory is taken. Sets the number of threads. */
static int checkOptions(const fovea_options *options, int *threads) {
  const fovea_allocator *allocator = options->allocator;
  if (allocator && (!allocator->allocate || !allocator->release)) {
    fovea_rt_describe(options, "the allocator lacks a function");
    return FOVEA_INVALID;
  }
  const fovea_thread_pool *pool = options->pool;
  if (pool && !pool->parallel_for) {
    fovea_rt_describe(options, "the thread pool lacks its function");
    return FOVEA_INVALID;
  }
  *threads = options->threads ? options->threads : pool ? pool->threads : availableCpus();
  return *threads < 1 || *threads > FOVEA_MAX_THREADS ? FOVEA_BAD_THREADS : FOVEA_OK;
}

static int create(const fovea_network *network, const fovea_options *options,
                  fovea_instance **out) {
  const fovea_rt_variant *variant;
  int threads;
  int status = checkOptions(options, &threads);
  if (!status)
    status = fovea_rt_choose(network, options, &variant);
  if (status)
    return status;
  fovea_instance *instance = allocateInstance(network, threads, options);
  if (!instance)
    return FOVEA_NO_MEMORY;
  instance->variant = variant;
  status = fovea_rt_load_weights(instance, options);
  if (!status)
    status = takeMemory(instance);
  if (!status && variant->device)
    status = variant->device->create(instance, options);
  if (!status)
    status = fovea_rt_pool_start(instance);
  if (status) {
    freeInstance(instance);
    return status;
  }
  *out = instance;
  return FOVEA_OK;
}

int fovea_rt_create(const fovea_network *network, const fovea_options *given,
                    fovea_instance **out) {
  fovea_options options;
  int status = readOptions(given, &options);
  if (!status)
    status = create(network, &options, out);
  if (status)
    fovea_rt_describe(&options, "%s", fovea_error(status));
  return status;
}

void fovea_rt_destroy(fovea_instance *instance) {
  fovea_rt_pool_stop(instance, instance->pool.callers.parallel_for ? 1 : instance->threads);
  freeInstance(instance);
}

/*===----------------------------------------------------------------------===*\
|* Run
\*===----------------------------------------------------------------------===*/

/** Sets the instance's list of ports. */
static int takePorts(fovea_instance *instance, const void *const *inputs, void *const *outputs) {
  uint32_t inputCount = instance->network->inputCount;
  uint32_t count = inputCount + instance->network->outputCount;
  if ((inputCount && !inputs) || (count > inputCount && !outputs))
    return FOVEA_INVALID;
  for (uint32_t i = 0; i < count; ++i) {
    void *port = i < inputCount ? (void *)(uintptr_t)inputs[i] : outputs[i - inputCount];
    if (!port)
      return FOVEA_INVALID;
    if ((uintptr_t)port % instance->variant->ports[i].alignment)
      return FOVEA_UNALIGNED;
    instance->ports[i] = port;
  }
  return FOVEA_OK;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int runCalls(fovea_instance *instance) {
  const fovea_rt_variant *variant = instance->variant;
  uint64_t *profile = instance->profile;
  uint64_t before = profile ? now() : 0;
  for (uint32_t i = 0; i < variant->callCount; ++i) {
    int status = variant->calls[i](&instance->workers[0], instance->arena, instance->weights,
                                   instance->ports);
    if (status)
      return status;
    if (profile) {
      status = variant->device ? variant->device->finish(instance) : FOVEA_OK;
      if (status)
        return status;
      uint64_t after = now();
      profile[i] += after - before;
      before = after;
    }
  }
  return FOVEA_OK;
}

int fovea_rt_run(fovea_instance *instance, const void *const *inputs, void *const *outputs) {
  if (atomic_flag_test_and_set(&instance->busy))
    return FOVEA_BUSY;
  int status = takePorts(instance, inputs, outputs);
  if (!status)
    status = runCalls(instance);
  if (atomic_exchange(&instance->scratchOverflow, false) && !status)
    status = FOVEA_SCRATCH;
  /* A kernel that failed has freed nothing. */
  for (int i = 0; status && i < instance->threads; ++i)
    instance->workers[i].last = NULL;
  atomic_flag_clear(&instance->busy);
  return status;
}
