/*===- copy.c - Copies between buffers of different strides --------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
\*===----------------------------------------------------------------------===*/
#include "fovea_rt.h"
#include <string.h>

__attribute__((weak, visibility("default"))) void
fovea_rt_copy(uint8_t *to, const uint8_t *from, size_t elementBytes, int rank,
              const int64_t *extents, const int64_t *toStrides, const int64_t *fromStrides) {
  if (rank == 0) {
    memcpy(to, from, elementBytes);
    return;
  }
  int64_t dense = (int64_t)elementBytes;
  if (rank == 1 && *toStrides == dense && *fromStrides == dense) {
    memcpy(to, from, elementBytes * (size_t)*extents);
    return;
  }
  for (int64_t i = 0; i < *extents; ++i)
    fovea_rt_copy(to + i * *toStrides, from + i * *fromStrides, elementBytes, rank - 1, extents + 1,
                  toStrides + 1, fromStrides + 1);
}
