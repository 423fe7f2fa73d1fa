// RUN: fovea-opt %s --merge-equal-layers | FileCheck %s
// RUN: fovea-opt %s --merge-equal-layers --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC
// RUN: fovea-opt %s --merge-equal-layers --remarks-filter=merge-equal-layers --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!x = tensor<1x4x8x8xf32>
!w = tensor<4x4x1x1xf32>

// Names and hints apart: the first stays, with both places; what follows is alike then, too.
// CHECK-LABEL: @twice
// CHECK: cnn.load_param
// CHECK-NEXT: %[[C:.*]] = cnn.conv {{.*}} {cnn.hint.algorithm = "direct", name = "a"}
// CHECK-NEXT: %[[R:.*]] = cnn.relu %[[C]] {name = "a.relu"}
// CHECK-NEXT: return %[[R]], %[[R]]
// LOC-LABEL: @twice
// LOC: cnn.conv {{.*}} loc(#[[FUSED:.*]])
// REMARK: remark: {{.*}}b |{{.*}}computed once: it equals a"
// REMARK: remark: {{.*}}b.relu{{.*}}computed once: it equals a.relu
// REMARK-NOT: Passed
// REMARK: [Analysis] statistics | {{.*}}Remark="2 merged"
cnn.param @w : !w
func.func @twice(%x: !x) -> (!x, !x) {
  %v = cnn.load_param @w : !w
  %w = cnn.load_param @w : !w
  %0 = cnn.conv %x, %v {name = "a", cnn.hint.algorithm = "direct"} : (!x, !w) -> !x loc("a"("net.cnn":3:4))
  %1 = cnn.conv %x, %w {name = "b"} : (!x, !w) -> !x loc("b"("net.cnn":4:4))
  %2 = cnn.relu %0 {name = "a.relu"} : (!x) -> !x
  %3 = cnn.relu %1 {name = "b.relu"} : (!x) -> !x
  return %2, %3 : !x, !x
}
// LOC-DAG: #[[A:.*]] = loc("a"(#{{.*}}))
// LOC-DAG: #[[B:.*]] = loc("b"(#{{.*}}))
// LOC-DAG: #[[FUSED]] = loc(fused[#[[A]], #[[B]]])

// A sum has no order; several results merge together.
// CHECK-LABEL: @orders
// CHECK: cnn.split
// CHECK-NOT: cnn.split
// CHECK: %[[A:.*]] = cnn.add
// CHECK-NEXT: return %[[A]], %[[A]]
func.func @orders(%x: !x) -> (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) {
  %0, %1 = cnn.split %x {name = "s", sizes = array<i64: 2, 2>} : (!x) -> (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>)
  %2, %3 = cnn.split %x {name = "t", sizes = array<i64: 2, 2>} : (!x) -> (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>)
  %4 = cnn.add %0, %1 {name = "u"} : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  %5 = cnn.add %3, %2 {name = "v"} : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  return %4, %5 : tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>
}

// Another attribute, weight, input, kind, or order of a concat.
// CHECK-LABEL: @kept
// CHECK-COUNT-4: cnn.conv
// CHECK: cnn.tanh
// CHECK: cnn.sigmoid
// CHECK-COUNT-2: cnn.concat
func.func @kept(%x: !x, %w: !w, %v: !w) -> (!x, !x, tensor<1x4x4x4xf32>, !x, !x, !x, tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) {
  %0 = cnn.conv %x, %w {name = "a"} : (!x, !w) -> !x
  %1 = cnn.conv %x, %v {name = "b"} : (!x, !w) -> !x
  %2 = cnn.conv %x, %w {name = "c", stride = array<i64: 2, 2>} : (!x, !w) -> tensor<1x4x4x4xf32>
  %3 = cnn.conv %0, %w {name = "d"} : (!x, !w) -> !x
  %4 = cnn.tanh %x {name = "e"} : (!x) -> !x
  %5 = cnn.sigmoid %x {name = "f"} : (!x) -> !x
  %6 = cnn.concat %4, %5 {name = "g"} : (!x, !x) -> tensor<1x8x8x8xf32>
  %7 = cnn.concat %5, %4 {name = "h"} : (!x, !x) -> tensor<1x8x8x8xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7 : !x, !x, tensor<1x4x4x4xf32>, !x, !x, !x, tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>
}
