//===- Summary.h - What outputs hold, in short ------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_SUMMARY_H
#define FOVEA_TOOLS_FOVEA_SUMMARY_H

#include "fovea/Driver/Compiler.h"

namespace fovea {

/// The `top` greatest values of a vector or matrix with their names, if there is one for each; the
/// range and mean of anything else.
void printSummary(const NetworkPort &port, const Tensor &tensor, int top,
                  llvm::ArrayRef<std::string> classes);
/// {"name", "shape", "greatest": [{"index", "name", "value"}]} or {…, "from", "to", "mean"}.
llvm::json::Object summarise(const NetworkPort &port, const Tensor &tensor, int top,
                             llvm::ArrayRef<std::string> classes);

/// Where the greatest value of the first output stands.
int64_t prediction(llvm::ArrayRef<Tensor> outputs);

/// Draws the first channel of an image in characters, and says what was predicted.
void drawSample(llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<Tensor> outputs,
                std::optional<int64_t> label, llvm::ArrayRef<std::string> classes);

} // namespace fovea

#endif
