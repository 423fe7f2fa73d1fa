// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-map-to-gpu{target=opencl}))' | FileCheck %s
// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-map-to-gpu{target=opencl}))' --remarks-filter=.* --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: not fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-map-to-gpu{target=x86-64-v3}))' 2>&1 | FileCheck %s --check-prefix=CPU

#l = #sched.layout<[0, 1, 2, 3], block = 1>

// A thread per pixel with all its sums; the border is found where it is read.
// CPU: error: map-to-gpu: the target 'x86-64-v3' is no GPU
// REMARK: remark: {{.*}}a thread per element, blocks of up to 64 pixels
// CHECK-LABEL: @conv
// CHECK: schedule <[split(x, xo, xi, 64, guard_with_if), reorder(oi, xi, xo, y, ob, n), fuse(ob, n, planes), gpu_blocks(xo, y, planes), gpu_threads(xi)]>
// CHECK: sched.stage pad(%{{.*}}) algorithm pad {name
// CHECK: sched.stage conv(%{{.*}}) algorithm direct update <[]> {
// CHECK: sched.stage relu(%{{.*}}) algorithm elementwise {name
func.func @conv(%x: memref<1x3x10x80x1xf32>, %w: tensor<8x3x3x3x1x1xf32>, %y: memref<1x8x10x80x1xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x3x10x80x1xf32>, tensor<8x3x3x3x1x1xf32>) outs(%y : memref<1x8x10x80x1xf32>) {
  ^bb0(%a: tensor<1x3x10x80xf32, #l>, %b: tensor<8x3x3x3x1x1xf32>):
    %p = sched.stage pad(%a) algorithm pad {name = "conv.pad", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x3x10x80xf32, #l>) -> tensor<1x3x12x82xf32, #l>
    %s = sched.stage conv(%p, %b) algorithm direct {name = "conv", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x3x12x82xf32, #l>, tensor<8x3x3x3x1x1xf32>) -> tensor<1x8x10x80xf32, #l>
    %r = sched.stage relu(%s) algorithm elementwise {name = "relu"} : (tensor<1x8x10x80xf32, #l>) -> tensor<1x8x10x80xf32, #l>
    sched.yield %r : tensor<1x8x10x80xf32, #l>
  }
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 1>

// Sums that a pool would repeat are a launch of their own. Pixels that stand alone: threads take channels.
// REMARK: remark: {{.*}}a thread per element, blocks of up to 64 channels
// CHECK-LABEL: @pooled
// CHECK: schedule <[split(ob, obo, obi, 8, guard_with_if), reorder(oi, x, obi, obo, y, n), gpu_blocks(obo, y, n), gpu_threads(obi)]>
// CHECK: sched.stage conv(%{{.*}}) algorithm direct schedule <[compute_root(), split(x, xo, xi, 2, guard_with_if), reorder(oi, xi, xo, y, ob, n), fuse(ob, n, planes), gpu_blocks(xo, y, planes), gpu_threads(xi)]> update <[split(x, xo, xi, 2, guard_with_if),
// CHECK: sched.stage max_pool(%{{.*}}) algorithm pool update <[]> {
func.func @pooled(%x: memref<1x3x2x2x1xf32>, %w: tensor<8x3x1x1x1x1xf32>, %y: memref<1x8x1x1x1xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x3x2x2x1xf32>, tensor<8x3x1x1x1x1xf32>) outs(%y : memref<1x8x1x1x1xf32>) {
  ^bb0(%a: tensor<1x3x2x2xf32, #l>, %b: tensor<8x3x1x1x1x1xf32>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x3x2x2xf32, #l>, tensor<8x3x1x1x1x1xf32>) -> tensor<1x8x2x2xf32, #l>
    %r = sched.stage relu(%s) algorithm elementwise {name = "relu"} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    %m = sched.stage max_pool(%r) algorithm pool {name = "pool", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x1x1xf32, #l>
    sched.yield %m : tensor<1x8x1x1xf32, #l>
  }
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 1>

// A schedule written by hand is kept.
// CHECK-LABEL: @by_hand
// CHECK: schedule <[gpu_blocks(y), gpu_threads(x)]>
func.func @by_hand(%x: memref<1x1x2x2x1xf32>, %y: memref<1x1x2x2x1xf32>) {
  sched.kernel "relu" ins(%x : memref<1x1x2x2x1xf32>) outs(%y : memref<1x1x2x2x1xf32>) schedule <[gpu_blocks(y), gpu_threads(x)]> {
  ^bb0(%a: tensor<1x1x2x2xf32, #l>):
    %s = sched.stage relu(%a) algorithm elementwise {name = "relu"} : (tensor<1x1x2x2xf32, #l>) -> tensor<1x1x2x2xf32, #l>
    sched.yield %s : tensor<1x1x2x2xf32, #l>
  }
  return
}
