//===- MatrixKernel.cpp - Products of small matrices ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MatrixKernel.h"
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace fovea;
using fovea::sim::panelColumns;
using fovea::sim::tileRows;

#if defined(__x86_64__)

/// A pair of A's elements in one number.
static int32_t pairAt(const int16_t *a) {
  int32_t pair;
  std::memcpy(&pair, a, sizeof(pair));
  return pair;
}

template <unsigned rows>
__attribute__((target("avx2"))) static void
multiplyAvx2(const int16_t *a, size_t stride, const int16_t *panel, size_t k, int32_t *sums) {
  __m256i sum[rows][2];
  auto *out = reinterpret_cast<__m256i *>(sums);
  for (unsigned r = 0; r < rows; ++r)
    for (unsigned half = 0; half < 2; ++half)
      sum[r][half] = _mm256_loadu_si256(out + 2 * r + half);
  for (size_t i = 0; i < k; i += 2, panel += 2 * panelColumns) {
    auto *in = reinterpret_cast<const __m256i *>(panel);
    __m256i b0 = _mm256_loadu_si256(in), b1 = _mm256_loadu_si256(in + 1);
    for (unsigned r = 0; r < rows; ++r) {
      __m256i pair = _mm256_set1_epi32(pairAt(a + r * stride + i));
      sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(pair, b0));
      sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(pair, b1));
    }
  }
  for (unsigned r = 0; r < rows; ++r)
    for (unsigned half = 0; half < 2; ++half)
      _mm256_storeu_si256(out + 2 * r + half, sum[r][half]);
}

template <unsigned rows>
__attribute__((target("avx2"))) static uint32_t watchAvx2(const int16_t *a, size_t stride,
                                                          const int16_t *panel, size_t first,
                                                          size_t end, int32_t *sums) {
  __m256i sum[rows][2], seen = _mm256_setzero_si256();
  auto *out = reinterpret_cast<__m256i *>(sums);
  for (unsigned r = 0; r < rows; ++r)
    for (unsigned half = 0; half < 2; ++half)
      sum[r][half] = _mm256_loadu_si256(out + 2 * r + half);
  for (size_t i = first; i < end; ++i) {
    auto *in = reinterpret_cast<const __m256i *>(panel + i / 2 * 2 * panelColumns);
    __m256i b[2] = {_mm256_loadu_si256(in), _mm256_loadu_si256(in + 1)};
    for (unsigned r = 0; r < rows; ++r) {
      // One of a pair; the other one is zero.
      __m256i one = _mm256_set1_epi32(int32_t(uint32_t(uint16_t(a[r * stride + i])) << i % 2 * 16));
      for (unsigned half = 0; half < 2; ++half) {
        sum[r][half] = _mm256_add_epi32(sum[r][half], _mm256_madd_epi16(one, b[half]));
        seen = _mm256_or_si256(seen, sum[r][half]);
      }
    }
  }
  for (unsigned r = 0; r < rows; ++r)
    for (unsigned half = 0; half < 2; ++half)
      _mm256_storeu_si256(out + 2 * r + half, sum[r][half]);
  uint32_t parts[8], result = 0;
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(parts), seen);
  for (uint32_t part : parts)
    result |= part;
  return result;
}

/// Half the columns at a time: there are 16 registers.
template <unsigned rows>
static void multiplyBaselineRows(const int16_t *a, size_t stride, const int16_t *panel, size_t k,
                                 int32_t *sums) {
  for (unsigned part = 0; part < 2; ++part, panel += panelColumns, sums += panelColumns / 2) {
    __m128i sum[rows][2];
    auto out = [&](unsigned r, unsigned half) {
      return reinterpret_cast<__m128i *>(sums + r * panelColumns + 4 * half);
    };
    for (unsigned r = 0; r < rows; ++r)
      for (unsigned half = 0; half < 2; ++half)
        sum[r][half] = _mm_loadu_si128(out(r, half));
    const int16_t *next = panel;
    for (size_t i = 0; i < k; i += 2, next += 2 * panelColumns) {
      auto *in = reinterpret_cast<const __m128i *>(next);
      __m128i b0 = _mm_loadu_si128(in), b1 = _mm_loadu_si128(in + 1);
      for (unsigned r = 0; r < rows; ++r) {
        __m128i pair = _mm_set1_epi32(pairAt(a + r * stride + i));
        sum[r][0] = _mm_add_epi32(sum[r][0], _mm_madd_epi16(pair, b0));
        sum[r][1] = _mm_add_epi32(sum[r][1], _mm_madd_epi16(pair, b1));
      }
    }
    for (unsigned r = 0; r < rows; ++r)
      for (unsigned half = 0; half < 2; ++half)
        _mm_storeu_si128(out(r, half), sum[r][half]);
  }
}

static bool hasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2");
  return has;
}

template <unsigned rows>
static void multiplyRows(const int16_t *a, size_t stride, const int16_t *panel, size_t k,
                         int32_t *sums) {
  return hasAvx2() ? multiplyAvx2<rows>(a, stride, panel, k, sums)
                   : multiplyBaselineRows<rows>(a, stride, panel, k, sums);
}

#else

template <unsigned rows>
static void multiplyBaselineRows(const int16_t *a, size_t stride, const int16_t *panel, size_t k,
                                 int32_t *sums) {
  auto product = [](int32_t x, int32_t y) { return uint32_t(x * y); }; // Sums may wrap.
  for (size_t i = 0; i < k; i += 2, panel += 2 * panelColumns)
    for (unsigned r = 0; r < rows; ++r) {
      const int16_t *pair = a + r * stride + i;
      for (unsigned j = 0; j < panelColumns; ++j) {
        int32_t &sum = sums[r * panelColumns + j];
        sum = int32_t(uint32_t(sum) + product(pair[0], panel[2 * j]) +
                      product(pair[1], panel[2 * j + 1]));
      }
    }
}

template <unsigned rows>
static void multiplyRows(const int16_t *a, size_t stride, const int16_t *panel, size_t k,
                         int32_t *sums) {
  multiplyBaselineRows<rows>(a, stride, panel, k, sums);
}

#endif

template <unsigned rows>
static void multiplyRows(const float *a, size_t stride, const float *panel, size_t k, float *sums) {
  float sum[rows][panelColumns];
  std::memcpy(sum, sums, sizeof(sum));
  for (size_t i = 0; i < k; ++i, panel += panelColumns)
    for (unsigned r = 0; r < rows; ++r)
      for (unsigned j = 0; j < panelColumns; ++j)
        sum[r][j] += a[r * stride + i] * panel[j];
  std::memcpy(sums, sum, sizeof(sum));
}

template <typename Element, typename Sum>
static void multiplyAny(const Element *a, size_t stride, unsigned rows, const Element *panel,
                        size_t k, Sum *sums) {
  switch (rows) {
  case 1:
    return multiplyRows<1>(a, stride, panel, k, sums);
  case 2:
    return multiplyRows<2>(a, stride, panel, k, sums);
  case 3:
    return multiplyRows<3>(a, stride, panel, k, sums);
  default:
    return multiplyRows<tileRows>(a, stride, panel, k, sums);
  }
}

void sim::multiply(const int16_t *a, size_t stride, unsigned rows, const int16_t *panel, size_t k,
                   int32_t *sums) {
  multiplyAny(a, stride, rows, panel, k, sums);
}

void sim::multiply(const float *a, size_t stride, unsigned rows, const float *panel, size_t k,
                   float *sums) {
  multiplyAny(a, stride, rows, panel, k, sums);
}

void sim::multiplyBaseline(const int16_t *a, size_t stride, unsigned rows, const int16_t *panel,
                           size_t k, int32_t *sums) {
  switch (rows) {
  case 1:
    return multiplyBaselineRows<1>(a, stride, panel, k, sums);
  case 2:
    return multiplyBaselineRows<2>(a, stride, panel, k, sums);
  case 3:
    return multiplyBaselineRows<3>(a, stride, panel, k, sums);
  default:
    return multiplyBaselineRows<tileRows>(a, stride, panel, k, sums);
  }
}

uint32_t sim::multiplyWatchedBaseline(const int16_t *a, size_t stride, unsigned rows,
                                      const int16_t *panel, size_t first, size_t end,
                                      int32_t *sums) {
  uint32_t seen = 0;
  for (size_t i = first; i < end; ++i)
    for (unsigned r = 0; r < rows; ++r)
      for (unsigned j = 0; j < panelColumns; ++j) {
        int32_t product = a[r * stride + i] * panel[i / 2 * 2 * panelColumns + 2 * j + i % 2];
        int32_t &sum = sums[r * panelColumns + j];
        sum = int32_t(uint32_t(sum) + uint32_t(product));
        seen |= uint32_t(sum);
      }
  return seen;
}

uint32_t sim::multiplyWatched(const int16_t *a, size_t stride, unsigned rows, const int16_t *panel,
                              size_t first, size_t end, int32_t *sums) {
#if defined(__x86_64__)
  if (hasAvx2())
    switch (rows) {
    case 1:
      return watchAvx2<1>(a, stride, panel, first, end, sums);
    case 2:
      return watchAvx2<2>(a, stride, panel, first, end, sums);
    case 3:
      return watchAvx2<3>(a, stride, panel, first, end, sums);
    default:
      return watchAvx2<tileRows>(a, stride, panel, first, end, sums);
    }
#endif
  return multiplyWatchedBaseline(a, stride, rows, panel, first, end, sums);
}
