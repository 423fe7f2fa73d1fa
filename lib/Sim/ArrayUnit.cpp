//===- ArrayUnit.cpp - The array's arithmetic -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ArrayUnit.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::sim;

template <typename Value> static int64_t greatestMagnitude(const Value *values, size_t count) {
  Value least = 0, greatest = 0;
  for (size_t i = 0; i < count; ++i) {
    least = std::min(least, values[i]);
    greatest = std::max(greatest, values[i]);
  }
  return std::max(int64_t(greatest), -int64_t(least));
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

template <typename T> llvm::Error ArrayUnit<T>::run(const isa::Gemm &op) {
  const T *a = &memory.spad[op.a];
  size_t k = op.k, lda = op.lda;
  auto row = [&](size_t i, Packed *to) {
    if (op.ta)
      for (size_t j = 0; j < k; ++j)
        to[j] = a[j * lda + i];
    else
      std::copy_n(a + i * lda, k, to);
  };
  return multiply({op.m, k, op.n, &memory.spad[op.b], op.ldb, op.tb, op.accumulate,
                   &memory.acc[op.acc], op.ldacc, op.dataflow, row});
}

template <typename T> llvm::Error ArrayUnit<T>::run(const isa::Conv &op) {
  auto row = [&](size_t pixel, Packed *to) {
    op.shift ? gatherShifted(op, pixel, to) : gatherWindow(op, pixel, to);
  };
  return multiply({size_t(op.oh) * op.ow, size_t(op.kh) * op.kw * op.c, op.n, &memory.spad[op.b],
                   op.ldb, false, op.accumulate, &memory.acc[op.acc], op.ldacc, op.dataflow, row});
}

/// The elements under the kernel at one pixel of the result, [kh, kw, c].
template <typename T>
void ArrayUnit<T>::gatherWindow(const isa::Conv &op, size_t pixel, Packed *to) const {
  const T *image = &memory.spad[op.a];
  const int64_t h = op.h, w = op.w, c = op.c, kw = op.kw, lda = op.lda, dw = op.dw;
  const int64_t top = int64_t(pixel / op.ow) * op.sh - op.pt;
  const int64_t left = int64_t(pixel % op.ow) * op.sw - op.pl;
  const bool denseRow = dw == 1 && lda == c && left >= 0 && left + kw <= w;
  for (int64_t ky = 0; ky < op.kh; ++ky, to += kw * c) {
    int64_t y = top + ky * op.dh;
    if (y < 0 || y >= h) {
      std::fill_n(to, kw * c, Packed(op.fill));
      continue;
    }
    const T *line = image + y * w * lda;
    if (denseRow) {
      std::copy_n(line + left * c, kw * c, to);
      continue;
    }
    for (int64_t kx = 0; kx < kw; ++kx) {
      int64_t x = left + kx * dw;
      if (x < 0 || x >= w)
        std::fill_n(to + kx * c, c, Packed(op.fill));
      else
        std::copy_n(line + x * lda, c, to + kx * c);
    }
  }
}

/// The same where each channel is read at its offset.
template <typename T>
void ArrayUnit<T>::gatherShifted(const isa::Conv &op, size_t pixel, Packed *to) const {
  const T *image = &memory.spad[op.a];
  const int64_t h = op.h, w = op.w, lda = op.lda;
  const int64_t top = int64_t(pixel / op.ow) * op.sh - op.pt;
  const int64_t left = int64_t(pixel % op.ow) * op.sw - op.pl;
  for (int64_t ky = 0; ky < op.kh; ++ky)
    for (int64_t kx = 0; kx < op.kw; ++kx)
      for (uint32_t c = 0; c < op.c; ++c) {
        int64_t y = top + ky * op.dh + memory.shift[c].rows;
        int64_t x = left + kx * op.dw + memory.shift[c].columns;
        bool inside = y >= 0 && y < h && x >= 0 && x < w;
        *to++ = inside ? Packed(image[(y * w + x) * lda + c]) : Packed(op.fill);
      }
}

//===----------------------------------------------------------------------===//
// The product
//===----------------------------------------------------------------------===//

template <typename T>
void ArrayUnit<T>::packRows(const Product &product, size_t first, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    Packed *to = &rows[i * stride];
    product.row(first + i, to);
    std::fill(to + product.k, to + stride, Packed(0));
  }
}

/// B as [n / panelColumns][k / group][panelColumns][group], zeros beyond its ends.
template <typename T> void ArrayUnit<T>::packPanels(const Product &product) {
  const size_t count = llvm::divideCeil(product.n, panelColumns);
  const size_t rowStep = product.transposedB ? 1 : product.ldb;
  const size_t columnStep = product.transposedB ? product.ldb : 1;
  panels.assign(count * stride * panelColumns, Packed(0));
  for (size_t panel = 0; panel < count; ++panel) {
    const size_t first = panel * panelColumns;
    const size_t columns = std::min<size_t>(panelColumns, product.n - first);
    Packed *to = &panels[panel * stride * panelColumns];
    for (size_t k = 0; k < product.k; ++k) {
      const T *from = product.b + k * rowStep + first * columnStep;
      Packed *line = to + (k / group) * group * panelColumns + k % group;
      for (size_t j = 0; j < columns; ++j)
        line[j * group] = from[j * columnStep];
    }
  }
}

/// Calls visit(tile) for the tiles of a product's rows from `first` on, until it returns an error.
template <typename T>
template <typename Visitor>
llvm::Error ArrayUnit<T>::forEachTile(const Product &product, size_t first, size_t count,
                                      Visitor visit) {
  for (size_t column = 0; column < product.n; column += panelColumns)
    for (size_t i = 0; i < count; i += tileRows)
      if (llvm::Error error =
              visit(Tile{first + i, column, unsigned(std::min<size_t>(tileRows, count - i)),
                         unsigned(std::min<size_t>(panelColumns, product.n - column)),
                         &rows[i * stride], &panels[column * stride]}))
        return error;
  return llvm::Error::success();
}

template <typename T>
void ArrayUnit<T>::loadTile(const Product &product, const Tile &tile, Sum *sums) {
  for (unsigned r = 0; r < tile.rows; ++r)
    std::copy_n(product.sums + (tile.row + r) * product.ldacc + tile.column, tile.columns,
                sums + r * panelColumns);
}
template <typename T>
void ArrayUnit<T>::storeTile(const Product &product, const Tile &tile, const Sum *sums) {
  for (unsigned r = 0; r < tile.rows; ++r)
    std::copy_n(sums + r * panelColumns, tile.columns,
                product.sums + (tile.row + r) * product.ldacc + tile.column);
}

template <typename T> llvm::Error ArrayUnit<T>::multiply(const Product &product) {
  stride = llvm::alignTo(product.k, group);
  blockRows = std::clamp<size_t>(mostPacked / stride, tileRows, 64);
  rows.resize(blockRows * stride);
  packPanels(product);
  const bool watch = mayOverflow(product);
  if (!product.accumulate)
    for (size_t i = 0; i < product.m; ++i)
      std::fill_n(product.sums + i * product.ldacc, product.n, Sum(0));
  for (size_t first = 0; first < product.m; first += blockRows) {
    size_t count = std::min(blockRows, product.m - first);
    packRows(product, first, count);
    llvm::Error error = forEachTile(product, first, count, [&](const Tile &tile) -> llvm::Error {
      if (watch)
        return addWatched(product, tile);
      Sum sums[tileRows * panelColumns] = {};
      loadTile(product, tile, sums);
      sim::multiply(tile.a, stride, tile.rows, tile.panel, stride, sums);
      storeTile(product, tile, sums);
      return llvm::Error::success();
    });
    if (error)
      return error;
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Overflow
//===----------------------------------------------------------------------===//

/// Elements of a window that are added up inside the array.
static size_t partialLength(Dataflow dataflow, size_t k, const Accelerator &machine) {
  return dataflow == Dataflow::OutputStationary ? k : std::min<size_t>(k, machine.rows);
}

template <typename T>
bool ArrayUnit<T>::mayOverflow(const Product &product, Magnitudes most) const {
  int64_t partial = partialLength(product.dataflow, product.k, machine);
  int64_t one = most.a * most.b; // At most 2^30.
  return partial * one > machine.partialSum.max() ||
         int64_t(product.k) * one + most.sums > machine.accumulator.max();
}

/// Whether some sum could. Most commands are safe whatever their elements are.
template <typename T> bool ArrayUnit<T>::mayOverflow(const Product &product) {
  if constexpr (isFloat)
    return false;
  Magnitudes most{-machine.input.min(), -machine.input.min(), greatestSum(product)};
  if (!mayOverflow(product, most))
    return false;
  most.b = greatestMagnitude(panels.data(), panels.size());
  most.a = greatestOfA(product);
  return mayOverflow(product, most);
}

template <typename T> int64_t ArrayUnit<T>::greatestSum(const Product &product) const {
  int64_t greatest = 0;
  for (size_t i = 0; product.accumulate && i < product.m; ++i)
    greatest = std::max(greatest, greatestMagnitude(product.sums + i * product.ldacc, product.n));
  return greatest;
}

template <typename T> int64_t ArrayUnit<T>::greatestOfA(const Product &product) {
  int64_t greatest = 0;
  for (size_t first = 0; first < product.m; first += blockRows) {
    size_t count = std::min(blockRows, product.m - first);
    packRows(product, first, count);
    greatest = std::max(greatest, greatestMagnitude(rows.data(), count * stride));
  }
  return greatest;
}

/// Adds a tile in the array's order and looks at every sum on the way. Partial sums begin at half
/// the range of their type, so that none has left it if no higher bit was ever set. A product is
/// 2^30 at most, so that the first one to leave a range of 2^31 does not come round unseen.
template <typename T>
llvm::Error ArrayUnit<T>::addWatched(const Product &product, const Tile &tile) {
  if constexpr (!isFloat) {
    const unsigned bits = machine.partialSum.bits;
    if (bits >= 32)
      return addOneByOne(product, tile);
    const int32_t half = int32_t(1) << (bits - 1);
    const size_t length = partialLength(product.dataflow, product.k, machine);
    int32_t sums[tileRows * panelColumns] = {}, partials[tileRows * panelColumns];
    loadTile(product, tile, sums);
    for (size_t first = 0; first < product.k; first += length) {
      std::fill(std::begin(partials), std::end(partials), half);
      uint32_t seen = multiplyWatched(tile.a, stride, tile.rows, tile.panel, first,
                                      std::min(first + length, product.k), partials);
      bool fits = seen >> bits == 0;
      for (unsigned i = 0; i < tile.rows * panelColumns; ++i) {
        int64_t sum = int64_t(sums[i]) + partials[i] - half;
        fits &= sum == saturate(sum, machine.accumulator);
        sums[i] = int32_t(sum);
      }
      if (!fits)
        return addOneByOne(product, tile);
    }
    storeTile(product, tile, sums);
  }
  return llvm::Error::success();
}

template <typename T>
llvm::Error ArrayUnit<T>::addOneByOne(const Product &product, const Tile &tile) const {
  for (unsigned r = 0; r < tile.rows; ++r)
    for (unsigned j = 0; j < tile.columns; ++j)
      if (llvm::Error error =
              addOneByOne(product, tile.row + r, tile.column + j, tile.a + r * stride))
        return error;
  return llvm::Error::success();
}

/// Adds up one sum.
template <typename T>
llvm::Error ArrayUnit<T>::addOneByOne(const Product &product, size_t row, size_t column,
                                      const Packed *a) const {
  const size_t rowStep = product.transposedB ? 1 : product.ldb;
  const T *b = product.b + column * (product.transposedB ? product.ldb : 1);
  const size_t length = partialLength(product.dataflow, product.k, machine);
  Sum &place = product.sums[row * product.ldacc + column];
  int64_t sum = int64_t(place), partial = 0;
  auto overflow = [&](int64_t value, IntegerType type) {
    return llvm::createStringError("the sum of row " + llvm::Twine(row) + ", column " +
                                   llvm::Twine(column) + " becomes " + llvm::Twine(value) +
                                   ", more than " + llvm::Twine(type.bits) + " bits hold");
  };
  for (size_t k = 0; k < product.k; ++k) {
    partial += int64_t(a[k]) * b[k * rowStep];
    if (partial != saturate(partial, machine.partialSum))
      return overflow(partial, machine.partialSum);
    if ((k + 1) % length && k + 1 < product.k)
      continue;
    sum += std::exchange(partial, 0);
    if (sum != saturate(sum, machine.accumulator))
      return overflow(sum, machine.accumulator);
  }
  place = Sum(sum);
  return llvm::Error::success();
}

template class fovea::sim::ArrayUnit<int8_t>;
template class fovea::sim::ArrayUnit<int16_t>;
template class fovea::sim::ArrayUnit<float>;
