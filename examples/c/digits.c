/* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Reads the digits of a text, each of 8 x 8 pixels from 0 to 16, with LeNet-5. */
#include "lenet5.h"
#include <stdio.h>

/* Every pixel becomes 4 x 4 of 0 to 1. Returns whether there was a digit left. */
static int readDigit(FILE *file, float *image) {
  for (int y = 0; y < 32; y += 4)
    for (int x = 0; x < 32; x += 4) {
      int pixel;
      if (fscanf(file, "%d", &pixel) != 1)
        return 0;
      for (int i = 0; i < 16; ++i)
        image[(y + i / 4) * 32 + x + i % 4] = (float)pixel / 16;
    }
  return 1;
}

int main(int argc, char **argv) {
  float image[LENET5_INPUT_IMAGE_ELEMENTS], logits[LENET5_OUTPUT_LOGITS_ELEMENTS];
  FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;
  if (!file)
    return fprintf(stderr, "usage: digits lenet5.weights DIGITS.txt\n"), 2;
  lenet5_instance *net;
  int status = lenet5_create(argv[1], NULL, &net);
  while (!status && readDigit(file, image)) {
    status = lenet5_run(net, image, logits);
    int best = 0;
    for (int i = 1; i < LENET5_OUTPUT_LOGITS_ELEMENTS; ++i)
      best = logits[i] > logits[best] ? i : best;
    printf("%d\n", best);
  }
  lenet5_destroy(net);
  fclose(file);
  if (status)
    fprintf(stderr, "%s: %s\n", argv[1], fovea_error(status));
  return status != 0;
}
