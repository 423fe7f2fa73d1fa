//===- Pipelines.h - The pass pipelines by name -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_PIPELINES_PIPELINES_H
#define FOVEA_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "llvm/Support/Error.h"

namespace fovea {

/// The passes that a network compiles without, each by itself and all together: what `disable` and
/// `fovea --disable` take.
llvm::ArrayRef<llvm::StringLiteral> passesToDisable();

/// The layouts of tensors between kernels: "blocked" and "nchw".
llvm::ArrayRef<llvm::StringLiteral> layoutNames();

/// An error names what no pass to disable is called, and the name that is meant perhaps.
llvm::Error checkDisabled(llvm::ArrayRef<std::string> names);
llvm::Error checkLayout(llvm::StringRef name);

/// Options of both pipelines.
template <typename Options> struct CommonOptions : mlir::PassPipelineOptions<Options> {
  typename CommonOptions::template ListOption<std::string> disable{
      *this, "disable", llvm::cl::desc("Passes to leave out")};

  bool runs(llvm::StringRef pass) const {
    return !llvm::is_contained(llvm::ArrayRef<std::string>(disable), pass.str());
  }
};

/// What a user may ask of the rewrites at the cnn level.
struct CnnOptions : CommonOptions<CnnOptions> {
  Option<std::string> im2col{*this, "im2col",
                             llvm::cl::desc("Layers to compute by im2col, a regular expression")};
  Option<double> shiftBudget{
      *this, "shift-budget",
      llvm::cl::desc("Relative weight error that depthwise-to-shift may make in a layer; 0: exact"),
      llvm::cl::init(0)};
};

struct SchedOptions : CommonOptions<SchedOptions> {
  Option<std::string> target{*this, "target", llvm::cl::desc("The machine: host or a level"),
                             llvm::cl::init("host")};
  Option<std::string> layout{*this, "layout",
                             llvm::cl::desc("Of tensors between kernels: blocked or nchw"),
                             llvm::cl::init("blocked")};
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
