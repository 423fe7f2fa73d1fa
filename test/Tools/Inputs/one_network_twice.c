/* Runs two compilations of LeNet-5 on one image. */
#include "one.h"
#include "two.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  static float image[ONE_INPUT_IMAGE_ELEMENTS], first[ONE_OUTPUT_LOGITS_ELEMENTS], second[TWO_OUTPUT_LOGITS_ELEMENTS];
  one_instance *one;
  two_instance *two;
  if (argc != 3 || one_create(argv[1], NULL, &one) || two_create(argv[2], NULL, &two))
    return 1;
  if (one_run(one, image, first) || two_run(two, image, second))
    return 1;
  printf("%s and %s say %s things\n", fovea_name(one_network()), fovea_name(two_network()),
         memcmp(first, second, sizeof first) ? "different" : "the same");
  one_destroy(one);
  two_destroy(two);
  return 0;
}
