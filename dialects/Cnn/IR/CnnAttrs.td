//===- CnnAttrs.td - Attributes of the cnn dialect ---------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_ATTRS
#define FOVEA_CNN_ATTRS

include "dialects/Cnn/IR/CnnDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

#endif
