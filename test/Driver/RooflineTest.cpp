//===- RooflineTest.cpp ---------------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Roofline.h"
#include "gtest/gtest.h"

using namespace fovea;
using plan::Argument;
using plan::Buffer;
using plan::DType;

namespace {
/// One kernel: an input of 1000 floats that lies 2000 apart, a weight of 500, an output of 250.
plan::Plan tinyPlan() {
  plan::Plan plan;
  Buffer input, weight, output;
  input.extents = {10, 100};
  input.strides = {2000, 1};
  weight.extents = {500};
  weight.strides = {1};
  weight.space = plan::MemorySpace::Constant;
  output.extents = {250};
  output.strides = {1};
  plan.buffers = {input, weight, output};
  plan.kernels.resize(1);
  for (Argument::Role role :
       {Argument::Role::Input, Argument::Role::Constant, Argument::Role::Output})
    plan.kernels[0].arguments.emplace_back().role = role;
  plan::Call call;
  call.buffers = {0, 1, 2};
  call.macs = 1'000'000;
  plan.calls = {call};
  plan.weightBytes = 1 << 20;
  return plan;
}

// Reads of 1 GB/s where all of the network lies, 10 GB/s near; writes of half.
const Bandwidths reads{{{8000, 10}, {1 << 20, 1}}}, writes{{{8000, 5}, {1 << 20, 0.5}}};
} // namespace

TEST(Roofline, Bandwidths) {
  EXPECT_EQ(Bandwidths{}.at(1000), 0);
  EXPECT_EQ(reads.at(1), 10);
  EXPECT_EQ(reads.at(8000), 10);
  EXPECT_DOUBLE_EQ(reads.at(4000 + (1 << 19)), 5.5);
  EXPECT_EQ(reads.at(1 << 20), 1);
  EXPECT_EQ(reads.at(INT64_MAX), 1);
}

TEST(Roofline, BytesAreThoseTouched) {
  plan::Plan plan = tinyPlan();
  CallBound bound = boundOf(plan, plan.calls[0], {0, reads, writes});
  EXPECT_EQ(bound.bytes, 4 * (1000 + 500 + 250));
  EXPECT_EQ(bound.computeMilliseconds, 0);
  // 2000 bytes of weights at 1 GB/s, 4000 at 10 GB/s, 1000 written at 5.
  EXPECT_DOUBLE_EQ(bound.memoryMilliseconds, 0.002 + 0.0004 + 0.0002);
  EXPECT_TRUE(bound.byMemory());
  EXPECT_EQ(bound.milliseconds(), bound.memoryMilliseconds);
}

TEST(Roofline, MultiplyAdds) {
  plan::Plan plan = tinyPlan();
  CallBound bound = boundOf(plan, plan.calls[0], {100, reads, writes});
  EXPECT_DOUBLE_EQ(bound.computeMilliseconds, 0.02);
  EXPECT_FALSE(bound.byMemory());
  EXPECT_EQ(bound.milliseconds(), bound.computeMilliseconds);
}

TEST(Roofline, CopiesHaveNoKernel) {
  plan::Plan plan = tinyPlan();
  plan.calls[0].kind = plan::Call::Kind::Copy;
  plan.calls[0].buffers = {0, 2};
  CallBound bound = boundOf(plan, plan.calls[0], {100, reads, writes});
  EXPECT_EQ(bound.bytes, 4 * (1000 + 250));
  EXPECT_DOUBLE_EQ(bound.memoryMilliseconds, 0.0004 + 0.0002);
}

TEST(Roofline, LoopsGoOn) {
  plan::Plan plan = tinyPlan();
  plan::Call &call = plan.calls[0];
  call.kind = plan::Call::Kind::Loop;
  call.count = 3;
  call.steps = {4000, 0, 1000};
  EXPECT_EQ(boundOf(plan, call, {100, reads, writes}).bytes, 4 * (3 * 1000 + 500 + 3 * 250));
}

TEST(Roofline, Described) {
  TargetModel target =
      llvm::cantFail(TargetModel::byName("x86-64-v3:cores=2:mhz=1000:gbs=10:l1=32K:l2=512K"));
  MachineLimits limits = describedLimits(target);
  EXPECT_DOUBLE_EQ(limits.fmaGflops, 2 * 8 * 4);
  EXPECT_DOUBLE_EQ(limits.reads.at(1), 2 * 64);
  EXPECT_DOUBLE_EQ(limits.reads.at(64 << 10), 2 * 64);
  EXPECT_DOUBLE_EQ(limits.reads.at((64 << 10) + 1), 2 * 32);
  EXPECT_DOUBLE_EQ(limits.reads.at((1 << 20) + 1), 10);
  EXPECT_DOUBLE_EQ(limits.writes.at(1), 64);
  EXPECT_DOUBLE_EQ(limits.writes.at((1 << 20) + 1), 5);
  // Nothing is known of a GPU.
  EXPECT_EQ(describedLimits(llvm::cantFail(TargetModel::byName("opencl"))).fmaGflops, 0);
}

TEST(Roofline, Measured) {
  for (Access access : {Access::Read, Access::Write}) {
    EXPECT_GT(measureBandwidth(access, 1, 2, 1), 0);
    Bandwidths some = measureBandwidths(access, 7 << 10, 1);
    ASSERT_EQ(some.points.size(), 2u);
    EXPECT_EQ(some.points[1].bytes, 8 << 10);
    EXPECT_GT(some.points[0].gigabytesPerSecond, 0);
  }
}
