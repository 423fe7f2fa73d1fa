//===- Table.h - Columns of text --------------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_TABLE_H
#define FOVEA_DRIVER_TABLE_H

#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace fovea {

enum class Align { Left, Right };

/// Rows of cells under a heading, each column as wide as its widest cell.
class Table {
public:
  Table(std::vector<std::string> heading, std::vector<Align> alignment);
  /// As many cells as the heading has.
  void add(std::vector<std::string> row);
  /// A line across, before the next row.
  void addRule();
  void print(llvm::raw_ostream &os) const;

private:
  std::vector<Align> alignment;
  std::vector<std::vector<std::string>> rows; ///< The heading first; an empty one is a rule.
};

/// "1,234,567".
std::string groupDigits(int64_t value);

} // namespace fovea

#endif
