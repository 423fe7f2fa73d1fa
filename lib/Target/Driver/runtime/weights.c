/*===- weights.c - The packed weights file -----------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
\*===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "internal.h"
#include "weights_format.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int fovea_rt_check_weights(fovea_rt_instance *instance, const void *image, size_t bytes) {
  const fovea_rt_network *network = instance->network;
  fovea_weights_header header;
  if (bytes < sizeof header)
    return FOVEA_RT_NOT_WEIGHTS;
  memcpy(&header, image, sizeof header);
  if (memcmp(header.magic, FOVEA_WEIGHTS_MAGIC, sizeof header.magic) != 0 ||
      header.version != FOVEA_WEIGHTS_VERSION || header.dataOffset != sizeof header)
    return FOVEA_RT_NOT_WEIGHTS;
  if (memcmp(header.planHash, network->planHash, sizeof header.planHash) != 0 ||
      header.dataBytes != network->weightBytes)
    return FOVEA_RT_OTHER_PLAN;
  if (bytes - sizeof header != header.dataBytes)
    return FOVEA_RT_TRUNCATED;
  const uint8_t *data = (const uint8_t *)image + sizeof header;
  fovea_checksum sum;
  fovea_checksum_begin(&sum);
  fovea_checksum_add(&sum, data, header.dataBytes / FOVEA_WEIGHTS_BLOCK);
  if (fovea_checksum_end(&sum) != header.checksum)
    return FOVEA_RT_CORRUPT;
  instance->weights = data;
  return FOVEA_RT_OK;
}

static int mapFile(fovea_rt_instance *instance, int file, const char *path,
                   const fovea_rt_options *options) {
  struct stat info;
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    fovea_rt_describe(options, "%s: not a regular file", path);
    return FOVEA_RT_NO_WEIGHTS;
  }
  if (info.st_size == 0)
    return FOVEA_RT_NOT_WEIGHTS;
  size_t bytes = (size_t)info.st_size;
  void *image = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (image == MAP_FAILED) {
    fovea_rt_describe(options, "%s: %s", path, strerror(errno));
    return FOVEA_RT_NO_WEIGHTS;
  }
  instance->file = image;
  instance->fileBytes = bytes;
  return fovea_rt_check_weights(instance, image, bytes);
}

int fovea_rt_map_weights(fovea_rt_instance *instance, const char *path,
                         const fovea_rt_options *options) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    fovea_rt_describe(options, "%s: %s", path, strerror(errno));
    return FOVEA_RT_NO_WEIGHTS;
  }
  int status = mapFile(instance, file, path, options);
  close(file);
  return status;
}
