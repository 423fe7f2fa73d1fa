//===- Table.cpp - Columns of text ----------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Table.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Unicode.h"
#include <algorithm>

using namespace fovea;

Table::Table(std::vector<std::string> heading, std::vector<Align> alignment)
    : alignment(std::move(alignment)) {
  rows.push_back(std::move(heading));
  addRule();
}

void Table::add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
void Table::addRule() { rows.push_back({}); }

/// Columns of a terminal; names that are not UTF-8 count bytes.
static size_t width(llvm::StringRef text) {
  int columns = llvm::sys::unicode::columnWidthUTF8(text);
  return columns < 0 ? text.size() : columns;
}

void Table::print(llvm::raw_ostream &os) const {
  std::vector<size_t> widths(alignment.size(), 0);
  for (const auto &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width(row[i]));
  for (const auto &row : rows) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      std::string cell = row.empty() ? std::string(widths[i], '-') : row[i];
      std::string space(widths[i] - width(cell), ' ');
      line += alignment[i] == Align::Right ? space + cell : cell + space;
      line += "  ";
    }
    os << llvm::StringRef(line).rtrim() << '\n';
  }
}

std::string fovea::groupDigits(int64_t value) {
  std::string digits = llvm::itostr(value);
  size_t first = digits[0] == '-' ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;)
    digits.insert(i -= 3, ",");
  return digits;
}
