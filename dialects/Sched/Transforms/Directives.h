//===- Directives.h - Schedules under construction --------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_DIRECTIVES_H
#define FOVEA_SCHED_DIRECTIVES_H

#include "dialects/Sched/IR/SchedOps.h"
#include "mlir/IR/Builders.h"

namespace fovea::sched {

/// A list of directives under construction.
class Directives {
public:
  explicit Directives(mlir::MLIRContext *context) : builder(context) {}

  template <typename... Args> Directives &add(llvm::StringRef kind, Args... args) {
    llvm::SmallVector<mlir::Attribute> words{builder.getStringAttr(kind)};
    (words.push_back(wordOf(args)), ...);
    list.push_back(builder.getArrayAttr(words));
    return *this;
  }
  Directives &reorder(llvm::ArrayRef<llvm::StringRef> loops) {
    llvm::SmallVector<mlir::Attribute> words{builder.getStringAttr("reorder")};
    for (llvm::StringRef loop : loops)
      words.push_back(wordOf(loop));
    list.push_back(builder.getArrayAttr(words));
    return *this;
  }
  ScheduleAttr get() const { return ScheduleAttr::get(builder.getContext(), list); }

private:
  mlir::Attribute wordOf(llvm::StringRef text) { return builder.getStringAttr(text); }
  mlir::Attribute wordOf(int64_t number) { return builder.getStringAttr(std::to_string(number)); }

  mutable mlir::Builder builder;
  llvm::SmallVector<mlir::ArrayAttr> list;
};

} // namespace fovea::sched

#endif
