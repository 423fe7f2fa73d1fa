// RUN: not fovea-opt %s --allow-unregistered-dialect 2>&1 | FileCheck %s

// An op that nobody knows has no dialect to ask for.
// CHECK: 'cnn.fused' op C3: the body may not hold 'unknown.op'
func.func @f(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %r = cnn.fused %x {name = "f"} : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%a: tensor<1x4xf32>):
    "unknown.op"() : () -> ()
    cnn.yield %a : tensor<1x4xf32>
  }
  return %r : tensor<1x4xf32>
}
