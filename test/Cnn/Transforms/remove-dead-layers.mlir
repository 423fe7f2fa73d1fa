// RUN: fovea-opt %s --remove-dead-layers --symbol-dce | FileCheck %s
// RUN: fovea-opt %s --remove-dead-layers --remarks-filter=remove-dead-layers --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!x = tensor<1x4x8x8xf32>

// A whole branch, the arithmetic on its weights, and the parameter.
// CHECK: cnn.param @live.weight
// CHECK-NOT: cnn.param @dead.weight
// CHECK-LABEL: @branch
// CHECK: cnn.conv {{.*}}"live"
// CHECK-NEXT: return
// REMARK: remark: {{.*}}dead.relu{{.*}}removed: it reaches no output
// REMARK: remark: {{.*}}dead {{.*}}removed: it reaches no output
// REMARK-NOT: Passed
// REMARK: [Analysis] statistics | {{.*}}Remark="2 removed"
cnn.param @live.weight : tensor<4x4x1x1xf32>
cnn.param @dead.weight : tensor<4x4x1x1xf32>
cnn.param @dead.scale : tensor<4xf32>
func.func @branch(%x: !x) -> !x {
  %d = cnn.load_param @dead.weight : tensor<4x4x1x1xf32>
  %s = cnn.load_param @dead.scale : tensor<4xf32>
  %e = cnn.channel_affine %d, %s {name = "dead.weight", axis = 0 : i64} : (tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<4x4x1x1xf32>
  %w = cnn.load_param @live.weight : tensor<4x4x1x1xf32>
  %0 = cnn.conv %x, %w {name = "live"} : (!x, tensor<4x4x1x1xf32>) -> !x
  %1 = cnn.conv %0, %e {name = "dead"} : (!x, tensor<4x4x1x1xf32>) -> !x
  %2 = cnn.relu %1 {name = "dead.relu"} : (!x) -> !x
  return %0 : !x
}

// One live piece keeps a split.
// CHECK-LABEL: @piece
// CHECK: cnn.split
func.func @piece(%x: !x) -> tensor<1x1x8x8xf32> {
  %0, %1 = cnn.split %x {name = "split", sizes = array<i64: 1, 3>} : (!x) -> (tensor<1x1x8x8xf32>, tensor<1x3x8x8xf32>)
  return %0 : tensor<1x1x8x8xf32>
}
