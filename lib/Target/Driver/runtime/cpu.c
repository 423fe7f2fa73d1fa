/*===- cpu.c - What the CPU can do ------------------------------------------===*\
|* Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*===----------------------------------------------------------------------===*|
|*
|* Features by LLVM's names. A feature counts when the CPU has it (Intel SDM, volume 2, CPUID) and
the operating system saves its registers
|* (XGETBV). The compiler's own __builtin_cpu_supports would import data of libgcc.
|*
\*===----------------------------------------------------------------------===*/
#include "internal.h"
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

enum { EAX, EBX, ECX, EDX };

typedef struct {
  const char *name;
  uint32_t leaf, subleaf;
  int reg, bit;
  uint32_t state; /**< Bits of XCR0 that must be set. */
} feature;

#define AVX_STATE 0x6u
#define AVX512_STATE 0xE6u
#define EXTENDED 0x80000001u

static const feature features[] = {
    {"sse", 1, 0, EDX, 25, 0},
    {"sse2", 1, 0, EDX, 26, 0},
    {"sse3", 1, 0, ECX, 0, 0},
    {"ssse3", 1, 0, ECX, 9, 0},
    {"cx16", 1, 0, ECX, 13, 0},
    {"sse4.1", 1, 0, ECX, 19, 0},
    {"sse4.2", 1, 0, ECX, 20, 0},
    {"movbe", 1, 0, ECX, 22, 0},
    {"popcnt", 1, 0, ECX, 23, 0},
    {"lzcnt", EXTENDED, 0, ECX, 5, 0},
    {"bmi", 7, 0, EBX, 3, 0},
    {"bmi2", 7, 0, EBX, 8, 0},
    {"avx", 1, 0, ECX, 28, AVX_STATE},
    {"fma", 1, 0, ECX, 12, AVX_STATE},
    {"f16c", 1, 0, ECX, 29, AVX_STATE},
    {"avx2", 7, 0, EBX, 5, AVX_STATE},
    {"avxvnni", 7, 1, EAX, 4, AVX_STATE},
    {"avx512f", 7, 0, EBX, 16, AVX512_STATE},
    {"avx512dq", 7, 0, EBX, 17, AVX512_STATE},
    {"avx512ifma", 7, 0, EBX, 21, AVX512_STATE},
    {"avx512cd", 7, 0, EBX, 28, AVX512_STATE},
    {"avx512bw", 7, 0, EBX, 30, AVX512_STATE},
    {"avx512vl", 7, 0, EBX, 31, AVX512_STATE},
    {"avx512vbmi", 7, 0, ECX, 1, AVX512_STATE},
    {"avx512vbmi2", 7, 0, ECX, 6, AVX512_STATE},
    {"avx512vnni", 7, 0, ECX, 11, AVX512_STATE},
    {"avx512bitalg", 7, 0, ECX, 12, AVX512_STATE},
    {"avx512vpopcntdq", 7, 0, ECX, 14, AVX512_STATE},
    {"avx512fp16", 7, 0, EDX, 23, AVX512_STATE},
    {"avx512bf16", 7, 1, EAX, 5, AVX512_STATE},
};

/** XCR0, or 0 where the operating system has not switched XSAVE on. */
static uint32_t enabledState(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1))
    return 0;
  __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  return a;
}

static bool hasFeature(const char *name, uint32_t state) {
  for (size_t i = 0; i < sizeof features / sizeof *features; ++i) {
    const feature *f = &features[i];
    uint32_t regs[4];
    if (strcmp(f->name, name) == 0)
      return __get_cpuid_count(f->leaf, f->subleaf, &regs[EAX], &regs[EBX], &regs[ECX],
                               &regs[EDX]) &&
             (regs[f->reg] >> f->bit & 1) && (state & f->state) == f->state;
  }
  return false;
}
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>

/* What the kernel says that programs may use: the "hwcaps" of its documentation. */
static uint32_t enabledState(void) { return (uint32_t)getauxval(AT_HWCAP); }

static bool hasFeature(const char *name, uint32_t state) {
  return strcmp(name, "neon") == 0 && (state & HWCAP_ASIMD);
}
#else
static uint32_t enabledState(void) { return 0; }
static bool hasFeature(const char *name, uint32_t state) {
  (void)name, (void)state;
  return false;
}
#endif

int fovea_rt_missing_feature(const char *const *names, uint64_t count) {
  uint32_t state = enabledState();
  for (uint64_t i = 0; i < count; ++i)
    if (!hasFeature(names[i], state))
      return (int)i;
  return -1;
}
