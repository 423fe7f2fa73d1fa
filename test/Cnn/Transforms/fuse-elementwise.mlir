// RUN: fovea-opt %s --fuse-elementwise | FileCheck %s
// RUN: fovea-opt %s --fuse-elementwise --remarks-filter=fuse-elementwise --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!x = tensor<1x4x8x8xf32>

// CHECK-LABEL: @preactivation
// CHECK: cnn.fused {{.*}} {name = "norm"}
// CHECK: cnn.channel_affine
// CHECK-NEXT: cnn.relu
// CHECK-NEXT: cnn.yield
// REMARK: remark: {{.*}}norm{{.*}}fused with relu
func.func @preactivation(%x: !x, %s: tensor<4xf32>) -> !x {
  %0 = cnn.channel_affine %x, %s, %s {name = "norm"} : (!x, tensor<4xf32>, tensor<4xf32>) -> !x
  %1 = cnn.relu %0 {name = "relu"} : (!x) -> !x
  return %1 : !x
}

// CHECK-LABEL: @roots
// CHECK: cnn.fused {{.*}} {name = "pool"}
// CHECK: cnn.fused {{.*}} {name = "shift"}
// CHECK: cnn.channel_affine
// CHECK-NEXT: cnn.add
func.func @roots(%x: !x, %s: tensor<4xf32>) -> !x {
  %0 = cnn.max_pool %x {name = "pool", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>} : (!x) -> !x
  %1 = cnn.relu %0 {name = "relu"} : (!x) -> !x
  %2 = cnn.spatial_shift %1 {name = "shift", offsets = array<i64: 0, 1, 0, -1, 1, 0, -1, 0>} : (!x) -> !x
  %3 = cnn.channel_affine %2, %s {name = "shift"} : (!x, tensor<4xf32>) -> !x
  %4 = cnn.add %x, %3 {name = "sum"} : (!x, !x) -> !x
  return %4 : !x
}

// Two chains that meet: the first takes the add.
// CHECK-LABEL: @meeting
// CHECK: %[[B:.*]] = cnn.tanh
// CHECK: cnn.fused %arg0, %[[B]] {name = "a"}
// CHECK: cnn.sigmoid
// CHECK-NEXT: cnn.add
// CHECK-NEXT: cnn.relu
func.func @meeting(%x: !x) -> !x {
  %0 = cnn.sigmoid %x {name = "a"} : (!x) -> !x
  %1 = cnn.tanh %x {name = "b"} : (!x) -> !x
  %2 = cnn.add %0, %1 {name = "sum"} : (!x, !x) -> !x
  %3 = cnn.relu %2 {name = "relu"} : (!x) -> !x
  return %3 : !x
}

// Groups are of bounded size.
// CHECK-LABEL: @long
// CHECK: cnn.fused {{.*}} {name = "t0"}
// CHECK-COUNT-9: cnn.tanh
// CHECK: cnn.yield
// CHECK: cnn.fused {{.*}} {name = "t9"}
// CHECK-COUNT-2: cnn.tanh
// CHECK: cnn.yield
func.func @long(%x: !x) -> !x {
  %0 = cnn.tanh %x {name = "t0"} : (!x) -> !x
  %1 = cnn.tanh %0 {name = "t1"} : (!x) -> !x
  %2 = cnn.tanh %1 {name = "t2"} : (!x) -> !x
  %3 = cnn.tanh %2 {name = "t3"} : (!x) -> !x
  %4 = cnn.tanh %3 {name = "t4"} : (!x) -> !x
  %5 = cnn.tanh %4 {name = "t5"} : (!x) -> !x
  %6 = cnn.tanh %5 {name = "t6"} : (!x) -> !x
  %7 = cnn.tanh %6 {name = "t7"} : (!x) -> !x
  %8 = cnn.tanh %7 {name = "t8"} : (!x) -> !x
  %9 = cnn.tanh %8 {name = "t9"} : (!x) -> !x
  %10 = cnn.tanh %9 {name = "t10"} : (!x) -> !x
  return %10 : !x
}

// CHECK-LABEL: @weights
// CHECK-NOT: cnn.fused
cnn.param @w : tensor<4x4x1x1xf32>
cnn.param @s : tensor<4xf32>
func.func @weights(%x: !x) -> !x {
  %w = cnn.load_param @w : tensor<4x4x1x1xf32>
  %s = cnn.load_param @s : tensor<4xf32>
  %0 = cnn.channel_affine %w, %s {name = "c.weight"} : (tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<4x4x1x1xf32>
  %1 = cnn.channel_affine %0, %s {name = "c.weight"} : (tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<4x4x1x1xf32>
  %2 = cnn.conv %x, %1 {name = "c"} : (!x, tensor<4x4x1x1xf32>) -> !x
  return %2 : !x
}
