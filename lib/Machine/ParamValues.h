//===- ParamValues.h - Values of parameters as numbers ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_MACHINE_PARAMVALUES_H
#define FOVEA_LIB_MACHINE_PARAMVALUES_H

#include "fovea/Machine/Program.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"

namespace fovea {

/// How DramTensor::bytes hold an entry: numbers one behind the other, then zeros.
struct EntryFormat {
  bool isFloat = false;
  llvm::SmallVector<IntegerType, 5> numbers; ///< Of floats: four bytes, whatever it says.
  size_t bytes = 0;                          ///< Of an entry, with the zeros.

  size_t bytesOf(size_t number) const { return isFloat ? 4 : numbers[number].bytes(); }
};
EntryFormat entryFormat(ElementKind kind, const isa::Program &program);

/// Appends the number that a text writes as number `index` of an entry. Error: it is no number, or
/// does not fit.
llvm::Error appendNumber(llvm::StringRef text, const EntryFormat &format, size_t index,
                         std::string &bytes);

/// The texts of an entry's numbers, which give the same bytes back; empty where none do.
std::vector<std::string> printEntry(llvm::StringRef bytes, const EntryFormat &format);

/// Values uniform over all of an integer's range, of 8 bits at most where narrow, floats in [-1,
/// 1), shifts -1, 0 or 1; they depend on seed and name alone.
std::string randomValues(const DramTensor &tensor, uint64_t entries, const EntryFormat &format,
                         uint64_t seed);

} // namespace fovea

#endif
