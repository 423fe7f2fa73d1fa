/*===- device.c - Memory of a GPU ------------------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* What an instance needs of the device that its kernels run on: an image of the packed weights,
|* copied once, an arena, and a handle for each part of the two that a kernel reads or writes.
|* Everything goes through Halide's device runtime, which stands beside this file under names of its
|* own, so that a program may hold Halide's, too. It uses nothing of the other files.
\*===----------------------------------------------------------------------===*/
#define halide_set_error_handler fovea_halide_set_error_handler
#define halide_device_malloc fovea_halide_device_malloc
#define halide_device_free fovea_halide_device_free
#define halide_device_sync fovea_halide_device_sync
#define halide_device_crop fovea_halide_device_crop
#define halide_device_release_crop fovea_halide_device_release_crop
#define halide_copy_to_device fovea_halide_copy_to_device
#include "internal.h"
#include <HalideRuntime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Brings the variables of the device runtime to life, unless that has been done. */
void fovea_halide_initialize(void);

/** Memory is counted in units, since Halide counts elements in 32 bits; any tensor of a network may
 * begin at one. */
typedef uint32_t unit;

/** In front of the arena. OpenCL forbids a kernel to write a part of a buffer and to read the whole
 * at once; so no part may begin where the buffer does. */
#define LEAD ((uint64_t)512 / sizeof(unit))

/** What an instance holds of the device. */
typedef struct {
  halide_buffer_t weights, arena;
  halide_dimension_t weightsExtent, arenaExtent;
  uint64_t handles[]; /**< Of the parts, in their order. */
} state;

static size_t stateBytes(const fovea_rt_device *device) {
  size_t bytes = sizeof(state) + sizeof(uint64_t) * device->partCount;
  return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

/** Halide's text says what went wrong. It has no other way to the caller. */
static void report(void *context, const char *message) {
  const fovea_rt_worker *worker = context;
  const fovea_options *options = worker ? worker->instance->creating : NULL;
  if (!options || !options->message || !options->message_bytes || options->message[0])
    return;
  size_t length = strcspn(message, "\n");
  snprintf(options->message, options->message_bytes, "%.*s", (int)length, message);
}

static halide_buffer_t bufferOf(halide_dimension_t *extent, uint64_t begin, uint64_t units) {
  *extent = (halide_dimension_t){(int32_t)begin, (int32_t)units, 1, 0};
  halide_buffer_t buffer = {0};
  buffer.type = (struct halide_type_t){halide_type_uint, 8 * sizeof(unit), 1};
  buffer.dimensions = 1;
  buffer.dim = extent;
  return buffer;
}

static bool isTooLarge(uint64_t bytes) { return bytes / sizeof(unit) > INT32_MAX - LEAD; }

static int createMemory(fovea_instance *instance, const fovea_rt_device *device, state *memory) {
  const struct halide_device_interface_t *interface = device->interface();
  void *context = &instance->workers[0];
  uint64_t weightBytes = instance->network->weightBytes;
  if (isTooLarge(weightBytes) || isTooLarge(device->arenaBytes))
    return FOVEA_NO_MEMORY;
  memory->weights = bufferOf(&memory->weightsExtent, 0, weightBytes / sizeof(unit));
  memory->arena = bufferOf(&memory->arenaExtent, 0, device->arenaBytes / sizeof(unit) + LEAD);
  int status = halide_device_malloc(context, &memory->arena, interface);
  if (status || !weightBytes)
    return status;
  memory->weights.host = (uint8_t *)(uintptr_t)instance->weights;
  memory->weights.flags = halide_buffer_flag_host_dirty;
  status = halide_copy_to_device(context, &memory->weights, interface);
  memory->weights.host = NULL;
  return status;
}

/** The part as Halide sees it; its handle is still missing. */
static halide_buffer_t partOf(const fovea_rt_part *part, halide_dimension_t *extent) {
  uint64_t begin = part->offset / sizeof(unit) + (part->isWeight ? 0 : LEAD);
  return bufferOf(extent, begin, (part->bytes + sizeof(unit) - 1) / sizeof(unit));
}

static int createParts(fovea_instance *instance, const fovea_rt_device *device, state *memory) {
  for (uint64_t i = 0; i < device->partCount; ++i) {
    const fovea_rt_part *part = &device->parts[i];
    halide_dimension_t extent;
    halide_buffer_t buffer = partOf(part, &extent);
    int status = halide_device_crop(&instance->workers[0],
                                    part->isWeight ? &memory->weights : &memory->arena, &buffer);
    if (status)
      return status;
    memory->handles[i] = buffer.device;
  }
  return FOVEA_OK;
}

int FOVEA_RT_DEVICE_CREATE(fovea_instance *instance, const fovea_options *options)
    __attribute__((visibility("default")));
void FOVEA_RT_DEVICE_DESTROY(fovea_instance *instance) __attribute__((visibility("default")));
int FOVEA_RT_DEVICE_FINISH(fovea_instance *instance) __attribute__((visibility("default")));

int FOVEA_RT_DEVICE_CREATE(fovea_instance *instance, const fovea_options *options) {
  const fovea_rt_device *device = instance->variant->device;
  const fovea_allocator *allocator = &instance->allocator;
  state *memory = allocator->allocate
                      ? allocator->allocate(allocator->context, stateBytes(device), CACHE_LINE)
                      : aligned_alloc(CACHE_LINE, stateBytes(device));
  if (!memory)
    return FOVEA_NO_MEMORY;
  memset(memory, 0, stateBytes(device));
  instance->device = memory;
  instance->arena = (uint8_t *)memory->handles;
  instance->creating = options;
  fovea_halide_initialize();
  halide_set_error_handler(report);
  int status = createMemory(instance, device, memory);
  if (!status)
    status = createParts(instance, device, memory);
  instance->creating = NULL;
  return status;
}

int FOVEA_RT_DEVICE_FINISH(fovea_instance *instance) {
  state *memory = instance->device;
  return halide_device_sync(&instance->workers[0], &memory->arena);
}

void FOVEA_RT_DEVICE_DESTROY(fovea_instance *instance) {
  const fovea_rt_device *device = instance->variant->device;
  const fovea_allocator *allocator = &instance->allocator;
  state *memory = instance->device;
  void *context = &instance->workers[0];
  for (uint64_t i = 0; i < device->partCount && memory->handles[i]; ++i) {
    halide_dimension_t extent;
    halide_buffer_t buffer = partOf(&device->parts[i], &extent);
    buffer.device = memory->handles[i];
    buffer.device_interface = device->interface();
    halide_device_release_crop(context, &buffer);
  }
  if (memory->weights.device)
    halide_device_free(context, &memory->weights);
  if (memory->arena.device)
    halide_device_free(context, &memory->arena);
  if (allocator->release)
    allocator->release(allocator->context, memory, stateBytes(device));
  else
    free(memory);
}
