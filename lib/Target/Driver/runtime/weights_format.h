/*===- weights_format.h - The packed weights file -------------------*- C -*-===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* A header of 64 bytes, then the data, whose size is a multiple of 64; all little-endian. Included
by the writer (C++)
|* and by the run-time library (C).
|*
\*===----------------------------------------------------------------------===*/
#ifndef FOVEA_WEIGHTS_FORMAT_H
#define FOVEA_WEIGHTS_FORMAT_H

#include <stdint.h>
#include <string.h>

#define FOVEA_WEIGHTS_MAGIC "FOVEAWTS"
#define FOVEA_WEIGHTS_VERSION 1
#define FOVEA_WEIGHTS_BLOCK 64

typedef struct {
  char magic[8];
  uint32_t version;
  uint32_t dataOffset; /**< 64. */
  uint64_t dataBytes;
  uint64_t checksum;
  uint8_t planHash[32];
} fovea_weights_header;

/** A checksum of eight interleaved lanes, so that it keeps up with memory. Each step is a bijection
 * of its word: no change of a single word goes unseen. */
typedef struct {
  uint64_t lane[8];
} fovea_checksum;

static inline void fovea_checksum_begin(fovea_checksum *sum) {
  for (int i = 0; i < 8; ++i)
    sum->lane[i] = 0x9E3779B97F4A7C15u * (uint64_t)(i + 1);
}

/** Takes `blocks` times 64 bytes. */
static inline void fovea_checksum_add(fovea_checksum *sum, const void *data, uint64_t blocks) {
  const unsigned char *bytes = (const unsigned char *)data;
  fovea_checksum s = *sum;
  for (uint64_t b = 0; b < blocks; ++b, bytes += FOVEA_WEIGHTS_BLOCK) {
    uint64_t words[8];
    memcpy(words, bytes, sizeof words);
    for (int i = 0; i < 8; ++i) {
      uint64_t mixed = s.lane[i] ^ words[i];
      s.lane[i] = (mixed << 29 | mixed >> 35) * 0xD6E8FEB86659FD93u;
    }
  }
  *sum = s;
}

static inline uint64_t fovea_checksum_end(const fovea_checksum *sum) {
  uint64_t all = 0;
  for (int i = 0; i < 8; ++i) {
    all = (all ^ sum->lane[i]) * 0xD6E8FEB86659FD93u;
    all ^= all >> 32;
  }
  return all;
}

#endif
