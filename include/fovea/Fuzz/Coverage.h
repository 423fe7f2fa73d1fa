//===- Coverage.h - What was run under which switch -------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FUZZ_COVERAGE_H
#define FOVEA_FUZZ_COVERAGE_H

#include "fovea/Fuzz/Network.h"
#include "llvm/Support/JSON.h"

namespace fovea::fuzz {

/// A class of a layer: the layer and what is special about its attributes or its place.
struct Feature {
  llvm::StringLiteral layer;
  llvm::StringLiteral what;
  std::string name() const { return (layer + ": " + what).str(); }
};

/// The rows of the table. Those of layers that the language does not have are left out.
llvm::ArrayRef<Feature> allFeatures();
/// Which rows a network belongs to, as sorted indices into `allFeatures`.
std::vector<unsigned> featuresOf(const Network &network);

/// How many networks ran with a feature under a switch.
class Coverage {
public:
  explicit Coverage(std::vector<std::string> columns);

  void add(const std::vector<unsigned> &features, unsigned column);
  unsigned count(unsigned feature, unsigned column) const { return counts[feature][column]; }
  /// "conv: dilated under cse", sorted by row.
  std::vector<std::string> emptyCells() const;

  void print(llvm::raw_ostream &os) const;
  llvm::json::Value toJson() const;

private:
  std::vector<std::string> columns;
  std::vector<std::vector<unsigned>> counts;
};

} // namespace fovea::fuzz

#endif
