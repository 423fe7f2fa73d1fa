//===- PassStatistics.cpp - What a pass counts ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/PassStatistics.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;

void fovea::PassStatistics::report(Operation *root, llvm::StringRef pass) {
  std::string text;
  for (auto [what, count] : counts)
    if (count > 0)
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what.str();
  counts.clear();
  if (!text.empty())
    remark::analysis(root->getLoc(), remark::RemarkOpts::name("statistics").category(pass)) << text;
}
