// RUN: fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-absorb-shuffles))' | FileCheck %s

// Channel 2i + g of the shuffled tensor is channel 2g + i of the source.
// CHECK-LABEL: @absorbed
// CHECK-NOT: channel_shuffle
// CHECK: sched.stage conv
// CHECK-SAME: input_permutation = array<i64: 0, 2, 1, 3>
func.func @absorbed(%x: tensor<1x4x2x2xf32>, %w: tensor<8x4x1x1xf32>) -> tensor<1x8x2x2xf32> {
  %s = sched.kernel "shuffle" ins(%x : tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {
  ^bb0(%a: tensor<1x4x2x2xf32>):
    %t = sched.stage channel_shuffle(%a) {name = "shuffle", groups = array<i64: 2>} : (tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
    sched.yield %t : tensor<1x4x2x2xf32>
  }
  %r = sched.kernel "conv" ins(%s, %w : tensor<1x4x2x2xf32>, tensor<8x4x1x1xf32>) -> tensor<1x8x2x2xf32> {
  ^bb0(%a: tensor<1x4x2x2xf32>, %b: tensor<8x4x1x1xf32>):
    %t = sched.stage conv(%a, %b) {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x4x2x2xf32>, tensor<8x4x1x1xf32>) -> tensor<1x8x2x2xf32>
    sched.yield %t : tensor<1x8x2x2xf32>
  }
  return %r : tensor<1x8x2x2xf32>
}

// A grouped convolution reads some of the channels only: their order cannot move into its weights.
// CHECK-LABEL: @kept
// CHECK: channel_shuffle
func.func @kept(%x: tensor<1x4x2x2xf32>, %w: tensor<8x2x1x1xf32>) -> tensor<1x8x2x2xf32> {
  %s = sched.kernel "shuffle" ins(%x : tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {
  ^bb0(%a: tensor<1x4x2x2xf32>):
    %t = sched.stage channel_shuffle(%a) {name = "shuffle", groups = array<i64: 2>} : (tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
    sched.yield %t : tensor<1x4x2x2xf32>
  }
  %r = sched.kernel "conv" ins(%s, %w : tensor<1x4x2x2xf32>, tensor<8x2x1x1xf32>) -> tensor<1x8x2x2xf32> {
  ^bb0(%a: tensor<1x4x2x2xf32>, %b: tensor<8x2x1x1xf32>):
    %t = sched.stage conv(%a, %b) {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 2>} : (tensor<1x4x2x2xf32>, tensor<8x2x1x1xf32>) -> tensor<1x8x2x2xf32>
    sched.yield %t : tensor<1x8x2x2xf32>
  }
  return %r : tensor<1x8x2x2xf32>
}
