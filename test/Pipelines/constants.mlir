// What is computed from parameters alone is evaluated once, when weights are packed: no kernel runs for it.
// RUN: fovea inspect %s --stop-after=sched | FileCheck %s
// RUN: fovea verify %s --weights random:3 | FileCheck %s --check-prefix=VERIFY
// CHECK-COUNT-1: sched.kernel
// CHECK-NOT: sched.kernel
// VERIFY: y {{.*}} ok

cnn.param @a : tensor<4x4x1x1xf32>
cnn.param @b : tensor<4x4x1x1xf32>
func.func @net(%x: tensor<1x4x6x6xf32> {cnn.name = "x"}) -> (tensor<1x4x6x6xf32> {cnn.name = "y"}) {
  %a = cnn.load_param @a : tensor<4x4x1x1xf32>
  %b = cnn.load_param @b : tensor<4x4x1x1xf32>
  %s = cnn.add %a, %b {name = "sum"} : (tensor<4x4x1x1xf32>, tensor<4x4x1x1xf32>) -> tensor<4x4x1x1xf32>
  %r = cnn.relu %s {name = "relu"} : (tensor<4x4x1x1xf32>) -> tensor<4x4x1x1xf32>
  %y = cnn.conv %x, %r {name = "conv"} : (tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32>
  return %y : tensor<1x4x6x6xf32>
}
