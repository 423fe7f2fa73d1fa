// RUN: fovea-opt %s --verify-roundtrip --split-input-file --verify-diagnostics | FileCheck %s
// Stages that move and sample pixels: their operands and integers.

// CHECK-LABEL: @stages
func.func @stages(%x: tensor<1x12x4x4xf32>, %p: tensor<1x3x4x4xui8>, %i: tensor<6x2xi32>, %f: tensor<6xf32>) -> tensor<1x5x7x8xf32> {
  %r = sched.kernel "k" ins(%x, %i, %f : tensor<1x12x4x4xf32>, tensor<6x2xi32>, tensor<6xf32>) -> tensor<1x5x7x8xf32> {
  ^bb0(%a: tensor<1x12x4x4xf32>, %t: tensor<6x2xi32>, %w: tensor<6xf32>):
    // CHECK: sched.stage depth_to_space(%{{.*}}) algorithm copy {factor = array<i64: 2, 2>, groups = array<i64: 1>, name = "d", offset = array<i64: 0, 1>}
    %d = sched.stage depth_to_space(%a) algorithm copy {name = "d", factor = array<i64: 2, 2>, offset = array<i64: 0, 1>, groups = array<i64: 1>}
       : (tensor<1x12x4x4xf32>) -> tensor<1x3x8x7xf32>
    // CHECK: sched.stage resize(%{{.*}}) algorithm resize {name = "r"}
    %s = sched.stage resize(%d, %t, %t, %w, %w) algorithm resize {name = "r"}
       : (tensor<1x3x8x7xf32>, tensor<6x2xi32>, tensor<6x2xi32>, tensor<6xf32>, tensor<6xf32>) -> tensor<1x3x6x6xf32>
    // CHECK: sched.stage extend(%{{.*}}) algorithm copy {channels = array<i64: 0, 2>, name = "e", padding = array<i64: 1, 2, 0, 0>}
    %e = sched.stage extend(%s) algorithm copy {name = "e", padding = array<i64: 1, 2, 0, 0>, channels = array<i64: 0, 2>}
       : (tensor<1x3x6x6xf32>) -> tensor<1x5x7x8xf32>
    // CHECK: sched.stage softmax(%{{.*}}) {axis = array<i64: 0>, name = "s"}
    %y = sched.stage softmax(%e) {name = "s", axis = array<i64: 0>} : (tensor<1x5x7x8xf32>) -> tensor<1x5x7x8xf32>
    sched.yield %y : tensor<1x5x7x8xf32>
  }
  // CHECK: sched.stage to_tensor(%{{.*}}) algorithm copy {name = "t"} : (tensor<1x3x4x4xui8>) -> tensor<1x3x4x4xf32>
  %q = sched.kernel "t" ins(%p : tensor<1x3x4x4xui8>) -> tensor<1x3x4x4xf32> {
  ^bb0(%a: tensor<1x3x4x4xui8>):
    %s = sched.stage to_tensor(%a) algorithm copy {name = "t"} : (tensor<1x3x4x4xui8>) -> tensor<1x3x4x4xf32>
    sched.yield %s : tensor<1x3x4x4xf32>
  }
  return %r : tensor<1x5x7x8xf32>
}

// -----

func.func @resize(%x: tensor<1x3x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  ^bb0(%a: tensor<1x3x4x4xf32>):
    // expected-error @+1 {{C1: resize takes 3 to 5 operands, got 1}}
    %s = sched.stage resize(%a) {name = "r"} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
    sched.yield %s : tensor<1x3x4x4xf32>
  }
  return
}

// -----

func.func @depth_to_space(%x: tensor<1x4x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x4x4x4xf32>) -> tensor<1x1x8x8xf32> {
  ^bb0(%a: tensor<1x4x4x4xf32>):
    // expected-error @+1 {{C2: 'factor' is out of range: 0}}
    %s = sched.stage depth_to_space(%a) {name = "d", factor = array<i64: 2, 0>, offset = array<i64: 0, 0>, groups = array<i64: 1>}
       : (tensor<1x4x4x4xf32>) -> tensor<1x1x8x8xf32>
    sched.yield %s : tensor<1x1x8x8xf32>
  }
  return
}

// -----

func.func @extend(%x: tensor<1x4x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32> {
  ^bb0(%a: tensor<1x4x4x4xf32>):
    // expected-error @+1 {{C2: extend needs 2 integers in 'channels', got 0}}
    %s = sched.stage extend(%a) {name = "e", padding = array<i64: 0, 0, 0, 0>} : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    sched.yield %s : tensor<1x4x4x4xf32>
  }
  return
}
