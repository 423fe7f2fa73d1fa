//===- ArrayUnit.h - The array's arithmetic ---------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// gemm and conv are one product: the rows of A, which conv gathers window by window, times B packed
// in panels. Sums that their type has no room for are an error, in the order in which the array
// adds: with weights or inputs that stay, `rows` elements of the window are added up in partialSum,
// then to the accumulator; with sums that stay, all of them. Most commands cannot overflow whatever
// their data, or not with the greatest magnitudes of theirs; where that is not sure every sum on
// the way is looked at.
//
// Floats are added in the order of the window, to what the accumulator holds or to zero.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_ARRAYUNIT_H
#define FOVEA_LIB_SIM_ARRAYUNIT_H

#include "LocalMemory.h"
#include "MatrixKernel.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace fovea::sim {

template <typename T> class ArrayUnit {
public:
  explicit ArrayUnit(LocalMemory<T> &memory) : memory(memory), machine(memory.machine) {}

  llvm::Error run(const isa::Gemm &op);
  llvm::Error run(const isa::Conv &op);

private:
  static constexpr bool isFloat = LocalMemory<T>::isFloat;
  using Sum = typename LocalMemory<T>::Sum;
  using Packed = std::conditional_t<isFloat, float, int16_t>;
  /// Elements of a window that lie side by side in a panel.
  static constexpr size_t group = isFloat ? 1 : 2;

  /// sums[m, n] = A[m, k] B[k, n]; row i of the sums is at acc + i * ldacc.
  struct Product {
    size_t m, k, n;
    const T *b;
    size_t ldb;
    bool transposedB, accumulate;
    Sum *sums;
    size_t ldacc;
    Dataflow dataflow;
    /// Writes row i of A, k elements.
    llvm::function_ref<void(size_t, Packed *)> row;
  };
  /// Some rows and columns of the sums, the packed rows of A and the panel of B.
  struct Tile {
    size_t row, column;
    unsigned rows, columns;
    const Packed *a, *panel;
  };
  /// How large the greatest elements are.
  struct Magnitudes {
    int64_t a = 0, b = 0, sums = 0;
  };

  void gatherWindow(const isa::Conv &op, size_t pixel, Packed *to) const;
  void gatherShifted(const isa::Conv &op, size_t pixel, Packed *to) const;

  llvm::Error multiply(const Product &product);
  void packRows(const Product &product, size_t first, size_t count);
  void packPanels(const Product &product);
  template <typename Visitor>
  llvm::Error forEachTile(const Product &product, size_t first, size_t count, Visitor visit);
  static void loadTile(const Product &product, const Tile &tile, Sum *sums);
  static void storeTile(const Product &product, const Tile &tile, const Sum *sums);

  bool mayOverflow(const Product &product);
  bool mayOverflow(const Product &product, Magnitudes most) const;
  int64_t greatestSum(const Product &product) const;
  int64_t greatestOfA(const Product &product);
  llvm::Error addWatched(const Product &product, const Tile &tile);
  llvm::Error addOneByOne(const Product &product, const Tile &tile) const;
  llvm::Error addOneByOne(const Product &product, size_t row, size_t column, const Packed *a) const;

  LocalMemory<T> &memory;
  const Accelerator &machine;
  static constexpr size_t mostPacked = size_t(1) << 20; ///< Elements of A, where tiles are less.
  size_t stride = 0;                                    ///< k, a multiple of `group`.
  size_t blockRows = 0;                                 ///< Rows of A that are packed at once.
  std::vector<Packed> rows, panels;
};

extern template class ArrayUnit<int8_t>;
extern template class ArrayUnit<int16_t>;
extern template class ArrayUnit<float>;

} // namespace fovea::sim

#endif
