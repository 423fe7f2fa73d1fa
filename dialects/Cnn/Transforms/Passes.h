//===- Passes.h - The passes over the cnn dialect ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// create<Pass>(), options structs and registerCnnPasses(), written by mlir-tblgen from Passes.td.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_TRANSFORMS_PASSES_H
#define FOVEA_CNN_TRANSFORMS_PASSES_H

#include "dialects/Cnn/IR/CnnOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include <string>

namespace fovea::cnn {
#define GEN_PASS_DECL
#include "dialects/Cnn/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

#endif
