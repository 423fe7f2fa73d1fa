// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two networks that share kernels in one C++ program.
#include "other.h"
#include "tiny.h"
#include <cstdio>

int main(int, char **argv) {
  float x[TINY_INPUT_X_ELEMENTS], y[TINY_OUTPUT_Y_ELEMENTS], z[OTHER_OUTPUT_Y_ELEMENTS];
  for (int i = 0; i < TINY_INPUT_X_ELEMENTS; ++i)
    x[i] = i;
  tiny_instance *tiny;
  other_instance *other;
  if (int error = tiny_create(argv[1], nullptr, &tiny))
    return puts(fovea_error(error)), 1;
  if (int error = other_create(argv[2], nullptr, &other))
    return puts(fovea_error(error)), 1;
  int bad = tiny_run(tiny, x, y) || other_run(other, x, z);
  for (int i = 0; i < TINY_OUTPUT_Y_ELEMENTS; ++i)
    bad |= y[i] != z[i];
  tiny_destroy(tiny);
  other_destroy(other);
  return bad;
}
