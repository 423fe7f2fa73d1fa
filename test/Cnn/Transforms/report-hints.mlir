// RUN: fovea-opt %s --report-hints=disabled=depthwise-to-shift | FileCheck %s
// RUN: fovea-opt %s --report-hints --remarks-filter=report-hints --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefixes=REMARK,ON
// RUN: fovea-opt %s --report-hints=disabled=cse,depthwise-to-shift --remarks-filter=report-hints --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefixes=REMARK,OFF

!x = tensor<1x4x8x8xf32>
!w = tensor<4x4x1x1xf32>

// CHECK: cnn.conv {{.*}}cnn.hint.algorithm = "im2col"
// REMARK-NOT: | followed |
// REMARK: remark: [Missed] precise | {{.*}}precision = bf16 is not followed: there are no kernels in bf16, it is computed in f32
// REMARK-NOT: | exact |
// REMARK: remark: [Missed] fast | {{.*}}algorithm = fast is not followed: the algorithms are direct, im2col and shift
// REMARK: remark: [Missed] relu | {{.*}}algorithm = im2col is not followed: only a conv has several algorithms, not a cnn.relu
// REMARK: remark: [Missed] other | {{.*}}colour = red is not followed: there is no such hint
// ON-NOT: [Missed] shift
// OFF: remark: [Missed] shift | {{.*}}algorithm = shift is not followed: depthwise-to-shift is disabled
// REMARK: remark: [Missed] number | {{.*}}algorithm is not followed: it is no text
// REMARK: [Analysis] statistics | {{.*}} not followed"
func.func @hints(%x: !x, %w: !w) -> (!x, !x, !x, !x, !x, !x, !x, !x) {
  %0 = cnn.conv %x, %w {name = "followed", cnn.hint.algorithm = "im2col"} : (!x, !w) -> !x
  %1 = cnn.conv %x, %w {name = "precise", cnn.hint.precision = "bf16"} : (!x, !w) -> !x
  %2 = cnn.conv %x, %w {name = "exact", cnn.hint.precision = "f32"} : (!x, !w) -> !x
  %3 = cnn.conv %x, %w {name = "fast", cnn.hint.algorithm = "fast"} : (!x, !w) -> !x
  %4 = cnn.relu %x {name = "relu", cnn.hint.algorithm = "im2col"} : (!x) -> !x
  %5 = cnn.relu %x {name = "other", cnn.hint.colour = "red"} : (!x) -> !x
  %6 = cnn.conv %x, %w {name = "shift", cnn.hint.algorithm = "shift"} : (!x, !w) -> !x
  %7 = cnn.conv %x, %w {name = "number", cnn.hint.algorithm = 3 : i64} : (!x, !w) -> !x
  return %0, %1, %2, %3, %4, %5, %6, %7 : !x, !x, !x, !x, !x, !x, !x, !x
}
