// RUN: not fovea-opt %s --allow-unregistered-dialect --verify-cnn 2>&1 | FileCheck %s

// CHECK: 'unknown.op' op does not belong in the phases cnn and cnn-opt
func.func @f(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  "unknown.op"() : () -> ()
  return %x : tensor<1x4xf32>
}
