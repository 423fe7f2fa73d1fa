// RUN: fovea-opt %s --fuse-conv=pool=false | FileCheck %s
// RUN: fovea-opt %s --fuse-conv | FileCheck %s --check-prefix=POOL
// RUN: fovea-opt %s --fuse-conv --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC
// RUN: fovea-opt %s --fuse-conv --remarks-filter=fuse-conv --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!x = tensor<1x4x8x8xf32>
!w = tensor<4x4x1x1xf32>

// CHECK-LABEL: @relu
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[W:.*]]: tensor<4x4x1x1xf32>, %[[B:.*]]: tensor<4xf32>)
// CHECK: %[[R:.*]] = cnn.fused %[[X]], %[[W]], %[[B]] {name = "conv1"}
// CHECK-NEXT: ^bb0(%[[A0:.*]]: tensor<1x4x8x8xf32>, %[[A1:.*]]: tensor<4x4x1x1xf32>, %[[A2:.*]]: tensor<4xf32>):
// CHECK-NEXT: %[[C:.*]] = cnn.conv %[[A0]], %[[A1]], %[[A2]] {name = "conv1"}
// CHECK-NEXT: %[[D:.*]] = cnn.relu %[[C]] {name = "relu1"}
// CHECK-NEXT: cnn.yield %[[D]]
// CHECK: return %[[R]]
// LOC-LABEL: @relu
// LOC: } loc(#[[FUSED:.*]])
// REMARK: remark: {{.*}}conv1{{.*}}fused with relu1
func.func @relu(%x: !x, %w: !w, %b: tensor<4xf32>) -> !x {
  %0 = cnn.conv %x, %w, %b {name = "conv1"} : (!x, !w, tensor<4xf32>) -> !x loc("conv1"("net.cnn":3:4))
  %1 = cnn.relu %0 {name = "relu1"} : (!x) -> !x loc("relu1"("net.cnn":4:4))
  return %1 : !x
}
// LOC-DAG: #[[CONV:.*]] = loc("conv1"(#{{.*}}))
// LOC-DAG: #[[RELU:.*]] = loc("relu1"(#{{.*}}))
// LOC-DAG: #[[FUSED]] = loc(fused[#[[CONV]], #[[RELU]]])

// CHECK-LABEL: @residual_left
// CHECK: cnn.fused {{.*}} {name = "c"}
// CHECK: cnn.channel_affine
// CHECK-NEXT: cnn.add
// CHECK-NEXT: cnn.relu6
// CHECK-NEXT: cnn.yield
func.func @residual_left(%x: !x, %w: !w, %s: tensor<4xf32>) -> !x {
  %0 = cnn.conv %x, %w {name = "c"} : (!x, !w) -> !x
  %1 = cnn.channel_affine %0, %s, %s {name = "n"} : (!x, tensor<4xf32>, tensor<4xf32>) -> !x
  %2 = cnn.add %1, %x {name = "a"} : (!x, !x) -> !x
  %3 = cnn.relu6 %2 {name = "r"} : (!x) -> !x
  return %3 : !x
}

// The input, read twice, enters once; the residual computed between enters too.
// CHECK-LABEL: @residual_right
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[W:.*]]: tensor<4x4x1x1xf32>)
// CHECK: %[[T:.*]] = cnn.tanh
// CHECK: cnn.fused %[[X]], %[[W]], %[[T]] {name = "c"}
// CHECK: cnn.add %{{.*}}, %{{.*}} {name = "a"}
func.func @residual_right(%x: !x, %w: !w) -> !x {
  %0 = cnn.conv %x, %w {name = "c"} : (!x, !w) -> !x
  %t = cnn.tanh %x {name = "t"} : (!x) -> !x
  %2 = cnn.add %t, %0 {name = "a"} : (!x, !x) -> !x
  return %2 : !x
}

// Both operands come from convolutions: the later one takes the add.
// CHECK-LABEL: @projection
// CHECK: %[[S:.*]] = cnn.conv {{.*}} {name = "shortcut"}
// CHECK: %[[R:.*]] = cnn.fused {{.*}}%[[S]] {name = "main"}
// CHECK: return %[[R]]
func.func @projection(%x: !x, %w: !w) -> !x {
  %0 = cnn.conv %x, %w {name = "shortcut"} : (!x, !w) -> !x
  %1 = cnn.conv %x, %w {name = "main"} : (!x, !w) -> !x
  %2 = cnn.add %0, %1 {name = "a"} : (!x, !x) -> !x
  return %2 : !x
}

// CHECK-LABEL: @projection_activated
// CHECK: %[[S:.*]] = cnn.fused {{.*}} {name = "shortcut"}
// CHECK: cnn.relu
// CHECK-NEXT: cnn.yield
// CHECK: cnn.fused {{.*}}%[[S]] {name = "main"}
func.func @projection_activated(%x: !x, %w: !w) -> !x {
  %0 = cnn.conv %x, %w {name = "shortcut"} : (!x, !w) -> !x
  %1 = cnn.relu %0 {name = "r"} : (!x) -> !x
  %2 = cnn.conv %x, %w {name = "main"} : (!x, !w) -> !x
  %3 = cnn.add %2, %1 {name = "a"} : (!x, !x) -> !x
  return %3 : !x
}

// One residual add at most.
// CHECK-LABEL: @two_adds
// CHECK: %[[R:.*]] = cnn.fused
// CHECK: cnn.add {{.*}} {name = "a"}
// CHECK: }
// CHECK: cnn.add %[[R]], {{.*}} {name = "b"}
func.func @two_adds(%x: !x, %w: !w) -> !x {
  %0 = cnn.conv %x, %w {name = "c"} : (!x, !w) -> !x
  %1 = cnn.add %0, %x {name = "a"} : (!x, !x) -> !x
  %2 = cnn.add %1, %x {name = "b"} : (!x, !x) -> !x
  return %2 : !x
}

// CHECK-LABEL: @linear_matmul
// CHECK: cnn.fused {{.*}} {name = "m"}
// CHECK: cnn.matmul
// CHECK-NEXT: cnn.tanh
// CHECK: cnn.fused {{.*}} {name = "f"}
// CHECK: cnn.linear
// CHECK-NEXT: cnn.sigmoid
func.func @linear_matmul(%c: tensor<1x4x64xf32>, %w: !w, %f: tensor<3x256xf32>) -> tensor<1x3xf32> {
  %0 = cnn.matmul %c, %w {name = "m", output_size = array<i64: 8, 8>} : (tensor<1x4x64xf32>, !w) -> !x
  %1 = cnn.tanh %0 {name = "t"} : (!x) -> !x
  %2 = cnn.flatten %1 {name = "flat"} : (!x) -> tensor<1x256xf32>
  %3 = cnn.linear %2, %f {name = "f"} : (tensor<1x256xf32>, tensor<3x256xf32>) -> tensor<1x3xf32>
  %4 = cnn.sigmoid %3 {name = "s"} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  return %4 : tensor<1x3xf32>
}

// Nothing to fuse: alone, read twice, read by a layer that is not elementwise, scaled along another axis, the
// scaling of its weight.
// CHECK-LABEL: @kept
// CHECK-NOT: cnn.fused
func.func @kept(%x: !x, %w: !w, %s: tensor<4xf32>, %t: tensor<8xf32>) -> (!x, !x, !x, !x, !x) {
  %ws = cnn.channel_affine %w, %s {name = "c.weight", axis = 0 : i64} : (!w, tensor<4xf32>) -> !w
  %0 = cnn.conv %x, %ws {name = "alone"} : (!x, !w) -> !x
  %1 = cnn.conv %x, %w {name = "twice"} : (!x, !w) -> !x
  %2 = cnn.relu %1 {name = "r"} : (!x) -> !x
  %3 = cnn.conv %x, %w {name = "axis"} : (!x, !w) -> !x
  %4 = cnn.channel_affine %3, %t {name = "n", axis = 2 : i64} : (!x, tensor<8xf32>) -> !x
  %5 = cnn.conv %x, %w {name = "pool"} : (!x, !w) -> !x
  %6 = cnn.max_pool %5 {name = "p", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>} : (!x) -> !x
  return %0, %1, %2, %4, %6 : !x, !x, !x, !x, !x
}

// A pool whose windows share no pixel ends the group of a small conv. Overlapping windows, a border, groups, a window over
// the end, and sums of many terms keep it out.
// POOL-LABEL: @pools
// POOL: cnn.fused {{.*}} {name = "c"}
// POOL: cnn.relu
// POOL-NEXT: cnn.max_pool {{.*}}"halves"
// POOL-NEXT: cnn.yield
// POOL: cnn.fused {{.*}} {name = "mean"}
// POOL: cnn.avg_pool {{.*}}"means"
// POOL-NEXT: cnn.yield
// POOL-NOT: cnn.fused
// POOL: return
// CHECK-LABEL: @pools
// CHECK: cnn.fused {{.*}} {name = "c"}
// CHECK-NOT: cnn.fused
func.func @pools(%x: !x, %w: !w, %g: tensor<4x2x1x1xf32>, %l: tensor<4x4x5x5xf32>, %z: tensor<1x5x8x8xf32>, %c: tensor<4x5x1x1xf32>)
    -> (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>, !x, tensor<1x4x5x5xf32>, tensor<1x4x4x4xf32>, tensor<1x4x3x3xf32>, tensor<1x4x2x2xf32>, tensor<1x4x4x4xf32>) {
  %0 = cnn.conv %x, %w {name = "c"} : (!x, !w) -> !x
  %1 = cnn.relu %0 {name = "r"} : (!x) -> !x
  %2 = cnn.max_pool %1 {name = "halves", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (!x) -> tensor<1x4x4x4xf32>
  %3 = cnn.conv %x, %w {name = "mean"} : (!x, !w) -> !x
  %4 = cnn.avg_pool %3 {name = "means", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (!x) -> tensor<1x4x4x4xf32>
  %5 = cnn.conv %x, %w {name = "overlaps"} : (!x, !w) -> !x
  %6 = cnn.max_pool %5 {name = "p", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>} : (!x) -> !x
  %7 = cnn.conv %x, %w {name = "border"} : (!x, !w) -> !x
  %8 = cnn.max_pool %7 {name = "q", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>} : (!x) -> tensor<1x4x5x5xf32>
  %9 = cnn.conv %x, %g {name = "grouped", groups = 2 : i64} : (!x, tensor<4x2x1x1xf32>) -> !x
  %10 = cnn.max_pool %9 {name = "s", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (!x) -> tensor<1x4x4x4xf32>
  %11 = cnn.conv %x, %w {name = "ceil"} : (!x, !w) -> !x
  %12 = cnn.max_pool %11 {name = "t", kernel = array<i64: 3, 3>, stride = array<i64: 3, 3>, ceil_mode = true} : (!x) -> tensor<1x4x3x3xf32>
  %13 = cnn.conv %x, %l {name = "terms"} : (!x, tensor<4x4x5x5xf32>) -> tensor<1x4x4x4xf32>
  %14 = cnn.max_pool %13 {name = "u", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x4x4x4xf32>) -> tensor<1x4x2x2xf32>
  %15 = cnn.conv %z, %c {name = "channels"} : (tensor<1x5x8x8xf32>, tensor<4x5x1x1xf32>) -> !x
  %16 = cnn.max_pool %15 {name = "v", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (!x) -> tensor<1x4x4x4xf32>
  return %2, %4, %6, %8, %10, %12, %14, %16 : tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>, !x, tensor<1x4x5x5xf32>, tensor<1x4x4x4xf32>, tensor<1x4x3x3xf32>, tensor<1x4x2x2xf32>, tensor<1x4x4x4xf32>
}
