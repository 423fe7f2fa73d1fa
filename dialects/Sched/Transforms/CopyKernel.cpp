//===- CopyKernel.cpp - Small edits of kernels ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/Transforms/CopyKernel.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace fovea::sched;

Value fovea::sched::copyBefore(Operation *op, Value value, StringRef reason) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto layer = op->getAttrOfType<StringAttr>("name");
  auto name = builder.getStringAttr(layer ? layer.getValue() + ".copy" : Twine("copy"));
  remark::missed(loc, remark::RemarkOpts::name(name).category("copy"))
      << "an operand is copied: " + reason.str();
  auto kernel = KernelOp::create(builder, loc, value.getType(), name, value, Value(), nullptr);
  Block &body = kernel.getBody().emplaceBlock();
  builder.setInsertionPointToStart(&body);
  Value argument = body.addArgument(value.getType(), loc);
  auto stage = StageOp::create(builder, loc, value.getType(), StageKind::copy, argument, name,
                               nullptr, nullptr, nullptr);
  stage.setAlgorithm(Algorithm::copy);
  YieldOp::create(builder, loc, stage.getResult());
  return kernel.getResult();
}

void fovea::sched::dropUnusedInputs(KernelOp kernel) {
  for (int64_t index = kernel.getInputs().size() - 1; index >= 0; --index)
    if (kernel.block().getArgument(index).use_empty()) {
      kernel.block().eraseArgument(index);
      kernel.getInputsMutable().erase(index);
    }
}
