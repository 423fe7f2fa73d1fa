//===- Schedule.h - The directives of a plan --------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_SCHEDULE_H
#define FOVEA_LIB_TARGET_HALIDE_SCHEDULE_H

#include "Emitter.h"

namespace fovea::halide {

/// The definitions of a kernel when all are made, and what applying directives adds to: names,
/// prefetches and text.
struct ScheduleContext {
  const plan::Kernel &kernel;
  const std::vector<Source> &arguments;
  std::vector<Definition> &stages;
  Definition &out;
  /// RVars get the stage's name in front where several stages reduce.
  bool singleReduction;
  std::set<std::string> &declared;
  std::vector<Prefetch> &prefetches;
  std::vector<std::string> &lines;
};

/// Applies every directive of the kernel, consumers before producers, and prints each as it is
/// applied. Throws PlanError for what no schedule can be, naming stage and directive.
void applySchedules(ScheduleContext context);

} // namespace fovea::halide

#endif
