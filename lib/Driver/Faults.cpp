//===- Faults.cpp - Wrong passes, made on purpose -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Faults.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace fovea;
using namespace mlir;

bool fovea::dropBias(func::FuncOp function, llvm::StringRef layer) {
  WalkResult result = function.walk([&](Operation *op) {
    auto name = op->getAttrOfType<StringAttr>("name");
    if (!name || name.getValue() != layer)
      return WalkResult::advance();
    MutableOperandRange bias =
        llvm::TypeSwitch<Operation *, MutableOperandRange>(op)
            .Case<cnn::ConvOp, cnn::LinearOp, cnn::MatmulOp>(
                [](auto concrete) { return concrete.getBiasMutable(); })
            .Case([](cnn::ChannelAffineOp affine) { return affine.getShiftMutable(); })
            .Default([](Operation *other) { return MutableOperandRange(other, 0, 0); });
    if (bias.empty())
      return WalkResult::advance();
    bias.clear();
    return WalkResult::interrupt();
  });
  return result.wasInterrupted();
}

llvm::Expected<Tamper> fovea::parseFault(llvm::StringRef text) {
  auto [pass, layer] = text.split(':');
  if (pass.empty() || layer.empty())
    return llvm::createStringError("expected PASS:LAYER, got '" + text + "'");
  return [pass = pass.str(), layer = layer.str()](llvm::StringRef ran,
                                                  func::FuncOp function) -> llvm::Error {
    if (ran == pass && !dropBias(function, layer))
      return llvm::createStringError("no layer '" + layer + "' has a bias to lose behind " + pass);
    return llvm::Error::success();
  };
}
