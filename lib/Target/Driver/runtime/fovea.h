/*===- fovea.h - Networks compiled by Fovea ------------------------*- C -*-===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* One API for every network: what a network is called, takes and gives, and how it is run. C99 and
|* C++. The header of each network carries this text, so that it needs no file of Fovea.
|*
|* The API only grows. Structures get new fields at their ends, and a program that was compiled with
|* an older header goes on working with newer networks.
|*
\*===----------------------------------------------------------------------===*/
#ifndef FOVEA_H
#define FOVEA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FOVEA_API_VERSION 1

/** A compiled network: constant, shared by all its instances. */
typedef struct fovea_network fovea_network;
/** What runs a network: memory and threads. Instances are independent of each other; one instance
 * runs in one thread at a time. */
typedef struct fovea_instance fovea_instance;

/** What create and run return. A negative status is a kernel's own. */
enum fovea_status {
  FOVEA_OK = 0,
  FOVEA_INVALID = 1,     /**< A null or otherwise impossible argument. */
  FOVEA_NO_MEMORY = 2,   /**< The system, or the caller's allocator, has no memory. */
  FOVEA_NO_WEIGHTS = 3,  /**< The weights cannot be read, or none were given. */
  FOVEA_NOT_WEIGHTS = 4, /**< Not packed weights, or of another version of their format. */
  FOVEA_TRUNCATED = 5,   /**< The weights' size is wrong. */
  FOVEA_OTHER_PLAN = 6,  /**< The weights were packed for another compilation. */
  FOVEA_CORRUPT = 7,     /**< The weights' checksum is wrong. */
  FOVEA_BAD_THREADS = 8, /**< Fewer than 0 or more than FOVEA_MAX_THREADS threads. */
  FOVEA_NO_THREADS = 9,  /**< The system starts no more threads. */
  FOVEA_SCRATCH = 10,    /**< A kernel needed more scratch memory than was counted. */
  FOVEA_BUSY = 11,       /**< Another thread is inside run with the same instance. */
  FOVEA_UNALIGNED = 12,  /**< An input or output is less aligned than its port says. */
  FOVEA_NO_BATCH = 13,   /**< The network was not compiled for this batch size. */
  FOVEA_NO_CPU = 14      /**< The CPU can run none of the network's variants. */
};

#define FOVEA_MAX_THREADS 1024

/** Elements of a tensor. */
enum fovea_element {
  FOVEA_F32 = 0,
  FOVEA_F16 = 1,
  FOVEA_BF16 = 2,
  FOVEA_F64 = 3,
  FOVEA_I8 = 4,
  FOVEA_U8 = 5,
  FOVEA_I16 = 6,
  FOVEA_U16 = 7,
  FOVEA_I32 = 8,
  FOVEA_I64 = 9,
  FOVEA_BOOL = 10
};

/** An input or output: a dense, row-major tensor. */
typedef struct {
  const char *name;
  int element; /**< A fovea_element. */
  int rank;
  const int64_t *shape; /**< `rank` extents, outermost first; the first is the batch. */
  size_t alignment;     /**< Bytes; what the address of the tensor must be a multiple of. */
  size_t bytes;         /**< Of the whole tensor. */
} fovea_port;

/** Where the memory of an instance comes from. Called by create and destroy, never by run. */
typedef struct {
  void *context; /**< Given to both functions. */
  /** `bytes` at a multiple of `alignment`, a power of two; null if there are none. */
  void *(*allocate)(void *context, size_t bytes, size_t alignment);
  /** Takes back what `allocate` gave for `bytes`. */
  void (*release)(void *context, void *pointer, size_t bytes);
} fovea_allocator;

/** Whose threads run a network. Called by run, in the thread that called it. */
typedef struct {
  void *context; /**< Given to the function. */
  int threads;   /**< How many tasks can run at once, at least 1. */
  /** Calls task(closure, i) once for each i from 0 to count - 1, in any order, in any threads, also
   * one after another in the caller's; returns when all have returned. `count` is at most the
   * number of threads of the instance. */
  void (*parallel_for)(void *context, int count, void (*task)(void *closure, int index),
                       void *closure);
} fovea_thread_pool;

/** How to create an instance. Take fovea_default_options() and change what should be otherwise. */
typedef struct {
  size_t size;              /**< sizeof(fovea_options), as the caller knows it. */
  int threads;              /**< Threads of a run, the caller's included; 0: those of `pool`, or
                                 one per CPU that the process may use; a cgroup's quota of their
                                 time is not asked for. */
  int batch;                /**< One of the batch sizes compiled; 0: the first. */
  const char *weights_path; /**< The weights file, or null. The instance reads it as long as it
                                 lives: let another file take its place, do not write to it. */
  const void *weights;      /**< The contents of such a file instead, 64-byte aligned and alive as
                                 long as the instance, or null. Neither: the embedded weights. */
  size_t weights_bytes;
  char *message;                    /**< Where create describes an error, or null. */
  size_t message_bytes;             /**< Size of `message`. */
  const fovea_allocator *allocator; /**< Null: the system's memory. */
  const fovea_thread_pool *pool;    /**< Null: the instance starts threads of its own. */
} fovea_options;

static inline fovea_options fovea_default_options(void) {
  static const fovea_options defaults = {
      sizeof(fovea_options), 0, 0, NULL, NULL, 0, NULL, 0, NULL, NULL};
  return defaults;
}

/** The API version of the code that is linked, FOVEA_API_VERSION or greater. */
int fovea_api_version(void);

/** Creates an instance of the variant that has the batch size asked for and the most of what this
 * CPU can do: reads or maps the weights, takes all memory that runs need, starts threads. `options`
 * may be null. Returns FOVEA_OK and an instance to be given to fovea_destroy, or an error and null
 * in `*out`. */
int fovea_create(const fovea_network *network, const fovea_options *options, fovea_instance **out);

/** Runs the network once; allocates nothing. One pointer per input and per output, in order. */
int fovea_run(fovea_instance *instance, const void *const *inputs, void *const *outputs);

/** Ends the threads and gives back all memory; null is allowed. */
void fovea_destroy(fovea_instance *instance);

/** What a status means; never null. */
const char *fovea_error(int status);

/** The network's name in the language. */
const char *fovea_name(const fovea_network *network);
/** The batch sizes that it was compiled for. */
int fovea_batch_count(const fovea_network *network);
/** The `index`-th of them; 0 if there is none. */
int fovea_batch_size(const fovea_network *network, int index);
int fovea_input_count(const fovea_network *network);
int fovea_output_count(const fovea_network *network);
/** Input `index` at a batch size (0: the first); null if there is none. */
const fovea_port *fovea_input(const fovea_network *network, int batch, int index);
const fovea_port *fovea_output(const fovea_network *network, int batch, int index);

/** What an instance is: its network, batch size, number of threads, and the machine that its
 * variant was compiled for, such as "x86-64-v3". */
const fovea_network *fovea_network_of(const fovea_instance *instance);
int fovea_batch_of(const fovea_instance *instance);
int fovea_threads_of(const fovea_instance *instance);
const char *fovea_target_of(const fovea_instance *instance);

/** Steps of a run, and the layers of each; null if there is no such step. */
int fovea_step_count(const fovea_instance *instance);
const char *fovea_step_name(const fovea_instance *instance, int index);
/** From now on each run adds the nanoseconds of step i to nanoseconds[i]; null ends that. */
void fovea_profile(fovea_instance *instance, uint64_t *nanoseconds);

#ifdef __cplusplus
}
#endif

#endif
