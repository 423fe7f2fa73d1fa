/* Runs a network of one input and one output once, with two threads: NETWORK is its function.

   run_network WEIGHTS INPUT OUTPUT: both are plain numbers; WEIGHTS may be "-", the embedded ones.
 */
#include "fovea.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const fovea_network *NETWORK(void);

static int transfer(const char *path, const char *mode, void *data, size_t bytes) {
  FILE *file = fopen(path, mode);
  size_t moved = !file            ? 0
                 : mode[0] == 'r' ? fread(data, 1, bytes, file)
                                  : fwrite(data, 1, bytes, file);
  return file && fclose(file) == 0 && moved == bytes;
}

int main(int argc, char **argv) {
  char message[256];
  fovea_options options = fovea_default_options();
  fovea_instance *instance;
  const fovea_port *in = fovea_input(NETWORK(), 0, 0), *out = fovea_output(NETWORK(), 0, 0);
  void *input = aligned_alloc(64, (in->bytes + 63) / 64 * 64);
  void *output = aligned_alloc(64, (out->bytes + 63) / 64 * 64);
  const void *inputs[] = {input};
  void *outputs[] = {output};
  options.threads = 2;
  if (argc != 4)
    return 2;
  options.weights_path = strcmp(argv[1], "-") ? argv[1] : NULL;
  options.message = message;
  options.message_bytes = sizeof message;
  if (fovea_create(NETWORK(), &options, &instance)) {
    puts(message);
    return 1;
  }
  if (!transfer(argv[2], "rb", input, in->bytes))
    return 2;
  int status = fovea_run(instance, inputs, outputs);
  puts(fovea_error(status));
  fovea_destroy(instance);
  status = status || !transfer(argv[3], "wb", output, out->bytes);
  free(input);
  free(output);
  return status;
}
