//===- Evaluator.h - Runs a network's statements ----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_EVALUATOR_H
#define FOVEA_FRONTEND_EVALUATOR_H

#include "fovea/Frontend/LayerBuilder.h"
#include "fovea/Frontend/Program.h"

namespace fovea {

/// What keeps an evaluation finite. Passing one of them is an error that says the bound.
struct EvaluationLimits {
  uint64_t steps = 10'000'000; ///< Expressions evaluated, elements and characters made.
  unsigned layers = 100'000;
  unsigned callDepth = 64;
  unsigned expressionDepth = 1000; ///< Summed over the nested calls.
};

/// Elements that one tensor, or one weight of a layer, may have.
constexpr int64_t maxTensorElements = int64_t(1) << 31;

struct EvaluateOptions {
  /// Empty: the file's only network whose parameters all have values.
  std::string network;
  /// Name and value, as given with --param; the value is an expression of the language.
  std::vector<std::pair<std::string, std::string>> parameters;
  EvaluationLimits limits;
  /// Replaces the first extent of every input; 0: as it is written.
  int64_t batch = 0;
};

/// Runs a network of an error-free program and builds it with `builder`. False after an error; what
/// `builder` holds is then of no use. `sources` is the manager that the engine reports with.
bool evaluate(const Program &program, const EvaluateOptions &options, SourceManager &sources,
              LayerBuilder &builder, DiagnosticEngine &diagnostics);

} // namespace fovea

#endif
