/* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * fovea.h for a network that no compiler made, with what real ones seldom have: two inputs of
 * different types, one with great alignment, two outputs, kernels that fail. sum[b] = the sum of
 * x[b, …], plus bias[b]; twice = 2 x. Batch sizes 1 and 4. Weights: the path "fake.weights", or
 * none where EMBEDDED is defined. */
#include "fovea.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fovea_network {
  int unused;
};
struct fovea_instance {
  int batch, threads;
};

static const fovea_network network;
static const int batches[] = {1, 4};
static const int64_t shapes[2][2] = {{1, 3}, {4, 3}};
static const fovea_port inputs[2][2] = {
    {{"x", FOVEA_F32, 2, shapes[0], 256, 12}, {"bias", FOVEA_I32, 1, shapes[0], 4, 4}},
    {{"x", FOVEA_F32, 2, shapes[1], 256, 48}, {"bias", FOVEA_I32, 1, shapes[1], 4, 16}}};
static const fovea_port outputs[2][2] = {
    {{"sum", FOVEA_F64, 1, shapes[0], 8, 8}, {"twice", FOVEA_F32, 2, shapes[0], 256, 12}},
    {{"sum", FOVEA_F64, 1, shapes[1], 8, 32}, {"twice", FOVEA_F32, 2, shapes[1], 256, 48}}};

#ifndef NO_NETWORK
const fovea_network *fovea_shared_network(void) { return &network; }
#endif
#ifndef VERSION
#define VERSION FOVEA_API_VERSION
#endif
int fovea_api_version(void) { return VERSION; }
const char *fovea_name(const fovea_network *n) { return n ? "fake" : NULL; }
int fovea_batch_count(const fovea_network *n) { return n ? 2 : 0; }
int fovea_batch_size(const fovea_network *n, int i) {
  return n && i >= 0 && i < 2 ? batches[i] : 0;
}
int fovea_input_count(const fovea_network *n) { return n ? 2 : 0; }
int fovea_output_count(const fovea_network *n) { return n ? 2 : 0; }

static const fovea_port *find(const fovea_port ports[2][2], int batch, int index) {
  return index < 0 || index > 1 ? NULL : &ports[batch == 4][index];
}
const fovea_port *fovea_input(const fovea_network *n, int batch, int index) {
  return n ? find(inputs, batch, index) : NULL;
}
const fovea_port *fovea_output(const fovea_network *n, int batch, int index) {
  return n ? find(outputs, batch, index) : NULL;
}

const fovea_network *fovea_network_of(const fovea_instance *instance) {
  return instance ? &network : NULL;
}
int fovea_batch_of(const fovea_instance *instance) { return instance ? instance->batch : 0; }
int fovea_threads_of(const fovea_instance *instance) { return instance ? instance->threads : 0; }
const char *fovea_target_of(const fovea_instance *instance) { return instance ? "nothing" : NULL; }

const char *fovea_error(int status) {
  switch (status) {
  case FOVEA_NO_WEIGHTS:
    return "no weights";
  case FOVEA_NO_BATCH:
    return "no such batch";
  case FOVEA_UNALIGNED:
    return "unaligned";
  default:
    return status < 0 ? "a kernel failed" : "another error";
  }
}

int fovea_create(const fovea_network *n, const fovea_options *options, fovea_instance **out) {
  *out = NULL;
  if (n != &network || options->size != sizeof(fovea_options))
    return FOVEA_INVALID;
  if (options->batch != 0 && options->batch != 1 && options->batch != 4)
    return FOVEA_NO_BATCH;
#ifdef EMBEDDED
  int found = !options->weights_path;
#else
  const char *path = options->weights_path;
  size_t length = path ? strlen(path) : 0;
  int found = length >= 12 && strcmp(path + length - 12, "fake.weights") == 0;
#endif
  if (!found) {
    if (options->weights_path)
      snprintf(options->message, options->message_bytes, "%s: cannot be read",
               options->weights_path);
    return FOVEA_NO_WEIGHTS;
  }
  *out = malloc(sizeof **out);
  (*out)->batch = options->batch ? options->batch : 1;
  (*out)->threads = options->threads ? options->threads : 7;
  return FOVEA_OK;
}

void fovea_destroy(fovea_instance *instance) {
  if (instance && getenv("FAKE_SAYS_DESTROYED"))
    puts("destroyed");
  free(instance);
}

int fovea_run(fovea_instance *instance, const void *const *from, void *const *to) {
  if (!instance)
    return FOVEA_INVALID;
  if ((uintptr_t)from[0] % 256 || (uintptr_t)to[1] % 256)
    return FOVEA_UNALIGNED;
  const float *x = from[0];
  const int32_t *bias = from[1];
  double *sum = to[0];
  float *twice = to[1];
  for (int b = 0; b < instance->batch; ++b) {
    if (bias[b] == 666)
      return -7;
    sum[b] = (double)x[3 * b] + x[3 * b + 1] + x[3 * b + 2] + bias[b];
  }
  for (int i = 0; i < 3 * instance->batch; ++i)
    twice[i] = 2 * x[i];
  return FOVEA_OK;
}
