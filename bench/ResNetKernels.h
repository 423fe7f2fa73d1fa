//===- ResNetKernels.h - Convolutions to time -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_BENCH_RESNETKERNELS_H
#define FOVEA_BENCH_RESNETKERNELS_H

#include "fovea/Target/Plan/KernelPlan.h"

namespace fovea::bench {

/// Floats in a vector of this machine.
int64_t vectorLanes();
/// Halide's name of this machine.
std::string target();

struct ConvShape {
  int64_t inputs, outputs, width, height; ///< Of the output.
  int64_t kernel, stride;
};

/// The kernel of a convolution with bias and relu, scheduled as docs/schedules.md says; padded so
/// that the output is the input's size divided by the stride.
plan::Kernel convKernel(const ConvShape &shape);

std::vector<std::pair<std::string, plan::Kernel>> resNetKernels();

} // namespace fovea::bench

#endif
