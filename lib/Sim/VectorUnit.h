//===- VectorUnit.h - The vector unit's arithmetic --------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_VECTORUNIT_H
#define FOVEA_LIB_SIM_VECTORUNIT_H

#include "LocalMemory.h"
#include "llvm/Support/Error.h"

namespace fovea::sim {

/// Every command works as if it read all its operands before it writes. Sums of dwc and reduce that
/// the accumulator has no room for are an error; everything else saturates.
template <typename T> class VectorUnit {
public:
  explicit VectorUnit(LocalMemory<T> &memory) : memory(memory), machine(memory.machine) {}

  llvm::Error run(const isa::Depthwise &op);
  llvm::Error run(const isa::Reduce &op);
  llvm::Error run(const isa::Shift &op);
  llvm::Error run(const isa::Pool &op);
  llvm::Error run(const isa::Elementwise &op);
  llvm::Error run(const isa::Requantize &op);
  llvm::Error run(const isa::Lookup &op);
  llvm::Error run(const isa::Resize &op);
  llvm::Error run(const isa::Copy &op);

private:
  static constexpr bool isFloat = LocalMemory<T>::isFloat;
  using Sum = typename LocalMemory<T>::Sum;
  using Wide = typename LocalMemory<T>::Wide;

  void addTap(const isa::Depthwise &op, int64_t y, int64_t x, const T *weights);
  llvm::Error writeSums(uint64_t acc, llvm::ArrayRef<Wide> sums);
  T poolWindow(const isa::Pool &op, int64_t top, int64_t left, uint32_t channel) const;
  Wide operand(isa::Local place, uint64_t offset, uint32_t quantization) const;
  /// Calls make(y, x, channel) for each element of an image in order, then writes them to `dst`.
  template <typename Make>
  llvm::Error makeImage(uint32_t dst, uint32_t h, uint32_t w, uint32_t c, uint32_t pixel,
                        Make make);
  /// The same for n1 rows of n0 elements, make(row, column).
  template <typename Make>
  llvm::Error makeRows(isa::Local dst, uint32_t n1, uint32_t n0, uint32_t row, Make make);

  LocalMemory<T> &memory;
  const Accelerator &machine;
  std::vector<Wide> results;
};

extern template class VectorUnit<int8_t>;
extern template class VectorUnit<int16_t>;
extern template class VectorUnit<float>;

} // namespace fovea::sim

#endif
