//===- KernelRunner.h - Runs kernels in tests -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_TARGET_HALIDE_KERNELRUNNER_H
#define FOVEA_TEST_TARGET_HALIDE_KERNELRUNNER_H

#include "fovea/Target/Halide/KernelCompiler.h"
#include <functional>
#include <vector>

namespace fovea::test {

/// Halide's name of the machine that runs the tests.
std::string hostTarget();

/// A tensor [N, C, H, W], or a constant of any extents, in row-major order.
struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> data;

  Tensor() = default;
  explicit Tensor(std::vector<int64_t> shape, float value = 0);
  float &at(int64_t n, int64_t c, int64_t y, int64_t x);
  float at(int64_t n, int64_t c, int64_t y, int64_t x) const;
  /// `at`, or `outside` where there is no such pixel.
  float atOr(int64_t n, int64_t c, int64_t y, int64_t x, float outside) const;
};

/// Numbers in [-1, 1) that depend on nothing but shape and seed.
Tensor randomTensor(std::vector<int64_t> shape, unsigned seed);

// The packings of KernelPlan.h.
Tensor packConv(const Tensor &weight, int64_t outBlock, int64_t inBlock);
Tensor packDepthwise(const Tensor &weight, int64_t block);
Tensor packVector(const Tensor &vector, int64_t block);
/// [O, F] for an input image [C, H, W].
Tensor packLinear(const Tensor &weight, const std::vector<int64_t> &image, int64_t outBlock,
                  int64_t inBlock);

// The parts of a plan, in short.
plan::Argument inputArgument(const std::vector<int64_t> &shape, int64_t block);
plan::Argument outputArgument(const std::vector<int64_t> &shape, int64_t block);
plan::Argument constantArgument(const std::vector<int64_t> &extents,
                                plan::DType dtype = plan::DType::F32);
plan::Operand argument(unsigned index);
plan::Operand stage(unsigned index);

/// One stage that reads `inputs` in their blocks and `constants` as they are, and writes `shape` in
/// blocks of `block`. Operands are the inputs, then the constants.
plan::Kernel singleStage(const std::string &kind, const std::string &algorithm,
                         const std::vector<std::pair<std::vector<int64_t>, int64_t>> &inputs,
                         const std::vector<plan::Argument> &constants,
                         const std::vector<int64_t> &shape, int64_t block,
                         const std::map<std::string, std::vector<int64_t>> &ints = {});

struct RunResult {
  Tensor output;
  int64_t scratchPeak = 0;    ///< Bytes the kernel held at once, with the runtime's padding.
  int64_t scratchAllowed = 0; ///< What the compiler promised.
};

/// Compiles `kernel`, runs it on `inputs` (tensors and packed constants, in call order) and reads
/// its output. Buffers lie between NaNs, rows are further apart than they need be, and the output
/// is NaN at first. Adds a test failure if the kernel cannot be compiled, writes outside its
/// output, leaves lanes past the last channel other than zero, or takes more scratch than promised.
RunResult runKernel(plan::Kernel kernel, const std::vector<Tensor> &inputs);

/// Adds a failure where the two differ by more than `tolerance`.
void expectNear(const Tensor &actual, const Tensor &expected, float tolerance);

} // namespace fovea::test

#endif
