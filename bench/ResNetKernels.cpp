//===- ResNetKernels.cpp - Convolutions to time -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ResNetKernels.h"
#include <algorithm>

namespace fovea::bench {

using plan::Argument;
using plan::DType;
using plan::Operand;

static int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

namespace {
/// Section 2 of docs/schedules.md.
struct Tiling {
  int64_t vectors; ///< Of output channels.
  int64_t pixels;
  int64_t chunk = 0; ///< Tiles per chunk; 0: all pixels are one.
};
} // namespace

static Tiling tilingOf(const ConvShape &shape, const TargetModel &target) {
  int64_t lanes = target.lanes(32), area = shape.size * shape.size;
  Tiling tiling;
  tiling.vectors = shape.outputs / lanes % 2 == 0 ? 2 : 1;
  int64_t most = (target.vectorRegisters - 1 - tiling.vectors) / tiling.vectors;
  if (tiling.vectors == 1)
    most = std::min<int64_t>(most, 12);
  auto cost = [&](int64_t pixels) {
    return static_cast<double>(ceilDivide(area, pixels)) * (static_cast<double>(pixels) + 0.35);
  };
  tiling.pixels = most;
  for (int64_t pixels = ceilDivide(2 * most, 3); pixels < most; ++pixels)
    if (cost(pixels) < cost(tiling.pixels))
      tiling.pixels = pixels;
  tiling.pixels = std::min(tiling.pixels, area);

  int64_t bytesPerPixel = shape.inputs * 4 * shape.stride * shape.stride;
  if (bytesPerPixel * area > target.l2Bytes)
    tiling.chunk = std::max<int64_t>(1, target.l2Bytes / 8 / (bytesPerPixel * tiling.pixels));
  return tiling;
}

static void schedule(plan::Kernel &kernel, plan::Stage &conv, const ConvShape &shape,
                     const Tiling &tiling) {
  auto text = [](int64_t value) { return std::to_string(value); };
  kernel.schedule = {{"split", {"x", "xo", "xi", text(tiling.pixels), "shift_inwards"}},
                     {"split", {"ob", "obo", "obi", text(tiling.vectors)}}};
  std::string tile = "xo";
  if (tiling.chunk) {
    tile = "xoi";
    kernel.schedule.push_back({"split", {"xo", "xoo", "xoi", text(tiling.chunk), "guard_with_if"}});
    kernel.schedule.push_back({"reorder", {"oi", "xi", "obi", "xoi", "obo", "xoo"}});
  } else {
    kernel.schedule.push_back({"reorder", {"oi", "xi", "obi", "xo", "obo"}});
  }
  kernel.schedule.insert(kernel.schedule.end(),
                         {{"vectorize", {"oi"}}, {"unroll", {"xi"}}, {"unroll", {"obi"}}});
  conv.schedule = {{"compute_at", {"out", tile}},
                   {"store_in", {"stack"}},
                   {"vectorize", {"oi"}},
                   {"unroll", {"x"}},
                   {"unroll", {"ob"}}};
  conv.update = {{"reorder", {"oi", "ob", "x", "ci", "kx", "ky", "cb"}},
                 {"vectorize", {"oi"}},
                 {"unroll", {"x"}},
                 {"unroll", {"ob"}}};
  if (shape.kernel == 1 && shape.stride == 1)
    conv.update.push_back({"prefetch", {"0", "cb", "1"}});
}

plan::Kernel convKernel(const ConvShape &shape, const TargetModel &target) {
  int64_t lanes = target.lanes(32), inSize = shape.size * shape.stride, pad = shape.kernel / 2;
  bool pointwise = shape.kernel == 1 && shape.stride == 1;
  plan::Kernel kernel;
  kernel.symbol = "kernel";
  std::vector<int64_t> flat = {1, shape.outputs, 1, shape.size * shape.size};
  std::vector<int64_t> input = {1, shape.inputs, inSize, inSize};
  if (pointwise)
    input = {1, shape.inputs, 1, inSize * inSize};
  std::vector<int64_t> weight = {
      shape.outputs / lanes, shape.inputs / lanes, shape.kernel, shape.kernel, lanes, lanes};
  kernel.arguments = {
      {Argument::Role::Input, DType::F32, input, lanes, 64, lanes},
      {Argument::Role::Constant, DType::F32, weight, 0, 64, 0},
      {Argument::Role::Constant, DType::F32, {shape.outputs / lanes, lanes}, 0, 64, 0},
      {Argument::Role::Output, DType::F32, flat, lanes, 64, lanes}};

  auto stage = [&](const char *kind, const char *algorithm, std::vector<Operand> operands,
                   std::vector<int64_t> extents) {
    plan::Stage result;
    result.name = result.kind = kind;
    result.algorithm = algorithm;
    result.operands = std::move(operands);
    result.shape = std::move(extents);
    result.block = lanes;
    return result;
  };
  auto argument = [](unsigned index) { return Operand{Operand::Kind::Argument, index}; };
  auto before = [&] {
    return Operand{Operand::Kind::Stage, static_cast<unsigned>(kernel.stages.size() - 1)};
  };
  Operand image = argument(0);
  if (pad) {
    kernel.stages.push_back(
        stage("pad", "pad", {image}, {1, shape.inputs, inSize + 2 * pad, inSize + 2 * pad}));
    kernel.stages[0].ints = {{"padding", {pad, pad, pad, pad}}};
    kernel.stages[0].schedule = {{"compute_root", {}}, {"vectorize", {"oi"}}};
    image = before();
  }
  plan::Stage conv = stage("conv", "direct", {image, argument(1), argument(2)}, flat);
  conv.ints = {{"kernel", {shape.kernel, shape.kernel}},
               {"stride", {shape.stride, shape.stride}},
               {"flat", {pointwise ? 0 : shape.size}}};
  schedule(kernel, conv, shape, tilingOf(shape, target));
  kernel.stages.push_back(conv);
  kernel.stages.push_back(stage("relu", "elementwise", {before()}, flat));
  return kernel;
}

std::vector<std::pair<std::string, ConvShape>> resNetConvs() {
  return {{"3x3 64 to 64 at 56", {64, 64, 56, 3, 1}},
          {"3x3 128 to 128 at 28", {128, 128, 28, 3, 1}},
          {"3x3 256 to 256 at 14", {256, 256, 14, 3, 1}},
          {"3x3 512 to 512 at 7", {512, 512, 7, 3, 1}},
          {"3x3/2 128 to 128 at 28", {128, 128, 28, 3, 2}},
          {"1x1 64 to 256 at 56", {64, 256, 56, 1, 1}},
          {"1x1 256 to 64 at 56", {256, 64, 56, 1, 1}},
          {"1x1 512 to 128 at 28", {512, 128, 28, 1, 1}},
          {"1x1 1024 to 256 at 14", {1024, 256, 14, 1, 1}},
          {"1x1 2048 to 512 at 7", {2048, 512, 7, 1, 1}},
          {"1x1/2 256 to 512 at 28", {256, 512, 28, 1, 2}}};
}

} // namespace fovea::bench
