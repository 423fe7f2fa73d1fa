// RUN: fovea-opt %s --depthwise-to-shift='lossy=true budget=0.1' | FileCheck %s
// RUN: fovea-opt %s --depthwise-to-shift='lossy=true budget=0.1' --remarks-filter=depthwise-to-shift --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: fovea-opt %s --depthwise-to-shift='lossy=true budget=0' | FileCheck %s --check-prefix=EXACT
// RUN: not fovea-opt %s --depthwise-to-shift='lossy=true budget=-1' 2>&1 | FileCheck %s --check-prefix=BUDGET
// BUDGET: error: {{.*}}depthwise-to-shift: budget must be at least 0

!x = tensor<1x3x4x4xf32>

// The greatest tap stays as it is: of all kernels of one tap, that is the nearest. The error is that of the layer:
// sqrt(0.1^2 + 0.2^2) of sqrt(9 + 1 + 4 + 0.05).
// CHECK: cnn.param @near.shift_scale = dense<[3.000000e+00, -1.000000e+00, 2.000000e+00]> : tensor<3xf32>
cnn.param @near.weight = dense<[[[[0.1, 3.0, 0.0]]], [[[0.0, 0.0, -1.0]]], [[[2.0, 0.0, -0.2]]]]> : tensor<3x1x1x3xf32>
// CHECK-LABEL: func.func @near
// CHECK: cnn.spatial_shift %{{.*}} {name = "near", offsets = array<i64: 0, 0, 0, 1, 0, -1>}
// REMARK: remark: {{.*}}near{{.*}}became a spatial_shift: 1 of 3 channels exact, 2 lossy, relative weight error 0.0597
// EXACT-LABEL: func.func @near
// EXACT: cnn.conv
func.func @near(%x: !x) -> !x {
  %w = cnn.load_param @near.weight : tensor<3x1x1x3xf32>
  %0 = cnn.conv %x, %w {name = "near", padding = array<i64: 0, 1, 0, 1>, groups = 3 : i64} : (!x, tensor<3x1x1x3xf32>) -> !x
  return %0 : !x
}

// CHECK-LABEL: func.func @far
// CHECK: cnn.conv
// REMARK: remark: {{.*}}far{{.*}}kept: 2 of 3 channels exact, 1 lossy, relative weight error 0.4826, over the budget of 0.1000
cnn.param @far.weight = dense<[[[[0.0, 3.0, 0.0]]], [[[0.0, 0.0, -1.0]]], [[[2.0, 0.5, -2.0]]]]> : tensor<3x1x1x3xf32>
func.func @far(%x: !x) -> !x {
  %w = cnn.load_param @far.weight : tensor<3x1x1x3xf32>
  %0 = cnn.conv %x, %w {name = "far", padding = array<i64: 0, 1, 0, 1>, groups = 3 : i64} : (!x, tensor<3x1x1x3xf32>) -> !x
  return %0 : !x
}

// A weight that is no number is within no budget.
// CHECK-LABEL: func.func @nan
// CHECK: cnn.conv
cnn.param @nan.weight = dense<[[[[0.0, 3.0, 0x7FC00000]]], [[[0.0, 0.0, -1.0]]], [[[2.0, 0.5, 0.0]]]]> : tensor<3x1x1x3xf32>
func.func @nan(%x: !x) -> !x {
  %w = cnn.load_param @nan.weight : tensor<3x1x1x3xf32>
  %0 = cnn.conv %x, %w {name = "nan", padding = array<i64: 0, 1, 0, 1>, groups = 3 : i64} : (!x, tensor<3x1x1x3xf32>) -> !x
  return %0 : !x
}

// What the network asks for: to stay, and to become a shift where that is impossible.
// CHECK-LABEL: func.func @hints
// CHECK: cnn.conv {{.*}}"direct"
// CHECK: cnn.conv {{.*}}"strided"
// CHECK: cnn.conv {{.*}}"grouped"
// REMARK: remark: {{.*}}direct{{.*}}kept: the network asks for direct
// REMARK: remark: {{.*}}strided{{.*}}kept: its stride is not 1
// REMARK: remark: {{.*}}grouped{{.*}}kept: groups 1 are not its 3 channels
// REMARK: [Analysis] statistics | {{.*}}Remark="1 rewritten, 2 channels without their small taps, 5 kept"
func.func @hints(%x: !x, %v: tensor<3x3x1x1xf32>) -> (!x, tensor<1x3x2x2xf32>, !x) {
  %w = cnn.load_param @near.weight : tensor<3x1x1x3xf32>
  %0 = cnn.conv %x, %w {name = "direct", padding = array<i64: 0, 1, 0, 1>, groups = 3 : i64, cnn.hint.algorithm = "direct"} : (!x, tensor<3x1x1x3xf32>) -> !x
  %1 = cnn.conv %x, %w {name = "strided", stride = array<i64: 2, 2>, padding = array<i64: 0, 1, 0, 1>, groups = 3 : i64, cnn.hint.algorithm = "shift"} : (!x, tensor<3x1x1x3xf32>) -> tensor<1x3x2x2xf32>
  %2 = cnn.conv %x, %v {name = "grouped", cnn.hint.algorithm = "shift"} : (!x, tensor<3x3x1x1xf32>) -> !x
  return %0, %1, %2 : !x, tensor<1x3x2x2xf32>, !x
}
