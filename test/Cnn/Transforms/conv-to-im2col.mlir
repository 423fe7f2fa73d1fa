// RUN: fovea-opt %s --conv-to-im2col | FileCheck %s --check-prefixes=CHECK,ALL
// RUN: fovea-opt %s --conv-to-im2col=layers='conv[1-9]' | FileCheck %s --check-prefixes=CHECK,SOME
// RUN: fovea-opt %s --conv-to-im2col --remarks-filter=conv-to-im2col --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: fovea-opt %s --conv-to-im2col=layers= | FileCheck %s --check-prefix=HINTS
// RUN: not fovea-opt %s --conv-to-im2col='layers=conv(' 2>&1 | FileCheck %s --check-prefix=REGEX
// REGEX: error: conv-to-im2col: layers='conv(' is no regular expression: parentheses not balanced

// CHECK-LABEL: @conv
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x8x8xf32>, %[[W:.*]]: tensor<4x3x3x5xf32>, %[[B:.*]]: tensor<4xf32>)
// CHECK: %[[C:.*]] = cnn.im2col %[[X]] {kernel = array<i64: 3, 5>, name = "conv1", padding = array<i64: 1, 2, 0, 0>, stride = array<i64: 2, 1>} : (tensor<2x3x8x8xf32>) -> tensor<2x45x24xf32>
// CHECK: cnn.matmul %[[C]], %[[W]], %[[B]] {name = "conv1", output_size = array<i64: 4, 6>}
func.func @conv(%x: tensor<2x3x8x8xf32>, %w: tensor<4x3x3x5xf32>, %b: tensor<4xf32>) -> tensor<2x4x4x6xf32> {
  %0 = cnn.conv %x, %w, %b {name = "conv1", stride = array<i64: 2, 1>, padding = array<i64: 1, 2, 0, 0>}
     : (tensor<2x3x8x8xf32>, tensor<4x3x3x5xf32>, tensor<4xf32>) -> tensor<2x4x4x6xf32>
  return %0 : tensor<2x4x4x6xf32>
}

// The expression must match the whole name; fused groups are looked into.
// CHECK-LABEL: @by_name
// ALL: cnn.im2col
// ALL: cnn.im2col
// SOME: cnn.conv {{.*}}"conv10"
// SOME: cnn.im2col {{.*}}"conv2"
func.func @by_name(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %0 = cnn.conv %x, %w {name = "conv10"} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = cnn.fused %0, %w {name = "conv2"} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  ^bb0(%a: tensor<1x4x8x8xf32>, %b: tensor<4x4x1x1xf32>):
    %2 = cnn.conv %a, %b {name = "conv2"} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
    cnn.yield %2 : tensor<1x4x8x8xf32>
  }
  return %1 : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @groups
// CHECK: cnn.conv
// REMARK: remark: {{.*}}grouped{{.*}}kept: groups 2 is not 1
func.func @groups(%x: tensor<1x4x8x8xf32>, %w: tensor<4x2x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %0 = cnn.conv %x, %w {name = "grouped", groups = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<4x2x1x1xf32>) -> tensor<1x4x8x8xf32>
  return %0 : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @too_large
// CHECK: cnn.conv
// REMARK: remark: {{.*}}large{{.*}}kept: the result [1, 16, 1024, 1024, 8192, 8192] must have 1 to 2^40 elements
func.func @too_large(%x: tensor<1x16x9215x9215xf32>, %w: tensor<1x16x1024x1024xf32>) -> tensor<1x1x8192x8192xf32> {
  %0 = cnn.conv %x, %w {name = "large"} : (tensor<1x16x9215x9215xf32>, tensor<1x16x1024x1024xf32>) -> tensor<1x1x8192x8192xf32>
  return %0 : tensor<1x1x8192x8192xf32>
}

// A hint asks for one layer, or keeps it. No name is matched by an empty expression.
// HINTS-NOT: cnn.im2col
// HINTS-LABEL: @hints
// HINTS: cnn.im2col {{.*}}"asked"
// HINTS-NOT: cnn.im2col
// CHECK-LABEL: @hints
// CHECK: cnn.im2col {{.*}}"asked"
// CHECK: cnn.conv {{.*}}"direct"
// REMARK: remark: {{.*}}asked{{.*}}became an im2col and a matmul
// REMARK: remark: {{.*}}direct{{.*}}kept: the network asks for direct
// REMARK: remark: {{.*}}impossible{{.*}}kept: groups 2 is not 1
// REMARK: [Analysis] statistics | {{.*}}Remark="1 rewritten, 2 kept"
func.func @hints(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %v: tensor<4x2x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %0 = cnn.conv %x, %w {name = "asked", cnn.hint.algorithm = "im2col"} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = cnn.conv %0, %w {name = "direct", cnn.hint.algorithm = "direct"} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %2 = cnn.conv %1, %v {name = "impossible", groups = 2 : i64, cnn.hint.algorithm = "im2col"} : (tensor<1x4x8x8xf32>, tensor<4x2x1x1xf32>) -> tensor<1x4x8x8xf32>
  return %2 : tensor<1x4x8x8xf32>
}
