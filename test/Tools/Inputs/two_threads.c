/* Two threads, each with an instance of LeNet-5, read the digit in argv[2] until they have agreed often enough. */
#include "lenet5.h"
#include <pthread.h>
#include <stdio.h>

static const char *weights;
static float image[LENET5_INPUT_IMAGE_ELEMENTS];

static void *readDigit(void *result) {
  lenet5_instance *net;
  float logits[LENET5_OUTPUT_LOGITS_ELEMENTS];
  int error = lenet5_create(weights, NULL, &net), best = 0;
  for (int run = 0; run < 500 && !error; ++run)
    error = lenet5_run(net, image, logits);
  for (int i = 1; i < LENET5_OUTPUT_LOGITS_ELEMENTS; ++i)
    best = logits[i] > logits[best] ? i : best;
  lenet5_destroy(net);
  *(int *)result = best;
  return error ? (void *)fovea_error(error) : NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[2];
  int digits[2];
  void *error = NULL;
  FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (!file || fread(image, sizeof(float), LENET5_INPUT_IMAGE_ELEMENTS, file) == 0)
    return 1;
  weights = argv[1];
  for (int i = 0; i < 2; ++i)
    pthread_create(&threads[i], NULL, readDigit, &digits[i]);
  for (int i = 0; i < 2; ++i, error ? (void)puts(error) : (void)0)
    pthread_join(threads[i], &error);
  printf("read %d and %d\n", digits[0], digits[1]);
  return fclose(file);
}
