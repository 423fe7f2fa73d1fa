/*===- choose.c - Which variant of a network runs -----------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
\*===----------------------------------------------------------------------===*/
#include "internal.h"
#include <stdio.h>

static void describeBatches(const fovea_network *network, const fovea_options *options, int batch) {
  char sizes[128] = "";
  int length = 0;
  for (uint32_t i = 0; i < network->batchCount && length < (int)sizeof sizes; ++i)
    length += snprintf(sizes + length, sizeof sizes - (size_t)length, "%s%d", i ? ", " : "",
                       network->batches[i]);
  fovea_rt_describe(options, "%s was not compiled for batch size %d; there is %s", network->name,
                    batch, sizes);
}

int fovea_rt_choose(const fovea_network *network, const fovea_options *options,
                    const fovea_rt_variant **out) {
  int batch = options->batch ? options->batch : network->batches[0];
  const fovea_rt_variant *least = NULL;
  int missing = 0;
  for (uint32_t i = 0; i < network->variantCount; ++i) {
    const fovea_rt_variant *variant = &network->variants[i];
    if (variant->batch != batch)
      continue;
    least = variant;
    missing = fovea_rt_missing_feature(variant->features, variant->featureCount);
    if (missing < 0) {
      *out = variant;
      return FOVEA_OK;
    }
  }
  if (!least) {
    describeBatches(network, options, batch);
    return FOVEA_NO_BATCH;
  }
  fovea_rt_describe(options, "this CPU lacks %s, which %s was compiled for%s%s",
                    least->features[missing], network->name,
                    network->variantCount > network->batchCount ? " at the least, in " : "",
                    network->variantCount > network->batchCount ? least->target : "");
  return FOVEA_NO_CPU;
}
