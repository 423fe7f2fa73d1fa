//===- ArrayTiming.cpp - Cycles of a matrix product on the array ----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/ArrayTiming.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::sim;

namespace {
struct Folds {
  int64_t count;
  int64_t streamed;     ///< Rows of the moving operand per fold.
  int64_t fillAndDrain; ///< Of a fold.
};
} // namespace

// Extents are at most 2^31, so that their sums and products of two fit.
static int64_t ceilDivide(int64_t value, int64_t by) { return (value + by - 1) / by; }

static Folds foldsOf(const MatrixProduct &product, Dataflow dataflow, int64_t rows, int64_t cols) {
  int64_t acrossFilters = ceilDivide(product.filters, cols);
  switch (dataflow) {
  case Dataflow::OutputStationary:
    return {ceilDivide(product.pixels, rows) * acrossFilters, product.window, rows + cols - 2};
  case Dataflow::WeightStationary:
    return {ceilDivide(product.window, rows) * acrossFilters, product.pixels, 2 * rows + cols - 2};
  case Dataflow::InputStationary:
    return {ceilDivide(product.window, rows) * ceilDivide(product.pixels, cols), product.filters,
            2 * rows + cols - 2};
  }
  llvm_unreachable("no such dataflow");
}

static int64_t saturatingProduct(int64_t x, int64_t y) {
  int64_t result;
  return llvm::MulOverflow(x, y, result) ? std::numeric_limits<int64_t>::max() : result;
}

static int64_t saturatingSum(int64_t x, int64_t y) {
  int64_t result;
  return llvm::AddOverflow(x, y, result) ? std::numeric_limits<int64_t>::max() : result;
}

static ArrayCycles withoutOverlap(const Folds &folds) {
  int64_t total = saturatingProduct(folds.count, folds.streamed + folds.fillAndDrain) - 1;
  int64_t streaming = saturatingProduct(folds.count, folds.streamed);
  return {total, std::min(streaming, total), total};
}

ArrayCycles sim::closedForm(const MatrixProduct &product, Dataflow dataflow, int64_t rows,
                            int64_t cols) {
  return withoutOverlap(foldsOf(product, dataflow, rows, cols));
}

ArrayCycles sim::arrayCycles(const MatrixProduct &product, Dataflow dataflow,
                             const Accelerator &machine) {
  Folds folds = foldsOf(product, dataflow, machine.rows, machine.cols);
  int64_t streaming = saturatingProduct(folds.count, folds.streamed);
  int64_t total = std::max(withoutOverlap(folds).total, streaming);
  int64_t occupied = total;
  if (machine.preloadOverlap) {
    occupied = saturatingProduct(folds.count, std::max(machine.rows, folds.streamed));
    int64_t edges = std::max<int64_t>(folds.fillAndDrain - 1, 0);
    total = std::min(total, saturatingSum(occupied, edges));
  }
  return {total, streaming, std::min(occupied, total)};
}
