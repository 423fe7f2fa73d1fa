// RUN: fovea-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @tensors
func.func @tensors(%x: tensor<1x8x4x4xf32>, %w: tensor<8x8x1x1xf32>) -> tensor<1x16x4x4xf32> {
  // CHECK: sched.kernel "conv1" ins(%{{.*}}, %{{.*}} : tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x4x4xf32>
  %r = sched.kernel "conv1" ins(%x, %w : tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>, %b: tensor<8x8x1x1xf32>):
    // CHECK: sched.stage conv(%{{.*}}, %{{.*}}) algorithm direct
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv1", kernel = array<i64: 1, 1>,
           stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>,
           groups = array<i64: 1>} : (tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x4x4xf32>
    // CHECK: sched.stage relu(%{{.*}}) {name = "relu"}
    %t = sched.stage relu(%s) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %t : tensor<1x8x4x4xf32>
  }
  // CHECK: sched.concat %{{.*}}, %{{.*}} {axis = 1 : i64, name = "cat"}
  %c = sched.concat %x, %r {axis = 1 : i64, name = "cat"} : (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>) -> tensor<1x16x4x4xf32>
  // CHECK: sched.slice %{{.*}} {axis = 1 : i64, name = "half", offset = 8 : i64}
  %h = sched.slice %c {axis = 1 : i64, offset = 8 : i64, name = "half"} : (tensor<1x16x4x4xf32>) -> tensor<1x8x4x4xf32>
  // CHECK: sched.reshape %{{.*}} {name = "flat"}
  %f = sched.reshape %h {name = "flat"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x1x16xf32>
  return %c : tensor<1x16x4x4xf32>
}

// CHECK-LABEL: @buffers
func.func @buffers(%x: memref<1x1x4x4x8xf32>, %w: tensor<4x3xf32>) {
  // CHECK: sched.alloc "mid" : memref<1x2x4x4x8xf32>
  %m = sched.alloc "mid" : memref<1x2x4x4x8xf32>
  // CHECK: sched.view %{{.*}} {name = "half", offset = 128 : i64} : memref<1x2x4x4x8xf32> to memref<1x1x4x4x8xf32, strided<[256, 128, 32, 8, 1]>>
  %v = sched.view %m {offset = 128 : i64, name = "half"} : memref<1x2x4x4x8xf32> to memref<1x1x4x4x8xf32, strided<[256, 128, 32, 8, 1]>>
  // CHECK: sched.literal "offsets" dense<0> : tensor<8x2xi32> : tensor<8x2xi32>
  %o = sched.literal "offsets" dense<0> : tensor<8x2xi32> : tensor<8x2xi32>
  // CHECK: sched.pack linear %{{.*}} {in_block = 8 : i64, input_shape = array<i64: 3, 1, 1>, out_block = 4 : i64}
  %p = sched.pack linear %w {out_block = 4 : i64, in_block = 8 : i64, input_shape = array<i64: 3, 1, 1>} : (tensor<4x3xf32>) -> tensor<1x1x1x1x8x4xf32>
  // CHECK: outs(%{{.*}} : memref<{{.*}}>) schedule <[split(x, xo, xi, 4), reorder(oi, xi, xo), vectorize(oi), compute_at(layer1.0.conv1, xo)]>
  sched.kernel "relu" ins(%x : memref<1x1x4x4x8xf32>) outs(%v : memref<1x1x4x4x8xf32, strided<[256, 128, 32, 8, 1]>>)
      schedule <[split(x, xo, xi, 4), reorder(oi, xi, xo), vectorize(oi), compute_at("layer1.0.conv1", xo)]> {
  // CHECK: #sched.layout<[0, 1, 2, 3], block = 8>
  ^bb0(%a: tensor<1x6x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>):
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x6x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>) -> tensor<1x6x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>
    sched.yield %s : tensor<1x6x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>
  }
  return
}
