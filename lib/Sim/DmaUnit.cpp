//===- DmaUnit.cpp - Copies between DRAM and local memories ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DmaUnit.h"
#include "Units.h"

using namespace fovea;
using namespace fovea::sim;
using llvm::Error;

template <typename T>
DmaUnit<T>::DmaUnit(LocalMemory<T> &memory, Dram &dram)
    : memory(memory), dram(dram.bytes().data()), unitBytes(dram.unitBytes()),
      wideUnits(unitsOf(ElementKind::Wide, memory.machine)) {}

template <typename T> T DmaUnit<T>::narrowAt(uint64_t unit) const {
  const char *from = dram + unit * unitBytes;
  if constexpr (isFloat)
    return loadFloat(from);
  else // Bits that the type has not are no part of the element.
    return T(llvm::SignExtend64(loadInteger(from, sizeof(T)), memory.machine.input.bits));
}

template <typename T> auto DmaUnit<T>::wideAt(uint64_t unit) const -> Sum {
  const char *from = dram + unit * unitBytes;
  if constexpr (isFloat)
    return loadFloat(from);
  else
    return Sum(llvm::SignExtend64(loadInteger(from, wideUnits * unitBytes),
                                  memory.machine.accumulator.bits));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

template <typename T>
template <typename Element, typename At>
void DmaUnit<T>::loadRow(Element *to, uint64_t unit, uint64_t step, uint64_t count, At at) const {
  for (uint64_t i = 0; i < count; ++i)
    to[i] = Element((this->*at)(unit + i * step));
}

template <typename T> Error DmaUnit<T>::run(const isa::Ld &op) {
  const uint64_t rows = op.before1 + op.n1 + op.after1, planes = op.before2 + op.n2 + op.after2;
  auto makeRow = [&](auto *to, uint64_t plane, uint64_t row) {
    bool inside = plane >= op.before2 && plane < op.before2 + op.n2 && row >= op.before1 &&
                  row < op.before1 + op.n1;
    uint64_t unit = op.src + (plane - op.before2) * op.src2 + (row - op.before1) * op.src1;
    if (!inside)
      std::fill_n(to, op.n0, std::decay_t<decltype(*to)>(op.fill));
    else if (op.wide)
      loadRow(to, unit, wideUnits, op.n0, &DmaUnit::wideAt);
    else
      loadRow(to, unit, 1, op.n0, &DmaUnit::narrowAt);
  };
  for (uint64_t plane = 0; plane < planes; ++plane)
    for (uint64_t row = 0; row < rows; ++row) {
      uint64_t to = op.dst.element + plane * op.dst2 + row * op.dst1;
      if (op.dst.accumulator)
        makeRow(&memory.acc[to], plane, row);
      else
        makeRow(&memory.spad[to], plane, row);
    }
  return Error::success();
}

template <typename T> Error DmaUnit<T>::run(const isa::St &op) {
  const uint64_t units = op.src.accumulator ? wideUnits : 1;
  for (uint64_t plane = 0; plane < op.n2; ++plane)
    for (uint64_t row = 0; row < op.n1; ++row)
      for (uint64_t i = 0; i < op.n0; ++i) {
        auto value = memory.load(op.src, plane * op.src2 + row * op.src1 + i);
        char *to = dram + (op.dst + plane * op.dst2 + row * op.dst1 + i * units) * unitBytes;
        if constexpr (isFloat)
          storeFloat(to, value);
        else
          storeInteger(to, units * unitBytes, value);
      }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

template <typename T> void DmaUnit<T>::loadQuantization(uint32_t index, uint64_t unit) {
  const char *from = dram + unit * unitBytes;
  auto &entry = memory.quantization[index];
  if constexpr (isFloat) {
    entry = {loadFloat(from), loadFloat(from + 4), loadFloat(from + 8), loadFloat(from + 12)};
  } else {
    entry.multiplier = int32_t(loadInteger(from, 4));
    entry.shift = int16_t(loadInteger(from + 4, 2));
    entry.zeroPoint = int16_t(loadInteger(from + 6, 2));
    entry.least = int16_t(loadInteger(from + 8, 2));
    entry.greatest = int16_t(loadInteger(from + 10, 2));
  }
}

template <typename T> llvm::Expected<int32_t> DmaUnit<T>::offsetAt(uint64_t unit) const {
  double value = double(narrowAt(unit));
  if (!(std::abs(value) <= 32768) || value != std::floor(value))
    return llvm::createStringError("unit " + llvm::Twine(unit) +
                                   " of DRAM is no offset of the shift table: no whole number of "
                                   "16 bits");
  return int32_t(value);
}

template <typename T> Error DmaUnit<T>::run(const isa::SetTable &op) {
  static constexpr ElementKind kinds[] = {ElementKind::Quantization, ElementKind::Lookup,
                                          ElementKind::Shift};
  const uint64_t step = unitsOf(kinds[unsigned(op.table)], memory.machine);
  for (uint32_t i = 0; i < op.count; ++i) {
    const uint64_t unit = op.src + i * step;
    const uint32_t entry = op.first + i;
    switch (op.table) {
    case isa::TableKind::Quantization:
      loadQuantization(entry, unit);
      break;
    case isa::TableKind::Lookup:
      memory.lookup[entry] = narrowAt(unit);
      break;
    case isa::TableKind::Shift: {
      llvm::Expected<int32_t> rows = offsetAt(unit), columns = offsetAt(unit + 1);
      if (!rows || !columns)
        return llvm::joinErrors(rows.takeError(), columns.takeError());
      memory.shift[entry] = {*rows, *columns};
    }
    }
  }
  return Error::success();
}

template class fovea::sim::DmaUnit<int8_t>;
template class fovea::sim::DmaUnit<int16_t>;
template class fovea::sim::DmaUnit<float>;
