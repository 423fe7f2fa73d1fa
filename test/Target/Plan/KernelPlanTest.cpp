//===- KernelPlanTest.cpp - The plan as JSON --------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace fovea::plan;
using llvm::json::Value;

namespace {

Kernel sampleKernel() {
  Kernel kernel;
  kernel.symbol = "fovea_0_1_0_abc";
  kernel.arguments = {
      {Argument::Role::Input, DType::F32, {1, 8, 4, 4}, 8, 64, 8},
      {Argument::Role::Constant, DType::I32, {8, 2}, 0, 4, 0},
      {Argument::Role::Output, DType::F32, {1, 8, 4, 4}, 8, 32, 0},
  };
  Stage pad, shift;
  pad.name = "body.shift";
  pad.kind = pad.algorithm = "pad";
  pad.operands = {{Operand::Kind::Argument, 0}};
  pad.ints = {{"padding", {1, 0, 2, 0}}, {"stride", {1, 1}}};
  pad.shape = {1, 8, 7, 4};
  pad.block = 8;
  pad.schedule = {{"compute_at", {"body.shift", "x"}}};
  shift.name = "body.shift";
  shift.kind = "spatial_shift";
  shift.algorithm = "shift";
  shift.operands = {{Operand::Kind::Stage, 0}, {Operand::Kind::Argument, 1}};
  shift.shape = {1, 8, 7, 4};
  shift.block = 8;
  shift.update = {{"unroll", {"kx"}}};
  kernel.stages = {pad, shift};
  kernel.schedule = {{"split", {"x", "xo", "xi", "6"}}};
  return kernel;
}

/// A plan in which no field has its default value.
Plan samplePlan() {
  Plan plan;
  plan.network = "net";
  plan.triple = "x86_64-unknown-linux-gnu";
  plan.device = "opencl";
  plan.deviceBytes = 512;
  plan.target = "x86-64-linux-avx2";
  plan.cpuFeatures = {"avx2", "fma"};
  plan.inputs = {{"image", 0, {1, 8, 4, 4}}};
  plan.outputs = {{"logits", 1, {1, 8}}};
  Buffer root, view;
  root.name = "image";
  root.dtype = DType::BF16;
  root.extents = {1, 1, 4, 4, 8};
  root.strides = {128, 128, 32, 8, 1};
  root.space = MemorySpace::Input;
  root.index = 3;
  root.lifetime = {2, 5};
  root.quantisation = Quantisation{0.25, 128};
  view.name = "half";
  view.dtype = DType::I8;
  view.extents = {4};
  view.strides = {8};
  view.offset = 64;
  view.parent = 0;
  view.space = MemorySpace::Constant;
  plan.buffers = {root, view};
  plan.kernels = {sampleKernel()};
  Call call;
  call.kind = Call::Kind::Loop;
  call.kernel = 0;
  call.buffers = {0, 1};
  call.name = "a + b";
  call.where = {"net.cnn:6:14"};
  call.macs = 1234;
  call.count = 3;
  call.steps = {64, 0};
  plan.calls = {call};
  plan.constants = {{"conv1.weight", 1, {"conv", 8, 4, {3, 2, 2}, {1, 0}}}};
  plan.arenaBytes = 4096;
  plan.weightBytes = 128;
  plan.scratchBytes = 256;
  return plan;
}

TEST(KernelPlan, RoundTrip) {
  Value json = toJSON(samplePlan());
  llvm::Expected<Plan> read = planFromJSON(json);
  ASSERT_TRUE(bool(read)) << toString(read.takeError());
  EXPECT_EQ(toJSON(*read), json);
  // Comparing texts would not show a field that is neither written nor read.
  EXPECT_EQ(read->buffers[0].lifetime.last, 5);
  EXPECT_EQ(read->buffers[0].quantisation->zeroPoint, 128);
  EXPECT_EQ(read->buffers[1].parent, 0u);
  EXPECT_EQ(read->buffers[1].space, MemorySpace::Constant);
  EXPECT_EQ(read->calls[0].kind, Call::Kind::Loop);
  EXPECT_EQ(read->calls[0].steps, (std::vector<int64_t>{64, 0}));
  EXPECT_EQ(read->constants[0].packing.inputPermutation, (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(read->kernels[0].arguments[0].pixelStride, 8);
  EXPECT_EQ(read->kernels[0].stages[1].operands[1].index, 1u);
  EXPECT_EQ(read->scratchBytes, 256);

  llvm::Expected<Kernel> kernel = kernelFromJSON(toJSON(sampleKernel()));
  ASSERT_TRUE(bool(kernel)) << toString(kernel.takeError());
  EXPECT_EQ(toJSON(*kernel), toJSON(sampleKernel()));
}

TEST(KernelPlan, NamesThatAreNotUtf8) {
  Plan plan = samplePlan();
  plan.network = plan.calls[0].name = plan.calls[0].where[0] = "\xffnet";
  plan.buffers[0].name = plan.kernels[0].stages[0].name = plan.inputs[0].name = "\xc3(";
  Value written = toJSON(plan);
  EXPECT_TRUE(llvm::json::isUTF8(llvm::formatv("{0}", written).str()));
  auto read = planFromJSON(written);
  ASSERT_TRUE(bool(read));
  EXPECT_EQ(read->network, "\xef\xbf\xbdnet");
  EXPECT_EQ(toJSON(*read), written);
}

TEST(KernelPlan, ErrorsNameThePath) {
  auto message = [](auto change) {
    Value json = toJSON(samplePlan());
    change(*json.getAsObject());
    llvm::Expected<Plan> read = planFromJSON(json);
    return read ? std::string("no error") : toString(read.takeError());
  };
  EXPECT_EQ(message([](llvm::json::Object &plan) { plan.erase("target"); }),
            "missing value at plan.target");
  EXPECT_EQ(message([](llvm::json::Object &plan) { plan["buffers"] = 3; }),
            "expected array at plan.buffers");
  auto stage = [](llvm::json::Object &plan) -> llvm::json::Object & {
    llvm::json::Object &kernel = *(*plan.getArray("kernels"))[0].getAsObject();
    return *(*kernel.getArray("stages"))[1].getAsObject();
  };
  EXPECT_EQ(message([&](llvm::json::Object &plan) { stage(plan)["block"] = "eight"; }),
            "expected integer at plan.kernels[0].stages[1].block");
  EXPECT_EQ(message([&](llvm::json::Object &plan) {
              (*stage(plan).getArray("operands"))[0].getAsObject()->insert({"kind", "wish"});
              stage(plan)["operands"].getAsArray()->front().getAsObject()->erase("kind");
            }),
            "missing value at plan.kernels[0].stages[1].operands[0].kind");
  EXPECT_EQ(message([](llvm::json::Object &plan) {
              (*plan.getArray("buffers"))[0].getAsObject()->erase("dtype");
              (*(*plan.getArray("buffers"))[0].getAsObject())["dtype"] = "f31";
            }),
            "unknown name at plan.buffers[0].dtype");
  EXPECT_EQ(message([](llvm::json::Object &plan) {
              (*(*plan.getArray("buffers"))[0].getAsObject())["lifetime"] =
                  llvm::json::Array{1, 2, 3};
            }),
            "expected first and last call at plan.buffers[0].lifetime");
}

TEST(KernelPlan, BytesOfABuffer) {
  Buffer buffer;
  buffer.dtype = DType::F32;
  buffer.extents = {2, 3, 8};
  buffer.strides = {100, 16, 1};
  EXPECT_EQ(buffer.bytes(), (100 + 2 * 16 + 7 + 1) * 4);
  buffer.extents[1] = 0;
  EXPECT_EQ(buffer.bytes(), 0);
}

TEST(KernelPlan, WithoutNames) {
  Kernel a = sampleKernel(), b = sampleKernel();
  b.symbol = "other";
  b.stages[0].name = b.stages[1].name = "layer9";
  b.stages[0].schedule[0].args[0] = "layer9";
  EXPECT_EQ(toJSON(withoutNames(a)), toJSON(withoutNames(b)));
  // A name means the first stage behind the producer.
  EXPECT_EQ(withoutNames(a).stages[0].schedule[0].args[0], "spatial_shift1");
  EXPECT_FALSE(consumerNamed(a, 1, "body.shift"));
  b.stages[0].schedule[0].args[1] = "y";
  EXPECT_NE(toJSON(withoutNames(a)), toJSON(withoutNames(b)));
}

} // namespace
