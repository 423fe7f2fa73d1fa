//===- VectorUnit.cpp - The vector unit's arithmetic ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "VectorUnit.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"

using namespace fovea;
using namespace fovea::sim;
using llvm::Error;

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

template <typename T>
template <typename Make>
Error VectorUnit<T>::makeRows(isa::Local dst, uint32_t n1, uint32_t n0, uint32_t row, Make make) {
  results.resize(size_t(n1) * n0);
  for (uint32_t i = 0; i < n1; ++i)
    for (uint32_t j = 0; j < n0; ++j)
      results[size_t(i) * n0 + j] = make(i, j);
  for (uint32_t i = 0; i < n1; ++i)
    for (uint32_t j = 0; j < n0; ++j)
      memory.store(dst, uint64_t(i) * row + j, results[size_t(i) * n0 + j]);
  return Error::success();
}

template <typename T>
template <typename Make>
Error VectorUnit<T>::makeImage(uint32_t dst, uint32_t h, uint32_t w, uint32_t c, uint32_t pixel,
                               Make make) {
  return makeRows({false, dst}, h * w, c, pixel,
                  [&](uint32_t at, uint32_t channel) { return make(at / w, at % w, channel); });
}

/// Sums of commands that may not overflow.
template <typename T> Error VectorUnit<T>::writeSums(uint64_t acc, llvm::ArrayRef<Wide> sums) {
  for (size_t i = 0; i < sums.size(); ++i) {
    if constexpr (!isFloat)
      if (sums[i] != saturate(sums[i], machine.accumulator))
        return llvm::createStringError("the sum for element " + llvm::Twine(acc + i) +
                                       " of the accumulator becomes " + llvm::Twine(sums[i]) +
                                       ", more than " + llvm::Twine(machine.accumulator.bits) +
                                       " bits hold");
    memory.acc[acc + i] = Sum(sums[i]);
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// Adds one tap of the kernel for all channels of a pixel.
template <typename T>
void VectorUnit<T>::addTap(const isa::Depthwise &op, int64_t y, int64_t x, const T *weights) {
  bool inside = y >= 0 && y < int64_t(op.h) && x >= 0 && x < int64_t(op.w);
  const T *image = inside ? &memory.spad[op.a + (y * op.w + x) * op.lda] : nullptr;
  Wide *sum = results.data();
  for (uint32_t c = 0; c < op.c; ++c) {
    Wide element = inside ? Wide(image[c]) : Wide(op.fill);
    for (uint32_t i = 0; i < op.mul; ++i)
      *sum++ += element * Wide(*weights++);
  }
}

template <typename T> Error VectorUnit<T>::run(const isa::Depthwise &op) {
  const size_t channels = size_t(op.c) * op.mul;
  for (uint32_t pixel = 0; pixel < op.oh * op.ow; ++pixel) {
    const uint64_t acc = op.acc + uint64_t(pixel) * op.ldacc;
    const int64_t top = int64_t(pixel / op.ow) * op.sh - op.pt;
    const int64_t left = int64_t(pixel % op.ow) * op.sw - op.pl;
    if (op.accumulate)
      results.assign(&memory.acc[acc], &memory.acc[acc] + channels);
    else
      results.assign(channels, 0);
    const T *weights = &memory.spad[op.b];
    for (uint32_t ky = 0; ky < op.kh; ++ky)
      for (uint32_t kx = 0; kx < op.kw; ++kx, weights += op.ldb)
        addTap(op, top + int64_t(ky) * op.dh, left + int64_t(kx) * op.dw, weights);
    if (Error error = writeSums(acc, results))
      return error;
  }
  return Error::success();
}

template <typename T> Error VectorUnit<T>::run(const isa::Reduce &op) {
  results.resize(op.c);
  for (uint32_t c = 0; c < op.c; ++c) {
    const T *column = &memory.spad[op.src + c];
    Wide result = op.accumulate ? Wide(memory.acc[op.acc + c]) : Wide(column[0]);
    for (uint64_t i = op.accumulate ? 0 : 1; i < op.n; ++i) {
      Wide element = Wide(column[i * op.lds]);
      result = op.kind == isa::ReduceKind::Sum ? result + element : std::max(result, element);
    }
    results[c] = result;
  }
  return writeSums(op.acc, results);
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

template <typename T> Error VectorUnit<T>::run(const isa::Shift &op) {
  return makeImage(op.dst, op.h, op.w, op.c, op.ldd, [&](uint32_t y, uint32_t x, uint32_t c) {
    auto [rows, columns] = memory.shift[op.first + c];
    int64_t fromY = int64_t(y) + rows, fromX = int64_t(x) + columns;
    bool inside = fromY >= 0 && fromY < int64_t(op.h) && fromX >= 0 && fromX < int64_t(op.w);
    return inside ? Wide(memory.spad[op.src + (fromY * op.w + fromX) * op.lds + c]) : Wide(op.fill);
  });
}

template <typename T>
T VectorUnit<T>::poolWindow(const isa::Pool &op, int64_t top, int64_t left,
                            uint32_t channel) const {
  Wide sum = 0, greatest = isFloat ? -std::numeric_limits<float>::infinity() : machine.input.min();
  int64_t count = 0;
  for (int64_t y = std::max<int64_t>(top, 0); y < std::min<int64_t>(top + op.kh, op.h); ++y)
    for (int64_t x = std::max<int64_t>(left, 0); x < std::min<int64_t>(left + op.kw, op.w); ++x) {
      Wide element = Wide(memory.spad[op.src + (y * op.w + x) * op.lds + channel]);
      sum += element;
      greatest = std::max(greatest, element);
      ++count;
    }
  if (op.kind == isa::PoolKind::Max)
    return T(greatest);
  if (op.kind == isa::PoolKind::MeanOfPadding)
    count = int64_t(op.kh) * op.kw;
  if (count == 0)
    return 0;
  if constexpr (isFloat)
    return sum / float(count);
  else
    return T(divideToNearestEven(sum, count));
}

template <typename T> Error VectorUnit<T>::run(const isa::Pool &op) {
  return makeImage(op.dst, op.oh, op.ow, op.c, op.ldd, [&](uint32_t y, uint32_t x, uint32_t c) {
    return Wide(poolWindow(op, int64_t(y) * op.sh - op.pt, int64_t(x) * op.sw - op.pl, c));
  });
}

namespace {
/// Where a result's pixel lies between two of the image: at `lower` + rest / scale.
struct Position {
  int64_t lower, upper, rest, scale;
};
} // namespace

static Position positionOf(isa::ResizeKind kind, int64_t at, int64_t in, int64_t out) {
  int64_t numerator = at * in, scale = out;
  if (kind == isa::ResizeKind::Bilinear) {
    numerator = std::max<int64_t>((2 * at + 1) * in - out, 0);
    scale = 2 * out;
  } else if (kind == isa::ResizeKind::AlignCorners) {
    numerator = at * (in - 1);
    scale = std::max<int64_t>(out - 1, 1);
  }
  int64_t lower = std::min(numerator / scale, in - 1);
  return {lower, std::min(lower + 1, in - 1), numerator - lower * scale, scale};
}

template <typename T> Error VectorUnit<T>::run(const isa::Resize &op) {
  auto make = [&](uint32_t toY, uint32_t toX, uint32_t c) -> Wide {
    Position y = positionOf(op.kind, toY, op.h, op.oh), x = positionOf(op.kind, toX, op.w, op.ow);
    auto at = [&](int64_t row, int64_t column) {
      return Wide(memory.spad[op.src + (row * op.w + column) * op.lds + c]);
    };
    if (op.kind == isa::ResizeKind::Nearest)
      return at(y.lower, x.lower);
    // Exact: both weights are fractions, and rounding comes last.
    auto row = [&](int64_t row) {
      return at(row, x.lower) * Wide(x.scale - x.rest) + at(row, x.upper) * Wide(x.rest);
    };
    Wide sum = row(y.lower) * Wide(y.scale - y.rest) + row(y.upper) * Wide(y.rest);
    if constexpr (isFloat)
      return sum / float(y.scale * x.scale);
    else
      return divideToNearestEven(sum, y.scale * x.scale);
  };
  return makeImage(op.dst, op.oh, op.ow, op.c, op.ldd, make);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// An operand of elt. `quantization`: its entry plus one, or 0.
template <typename T>
auto VectorUnit<T>::operand(isa::Local place, uint64_t offset, uint32_t quantization) const
    -> Wide {
  Wide value = memory.load(place, offset);
  if (quantization == 0)
    return value;
  const auto &entry = memory.quantization[quantization - 1];
  if constexpr (isFloat)
    return dequantize(value, entry);
  else
    return dequantize(value, entry, machine.accumulator);
}

template <typename Value> static Value combine(isa::EltKind kind, Value x, Value y) {
  switch (kind) {
  case isa::EltKind::Add:
    return x + y;
  case isa::EltKind::Sub:
    return x - y;
  case isa::EltKind::Mul:
    return x * y;
  case isa::EltKind::Max:
    return std::max(x, y);
  case isa::EltKind::Min:
    break;
  }
  return std::min(x, y);
}

template <typename T> Error VectorUnit<T>::run(const isa::Elementwise &op) {
  return makeRows(op.dst, op.n1, op.n0, op.ldd, [&](uint64_t i, uint64_t j) {
    Wide x = operand(op.x, i * op.ldx + j, op.qx), y = operand(op.y, i * op.ldy + j, op.qy);
    return Wide(memory.toSum(combine(op.kind, x, y)));
  });
}

template <typename T> Error VectorUnit<T>::run(const isa::Requantize &op) {
  return makeRows({false, op.dst}, op.n1, op.n0, op.ldd, [&](uint64_t i, uint64_t j) {
    return requantize(Wide(memory.acc[op.src + i * op.lds + j]),
                      memory.quantization[op.first + (op.each ? j : 0)]);
  });
}

/// PyTorch's function of that name.
static double evaluate(isa::Function function, double x) {
  auto hardSigmoid = [](double x) { return std::clamp(x / 6 + 0.5, 0.0, 1.0); };
  switch (function) {
  case isa::Function::Identity:
    return x;
  case isa::Function::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case isa::Function::Tanh:
    return std::tanh(x);
  case isa::Function::Silu:
    return x / (1 + std::exp(-x));
  case isa::Function::Hardsigmoid:
    return hardSigmoid(x);
  case isa::Function::Hardswish:
    return x * hardSigmoid(x);
  case isa::Function::Gelu:
    return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
  case isa::Function::Exp:
    break;
  }
  return std::exp(x);
}

template <typename T> Error VectorUnit<T>::run(const isa::Lookup &op) {
  return makeRows({false, op.dst}, op.n1, op.n0, op.ldd, [&](uint64_t i, uint64_t j) {
    Wide element = Wide(memory.spad[op.src + i * op.lds + j]);
    if constexpr (isFloat)
      return float(evaluate(op.function, element));
    else
      return Wide(memory.lookup[256 * op.table + 128 + std::clamp<int64_t>(element, -128, 127)]);
  });
}

template <typename T> Error VectorUnit<T>::run(const isa::Copy &op) {
  results.resize(size_t(op.n0) * op.n1 * op.n2);
  auto next = results.begin();
  auto forEach = [&](uint64_t s0, uint64_t s1, uint64_t s2, auto visit) {
    for (uint64_t i2 = 0; i2 < op.n2; ++i2)
      for (uint64_t i1 = 0; i1 < op.n1; ++i1)
        for (uint64_t i0 = 0; i0 < op.n0; ++i0)
          visit(i2 * s2 + i1 * s1 + i0 * s0);
  };
  forEach(op.src0, op.src1, op.src2,
          [&](uint64_t offset) { *next++ = memory.load(op.src, offset); });
  next = results.begin();
  forEach(op.dst0, op.dst1, op.dst2,
          [&](uint64_t offset) { memory.store(op.dst, offset, *next++); });
  return Error::success();
}

template class fovea::sim::VectorUnit<int8_t>;
template class fovea::sim::VectorUnit<int16_t>;
template class fovea::sim::VectorUnit<float>;
