/* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Loads each shared library of argv, whose weights are embedded, and runs it with every batch size on the same samples.
 * Their results must be those of the first library. */
#include "small.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 4, IN = 3 * 12 * 12, OUT = 10 };
static float samples[SAMPLES][IN], expected[SAMPLES][OUT], got[SAMPLES][OUT];

#define LOAD(name) __typeof__(&name) p_##name = (__typeof__(&name))dlsym(library, #name)

static int run(const char *path, int is_first) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return puts(dlerror()), 1;
  const fovea_network *(*shared)(void) = (const fovea_network *(*)(void))dlsym(library, "fovea_shared_network");
  LOAD(fovea_create);
  LOAD(fovea_run);
  LOAD(fovea_destroy);
  LOAD(fovea_batch_size);
  LOAD(fovea_target_of);
  LOAD(fovea_name);
  printf("network %s\n", p_fovea_name(shared()));
  for (int b = 0, batch; (batch = p_fovea_batch_size(shared(), b)); ++b) {
    char message[200];
    fovea_options options = fovea_default_options();
    options.batch = batch;
    options.message = message;
    options.message_bytes = sizeof message;
    fovea_instance *net;
    if (p_fovea_create(shared(), &options, &net))
      return puts(message), 1;
    float greatest = 0;
    for (int s = 0; s < SAMPLES; s += batch) {
      const void *in[] = {samples[s]};
      void *out[] = {is_first && batch == 1 ? expected[s] : got[s]};
      if (p_fovea_run(net, in, out))
        return 1;
    }
    for (int i = 0; i < SAMPLES * OUT && !(is_first && batch == 1); ++i)
      greatest = fmaxf(greatest, fabsf(got[i / OUT][i % OUT] - expected[i / OUT][i % OUT]));
    printf("batch %d on %s: %s\n", batch, p_fovea_target_of(net), greatest < 1e-5f ? "equal" : "different");
    p_fovea_destroy(net);
  }
  return dlclose(library);
}

int main(int argc, char **argv) {
  for (int i = 0; i < SAMPLES * IN; ++i)
    samples[i / IN][i % IN] = (float)(i * 37 % 101) / 101 - 0.5f;
  printf("this CPU: %s\n", __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "x86-64-v3" : "x86-64-v2");
  int bad = 0;
  for (int i = 1; i < argc; ++i)
    bad |= run(argv[i], i == 1);
  float sum = 0;
  for (int i = 0; i < OUT; ++i)
    sum += fabsf(expected[1][i]);
  return bad || sum == 0;
}
