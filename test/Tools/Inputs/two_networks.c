/* LeNet-5 and the filters in one program. */
#include "filters.h"
#include "lenet5.h"
#include <stdio.h>

static float photo[FILTERS_INPUT_PHOTO_ELEMENTS], grey[FILTERS_OUTPUT_GREY_ELEMENTS], edges[FILTERS_OUTPUT_EDGES_ELEMENTS],
    blurred[FILTERS_OUTPUT_BLURRED_ELEMENTS], sharp[FILTERS_OUTPUT_SHARP_ELEMENTS];

int main(int argc, char **argv) {
  char message[200];
  fovea_options options = fovea_default_options();
  lenet5_instance *lenet5;
  filters_instance *filters;
  float image[LENET5_INPUT_IMAGE_ELEMENTS] = {0}, logits[LENET5_OUTPUT_LOGITS_ELEMENTS];
  if (argc != 3)
    return 2;
  options.threads = 1;
  options.message = message;
  options.message_bytes = sizeof message;
  if (lenet5_create(argv[1], &options, &lenet5))
    return puts(message), 1;
  if (filters_create(argv[2], NULL, &filters))
    return 1;
  for (int i = 0; i < FILTERS_INPUT_PHOTO_ELEMENTS; ++i)
    photo[i] = 1;
  if (filters_run(filters, photo, grey, edges, blurred, sharp) || lenet5_run(lenet5, image, logits))
    return 1;
  printf("grey of white is %.3f\n", grey[12345]);
  puts(LENET5_OUTPUT_LOGITS_ELEMENTS == 10 ? "ten numbers" : "?");
  filters_destroy(filters);
  lenet5_destroy(lenet5);
  return 0;
}
