//===- ResNetKernels.cpp - Convolutions to time -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ResNetKernels.h"

namespace fovea::bench {

int64_t vectorLanes() { return __builtin_cpu_supports("avx512f") ? 16 : 8; }

std::string target() {
  std::string avx2 = "x86-64-linux-sse41-avx-avx2-f16c-fma";
  return vectorLanes() == 16 ? avx2 + "-avx512-avx512_skylake" : avx2;
}

plan::Kernel convKernel(const ConvShape &shape) {
  int64_t V = vectorLanes();
  int64_t M = 2, N = V == 16 ? 14 : 6;
  int64_t inWidth = shape.width * shape.stride, inHeight = shape.height * shape.stride;
  int64_t pad = shape.kernel / 2;
  using Role = plan::Argument::Role;
  plan::Kernel kernel;
  kernel.arguments = {
      {Role::Input, plan::DType::F32, {1, shape.inputs, inHeight, inWidth}, V, 64},
      {Role::Constant,
       plan::DType::F32,
       {shape.outputs / V, shape.inputs / V, shape.kernel, shape.kernel, V, V},
       0,
       64},
      {Role::Constant, plan::DType::F32, {shape.outputs / V, V}, 0, 64},
      {Role::Output, plan::DType::F32, {1, shape.outputs, 1, shape.width * shape.height}, V, 64}};
  plan::Stage conv;
  conv.name = conv.kind = "conv";
  conv.algorithm = "direct";
  conv.operands = {{plan::Operand::Kind::Argument, 0},
                   {plan::Operand::Kind::Argument, 1},
                   {plan::Operand::Kind::Argument, 2}};
  conv.ints = {{"kernel", {shape.kernel, shape.kernel}},
               {"stride", {shape.stride, shape.stride}},
               {"flat", {shape.width}}};
  conv.shape = kernel.arguments.back().shape;
  conv.block = V;
  conv.schedule = {{"compute_at", {"out", "xo"}},
                   {"store_in", {"stack"}},
                   {"vectorize", {"oi"}},
                   {"unroll", {"x"}},
                   {"unroll", {"ob"}}};
  conv.update = {{"reorder", {"oi", "ob", "x", "ci", "kx", "ky", "cb"}},
                 {"vectorize", {"oi"}},
                 {"unroll", {"x"}},
                 {"unroll", {"ob"}}};
  plan::Stage relu;
  relu.name = relu.kind = "relu";
  relu.algorithm = "elementwise";
  relu.shape = conv.shape;
  relu.block = V;
  if (pad) {
    plan::Stage border;
    border.name = border.kind = border.algorithm = "pad";
    border.operands = {{plan::Operand::Kind::Argument, 0}};
    border.ints = {{"padding", {pad, pad, pad, pad}}};
    border.shape = {1, shape.inputs, inHeight + 2 * pad, inWidth + 2 * pad};
    border.block = V;
    border.schedule = {{"compute_root", {}}, {"vectorize", {"oi"}}};
    kernel.stages.push_back(border);
    conv.operands[0] = {plan::Operand::Kind::Stage, 0};
  }
  kernel.stages.push_back(conv);
  relu.operands = {{plan::Operand::Kind::Stage, static_cast<unsigned>(kernel.stages.size() - 1)}};
  kernel.stages.push_back(relu);
  kernel.schedule = {{"split", {"x", "xo", "xi", std::to_string(N), "shift_inwards"}},
                     {"split", {"ob", "obo", "obi", std::to_string(M)}},
                     {"reorder", {"oi", "xi", "obi", "xo", "obo"}},
                     {"vectorize", {"oi"}},
                     {"unroll", {"xi"}},
                     {"unroll", {"obi"}}};
  return kernel;
}

std::vector<std::pair<std::string, plan::Kernel>> resNetKernels() {
  return {{"3x3 128 to 128 at 28", convKernel({128, 128, 28, 28, 3, 1})},
          {"1x1 256 to 64 at 56", convKernel({256, 64, 56, 56, 1, 1})}};
}

} // namespace fovea::bench
