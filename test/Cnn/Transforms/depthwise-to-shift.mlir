// RUN: fovea-opt %s --depthwise-to-shift --canonicalize --symbol-dce | FileCheck %s
// RUN: fovea-opt %s --depthwise-to-shift --remarks-filter=depthwise-to-shift --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!x = tensor<1x3x8x8xf32>

// Taps of one: a shift alone, and the weight is gone.
// CHECK-NOT: cnn.param @ones.weight
cnn.param @ones.weight = dense<[[[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]],
                                [[[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]],
                                [[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, -0.0, 1.0]]]]> : tensor<3x1x3x3xf32>
// CHECK-LABEL: func.func @ones(
// CHECK: %[[R:.*]] = cnn.spatial_shift %arg0 {name = "ones", offsets = array<i64: -1, 0, 0, 0, 1, 1>}
// CHECK-NEXT: return %[[R]]
// REMARK: remark: {{.*}}ones{{.*}}became a spatial_shift: 3 of 3 channels exact
func.func @ones(%x: !x) -> !x {
  %w = cnn.load_param @ones.weight : tensor<3x1x3x3xf32>
  %0 = cnn.conv %x, %w {name = "ones", padding = array<i64: 1, 1, 1, 1>, groups = 3 : i64} : (!x, tensor<3x1x3x3xf32>) -> !x
  return %0 : !x
}

// Other taps, and none in the second channel: scaled. Uneven padding and a dilation move the offsets.
// CHECK: cnn.param @scaled.shift_scale = dense<[2.000000e+00, 0.000000e+00, -5.000000e-01]> : tensor<3xf32>
cnn.param @scaled.weight = dense<[[[[2.0, 0.0]]], [[[0.0, 0.0]]], [[[0.0, -0.5]]]]> : tensor<3x1x1x2xf32>
// CHECK-LABEL: func.func @scaled(
// CHECK: %[[S:.*]] = cnn.spatial_shift %arg0 {name = "scaled", offsets = array<i64: 0, -1, 0, 0, 0, 2>}
// CHECK: %[[P:.*]] = cnn.load_param @scaled.shift_scale : tensor<3xf32>
// CHECK: %[[R:.*]] = cnn.channel_affine %[[S]], %[[P]] {name = "scaled"}
// CHECK: return %[[R]]
func.func @scaled(%x: !x) -> !x {
  %w = cnn.load_param @scaled.weight : tensor<3x1x1x2xf32>
  %0 = cnn.conv %x, %w {name = "scaled", padding = array<i64: 0, 1, 0, 2>, dilation = array<i64: 1, 3>, groups = 3 : i64} : (!x, tensor<3x1x1x2xf32>) -> !x
  return %0 : !x
}

// A bias enters as the shift of the affine. The value may be a resource.
// CHECK: cnn.param @biased.shift_scale = dense<[1.000000e+00, 2.000000e+00, 1.000000e+00]>
cnn.param @biased.weight = dense_resource<biased> : tensor<3x1x1x1xf32>
// CHECK-LABEL: func.func @biased(
// CHECK-NOT: cnn.conv
// CHECK: cnn.channel_affine %{{.*}}, %{{.*}}, %arg1 {name = "biased"}
func.func @biased(%x: !x, %b: tensor<3xf32>) -> !x {
  %w = cnn.load_param @biased.weight : tensor<3x1x1x1xf32>
  %0 = cnn.conv %x, %w, %b {name = "biased", groups = 3 : i64} : (!x, tensor<3x1x1x1xf32>, tensor<3xf32>) -> !x
  return %0 : !x
}

// It does where all taps are ones, too.
// CHECK: cnn.param @ones_biased.shift_scale = dense<1.000000e+00>
cnn.param @ones_biased.weight = dense<1.0> : tensor<3x1x1x1xf32>
// CHECK-LABEL: func.func @ones_biased(
// CHECK: cnn.channel_affine %{{.*}}, %{{.*}}, %arg1 {name = "ones_biased"}
func.func @ones_biased(%x: !x, %b: tensor<3xf32>) -> !x {
  %w = cnn.load_param @ones_biased.weight : tensor<3x1x1x1xf32>
  %0 = cnn.conv %x, %w, %b {name = "ones_biased", groups = 3 : i64} : (!x, tensor<3x1x1x1xf32>, tensor<3xf32>) -> !x
  return %0 : !x
}

// CHECK-LABEL: func.func @dense(
// CHECK: cnn.conv
// REMARK: remark: {{.*}}dense{{.*}}kept: up to 3 nonzero taps in 2 of 3 channels
cnn.param @dense.weight = dense<[[[[2.0, 1.0, 1.0]]], [[[0.0, 1.0, 0.0]]], [[[0.0, -0.5, 1.0]]]]> : tensor<3x1x1x3xf32>
func.func @dense(%x: !x) -> !x {
  %w = cnn.load_param @dense.weight : tensor<3x1x1x3xf32>
  %0 = cnn.conv %x, %w {name = "dense", padding = array<i64: 0, 1, 0, 1>, groups = 3 : i64} : (!x, tensor<3x1x1x3xf32>) -> !x
  return %0 : !x
}

// CHECK-LABEL: func.func @missing(
// CHECK: cnn.conv
// REMARK: remark: {{.*}}missing{{.*}}kept: the value of missing.weight is missing
cnn.param @missing.weight : tensor<3x1x1x1xf32>
func.func @missing(%x: !x) -> !x {
  %w = cnn.load_param @missing.weight : tensor<3x1x1x1xf32>
  %0 = cnn.conv %x, %w {name = "missing", groups = 3 : i64} : (!x, tensor<3x1x1x1xf32>) -> !x
  return %0 : !x
}

// CHECK-LABEL: func.func @truncated(
// CHECK: cnn.conv
// REMARK: remark: {{.*}}truncated{{.*}}kept: the value of truncated.weight cannot be read as floats
cnn.param @truncated.weight = dense_resource<truncated> : tensor<3x1x1x1xf32>
func.func @truncated(%x: !x) -> !x {
  %w = cnn.load_param @truncated.weight : tensor<3x1x1x1xf32>
  %0 = cnn.conv %x, %w {name = "truncated", groups = 3 : i64} : (!x, tensor<3x1x1x1xf32>) -> !x
  return %0 : !x
}

// CHECK-LABEL: func.func @large(
// CHECK: cnn.conv
// REMARK: remark: {{.*}}large{{.*}}kept: the weight large.weight is too large
cnn.param @large.weight = dense<1.0> : tensor<1048576x1x1024x1024xf32>
func.func @large(%x: tensor<1x1048576x1x1xf32>) -> tensor<1x1048576x1x1xf32> {
  %w = cnn.load_param @large.weight : tensor<1048576x1x1024x1024xf32>
  %0 = cnn.conv %x, %w {name = "large", groups = 1048576 : i64, padding = array<i64: 512, 512, 511, 511>}
     : (tensor<1x1048576x1x1xf32>, tensor<1048576x1x1024x1024xf32>) -> tensor<1x1048576x1x1xf32>
  return %0 : tensor<1x1048576x1x1xf32>
}

// CHECK-LABEL: func.func @computed(
// CHECK: cnn.conv
// REMARK: remark: {{.*}}computed{{.*}}kept: its weight is computed
func.func @computed(%x: !x, %w: tensor<3x1x1x1xf32>) -> !x {
  %0 = cnn.conv %x, %w {name = "computed", groups = 3 : i64} : (!x, tensor<3x1x1x1xf32>) -> !x
  return %0 : !x
}

// Not depthwise at one size: stride, a shrinking border, two results per channel. No remark.
// CHECK-LABEL: func.func @others(
// CHECK-COUNT-3: cnn.conv
// REMARK-NOT: {{Missed|Passed}}
// REMARK: [Analysis] statistics | {{.*}}Remark="4 rewritten, {{[0-9]+}} kept"
func.func @others(%x: !x) -> (tensor<1x3x4x4xf32>, tensor<1x3x8x6xf32>, tensor<1x6x8x8xf32>) {
  %w = cnn.load_param @missing.weight : tensor<3x1x1x1xf32>
  %0 = cnn.conv %x, %w {name = "strided", groups = 3 : i64, stride = array<i64: 2, 2>} : (!x, tensor<3x1x1x1xf32>) -> tensor<1x3x4x4xf32>
  %v = cnn.load_param @dense.weight : tensor<3x1x1x3xf32>
  %1 = cnn.conv %x, %v {name = "shrinking", groups = 3 : i64} : (!x, tensor<3x1x1x3xf32>) -> tensor<1x3x8x6xf32>
  %u = cnn.load_param @double.weight : tensor<6x1x1x1xf32>
  %2 = cnn.conv %x, %u {name = "double", groups = 3 : i64} : (!x, tensor<6x1x1x1xf32>) -> tensor<1x6x8x8xf32>
  return %0, %1, %2 : tensor<1x3x4x4xf32>, tensor<1x3x8x6xf32>, tensor<1x6x8x8xf32>
}
cnn.param @double.weight : tensor<6x1x1x1xf32>

{-#
  dialect_resources: {
    builtin: {
      biased: "0x040000000000803F000000400000803F",
      truncated: "0x040000000000803F00000040"
    }
  }
#-}
