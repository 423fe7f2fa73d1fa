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

void fovea_rt_describe(const fovea_rt_options *options, const char *format, ...) {
  if (!options || !options->message || options->messageBytes == 0)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(options->message, options->messageBytes, format, arguments);
  va_end(arguments);
}

const char *fovea_rt_error(const fovea_rt_network *network, int status) {
  if (status < 0)
    return "a kernel failed";
  if (status >= FOVEA_RT_NO_FEATURE &&
      (uint32_t)(status - FOVEA_RT_NO_FEATURE) < network->featureCount)
    return network->featureErrors[status - FOVEA_RT_NO_FEATURE];
  switch ((enum fovea_rt_status)status) {
  case FOVEA_RT_OK:
    return "no error";
  case FOVEA_RT_INVALID:
    return "an argument is null or impossible";
  case FOVEA_RT_NO_MEMORY:
    return "not enough memory";
  case FOVEA_RT_NO_WEIGHTS:
    return "the weights file cannot be read";
  case FOVEA_RT_NOT_WEIGHTS:
    return "not a weights file of this version of Fovea";
  case FOVEA_RT_TRUNCATED:
    return "the weights file is truncated or too long";
  case FOVEA_RT_OTHER_PLAN:
    return "the weights file was packed for another network or target";
  case FOVEA_RT_CORRUPT:
    return "the weights file is corrupt: its checksum is wrong";
  case FOVEA_RT_BAD_THREADS:
    return "the number of threads must be 0 (one per CPU) to 1024";
  case FOVEA_RT_NO_THREADS:
    return "the system does not start so many threads";
  case FOVEA_RT_SCRATCH:
    return "a kernel used more scratch memory than was counted";
  case FOVEA_RT_BUSY:
    return "the instance is running in another thread";
  case FOVEA_RT_UNALIGNED:
    return "an input or output is not aligned as the header says";
  case FOVEA_RT_OTHER_ABI:
    return "the driver and the run-time library are of different versions";
  case FOVEA_RT_NO_FEATURE:
    break;
  }
  return "unknown error";
}

static uint64_t roundToPage(uint64_t bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }

/** Maps arena and scratch, present in memory from the start: the first run is as fast as the
 * others. */
static int mapMemory(fovea_rt_instance *instance) {
  uint64_t arena = roundToPage(instance->network->arenaBytes);
  uint64_t scratch = roundToPage(instance->network->scratchBytes);
  uint64_t bytes, all;
  if (__builtin_mul_overflow(scratch, (uint64_t)instance->threads, &bytes) ||
      __builtin_add_overflow(bytes, arena + HUGE_PAGE, &all) || all > SIZE_MAX / 2)
    return FOVEA_RT_NO_MEMORY;
  bool huge = bytes + arena >= HUGE_PAGE;
  bytes = huge ? all : bytes + arena + PAGE;
  uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return FOVEA_RT_NO_MEMORY;
  instance->memory = memory;
  instance->memoryBytes = bytes;
  if (huge) {
    memory = (uint8_t *)(((uintptr_t)memory + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    madvise(memory, bytes - HUGE_PAGE, MADV_HUGEPAGE);
  }
  instance->arena = memory;
  memset(memory, 0, arena + scratch * (uint64_t)instance->threads);
  for (int i = 0; i < instance->threads; ++i) {
    fovea_rt_worker *worker = &instance->workers[i];
    worker->scratch = memory + arena + scratch * (uint64_t)i;
    worker->capacity = instance->network->scratchBytes;
  }
  return FOVEA_RT_OK;
}

/** The CPUs that this process may use. */
static int availableCpus(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 && count <= FOVEA_RT_MAX_THREADS ? (int)count : 1;
}

static fovea_rt_instance *allocateInstance(const fovea_rt_network *network, int threads) {
  size_t bytes = sizeof(fovea_rt_instance) + sizeof(fovea_rt_worker) * (size_t)threads;
  fovea_rt_instance *instance =
      aligned_alloc(CACHE_LINE, (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
  if (!instance)
    return NULL;
  memset(instance, 0, bytes);
  instance->network = network;
  instance->threads = threads;
  for (int i = 0; i < threads; ++i) {
    instance->workers[i].instance = instance;
    instance->workers[i].index = i;
  }
  return instance;
}

static void freeInstance(fovea_rt_instance *instance) {
  if (instance->file)
    munmap(instance->file, instance->fileBytes);
  if (instance->memory)
    munmap(instance->memory, instance->memoryBytes);
  free(instance);
}

/** What can be said before any memory is taken. */
static int checkArguments(const fovea_rt_network *network, const fovea_rt_options *options) {
  if (network->abi != FOVEA_RT_ABI)
    return FOVEA_RT_OTHER_ABI;
  if (options && (options->threads < 0 || options->threads > FOVEA_RT_MAX_THREADS))
    return FOVEA_RT_BAD_THREADS;
  int missing = fovea_rt_missing_feature(network->features, network->featureCount);
  return missing < 0 ? FOVEA_RT_OK : FOVEA_RT_NO_FEATURE + missing;
}

static int loadWeights(fovea_rt_instance *instance, const char *path, const void *image,
                       size_t bytes, const fovea_rt_options *options) {
  if (instance->network->weightBytes == 0)
    return FOVEA_RT_OK;
  if (image)
    return (uintptr_t)image % 64 ? FOVEA_RT_INVALID
                                 : fovea_rt_check_weights(instance, image, bytes);
  return path ? fovea_rt_map_weights(instance, path, options) : FOVEA_RT_INVALID;
}

static int create(const fovea_rt_network *network, const char *path, const void *image,
                  size_t bytes, const fovea_rt_options *options, fovea_rt_instance **out) {
  int status = checkArguments(network, options);
  if (status)
    return status;
  int threads = options && options->threads ? options->threads : availableCpus();
  fovea_rt_instance *instance = allocateInstance(network, threads);
  if (!instance)
    return FOVEA_RT_NO_MEMORY;
  status = loadWeights(instance, path, image, bytes, options);
  if (!status)
    status = mapMemory(instance);
  if (!status)
    status = fovea_rt_pool_start(instance);
  if (status) {
    freeInstance(instance);
    return status;
  }
  *out = instance;
  return FOVEA_RT_OK;
}

static int createAndDescribe(const fovea_rt_network *network, const char *path, const void *image,
                             size_t bytes, const fovea_rt_options *options,
                             fovea_rt_instance **out) {
  if (!out)
    return FOVEA_RT_INVALID;
  *out = NULL;
  if (options && options->message && options->messageBytes)
    options->message[0] = 0;
  int status = create(network, path, image, bytes, options, out);
  bool ofFile = path && status >= FOVEA_RT_NO_WEIGHTS && status <= FOVEA_RT_CORRUPT;
  if (status && options && options->message && options->messageBytes && !options->message[0])
    fovea_rt_describe(options, "%s%s%s", ofFile ? path : "", ofFile ? ": " : "",
                      fovea_rt_error(network, status));
  return status;
}

int fovea_rt_create(const fovea_rt_network *network, const char *path,
                    const fovea_rt_options *options, fovea_rt_instance **out) {
  return createAndDescribe(network, path, NULL, 0, options, out);
}

int fovea_rt_create_from_memory(const fovea_rt_network *network, const void *weights, size_t bytes,
                                const fovea_rt_options *options, fovea_rt_instance **out) {
  return createAndDescribe(network, NULL, weights, bytes, options, out);
}

void fovea_rt_destroy(fovea_rt_instance *instance) {
  if (!instance)
    return;
  fovea_rt_pool_stop(instance, instance->threads);
  freeInstance(instance);
}

static int checkPorts(const fovea_rt_network *network, void *const *ports) {
  for (uint32_t i = 0; i < network->portCount; ++i) {
    if (!ports[i])
      return FOVEA_RT_INVALID;
    if ((uintptr_t)ports[i] % network->portAlignments[i])
      return FOVEA_RT_UNALIGNED;
  }
  return FOVEA_RT_OK;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int runCalls(fovea_rt_instance *instance, void *const *ports) {
  const fovea_rt_network *network = instance->network;
  uint64_t *profile = instance->profile;
  uint64_t before = profile ? now() : 0;
  for (uint32_t i = 0; i < network->callCount; ++i) {
    int status =
        network->calls[i](&instance->workers[0], instance->arena, instance->weights, ports);
    if (status)
      return status;
    if (profile) {
      uint64_t after = now();
      profile[i] += after - before;
      before = after;
    }
  }
  return FOVEA_RT_OK;
}

int fovea_rt_run(fovea_rt_instance *instance, void *const *ports) {
  if (!instance)
    return FOVEA_RT_INVALID;
  int status = checkPorts(instance->network, ports);
  if (status)
    return status;
  if (atomic_flag_test_and_set(&instance->busy))
    return FOVEA_RT_BUSY;
  status = runCalls(instance, ports);
  if (atomic_exchange(&instance->scratchOverflow, false) && !status)
    status = FOVEA_RT_SCRATCH;
  /* A kernel that failed has freed nothing. */
  for (int i = 0; status && i < instance->threads; ++i)
    instance->workers[i].last = NULL;
  atomic_flag_clear(&instance->busy);
  return status;
}

void fovea_rt_profile(fovea_rt_instance *instance, uint64_t *nanoseconds) {
  if (instance)
    instance->profile = nanoseconds;
}

int fovea_rt_threads(const fovea_rt_instance *instance) { return instance ? instance->threads : 0; }

const char *fovea_rt_call_name(const fovea_rt_network *network, int index) {
  return index >= 0 && (uint32_t)index < network->callCount ? network->callNames[index] : NULL;
}
