//===- Pipelines.h - The pass pipelines by name -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_PIPELINES_PIPELINES_H
#define FOVEA_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace fovea {

/// What a user may ask of the rewrites at the cnn level.
struct CnnOptions : mlir::PassPipelineOptions<CnnOptions> {
  Option<bool> depthwiseToShift{*this, "depthwise-to-shift",
                                llvm::cl::desc("Write depthwise convolutions of one tap as shifts"),
                                llvm::cl::init(true)};
  Option<std::string> im2col{*this, "im2col",
                             llvm::cl::desc("Layers to compute by im2col, a regular expression")};
};

struct SchedOptions : mlir::PassPipelineOptions<SchedOptions> {
  Option<std::string> target{*this, "target", llvm::cl::desc("The machine: host or a level"),
                             llvm::cl::init("host")};
};

/// cnn to cnn-opt: fold, fuse, rewrite; ends in the contract of the phase.
void buildCnnPipeline(mlir::OpPassManager &manager, const CnnOptions &options);

/// cnn-opt to sched: kernels, algorithms, layouts, buffers, schedules; ends in the contract of the
/// phase.
void buildSchedPipeline(mlir::OpPassManager &manager, const SchedOptions &options);

/// Makes them known to `fovea-opt` as `cnn-pipeline` and `sched-pipeline`.
void registerPipelines();

} // namespace fovea

#endif
