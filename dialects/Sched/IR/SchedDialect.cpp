//===- SchedDialect.cpp - The sched dialect -------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "llvm/ADT/TypeSwitch.h"

#include "dialects/Sched/IR/SchedDialect.cpp.inc"
#include "dialects/Sched/IR/SchedEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Sched/IR/SchedAttrs.cpp.inc"

void fovea::sched::SchedDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Sched/IR/SchedAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Sched/IR/SchedOps.cpp.inc"
      >();
}
