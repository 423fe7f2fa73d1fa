//===- CnnDialect.cpp - The cnn dialect -----------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnOps.h"

#include "dialects/Cnn/IR/CnnDialect.cpp.inc"

void fovea::cnn::CnnDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Cnn/IR/CnnOps.cpp.inc"
      >();
}
