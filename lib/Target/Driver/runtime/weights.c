/*===- weights.c - Packed weights ---------------------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
\*===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "internal.h"
#include "weights_format.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/** Reads all of it, so that the first run finds it in memory. */
static int checkImage(fovea_instance *instance, const void *image, size_t bytes) {
  const fovea_network *network = instance->network;
  fovea_weights_header header;
  if (bytes < sizeof header)
    return FOVEA_NOT_WEIGHTS;
  memcpy(&header, image, sizeof header);
  if (memcmp(header.magic, FOVEA_WEIGHTS_MAGIC, sizeof header.magic) != 0 ||
      header.version != FOVEA_WEIGHTS_VERSION || header.dataOffset != sizeof header)
    return FOVEA_NOT_WEIGHTS;
  if (memcmp(header.planHash, network->planHash, sizeof header.planHash) != 0 ||
      header.dataBytes != network->weightBytes)
    return FOVEA_OTHER_PLAN;
  if (bytes - sizeof header != header.dataBytes)
    return FOVEA_TRUNCATED;
  const uint8_t *data = (const uint8_t *)image + sizeof header;
  fovea_checksum sum;
  fovea_checksum_begin(&sum);
  fovea_checksum_add(&sum, data, header.dataBytes / FOVEA_WEIGHTS_BLOCK);
  if (fovea_checksum_end(&sum) != header.checksum)
    return FOVEA_CORRUPT;
  instance->weights = data;
  return FOVEA_OK;
}

/** A short or changed file is seen by its size or checksum. */
static int readFile(fovea_instance *instance, int file, size_t bytes, const char *path,
                    const fovea_options *options) {
  uint8_t *image = fovea_rt_take_region(instance, &instance->file, bytes);
  if (!image)
    return FOVEA_NO_MEMORY;
  size_t done = 0;
  while (done < bytes) {
    ssize_t got = read(file, image + done, bytes - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      fovea_rt_describe(options, "%s: %s", path, strerror(errno));
      return FOVEA_NO_WEIGHTS;
    }
    if (got == 0)
      return FOVEA_TRUNCATED;
    done += (size_t)got;
  }
  return checkImage(instance, image, bytes);
}

static int openedFile(fovea_instance *instance, int file, const char *path,
                      const fovea_options *options) {
  /* Not fstat, which glibc has had for shared libraries since 2.33 alone. A pipe has no end, and
   * folders, whose ends are anywhere, cannot be read. */
  off_t bytes = lseek(file, 0, SEEK_END);
  if (bytes < 0 || lseek(file, 0, SEEK_SET) != 0 || read(file, NULL, 0) != 0) {
    fovea_rt_describe(options, "%s: not a regular file", path);
    return FOVEA_NO_WEIGHTS;
  }
  if (bytes == 0)
    return FOVEA_NOT_WEIGHTS;
  return readFile(instance, file, (size_t)bytes, path, options);
}

static int loadFile(fovea_instance *instance, const char *path, const fovea_options *options) {
  /* Without O_NONBLOCK a pipe would be waited for. */
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    fovea_rt_describe(options, "%s: %s", path, strerror(errno));
    return FOVEA_NO_WEIGHTS;
  }
  int status = openedFile(instance, file, path, options);
  close(file);
  if (status)
    fovea_rt_describe(options, "%s: %s", path, fovea_error(status));
  return status;
}

int fovea_rt_load_weights(fovea_instance *instance, const fovea_options *options) {
  const fovea_network *network = instance->network;
  if (network->weightBytes == 0)
    return FOVEA_OK;
  if (options->weights_path && options->weights) {
    fovea_rt_describe(options, "weights are given both as a file and in memory");
    return FOVEA_INVALID;
  }
  if (options->weights_path)
    return loadFile(instance, options->weights_path, options);
  if (options->weights && (uintptr_t)options->weights % CACHE_LINE) {
    fovea_rt_describe(options, "the weights in memory are not 64-byte aligned");
    return FOVEA_INVALID;
  }
  if (options->weights)
    return checkImage(instance, options->weights, options->weights_bytes);
  if (network->weights)
    return checkImage(instance, network->weights,
                      sizeof(fovea_weights_header) + network->weightBytes);
  fovea_rt_describe(options, "%s needs weights: none were given, and none are embedded",
                    network->name);
  return FOVEA_NO_WEIGHTS;
}
