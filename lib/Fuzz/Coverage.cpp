//===- Coverage.cpp - What was run under which switch ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Coverage.h"
#include "fovea/Driver/Table.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::fuzz;

Coverage::Coverage(std::vector<std::string> columns)
    : columns(std::move(columns)),
      counts(allFeatures().size(), std::vector<unsigned>(this->columns.size())) {}

void Coverage::add(const std::vector<unsigned> &features, unsigned column) {
  for (unsigned feature : features)
    ++counts[feature][column];
}

std::vector<std::string> Coverage::emptyCells() const {
  std::vector<std::string> cells;
  for (unsigned feature = 0; feature < counts.size(); ++feature)
    for (unsigned column = 0; column < columns.size(); ++column)
      if (counts[feature][column] == 0)
        cells.push_back(allFeatures()[feature].name() + " under " + columns[column]);
  return cells;
}

/// A column's name would not fit on a line: "A" to "Z", then "a" to "z".
static std::string letterOf(unsigned column) {
  return std::string(1, char(column < 26 ? 'A' + column : 'a' + column - 26));
}

/// Columns have letters, which a legend explains.
void Coverage::print(llvm::raw_ostream &os) const {
  std::vector<std::string> head = {"networks with"};
  std::vector<Align> aligns = {Align::Left};
  for (unsigned column = 0; column < columns.size(); ++column) {
    head.push_back(letterOf(column));
    aligns.push_back(Align::Right);
  }
  Table table(head, aligns);
  for (unsigned feature = 0; feature < counts.size(); ++feature) {
    std::vector<std::string> row = {allFeatures()[feature].name()};
    for (unsigned column = 0; column < columns.size(); ++column)
      row.push_back(std::to_string(counts[feature][column]));
    table.add(row);
  }
  table.print(os);
  for (auto [column, name] : llvm::enumerate(columns))
    os << letterOf(column) << "  " << name << '\n';
}

llvm::json::Value Coverage::toJson() const {
  llvm::json::Array list;
  for (unsigned feature = 0; feature < counts.size(); ++feature) {
    llvm::json::Object cells;
    for (unsigned column = 0; column < columns.size(); ++column)
      cells[columns[column]] = counts[feature][column];
    list.push_back(llvm::json::Object{{"layer", allFeatures()[feature].layer},
                                      {"class", allFeatures()[feature].what},
                                      {"networks", std::move(cells)}});
  }
  return list;
}
