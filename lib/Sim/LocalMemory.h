//===- LocalMemory.h - What the local memories hold -------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SIM_LOCALMEMORY_H
#define FOVEA_LIB_SIM_LOCALMEMORY_H

#include "fovea/Machine/Isa.h"
#include "fovea/Support/Requantize.h"
#include <type_traits>
#include <vector>

namespace fovea::sim {

/// Scratchpad, accumulator and tables of a machine whose elements are T: int8_t or int16_t, with
/// sums in 32 bits, or float.
template <typename T> struct LocalMemory {
  static constexpr bool isFloat = std::is_same_v<T, float>;
  using Sum = std::conditional_t<isFloat, float, int32_t>;
  /// What no operation on two elements or sums overflows.
  using Wide = std::conditional_t<isFloat, float, int64_t>;
  using Entry = std::conditional_t<isFloat, FloatQuantizationEntry, QuantizationEntry>;
  struct Offset {
    int32_t rows = 0, columns = 0;
  };

  explicit LocalMemory(const Accelerator &machine)
      : machine(machine), spad(machine.spadElements()), acc(machine.accElements()),
        quantization(4096), lookup(4096), shift(4096) {}

  Wide load(isa::Local place, uint64_t offset) const {
    return place.accumulator ? Wide(acc[place.element + offset])
                             : Wide(spad[place.element + offset]);
  }
  /// Saturates.
  void store(isa::Local place, uint64_t offset, Wide value) {
    if (place.accumulator)
      acc[place.element + offset] = toSum(value);
    else
      spad[place.element + offset] = toElement(value);
  }
  T toElement(Wide value) const {
    if constexpr (isFloat)
      return value;
    else
      return T(saturate(value, machine.input));
  }
  Sum toSum(Wide value) const {
    if constexpr (isFloat)
      return value;
    else
      return Sum(saturate(value, machine.accumulator));
  }

  const Accelerator &machine;
  std::vector<T> spad;
  std::vector<Sum> acc;
  std::vector<Entry> quantization;
  std::vector<T> lookup;
  std::vector<Offset> shift;
};

} // namespace fovea::sim

#endif
