// RUN: fovea-opt %s --convert-cnn-to-sched | FileCheck %s

cnn.param @w : tensor<4x3x3x3xf32>
cnn.param @g : tensor<4xf32>
cnn.param @f : tensor<10x64xf32>

// A fused group is one kernel with a stage per layer; the arithmetic on its weights stays outside, as it was. A missing bias is one of zeros.
// CHECK-LABEL: func.func @fused
// CHECK-SAME: {sched.name = "image", sched.shape = array<i64: 1, 3, 8, 8>}
// CHECK: %[[W:.*]] = cnn.load_param @w
// CHECK: %[[SCALED:.*]] = cnn.channel_affine %[[W]]
// CHECK: %[[ZERO:.*]] = sched.literal "conv1.zero_bias" dense<0.000000e+00> : tensor<4xf32>
// CHECK: sched.kernel "conv1" ins(%arg0, %[[SCALED]], %[[ZERO]] :
// CHECK: %[[S:.*]] = sched.stage conv(%{{.*}}, %{{.*}}, %{{.*}}) {dilation = array<i64: 1, 1>, groups = array<i64: 1>, kernel = array<i64: 3, 3>, name = "conv1", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>}
// CHECK: %[[R:.*]] = sched.stage relu(%[[S]]) {name = "relu"}
// CHECK: sched.yield %[[R]]
func.func @fused(%x: tensor<1x3x8x8xf32> {cnn.name = "image"}) -> tensor<1x4x8x8xf32> {
  %w = cnn.load_param @w : tensor<4x3x3x3xf32>
  %g = cnn.load_param @g : tensor<4xf32>
  %s = cnn.channel_affine %w, %g {name = "conv1.weight", axis = 0 : i64} : (tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<4x3x3x3xf32>
  %r = cnn.fused %x, %s {name = "conv1"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> {
  ^bb0(%a: tensor<1x3x8x8xf32>, %b: tensor<4x3x3x3xf32>):
    %c = cnn.conv %a, %b {name = "conv1", padding = array<i64: 1, 1, 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
    %d = cnn.relu %c {name = "relu"} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    cnn.yield %d : tensor<1x4x8x8xf32>
  }
  return %r : tensor<1x4x8x8xf32>
}

// A matrix is an image of one pixel; a linear layer reads the image that was flattened for it.
// CHECK-LABEL: func.func @linear
// CHECK-SAME: -> (tensor<1x10x1x1xf32> {sched.shape = array<i64: 1, 10>})
// CHECK-NOT: sched.reshape
// CHECK: sched.stage linear(%{{.*}}, %{{.*}}, %{{.*}}) {name = "fc"} : (tensor<1x4x4x4xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<1x10x1x1xf32>
func.func @linear(%x: tensor<1x4x4x4xf32>) -> tensor<1x10xf32> {
  %f = cnn.load_param @f : tensor<10x64xf32>
  %y = cnn.flatten %x {name = "flatten"} : (tensor<1x4x4x4xf32>) -> tensor<1x64xf32>
  %z = cnn.linear %y, %f {name = "fc"} : (tensor<1x64xf32>, tensor<10x64xf32>) -> tensor<1x10xf32>
  return %z : tensor<1x10xf32>
}

// What only moves data becomes views.
// CHECK-LABEL: func.func @views
// CHECK: %[[A:.*]] = sched.slice %arg0 {axis = 1 : i64, name = "split", offset = 0 : i64}
// CHECK: %[[B:.*]] = sched.slice %arg0 {axis = 1 : i64, name = "split", offset = 4 : i64}
// CHECK: sched.concat %[[B]], %[[A]] {axis = 1 : i64, name = "cat"}
// CHECK: sched.reshape %{{.*}} -> tensor<1x32x1x1xf32>
func.func @views(%x: tensor<1x8x2x2xf32>) -> tensor<1x32xf32> {
  %p:2 = cnn.split %x {name = "split", sizes = array<i64: 4, 4>} : (tensor<1x8x2x2xf32>) -> (tensor<1x4x2x2xf32>, tensor<1x4x2x2xf32>)
  %c = cnn.concat %p#1, %p#0 {name = "cat"} : (tensor<1x4x2x2xf32>, tensor<1x4x2x2xf32>) -> tensor<1x8x2x2xf32>
  %f = cnn.flatten %c {name = "flatten"} : (tensor<1x8x2x2xf32>) -> tensor<1x32xf32>
  return %f : tensor<1x32xf32>
}

// CHECK-LABEL: func.func @shift
// CHECK: %[[O:.*]] = sched.literal "shift.offsets" dense<{{\[}}[0, 1], [1, 0]]> : tensor<2x2xi32>
// CHECK: sched.kernel "shift" ins(%arg0, %[[O]] :
// CHECK: sched.stage spatial_shift
func.func @shift(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %s = cnn.spatial_shift %x {name = "shift", offsets = array<i64: 0, 1, 1, 0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %s : tensor<1x2x4x4xf32>
}

// An input with channels last is seen as [N, C, H, W] and keeps the shape that its user sees; a crop is two slices.
// CHECK-LABEL: func.func @picture
// CHECK-SAME: %arg0: tensor<1x3x6x8xui8> {sched.channels_last, sched.name = "photo", sched.shape = array<i64: 1, 6, 8, 3>}
// CHECK: sched.stage to_tensor(%{{.*}}) {name = "photo"} : (tensor<1x3x6x8xui8>) -> tensor<1x3x6x8xf32>
// CHECK: sched.literal "resize.rows" {{.*}} : tensor<3x2xi32>
// CHECK: sched.literal "resize.columns" {{.*}} : tensor<4x2xi32>
// CHECK: sched.literal "resize.row_weights" {{.*}} : tensor<3xf32>
// CHECK: sched.literal "resize.column_weights" {{.*}} : tensor<4xf32>
// CHECK: %[[R:.*]] = sched.kernel "resize"
// CHECK: %[[C:.*]] = sched.slice %[[R]] {axis = 2 : i64, name = "crop", offset = 1 : i64}
// CHECK: sched.slice %[[C]] {axis = 3 : i64, name = "crop", offset = 0 : i64} : (tensor<1x3x2x4xf32>) -> tensor<1x3x2x3xf32>
// CHECK: sched.stage extend(%{{.*}}) {channels = array<i64: 1, 0>, name = "pad", padding = array<i64: 0, 0, 0, 1>}
func.func @picture(%p: tensor<1x6x8x3xui8> {cnn.name = "photo"}) -> tensor<1x4x2x4xf32> {
  %0 = cnn.to_tensor %p {name = "photo", layout = "nhwc"} : (tensor<1x6x8x3xui8>) -> tensor<1x3x6x8xf32>
  %1 = cnn.resize %0 {name = "resize", size = array<i64: 3, 4>} : (tensor<1x3x6x8xf32>) -> tensor<1x3x3x4xf32>
  %2 = cnn.crop %1 {name = "crop", offset = array<i64: 1, 0>, size = array<i64: 2, 3>} : (tensor<1x3x3x4xf32>) -> tensor<1x3x2x3xf32>
  %3 = cnn.pad %2 {name = "pad", padding = array<i64: 0, 0, 0, 1>, channels = array<i64: 1, 0>} : (tensor<1x3x2x3xf32>) -> tensor<1x4x2x4xf32>
  return %3 : tensor<1x4x2x4xf32>
}
