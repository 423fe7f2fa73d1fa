// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-tile-and-vectorize{target=x86-64-v3}))' --verify-diagnostics

func.func @no_algorithm(%x: tensor<1x8x4x4xf32>) {
  %r = sched.kernel "relu" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{expected an algorithm: run sched-select-algorithm}}
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @no_layout(%x: tensor<1x8x4x4xf32>) {
  %r = sched.kernel "relu" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{expected a layout: run sched-assign-layouts}}
    %s = sched.stage relu(%a) algorithm elementwise {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @unpacked(%x: tensor<1x8x1x1xf32, #l>, %w: tensor<8x8xf32>) {
  %r = sched.kernel "linear" ins(%x, %w : tensor<1x8x1x1xf32, #l>, tensor<8x8xf32>) -> tensor<1x8x1x1xf32, #l> {
  ^bb0(%a: tensor<1x8x1x1xf32, #l>, %b: tensor<8x8xf32>):
    // expected-error @+1 {{expected packed weights: run sched-assign-layouts}}
    %s = sched.stage linear(%a, %b) algorithm matvec {name = "linear"} : (tensor<1x8x1x1xf32, #l>, tensor<8x8xf32>) -> tensor<1x8x1x1xf32, #l>
    sched.yield %s : tensor<1x8x1x1xf32, #l>
  }
  return
}
