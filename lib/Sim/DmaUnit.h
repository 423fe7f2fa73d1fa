//===- DmaUnit.h - Copies between DRAM and local memories -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_DMAUNIT_H
#define FOVEA_LIB_SIM_DMAUNIT_H

#include "LocalMemory.h"
#include "fovea/Sim/Simulator.h"

namespace fovea::sim {

/// ld, st and sett. Regions lie inside their memories.
template <typename T> class DmaUnit {
public:
  DmaUnit(LocalMemory<T> &memory, Dram &dram);

  llvm::Error run(const isa::Ld &op);
  llvm::Error run(const isa::St &op);
  /// Error: an offset of the shift table that is no whole number of 16 bits.
  llvm::Error run(const isa::SetTable &op);

private:
  static constexpr bool isFloat = LocalMemory<T>::isFloat;
  using Sum = typename LocalMemory<T>::Sum;

  T narrowAt(uint64_t unit) const;
  Sum wideAt(uint64_t unit) const;
  template <typename Element, typename At>
  void loadRow(Element *to, uint64_t unit, uint64_t step, uint64_t count, At at) const;
  void loadQuantization(uint32_t entry, uint64_t unit);
  llvm::Expected<int32_t> offsetAt(uint64_t unit) const;

  LocalMemory<T> &memory;
  char *const dram;
  const int64_t unitBytes, wideUnits;
};

extern template class DmaUnit<int8_t>;
extern template class DmaUnit<int16_t>;
extern template class DmaUnit<float>;

} // namespace fovea::sim

#endif
