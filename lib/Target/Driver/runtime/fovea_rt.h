/*===- fovea_rt.h - Run-time library of compiled networks ----------*- C -*-===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* What stands in every archive beside the kernels and the generated driver: instances, a pool of
threads, scratch memory
|* for kernels, and the three functions that a kernel imports. C11 and POSIX; no globals, no
thread-local storage.
|*
|* The driver generator writes `fovea_rt_network` as constant data, field by field: whoever changes
a structure here
|* changes DriverObject.cpp with it and raises FOVEA_RT_ABI.
|*
\*===----------------------------------------------------------------------===*/
#ifndef FOVEA_RT_H
#define FOVEA_RT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FOVEA_RT_ABI 1

/** What create and run return. A negative code is a kernel's own. */
enum fovea_rt_status {
  FOVEA_RT_OK = 0,
  FOVEA_RT_INVALID = 1,     /**< A null or otherwise impossible argument. */
  FOVEA_RT_NO_MEMORY = 2,   /**< The system has no memory for the arena. */
  FOVEA_RT_NO_WEIGHTS = 3,  /**< The weights file cannot be opened or mapped. */
  FOVEA_RT_NOT_WEIGHTS = 4, /**< Not a weights file, or of another format version. */
  FOVEA_RT_TRUNCATED = 5,   /**< The weights file's size is wrong. */
  FOVEA_RT_OTHER_PLAN = 6,  /**< The weights were packed for another compilation. */
  FOVEA_RT_CORRUPT = 7,     /**< The weights' checksum is wrong. */
  FOVEA_RT_BAD_THREADS = 8, /**< Fewer than 0 or more than FOVEA_RT_MAX_THREADS threads. */
  FOVEA_RT_NO_THREADS = 9,  /**< The system starts no more threads. */
  FOVEA_RT_SCRATCH = 10,    /**< A kernel needed more scratch memory than the plan counted. */
  FOVEA_RT_BUSY = 11,       /**< Another thread is inside run with the same instance. */
  FOVEA_RT_UNALIGNED = 12,  /**< A pointer given to run is less aligned than the kernels need. */
  FOVEA_RT_OTHER_ABI = 13,  /**< Driver and run-time library come from different versions. */
  FOVEA_RT_NO_FEATURE = 64  /**< 64 + i: the CPU lacks the network's i-th required feature. */
};

#define FOVEA_RT_MAX_THREADS 1024

typedef struct fovea_rt_instance fovea_rt_instance;
typedef struct fovea_rt_worker fovea_rt_worker;

/** One step of a run, generated. `ports` are the user's pointers: inputs, then outputs. */
typedef int (*fovea_rt_call)(fovea_rt_worker *worker, uint8_t *arena, const uint8_t *weights,
                             void *const *ports);

/** A network as its driver describes it: constant data. */
typedef struct {
  uint32_t abi; /**< FOVEA_RT_ABI. */
  uint32_t callCount;
  uint32_t portCount;
  uint32_t featureCount;
  uint64_t arenaBytes;
  uint64_t weightBytes;  /**< Without the file's header; a multiple of 64. */
  uint64_t scratchBytes; /**< Per thread. */
  uint8_t planHash[32];
  const char *name;
  const fovea_rt_call *calls;
  const char *const *callNames;
  const uint64_t *portAlignments;   /**< Bytes. */
  const char *const *features;      /**< LLVM's names. */
  const char *const *featureErrors; /**< What to say where one is missing. */
} fovea_rt_network;

/** How to create an instance; the layout of every network's NAME_options. */
typedef struct {
  int threads;         /**< 0: one per CPU that the process may use. */
  char *message;       /**< Where an error is described, or null. */
  size_t messageBytes; /**< Size of `message`. */
} fovea_rt_options;

/** Creates an instance, its threads included. `path` names the weights file; may be null where the
 * network has no weights. On success the caller owns `*out`; on failure it is null. */
int fovea_rt_create(const fovea_rt_network *network, const char *path,
                    const fovea_rt_options *options, fovea_rt_instance **out);
/** The same with a weights file that is in memory already: 64-byte aligned, and alive as long as
 * the instance. */
int fovea_rt_create_from_memory(const fovea_rt_network *network, const void *weights, size_t bytes,
                                const fovea_rt_options *options, fovea_rt_instance **out);
/** Joins the threads and frees everything; null is allowed. */
void fovea_rt_destroy(fovea_rt_instance *instance);
/** Runs all calls in order; allocates nothing. */
int fovea_rt_run(fovea_rt_instance *instance, void *const *ports);
/** From now on each run adds the nanoseconds of call i to `nanoseconds[i]`; null ends that. */
void fovea_rt_profile(fovea_rt_instance *instance, uint64_t *nanoseconds);
/** Threads that the instance uses, the caller's included. */
int fovea_rt_threads(const fovea_rt_instance *instance);
/** The text of a status; never null. `network` gives the names of features. */
const char *fovea_rt_error(const fovea_rt_network *network, int status);
/** The layers of call `index`, null if there is none. */
const char *fovea_rt_call_name(const fovea_rt_network *network, int index);

/** Task of a parallel loop: Halide's halide_task_t. */
typedef int (*fovea_rt_task)(void *userContext, int index, uint8_t *closure);

/** What kernels import: halide_do_par_for, halide_malloc and halide_free, renamed. The user context
 * is a worker. A parallel loop inside a parallel loop runs serially in its worker. */
int fovea_rt_do_par_for(void *userContext, fovea_rt_task task, int min, int size, uint8_t *closure);
void *fovea_rt_malloc(void *userContext, size_t bytes);
void fovea_rt_free(void *userContext, void *pointer);

/** Copies a tensor of `rank` dimensions, outermost first; extents in elements, strides in bytes. */
void fovea_rt_copy(uint8_t *to, const uint8_t *from, size_t elementBytes, int rank,
                   const int64_t *extents, const int64_t *toStrides, const int64_t *fromStrides);

#ifdef __cplusplus
}
#endif

#endif
