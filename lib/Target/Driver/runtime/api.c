/*===- api.c - The functions that others see ---------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* Weak, because archives of several versions of Fovea may each bring them into one program.
|*
\*===----------------------------------------------------------------------===*/
#include "internal.h"

#define PUBLIC __attribute__((weak, visibility("default")))

PUBLIC int fovea_api_version(void) { return FOVEA_API_VERSION; }

PUBLIC const char *fovea_error(int status) {
  if (status < 0)
    return "a kernel failed";
  switch ((enum fovea_status)status) {
  case FOVEA_OK:
    return "no error";
  case FOVEA_INVALID:
    return "an argument is null or impossible";
  case FOVEA_NO_MEMORY:
    return "not enough memory";
  case FOVEA_NO_WEIGHTS:
    return "the weights cannot be read, or none were given";
  case FOVEA_NOT_WEIGHTS:
    return "not packed weights of this version of Fovea";
  case FOVEA_TRUNCATED:
    return "the weights are truncated or too long";
  case FOVEA_OTHER_PLAN:
    return "the weights were packed for another network or target";
  case FOVEA_CORRUPT:
    return "the weights are corrupt: their checksum is wrong";
  case FOVEA_BAD_THREADS:
    return "the number of threads must be 0 (one per CPU) to 1024";
  case FOVEA_NO_THREADS:
    return "the system does not start so many threads";
  case FOVEA_SCRATCH:
    return "a kernel used more scratch memory than was counted";
  case FOVEA_BUSY:
    return "the instance is running in another thread";
  case FOVEA_UNALIGNED:
    return "an input or output is not aligned as its port says";
  case FOVEA_NO_BATCH:
    return "the network was not compiled for this batch size";
  case FOVEA_NO_CPU:
    return "this CPU lacks what the network was compiled for";
  }
  return "unknown error";
}

/*===----------------------------------------------------------------------===*\
|* Through the table
\*===----------------------------------------------------------------------===*/

PUBLIC int fovea_create(const fovea_network *network, const fovea_options *options,
                        fovea_instance **out) {
  if (out)
    *out = NULL;
  return network && out ? network->api->create(network, options, out) : FOVEA_INVALID;
}

PUBLIC int fovea_run(fovea_instance *instance, const void *const *inputs, void *const *outputs) {
  return instance ? instance->api->run(instance, inputs, outputs) : FOVEA_INVALID;
}

PUBLIC void fovea_destroy(fovea_instance *instance) {
  if (instance)
    instance->api->destroy(instance);
}

PUBLIC const char *fovea_name(const fovea_network *network) {
  return network ? network->api->name(network) : NULL;
}

PUBLIC int fovea_batch_size(const fovea_network *network, int index) {
  return network ? network->api->batchSize(network, index) : 0;
}

PUBLIC int fovea_batch_count(const fovea_network *network) {
  int count = 0;
  while (fovea_batch_size(network, count))
    ++count;
  return count;
}

PUBLIC const fovea_port *fovea_input(const fovea_network *network, int batch, int index) {
  return network ? network->api->port(network, 0, batch, index) : NULL;
}

PUBLIC const fovea_port *fovea_output(const fovea_network *network, int batch, int index) {
  return network ? network->api->port(network, 1, batch, index) : NULL;
}

PUBLIC int fovea_input_count(const fovea_network *network) {
  int count = 0;
  while (fovea_input(network, 0, count))
    ++count;
  return count;
}

PUBLIC int fovea_output_count(const fovea_network *network) {
  int count = 0;
  while (fovea_output(network, 0, count))
    ++count;
  return count;
}

PUBLIC const fovea_network *fovea_network_of(const fovea_instance *instance) {
  return instance ? instance->api->networkOf(instance) : NULL;
}

PUBLIC int fovea_batch_of(const fovea_instance *instance) {
  return instance ? instance->api->batchOf(instance) : 0;
}

PUBLIC int fovea_threads_of(const fovea_instance *instance) {
  return instance ? instance->api->threadsOf(instance) : 0;
}

PUBLIC const char *fovea_target_of(const fovea_instance *instance) {
  return instance ? instance->api->targetOf(instance) : NULL;
}

PUBLIC const char *fovea_step_name(const fovea_instance *instance, int index) {
  return instance ? instance->api->stepName(instance, index) : NULL;
}

PUBLIC int fovea_step_count(const fovea_instance *instance) {
  int count = 0;
  while (fovea_step_name(instance, count))
    ++count;
  return count;
}

PUBLIC void fovea_profile(fovea_instance *instance, uint64_t *nanoseconds) {
  if (instance)
    instance->api->profile(instance, nanoseconds);
}

/** The table of a kernel's context. */
static const fovea_rt_api *tableOf(void *context) { return *(const fovea_rt_api **)context; }

PUBLIC int fovea_rt_do_par_for(void *context, fovea_rt_task task, int min, int size,
                               uint8_t *closure) {
  return tableOf(context)->doParFor(context, task, min, size, closure);
}

PUBLIC void *fovea_rt_malloc(void *context, size_t bytes) {
  return tableOf(context)->malloc(context, bytes);
}

PUBLIC void fovea_rt_free(void *context, void *pointer) {
  tableOf(context)->free(context, pointer);
}

/*===----------------------------------------------------------------------===*\
|* The table
\*===----------------------------------------------------------------------===*/

static const char *nameOf(const fovea_network *network) { return network->name; }

static int batchSize(const fovea_network *network, int index) {
  return index >= 0 && (uint32_t)index < network->batchCount ? network->batches[index] : 0;
}

static const fovea_port *port(const fovea_network *network, int isOutput, int batch, int index) {
  uint32_t count = isOutput ? network->outputCount : network->inputCount;
  if (index < 0 || (uint32_t)index >= count)
    return NULL;
  for (uint32_t i = 0; i < network->variantCount; ++i)
    if (network->variants[i].batch == (batch ? batch : network->batches[0]))
      return &network->variants[i].ports[(isOutput ? network->inputCount : 0) + (uint32_t)index];
  return NULL;
}

static const fovea_network *networkOf(const fovea_instance *instance) { return instance->network; }
static int batchOf(const fovea_instance *instance) { return instance->variant->batch; }
static int threadsOf(const fovea_instance *instance) { return instance->threads; }
static const char *targetOf(const fovea_instance *instance) { return instance->variant->target; }

static const char *stepName(const fovea_instance *instance, int index) {
  const fovea_rt_variant *variant = instance->variant;
  return index >= 0 && (uint32_t)index < variant->callCount ? variant->callNames[index] : NULL;
}

static void profile(fovea_instance *instance, uint64_t *nanoseconds) {
  instance->profile = nanoseconds;
}

PUBLIC const fovea_rt_api FOVEA_RT_API = {
    .version = FOVEA_API_VERSION,
    .create = fovea_rt_create,
    .run = fovea_rt_run,
    .destroy = fovea_rt_destroy,
    .name = nameOf,
    .batchSize = batchSize,
    .port = port,
    .networkOf = networkOf,
    .batchOf = batchOf,
    .threadsOf = threadsOf,
    .targetOf = targetOf,
    .stepName = stepName,
    .profile = profile,
    .doParFor = fovea_rt_parallel,
    .malloc = fovea_rt_push,
    .free = fovea_rt_pop,
};
