//===- Faults.h - Wrong passes, made on purpose -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_FAULTS_H
#define FOVEA_DRIVER_FAULTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"
#include <functional>

namespace fovea {

/// What CompilerOptions::tamper takes.
using Tamper = std::function<llvm::Error(llvm::StringRef pass, mlir::func::FuncOp function)>;

/// "fold-batch-norm:layer2.0.conv2": at the end of that pass, the layer loses its bias. An error if
/// the text is not PASS:LAYER.
llvm::Expected<Tamper> parseFault(llvm::StringRef text);

/// Takes the bias of a layer away, or the shift of a channel_affine. False: it has none.
bool dropBias(mlir::func::FuncOp function, llvm::StringRef layer);

} // namespace fovea

#endif
