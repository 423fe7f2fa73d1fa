// RUN: fovea-opt %s --conv-transpose-to-conv | FileCheck %s
// RUN: fovea-opt %s --conv-transpose-to-conv --remarks-filter=conv-transpose-to-conv --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: conv-transpose-to-conv.mlir:[[#@LINE+9]]:8: remark: [Passed] up | Category:conv-transpose-to-conv | Remark="became a convolution with stride 1 and a depth_to_space"

// The kernel is the stride: a matrix product, nothing cut off.
// CHECK-LABEL: @doubled
// CHECK: %[[W:.*]] = cnn.sub_pixel_weight %arg1 {name = "up.weight", stride = array<i64: 2, 2>} : (tensor<8x3x2x2xf32>) -> tensor<12x8x1x1xf32>
// CHECK: %[[B:.*]] = cnn.sub_pixel_bias %arg2 {name = "up.bias", stride = array<i64: 2, 2>} : (tensor<3xf32>) -> tensor<12xf32>
// CHECK: %[[C:.*]] = cnn.conv %arg0, %[[W]], %[[B]] {cnn.hint.algorithm = "im2col", name = "up"}
// CHECK: cnn.depth_to_space %[[C]] {factor = array<i64: 2, 2>, name = "up", offset = array<i64: 0, 0>, size = array<i64: 8, 8>}
func.func @doubled(%x: tensor<1x8x4x4xf32>, %w: tensor<8x3x2x2xf32>, %b: tensor<3xf32>) -> tensor<1x3x8x8xf32> {
  %y = cnn.conv_transpose %x, %w, %b {name = "up", stride = array<i64: 2, 2>, cnn.hint.algorithm = "im2col"}
     : (tensor<1x8x4x4xf32>, tensor<8x3x2x2xf32>, tensor<3xf32>) -> tensor<1x3x8x8xf32>
  return %y : tensor<1x3x8x8xf32>
}

// Rows: 3 taps by strides of 2 are 2 taps; 1 row is cut off before, of 2 sub-pixels. Columns: one sub-pixel, 3 columns
// are cut off, of which the convolution leaves out 2.
// CHECK-LABEL: @cut
// CHECK: cnn.conv %arg0, %{{.*}} {name = "t", padding = array<i64: 1, 0, 1, 0>} : (tensor<1x2x4x6xf32>, tensor<6x2x2x3xf32>) -> tensor<1x6x5x4xf32>
// CHECK: cnn.depth_to_space %{{.*}} {factor = array<i64: 2, 1>, name = "t", offset = array<i64: 1, 1>, size = array<i64: 8, 3>}
func.func @cut(%x: tensor<1x2x4x6xf32>, %w: tensor<2x3x3x3xf32>) -> tensor<1x3x8x3xf32> {
  %y = cnn.conv_transpose %x, %w {name = "t", stride = array<i64: 2, 1>, padding = array<i64: 1, 3, 0, 2>}
     : (tensor<1x2x4x6xf32>, tensor<2x3x3x3xf32>) -> tensor<1x3x8x3xf32>
  return %y : tensor<1x3x8x3xf32>
}

// Stride 1 and nothing left to cut off: a convolution alone.
// CHECK-LABEL: @plain
// CHECK: cnn.conv %arg0, %{{.*}} {groups = 2 : i64, name = "t", padding = array<i64: 1, 2, 0, 2>}
// CHECK-NOT: cnn.depth_to_space
func.func @plain(%x: tensor<1x4x4x4xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x6x3x6xf32> {
  %y = cnn.conv_transpose %x, %w {name = "t", padding = array<i64: 1, 0, 2, 0>, groups = 2 : i64}
     : (tensor<1x4x4x4xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x3x6xf32>
  return %y : tensor<1x6x3x6xf32>
}
