//===- StageKinds.cpp - What a kernel may say -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Text.h"
#include "llvm/ADT/StringRef.h"

namespace fovea::halide {

//===----------------------------------------------------------------------===//
// The kinds of stages
//===----------------------------------------------------------------------===//

static constexpr StageKind stageKinds[] = {
    {"conv", "direct", 2, 3, 1, defineConv},
    {"conv", "grouped", 2, 3, 1, defineConv},
    {"conv", "depthwise", 2, 3, 1, defineDepthwise},
    {"pad", "pad", 1, 1, 0, definePad},
    {"linear", "matvec", 2, 3, 1, defineLinear},
    {"matmul", "matmul", 2, 3, 1, defineMatmul},
    {"im2col", "im2col", 1, 1, false, defineIm2Col},
    {"max_pool", "pool", 1, 1, 1, defineMaxPool},
    {"avg_pool", "pool", 1, 1, 1, defineAvgPool},
    {"global_avg_pool", "global_pool", 1, 1, 1, defineGlobalAvgPool},
    {"global_max_pool", "global_pool", 1, 1, 1, defineGlobalMaxPool},
    {"relu", "elementwise", 1, 1, 0, defineRelu},
    {"relu6", "elementwise", 1, 1, 0, defineRelu6},
    {"tanh", "elementwise", 1, 1, 0, defineTanh},
    {"sigmoid", "elementwise", 1, 1, 0, defineSigmoid},
    {"gelu", "elementwise", 1, 1, 0, defineGelu},
    {"add", "elementwise", 2, 2, 0, defineAdd},
    {"channel_affine", "elementwise", 2, 3, 0, defineChannelAffine},
    {"spatial_shift", "shift", 2, 2, 0, defineSpatialShift},
    {"softmax", "softmax", 1, 1, 2, defineSoftmax},
    {"channel_shuffle", "copy", 1, 1, 0, defineChannelShuffle},
    {"copy", "copy", 1, 1, 0, defineCopy},
    {"depth_to_space", "copy", 1, 1, 0, defineDepthToSpace},
    {"resize", "resize", 3, 5, 0, defineResize},
    {"extend", "copy", 1, 1, 0, defineExtend},
    {"to_tensor", "copy", 1, 1, 0, defineToTensor},
};

const StageKind &kindOf(const plan::Stage &stage) {
  std::string known;
  for (const StageKind &kind : stageKinds) {
    if (stage.kind == kind.kind && stage.algorithm == kind.algorithm)
      return kind;
    if (stage.kind == kind.kind)
      known += std::string(known.empty() ? "" : ", ") + kind.algorithm;
  }
  if (known.empty())
    throw PlanError("stage '" + stage.name + "': unknown kind '" + stage.kind + "'");
  throw PlanError("stage '" + stage.name + "': a " + stage.kind + " has the algorithms " + known +
                  ", not '" + stage.algorithm + "'");
}

//===----------------------------------------------------------------------===//
// Checks of what the plan says, so that no number of it reaches Halide unseen
//===----------------------------------------------------------------------===//

/// Halide computes indices in 32 bits.
static bool isExtentList(const std::vector<int64_t> &extents) {
  int64_t product = 1;
  for (int64_t extent : extents) {
    if (extent < 1 || extent > INT32_MAX)
      return false;
    product *= extent;
    if (product > INT32_MAX)
      return false;
  }
  return !extents.empty();
}

static bool isBlock(int64_t block) { return block >= 1 && block <= 4096; }

static void checkArgument(const plan::Argument &argument, unsigned index) {
  auto fail = [&](const char *what) { throw PlanError("argument " + number(index) + ": " + what); };
  if (!isExtentList(argument.shape))
    fail("expected positive extents with a product below 2^31");
  if (argument.alignment < 1 || argument.alignment > 4096 ||
      (argument.alignment & (argument.alignment - 1)))
    fail("expected an alignment that is a power of two up to 4096");
  if (argument.role == plan::Argument::Role::Constant)
    return;
  if (argument.shape.size() != 4)
    fail("expected the shape [N, C, H, W]");
  if (!isBlock(argument.block))
    fail("expected a block from 1 to 4096");
  bool isBytes = argument.dtype == plan::DType::U8 && argument.role == plan::Argument::Role::Input;
  if (argument.dtype != plan::DType::F32 && !isBytes)
    fail("expected elements of type f32, or u8 in an input");
  if (argument.pixelStride < 0 || argument.pixelStride > INT32_MAX)
    fail("expected a pixel stride of 0 or more");
}

static void checkStage(const plan::Stage &stage) {
  auto fail = [&](const std::string &what) {
    throw PlanError("stage '" + stage.name + "': " + what);
  };
  const StageKind &kind = kindOf(stage);
  if (stage.shape.size() != 4 || !isExtentList(stage.shape))
    fail("expected the shape [N, C, H, W] with positive extents and a product below 2^31");
  if (!isBlock(stage.block))
    fail("expected a block from 1 to 4096");
  if (stage.operands.size() < kind.minOperands || stage.operands.size() > kind.maxOperands)
    fail("expected " + number(kind.minOperands) +
         (kind.minOperands == kind.maxOperands ? "" : " to " + number(kind.maxOperands)) +
         " operands, got " + number(stage.operands.size()));
  for (const auto &[name, values] : stage.ints)
    for (int64_t value : values)
      if (value < 0 || value > (1 << 24))
        fail("'" + name + "' is out of range");
}

void checkKernel(const plan::Kernel &kernel) {
  using Role = plan::Argument::Role;
  if (kernel.stages.empty())
    throw PlanError("a kernel needs a stage");
  if (kernel.arguments.empty() || kernel.arguments.back().role != Role::Output)
    throw PlanError("a kernel's last argument must be its output");
  for (unsigned i = 0; i < kernel.arguments.size(); ++i) {
    checkArgument(kernel.arguments[i], i);
    if (kernel.arguments[i].role == Role::Output && i + 1 != kernel.arguments.size())
      throw PlanError("argument " + number(i) + ": only the last argument can be an output");
  }
  for (const plan::Stage &stage : kernel.stages)
    checkStage(stage);
  const plan::Argument &output = kernel.arguments.back();
  const plan::Stage &last = kernel.stages.back();
  if (output.shape != last.shape || output.block != last.block)
    throw PlanError("stage '" + last.name + "': shape or block is not the output's");
}

} // namespace fovea::halide
