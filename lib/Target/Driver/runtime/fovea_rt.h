/*===- fovea_rt.h - Run-time library of compiled networks ----------*- C -*-===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* What stands in every archive beside the kernels and the generated driver, behind the functions of
|* fovea.h: instances, a pool of threads, scratch memory for kernels, and the functions that a
|* kernel imports. C11 and POSIX; no globals, no thread-local storage.
|*
|* Networks of several versions of Fovea may meet in one program. So networks, instances and the
|* contexts of kernels all begin with a table of the functions that know their layout, the public
|* functions and those that kernels import only look into it, and whichever version of them the
|* linker takes will do.
|*
|* The driver generator writes `fovea_network` as constant data, field by field: whoever changes a
|* structure here changes DriverObject.cpp with it and raises FOVEA_RT_ABI.
|*
\*===----------------------------------------------------------------------===*/
#ifndef FOVEA_RT_H
#define FOVEA_RT_H

#include "fovea.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Of the structures that follow `fovea_rt_api`; part of the table's name. */
#define FOVEA_RT_ABI 2
#define FOVEA_RT_API_NAME_OF(abi) fovea_rt_api_##abi
#define FOVEA_RT_API_NAME(abi) FOVEA_RT_API_NAME_OF(abi)
#define FOVEA_RT_API FOVEA_RT_API_NAME(FOVEA_RT_ABI)

/** Task of a parallel loop: Halide's halide_task_t. */
typedef int (*fovea_rt_task)(void *context, int index, uint8_t *closure);

/** The functions of one version. New ones are added at the end, with a new FOVEA_API_VERSION. */
typedef struct {
  uint32_t version; /**< FOVEA_API_VERSION. */
  int (*create)(const fovea_network *network, const fovea_options *options, fovea_instance **out);
  int (*run)(fovea_instance *instance, const void *const *inputs, void *const *outputs);
  void (*destroy)(fovea_instance *instance);
  const char *(*name)(const fovea_network *network);
  int (*batchSize)(const fovea_network *network, int index);
  const fovea_port *(*port)(const fovea_network *network, int isOutput, int batch, int index);
  const fovea_network *(*networkOf)(const fovea_instance *instance);
  int (*batchOf)(const fovea_instance *instance);
  int (*threadsOf)(const fovea_instance *instance);
  const char *(*targetOf)(const fovea_instance *instance);
  const char *(*stepName)(const fovea_instance *instance, int index);
  void (*profile)(fovea_instance *instance, uint64_t *nanoseconds);
  int (*doParFor)(void *context, fovea_rt_task task, int min, int size, uint8_t *closure);
  void *(*malloc)(void *context, size_t bytes);
  void (*free)(void *context, void *pointer);
} fovea_rt_api;

/** This version's. */
extern const fovea_rt_api FOVEA_RT_API __attribute__((visibility("default")));

typedef struct fovea_rt_worker fovea_rt_worker;

/** One step of a run, generated. `ports` are the user's pointers: inputs, then outputs. */
typedef int (*fovea_rt_call)(fovea_rt_worker *worker, uint8_t *arena, const uint8_t *weights,
                             void *const *ports);

/** A part of a device's memory: a buffer that a kernel reads or writes. */
typedef struct {
  uint64_t offset; /**< Bytes from the start of the weights or of the device's arena. */
  uint64_t bytes;
  uint64_t isWeight;
} fovea_rt_part;

struct halide_device_interface_t;

/** What the kernels of a variant need of a device. Its functions stand in device.c, in an object of
 * its own that only networks for devices carry. The calls get an array of handles, one per part, in
 * the place of the arena. */
typedef struct {
  int (*create)(fovea_instance *instance, const fovea_options *options);
  void (*destroy)(fovea_instance *instance);
  int (*finish)(fovea_instance *instance); /**< Waits until the device has done all it was given. */
  const struct halide_device_interface_t *(*interface)(void);
  uint64_t arenaBytes; /**< A multiple of 64. */
  uint64_t partCount;
  const fovea_rt_part *parts;
} fovea_rt_device;

#define FOVEA_RT_DEVICE_NAME_OF(function, abi) fovea_rt_device_##function##_##abi
#define FOVEA_RT_DEVICE_NAME(function, abi) FOVEA_RT_DEVICE_NAME_OF(function, abi)
#define FOVEA_RT_DEVICE_CREATE FOVEA_RT_DEVICE_NAME(create, FOVEA_RT_ABI)
#define FOVEA_RT_DEVICE_DESTROY FOVEA_RT_DEVICE_NAME(destroy, FOVEA_RT_ABI)
#define FOVEA_RT_DEVICE_FINISH FOVEA_RT_DEVICE_NAME(finish, FOVEA_RT_ABI)

/** A network compiled for one batch size and one machine. */
typedef struct {
  int32_t batch;
  uint32_t callCount;
  uint64_t arenaBytes;
  uint64_t scratchBytes; /**< Per thread. */
  const fovea_rt_call *calls;
  const char *const *callNames;
  const fovea_port *ports; /**< Inputs, then outputs. */
  const char *target;
  const char *const *features; /**< What the CPU must have; LLVM's names. */
  uint64_t featureCount;
  const fovea_rt_device *device; /**< Null where the kernels run on the CPU. */
} fovea_rt_variant;

/** A network as its driver describes it: constant data. */
struct fovea_network {
  const fovea_rt_api *api;
  const char *name;
  uint32_t inputCount;
  uint32_t outputCount;
  uint32_t batchCount;
  uint32_t variantCount;
  const int32_t *batches;
  const fovea_rt_variant *variants; /**< Of those that suit, the first is taken. */
  uint8_t planHash[32];
  uint64_t weightBytes; /**< Without the header; a multiple of 64. */
  const void *weights;  /**< The embedded ones with their header, or null. */
};

/** What kernels import: halide_do_par_for, halide_malloc and halide_free, renamed. The context is a
 * worker. A parallel loop inside a parallel loop runs serially in its worker. */
int fovea_rt_do_par_for(void *context, fovea_rt_task task, int min, int size, uint8_t *closure);
void *fovea_rt_malloc(void *context, size_t bytes);
void fovea_rt_free(void *context, void *pointer);

/** Copies a tensor of `rank` dimensions, outermost first; extents in elements, strides in bytes. */
void fovea_rt_copy(uint8_t *to, const uint8_t *from, size_t elementBytes, int rank,
                   const int64_t *extents, const int64_t *toStrides, const int64_t *fromStrides);

#ifdef __cplusplus
}
#endif

#endif
