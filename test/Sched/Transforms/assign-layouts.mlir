// RUN: fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-select-algorithm,sched-assign-layouts{target=x86-64-v3}))' | FileCheck %s
// RUN: fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-select-algorithm,sched-assign-layouts{target=x86-64-v3}))' --remarks-filter=copy --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// RUN: not fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-select-algorithm,sched-assign-layouts{target=vax}))' 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: unknown target 'vax'; known: host, x86-64-v4, x86-64-v3, x86-64-v2

// Inputs and outputs are NCHW; between kernels channels go in vectors, and weights are packed to match. The last kernel computes in
// vectors too and changes the block at its end. Its 20 inputs, in blocks of 8, have weights in blocks of 4: none is of a channel that is not.
// CHECK-LABEL: @chain
// CHECK-SAME: (%{{.*}}: tensor<1x3x12x12xf32, #sched.layout<[0, 1, 2, 3], block = 1>>
// CHECK: sched.pack conv %{{.*}} {out_block = 8 : i64} : (tensor<20x3x3x3xf32>) -> tensor<3x3x3x3x1x8xf32>
// CHECK: sched.pack vector %{{.*}} {out_block = 8 : i64} : (tensor<20xf32>) -> tensor<3x8xf32>
// CHECK: sched.kernel "conv1"
// CHECK-SAME: -> tensor<1x20x1x100xf32, #sched.layout<[0, 1, 2, 3], block = 8>>
// CHECK: sched.pack conv %{{.*}} {in_block = 4 : i64, out_block = 4 : i64} : (tensor<3x20x1x1xf32>) -> tensor<1x5x1x1x4x4xf32>
// CHECK: sched.kernel "conv2"
// CHECK: sched.stage copy(%{{.*}}) algorithm copy {name = "conv2.sum"} {{.*}}block = 4>>) -> {{.*}}block = 4>>
// CHECK: sched.stage copy(%{{.*}}) algorithm copy {name = "conv2.copy"} {{.*}} -> {{.*}}block = 1>>
func.func @chain(%x: tensor<1x3x12x12xf32>) -> tensor<1x3x1x100xf32> {
  %w1 = sched.literal "w1" dense<0.0> : tensor<20x3x3x3xf32> : tensor<20x3x3x3xf32>
  %b1 = sched.literal "b1" dense<0.0> : tensor<20xf32> : tensor<20xf32>
  %w2 = sched.literal "w2" dense<0.0> : tensor<3x20x1x1xf32> : tensor<3x20x1x1xf32>
  %r = sched.kernel "conv1" ins(%x, %w1, %b1 : tensor<1x3x12x12xf32>, tensor<20x3x3x3xf32>, tensor<20xf32>) -> tensor<1x20x10x10xf32> {
  ^bb0(%a: tensor<1x3x12x12xf32>, %c: tensor<20x3x3x3xf32>, %d: tensor<20xf32>):
    %t = sched.stage conv(%a, %c, %d) algorithm direct {name = "conv1", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x3x12x12xf32>, tensor<20x3x3x3xf32>, tensor<20xf32>) -> tensor<1x20x10x10xf32>
    sched.yield %t : tensor<1x20x10x10xf32>
  }
  %s = sched.kernel "conv2" ins(%r, %w2 : tensor<1x20x10x10xf32>, tensor<3x20x1x1xf32>) -> tensor<1x3x10x10xf32> {
  ^bb0(%a: tensor<1x20x10x10xf32>, %c: tensor<3x20x1x1xf32>):
    %t = sched.stage conv(%a, %c) algorithm direct {name = "conv2", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x20x10x10xf32>, tensor<3x20x1x1xf32>) -> tensor<1x3x10x10xf32>
    sched.yield %t : tensor<1x3x10x10xf32>
  }
  %f = sched.reshape %s {name = "f"} : (tensor<1x3x10x10xf32>) -> tensor<1x3x1x100xf32>
  return %f : tensor<1x3x1x100xf32>
}

// Weights of whole blocks of inputs keep them.
// CHECK-LABEL: @whole
// CHECK: sched.pack conv %{{.*}} {in_block = 8 : i64, out_block = 8 : i64} : (tensor<8x16x1x1xf32>) -> tensor<1x2x1x1x8x8xf32>
func.func @whole(%x: tensor<1x16x2x2xf32>) -> tensor<1x8x2x2xf32> {
  %w = sched.literal "w" dense<0.0> : tensor<8x16x1x1xf32> : tensor<8x16x1x1xf32>
  %a = sched.kernel "a" ins(%x : tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32> {
  ^bb0(%i: tensor<1x16x2x2xf32>):
    %t = sched.stage relu(%i) {name = "a"} : (tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32>
    sched.yield %t : tensor<1x16x2x2xf32>
  }
  %b = sched.kernel "b" ins(%a, %w : tensor<1x16x2x2xf32>, tensor<8x16x1x1xf32>) -> tensor<1x8x2x2xf32> {
  ^bb0(%i: tensor<1x16x2x2xf32>, %c: tensor<8x16x1x1xf32>):
    %t = sched.stage conv(%i, %c) algorithm direct {name = "b", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x16x2x2xf32>, tensor<8x16x1x1xf32>) -> tensor<1x8x2x2xf32>
    sched.yield %t : tensor<1x8x2x2xf32>
  }
  return %b : tensor<1x8x2x2xf32>
}

// What follows a slice that ends inside its source belongs to its neighbour, read or not: blocks end where the slice does.
// CHECK-LABEL: @cut
// CHECK: sched.kernel "a" {{.*}} -> tensor<1x16x2x2xf32, #sched.layout<[0, 1, 2, 3], block = 4>>
// CHECK: sched.slice {{.*}} -> tensor<1x12x2x2xf32, #sched.layout<[0, 1, 2, 3], block = 4>>
func.func @cut(%x: tensor<1x16x2x2xf32>) -> tensor<1x12x2x2xf32> {
  %a = sched.kernel "a" ins(%x : tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32> {
  ^bb0(%i: tensor<1x16x2x2xf32>):
    %t = sched.stage relu(%i) {name = "a"} : (tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32>
    sched.yield %t : tensor<1x16x2x2xf32>
  }
  %s = sched.slice %a {axis = 1 : i64, offset = 0 : i64, name = "s"} : (tensor<1x16x2x2xf32>) -> tensor<1x12x2x2xf32>
  %b = sched.kernel "b" ins(%s : tensor<1x12x2x2xf32>) -> tensor<1x12x2x2xf32> {
  ^bb0(%i: tensor<1x12x2x2xf32>):
    %t = sched.stage relu(%i) {name = "b"} : (tensor<1x12x2x2xf32>) -> tensor<1x12x2x2xf32>
    sched.yield %t : tensor<1x12x2x2xf32>
  }
  return %b : tensor<1x12x2x2xf32>
}

// The second operand of the concat begins at channel 4, so all three tensors go in blocks of 4.
// CHECK-LABEL: @offsets
// CHECK: sched.kernel "a" {{.*}} -> tensor<1x4x2x2xf32, #sched.layout<[0, 1, 2, 3], block = 4>>
// CHECK: sched.kernel "b" {{.*}} -> tensor<1x16x2x2xf32, #sched.layout<[0, 1, 2, 3], block = 4>>
// CHECK: sched.concat {{.*}} -> tensor<1x20x2x2xf32, #sched.layout<[0, 1, 2, 3], block = 4>>
func.func @offsets(%x: tensor<1x4x2x2xf32>, %y: tensor<1x16x2x2xf32>) -> tensor<1x20x2x2xf32> {
  %a = sched.kernel "a" ins(%x : tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {
  ^bb0(%i: tensor<1x4x2x2xf32>):
    %t = sched.stage relu(%i) {name = "a"} : (tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
    sched.yield %t : tensor<1x4x2x2xf32>
  }
  %b = sched.kernel "b" ins(%y : tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32> {
  ^bb0(%i: tensor<1x16x2x2xf32>):
    %t = sched.stage relu(%i) {name = "b"} : (tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32>
    sched.yield %t : tensor<1x16x2x2xf32>
  }
  %c = sched.concat %a, %b {axis = 1 : i64, name = "c"} : (tensor<1x4x2x2xf32>, tensor<1x16x2x2xf32>) -> tensor<1x20x2x2xf32>
  %d = sched.kernel "d" ins(%c : tensor<1x20x2x2xf32>) -> tensor<1x20x2x2xf32> {
  ^bb0(%i: tensor<1x20x2x2xf32>):
    %t = sched.stage relu(%i) {name = "d"} : (tensor<1x20x2x2xf32>) -> tensor<1x20x2x2xf32>
    sched.yield %t : tensor<1x20x2x2xf32>
  }
  return %d : tensor<1x20x2x2xf32>
}

// A pool of vectors of channels computes in vectors, too, whatever its output lies in.
// CHECK-LABEL: @pool
// CHECK: sched.stage global_avg_pool(%{{.*}}) algorithm global_pool {{.*}} -> tensor<1x16x1x1xf32, #sched.layout<[0, 1, 2, 3], block = 8>>
// CHECK: sched.stage copy({{.*}} -> tensor<1x16x1x1xf32, #sched.layout<[0, 1, 2, 3], block = 1>>
func.func @pool(%x: tensor<1x16x2x2xf32>) -> tensor<1x16x1x1xf32> {
  %a = sched.kernel "a" ins(%x : tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32> {
  ^bb0(%b: tensor<1x16x2x2xf32>):
    %s = sched.stage relu(%b) {name = "a"} : (tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32>
    sched.yield %s : tensor<1x16x2x2xf32>
  }
  %r = sched.kernel "pool" ins(%a : tensor<1x16x2x2xf32>) -> tensor<1x16x1x1xf32> {
  ^bb0(%b: tensor<1x16x2x2xf32>):
    %s = sched.stage global_avg_pool(%b) {name = "pool"} : (tensor<1x16x2x2xf32>) -> tensor<1x16x1x1xf32>
    sched.yield %s : tensor<1x16x1x1xf32>
  }
  return %r : tensor<1x16x1x1xf32>
}

// REMARK: remark: {{.*}}an operand is copied: it is an input of the network
// An input of the network lies where the caller has it.
// CHECK-LABEL: @input
// CHECK: sched.kernel "c.copy"
func.func @input(%x: tensor<1x8x2x2xf32>) -> tensor<1x16x2x2xf32> {
  %c = sched.concat %x, %x {axis = 1 : i64, name = "c"} : (tensor<1x8x2x2xf32>, tensor<1x8x2x2xf32>) -> tensor<1x16x2x2xf32>
  return %c : tensor<1x16x2x2xf32>
}
