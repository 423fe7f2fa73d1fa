//===- NetworkChoice.h - From a name to a network with values ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_NETWORKCHOICE_H
#define FOVEA_LIB_FRONTEND_NETWORKCHOICE_H

#include "fovea/Frontend/Evaluator.h"

namespace fovea {

/// An argument that a preset or the command line gives.
struct GivenArgument {
  const ast::Expr *value;
  SourceRange where;
  unsigned file; ///< Whose names the expression may use.
};

/// A network with the arguments that are given to it.
struct ChosenNetwork {
  std::string name;               ///< Of the network or preset that was asked for.
  const ast::Definition *network; ///< With a body.
  std::map<std::string, GivenArgument> arguments;
  std::vector<ast::ExprPtr> owned; ///< Expressions of the command line.
};

/// Follows presets to the network they parametrise. Nothing if `definition` is no network or a
/// preset is wrong, which is reported if `diagnostics` is given.
std::optional<ChosenNetwork> resolveNetwork(const Program &program,
                                            const ast::Definition &definition,
                                            DiagnosticEngine *diagnostics);

/// Finds the network that the options ask for and adds their parameters.
std::optional<ChosenNetwork> chooseNetwork(const Program &program, const EvaluateOptions &options,
                                           SourceManager &sources, DiagnosticEngine &diagnostics);

} // namespace fovea

#endif
