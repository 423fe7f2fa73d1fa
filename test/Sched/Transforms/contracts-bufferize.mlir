// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-absorb-shuffles,sched-bufferize))' --verify-diagnostics

// expected-error @+1 {{expected layouts: run sched-assign-layouts}}
func.func @no_layout(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  return %x : tensor<1x8x4x4xf32>
}

// -----

// expected-error @+1 {{expected images as arguments, got 'memref<4xf32>'}}
func.func @buffers(%x: memref<4xf32>) {
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @no_view(%x: tensor<1x8x4x4xf32, #l>) -> tensor<1x128x1x1xf32, #l> {
  // expected-error @+1 {{has no view in these layouts}}
  %r = sched.reshape %x {name = "r"} : (tensor<1x8x4x4xf32, #l>) -> tensor<1x128x1x1xf32, #l>
  return %r : tensor<1x128x1x1xf32, #l>
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @shuffle_in_buffers(%x: memref<1x1x2x2x8xf32>) {
  // expected-error @-1 {{expected images as arguments}}
  sched.kernel "s" ins(%x : memref<1x1x2x2x8xf32>) outs(%x : memref<1x1x2x2x8xf32>) {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    %s = sched.stage channel_shuffle(%a) {name = "s", groups = array<i64: 2>} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  return
}
