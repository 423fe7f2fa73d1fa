//===- ResNetKernels.h - Convolutions to time -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_BENCH_RESNETKERNELS_H
#define FOVEA_BENCH_RESNETKERNELS_H

#include "fovea/Machine/TargetModel.h"
#include "fovea/Target/Plan/KernelPlan.h"

namespace fovea::bench {

/// A square convolution whose output is the input's size divided by the stride. Channels are whole
/// blocks.
struct ConvShape {
  int64_t inputs, outputs;
  int64_t size; ///< Of the output, in both directions.
  int64_t kernel = 1, stride = 1;
};

/// The kernel of a convolution with bias and relu, scheduled as docs/schedules.md says.
plan::Kernel convKernel(const ConvShape &shape, const TargetModel &target);

/// ResNet-50's (He et al. 2016), by name.
std::vector<std::pair<std::string, ConvShape>> resNetConvs();

} // namespace fovea::bench

#endif
