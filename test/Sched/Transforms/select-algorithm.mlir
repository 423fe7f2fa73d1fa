// RUN: fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-select-algorithm))' | FileCheck %s
// RUN: fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-select-algorithm))' --remarks-filter=sched-select-algorithm --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// REMARK: remark: {{.*}}direct, tiles run across the ends of rows
// The border becomes a stage. Pixels are counted through the rows, in the convolution and in what follows, the residual input too.
// CHECK-LABEL: @flattened
// CHECK: %[[FLAT:.*]] = sched.reshape %arg0 {{.*}} -> tensor<1x16x1x196xf32>
// CHECK: sched.kernel "conv" ins(%arg0, %{{.*}}, %[[FLAT]] :
// CHECK: sched.stage pad(%{{.*}}) algorithm pad {name = "conv.pad", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x16x14x14xf32>) -> tensor<1x16x16x16xf32>
// CHECK: sched.stage conv
// CHECK-SAME: flat = array<i64: 14>
// CHECK-SAME: padding = array<i64: 0, 0, 0, 0>
// CHECK-SAME: -> tensor<1x16x1x196xf32>
// CHECK: sched.stage add
// CHECK-SAME: -> tensor<1x16x1x196xf32>
// CHECK: sched.reshape %{{.*}} -> tensor<1x16x14x14xf32>
func.func @flattened(%x: tensor<1x16x14x14xf32>, %w: tensor<16x16x3x3xf32>) -> tensor<1x16x14x14xf32> {
  %r = sched.kernel "conv" ins(%x, %w : tensor<1x16x14x14xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x14x14xf32> {
  ^bb0(%a: tensor<1x16x14x14xf32>, %b: tensor<16x16x3x3xf32>):
    %t = sched.stage conv(%a, %b) {name = "conv", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x16x14x14xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x14x14xf32>
    %u = sched.stage add(%t, %a) {name = "add"} : (tensor<1x16x14x14xf32>, tensor<1x16x14x14xf32>) -> tensor<1x16x14x14xf32>
    sched.yield %u : tensor<1x16x14x14xf32>
  }
  return %r : tensor<1x16x14x14xf32>
}

// REMARK: remark: {{.*}}a matrix product over pixels: 1x1, stride 1
// A 1x1 convolution is a matrix product over pixels: its input is one row as well, and no index is needed.
// CHECK-LABEL: @unit
// CHECK: sched.reshape %arg0 {{.*}} -> tensor<1x8x1x144xf32>
// CHECK: sched.stage conv
// CHECK-NOT: flat
// CHECK-SAME: (tensor<1x8x1x144xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x1x144xf32>
func.func @unit(%x: tensor<1x8x12x12xf32>, %w: tensor<16x8x1x1xf32>) -> tensor<1x16x12x12xf32> {
  %r = sched.kernel "conv" ins(%x, %w : tensor<1x8x12x12xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x12x12xf32> {
  ^bb0(%a: tensor<1x8x12x12xf32>, %b: tensor<16x8x1x1xf32>):
    %t = sched.stage conv(%a, %b) {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x8x12x12xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x12x12xf32>
    sched.yield %t : tensor<1x16x12x12xf32>
  }
  return %r : tensor<1x16x12x12xf32>
}

// Pixels that a 1x1 convolution skips are left out before it.
// CHECK-LABEL: @skips
// CHECK: sched.stage pad(%{{.*}}) algorithm pad {name = "conv.pad", padding = array<i64: 0, 1, 1, 0>, stride = array<i64: 2, 3>} : (tensor<1x8x12x12xf32>) -> tensor<1x8x7x5xf32>
// CHECK: sched.stage conv
// CHECK-SAME: padding = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x7x5xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x1x35xf32>
func.func @skips(%x: tensor<1x8x12x12xf32>, %w: tensor<16x8x1x1xf32>) -> tensor<1x16x7x5xf32> {
  %r = sched.kernel "conv" ins(%x, %w : tensor<1x8x12x12xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x7x5xf32> {
  ^bb0(%a: tensor<1x8x12x12xf32>, %b: tensor<16x8x1x1xf32>):
    %t = sched.stage conv(%a, %b) {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 2, 3>, padding = array<i64: 0, 1, 1, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x8x12x12xf32>, tensor<16x8x1x1xf32>) -> tensor<1x16x7x5xf32>
    sched.yield %t : tensor<1x16x7x5xf32>
  }
  return %r : tensor<1x16x7x5xf32>
}

// CHECK-LABEL: @groups
// CHECK: algorithm depthwise
// CHECK: algorithm grouped
func.func @groups(%x: tensor<1x8x12x12xf32>, %w: tensor<8x1x1x1xf32>, %v: tensor<8x2x1x1xf32>) -> tensor<1x8x12x12xf32> {
  %r = sched.kernel "conv" ins(%x, %w, %v : tensor<1x8x12x12xf32>, tensor<8x1x1x1xf32>, tensor<8x2x1x1xf32>) -> tensor<1x8x12x12xf32> {
  ^bb0(%a: tensor<1x8x12x12xf32>, %b: tensor<8x1x1x1xf32>, %c: tensor<8x2x1x1xf32>):
    %t = sched.stage conv(%a, %b) {name = "dw", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 8>} : (tensor<1x8x12x12xf32>, tensor<8x1x1x1xf32>) -> tensor<1x8x12x12xf32>
    %u = sched.stage conv(%t, %c) {name = "gr", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 4>} : (tensor<1x8x12x12xf32>, tensor<8x2x1x1xf32>) -> tensor<1x8x12x12xf32>
    sched.yield %u : tensor<1x8x12x12xf32>
  }
  return %r : tensor<1x8x12x12xf32>
}
