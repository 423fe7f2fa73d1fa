// RUN: fovea-opt %s --verify-roundtrip | FileCheck %s
// The examples in the descriptions of the ops, and every other op once.

// CHECK: cnn.param @fc.weight : tensor<10x84xf32>
cnn.param @"fc.weight" : tensor<10x84xf32>
// CHECK: cnn.param @edge.weight = dense<{{.*}}> : tensor<1x1x1x3xf32>{{$}}
cnn.param @"edge.weight" = dense<[[[[-1.0, 0.0, 1.0]]]]> : tensor<1x1x1x3xf32>
// CHECK: cnn.param @conv1.weight hash "0a1b2c3d" : tensor<6x1x5x5xf32>
cnn.param @"conv1.weight" hash "0a1b2c3d" : tensor<6x1x5x5xf32>
// CHECK: cnn.param @a_b.bias hash "00112233" = dense<1.000000e+00> : tensor<2xf32>
cnn.param @"a_b.bias" hash "00112233" = dense<1.0> : tensor<2xf32>
// CHECK: cnn.param @"layer 1.weight" : tensor<2xf32>
cnn.param @"layer 1.weight" : tensor<2xf32>

// CHECK-LABEL: @load_param
func.func @load_param() -> tensor<10x84xf32> {
  // CHECK: cnn.load_param @fc.weight : tensor<10x84xf32>
  %w = cnn.load_param @"fc.weight" : tensor<10x84xf32>
  return %w : tensor<10x84xf32>
}

// CHECK-LABEL: @conv
func.func @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x8x8xf32> {
  // CHECK: cnn.conv %{{.*}}, %{{.*}}, %{{.*}} {name = "conv1", padding = array<i64: 1, 1, 1, 1>}
  %y = cnn.conv %x, %w, %b {name = "conv1", padding = array<i64: 1, 1, 1, 1>}
     : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @conv_no_bias
func.func @conv_no_bias(%x: tensor<1x4x9x9xf32>, %w: tensor<6x2x3x3xf32>) -> tensor<1x6x3x4xf32> {
  // CHECK: cnn.conv %{{[a-z0-9]*}}, %{{[a-z0-9]*}} {dilation = array<i64: 2, 1>, groups = 2 : i64, name = "c", stride = array<i64: 2, 2>}
  %y = cnn.conv %x, %w {name = "c", stride = array<i64: 2, 2>, dilation = array<i64: 2, 1>, groups = 2 : i64}
     : (tensor<1x4x9x9xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x3x4xf32>
  return %y : tensor<1x6x3x4xf32>
}

// CHECK-LABEL: @linear
func.func @linear(%x: tensor<2x84xf32>, %w: tensor<10x84xf32>, %b: tensor<10xf32>) -> tensor<2x10xf32> {
  // CHECK: cnn.linear
  %y = cnn.linear %x, %w, %b {name = "fc"} : (tensor<2x84xf32>, tensor<10x84xf32>, tensor<10xf32>) -> tensor<2x10xf32>
  return %y : tensor<2x10xf32>
}

// CHECK-LABEL: @im2col_matmul
func.func @im2col_matmul(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK: cnn.im2col
  %c = cnn.im2col %x {name = "conv1", kernel = array<i64: 3, 3>} : (tensor<1x3x8x8xf32>) -> tensor<1x27x36xf32>
  // CHECK: cnn.matmul
  %y = cnn.matmul %c, %w, %b {name = "conv1", output_size = array<i64: 6, 6>}
     : (tensor<1x27x36xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %y : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @normalisation
func.func @normalisation(%x: tensor<1x4x6x6xf32>, %v: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK: cnn.batch_norm {{.*}} {eps = 1.000000e-03 : f64, name = "bn"}
  %0 = cnn.batch_norm %x, %v, %v, %v, %v {name = "bn", eps = 1.0e-3}
     : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  // CHECK: cnn.batch_norm_affine
  %s, %t = cnn.batch_norm_affine %v, %v, %v, %v {name = "bn"}
     : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  // CHECK: cnn.channel_affine
  %1 = cnn.channel_affine %0, %s, %t {name = "bn"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  // CHECK: cnn.channel_affine
  %2 = cnn.channel_affine %1, %s {name = "bn"} : (tensor<1x4x6x6xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %2 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @elementwise
func.func @elementwise(%x: tensor<2x10xf16>) -> tensor<2x10xf16> {
  // CHECK: cnn.relu
  %0 = cnn.relu %x {name = "a"} : (tensor<2x10xf16>) -> tensor<2x10xf16>
  // CHECK: cnn.relu6
  %1 = cnn.relu6 %0 {name = "b"} : (tensor<2x10xf16>) -> tensor<2x10xf16>
  // CHECK: cnn.tanh
  %2 = cnn.tanh %1 {name = "c"} : (tensor<2x10xf16>) -> tensor<2x10xf16>
  // CHECK: cnn.sigmoid
  %3 = cnn.sigmoid %2 {name = "d"} : (tensor<2x10xf16>) -> tensor<2x10xf16>
  // CHECK: cnn.gelu
  %g = cnn.gelu %3 {name = "g"} : (tensor<2x10xf16>) -> tensor<2x10xf16>
  // CHECK: cnn.add
  %4 = cnn.add %g, %x {name = "e"} : (tensor<2x10xf16>, tensor<2x10xf16>) -> tensor<2x10xf16>
  // CHECK: cnn.softmax
  %5 = cnn.softmax %4 {name = "f"} : (tensor<2x10xf16>) -> tensor<2x10xf16>
  return %5 : tensor<2x10xf16>
}

// CHECK-LABEL: @pooling
func.func @pooling(%x: tensor<1x4x9x9xf32>) -> (tensor<1x4x5x5xf32>, tensor<1x4x4x4xf32>, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>) {
  // CHECK: cnn.max_pool
  %0 = cnn.max_pool %x {name = "a", kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>}
     : (tensor<1x4x9x9xf32>) -> tensor<1x4x5x5xf32>
  // CHECK: cnn.avg_pool {{.*}}count_include_pad = false
  %1 = cnn.avg_pool %x {name = "b", kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, count_include_pad = false}
     : (tensor<1x4x9x9xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: cnn.global_avg_pool
  %2 = cnn.global_avg_pool %x {name = "c"} : (tensor<1x4x9x9xf32>) -> tensor<1x4x1x1xf32>
  // CHECK: cnn.global_max_pool
  %3 = cnn.global_max_pool %x {name = "d"} : (tensor<1x4x9x9xf32>) -> tensor<1x4x1x1xf32>
  return %0, %1, %2, %3 : tensor<1x4x5x5xf32>, tensor<1x4x4x4xf32>, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>
}

// CHECK-LABEL: @moving
func.func @moving(%x: tensor<1x4x2x2xf32>, %y: tensor<1x2x2x2xf32>) -> (tensor<1x24xf32>, tensor<1x2x2x2xf32>) {
  // CHECK: cnn.concat
  %0 = cnn.concat %x, %y {name = "a"} : (tensor<1x4x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x6x2x2xf32>
  // CHECK: cnn.channel_shuffle
  %1 = cnn.channel_shuffle %0 {name = "b", groups = 2 : i64} : (tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32>
  // CHECK: cnn.flatten
  %2 = cnn.flatten %1 {name = "c"} : (tensor<1x6x2x2xf32>) -> tensor<1x24xf32>
  // CHECK: cnn.split
  %3, %4 = cnn.split %x {name = "d", sizes = array<i64: 2, 2>} : (tensor<1x4x2x2xf32>) -> (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>)
  // CHECK: cnn.spatial_shift
  %5 = cnn.spatial_shift %3 {name = "e", offsets = array<i64: 0, -1, 1, 0>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %2, %5 : tensor<1x24xf32>, tensor<1x2x2x2xf32>
}

// CHECK-LABEL: @fused
func.func @fused(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK: cnn.fused %{{.*}}, %{{.*}} {name = "conv1"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK-NEXT: ^bb0
  // CHECK: cnn.yield %{{.*}} : tensor<1x4x6x6xf32>
  %r = cnn.fused %x, %w {name = "conv1"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  ^bb0(%a: tensor<1x3x8x8xf32>, %b: tensor<4x3x3x3xf32>):
    %c = cnn.conv %a, %b {name = "conv1"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
    %d = cnn.relu %c {name = "relu"} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    cnn.yield %d : tensor<1x4x6x6xf32>
  }
  return %r : tensor<1x4x6x6xf32>
}

// Quantised tensors have a scale each; a bias is of integers.
// CHECK-LABEL: @quantised
func.func @quantised(%x: tensor<1x3x8x8x!quant.uniform<u8:f32, 0.02:128>>, %w: tensor<4x3x3x3x!quant.uniform<i8:f32, 0.01>>,
                     %b: tensor<4xi32>) -> tensor<1x4x6x6x!quant.uniform<u8:f32, 0.05:128>> {
  // CHECK: cnn.conv {{.*}} -> tensor<1x4x6x6x!quant.uniform<u8:f32, 5.000000e-02:128>>
  %r = cnn.conv %x, %w, %b {name = "conv1"} : (tensor<1x3x8x8x!quant.uniform<u8:f32, 0.02:128>>, tensor<4x3x3x3x!quant.uniform<i8:f32, 0.01>>, tensor<4xi32>)
     -> tensor<1x4x6x6x!quant.uniform<u8:f32, 0.05:128>>
  return %r : tensor<1x4x6x6x!quant.uniform<u8:f32, 0.05:128>>
}

// CHECK-LABEL: @conv_transpose
func.func @conv_transpose(%x: tensor<1x8x4x4xf32>, %w: tensor<8x3x2x2xf32>, %b: tensor<3xf32>) -> tensor<1x3x8x8xf32> {
  // CHECK: cnn.conv_transpose %{{.*}}, %{{.*}}, %{{.*}} {name = "up1", stride = array<i64: 2, 2>}
  %y = cnn.conv_transpose %x, %w, %b {name = "up1", stride = array<i64: 2, 2>}
     : (tensor<1x8x4x4xf32>, tensor<8x3x2x2xf32>, tensor<3xf32>) -> tensor<1x3x8x8xf32>
  return %y : tensor<1x3x8x8xf32>
}

// CHECK-LABEL: @conv_transpose_all
func.func @conv_transpose_all(%x: tensor<1x8x4x4xf32>, %w: tensor<8x3x3x2xf32>) -> tensor<1x6x12x9xf32> {
  // CHECK: {dilation = array<i64: 1, 3>, groups = 2 : i64, name = "t", output_padding = array<i64: 1, 2>, padding = array<i64: 0, 1, 1, 2>, stride = array<i64: 3, 2>}
  %y = cnn.conv_transpose %x, %w {name = "t", stride = array<i64: 3, 2>, padding = array<i64: 0, 1, 1, 2>,
        output_padding = array<i64: 1, 2>, dilation = array<i64: 1, 3>, groups = 2 : i64}
     : (tensor<1x8x4x4xf32>, tensor<8x3x3x2xf32>) -> tensor<1x6x12x9xf32>
  return %y : tensor<1x6x12x9xf32>
}

// CHECK-LABEL: @sub_pixels
func.func @sub_pixels(%w: tensor<8x3x2x2xf32>, %b: tensor<3xf32>, %x: tensor<1x12x4x4xf32>) -> tensor<1x3x7x6xf32> {
  // CHECK: cnn.sub_pixel_weight %{{.*}} {name = "up1.weight", stride = array<i64: 2, 2>}
  %s = cnn.sub_pixel_weight %w {name = "up1.weight", stride = array<i64: 2, 2>} : (tensor<8x3x2x2xf32>) -> tensor<12x8x1x1xf32>
  // CHECK: cnn.sub_pixel_bias
  %t = cnn.sub_pixel_bias %b {name = "up1.bias", stride = array<i64: 2, 2>} : (tensor<3xf32>) -> tensor<12xf32>
  // CHECK: cnn.depth_to_space
  %y = cnn.depth_to_space %x {name = "up1", factor = array<i64: 2, 2>, offset = array<i64: 1, 1>, size = array<i64: 7, 6>}
     : (tensor<1x12x4x4xf32>) -> tensor<1x3x7x6xf32>
  return %y : tensor<1x3x7x6xf32>
}

// CHECK-LABEL: @images
func.func @images(%x: tensor<1x3x4x4xf32>, %p: tensor<1x8x6x3xui8>, %q: tensor<1x8x6x3xf32>) -> tensor<1x3x4x4xf32> {
  // CHECK: cnn.dropout %{{.*}} {name = "dropout", p = 2.500000e-01 : f64}
  %0 = cnn.dropout %x {name = "dropout", p = 0.25} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  // CHECK: cnn.resize %{{.*}} {name = "resize", size = array<i64: 8, 6>} : (
  %1 = cnn.resize %0 {name = "resize", size = array<i64: 8, 6>, mode = "bilinear"} : (tensor<1x3x4x4xf32>) -> tensor<1x3x8x6xf32>
  // CHECK: cnn.resize %{{.*}} {mode = "nearest", name = "resize", size = array<i64: 2, 5>}
  %2 = cnn.resize %0 {name = "resize", size = array<i64: 2, 5>, mode = "nearest"} : (tensor<1x3x4x4xf32>) -> tensor<1x3x2x5xf32>
  // CHECK: cnn.resize %{{.*}} {align_corners = true, name = "resize"
  %3 = cnn.resize %0 {name = "resize", size = array<i64: 2, 5>, align_corners = true} : (tensor<1x3x4x4xf32>) -> tensor<1x3x2x5xf32>
  // CHECK: cnn.crop
  %4 = cnn.crop %x {name = "crop", offset = array<i64: 1, 0>, size = array<i64: 2, 4>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x2x4xf32>
  // CHECK: cnn.pad %{{.*}} {channels = array<i64: 0, 2>, name = "pad", padding = array<i64: 1, 0, 1, 0>}
  %5 = cnn.pad %x {name = "pad", padding = array<i64: 1, 0, 1, 0>, channels = array<i64: 0, 2>} : (tensor<1x3x4x4xf32>) -> tensor<1x5x6x4xf32>
  // CHECK: cnn.to_tensor %{{.*}} {layout = "nhwc", name = "image"}
  %6 = cnn.to_tensor %p {name = "image", layout = "nhwc"} : (tensor<1x8x6x3xui8>) -> tensor<1x3x8x6xf32>
  // CHECK: cnn.to_tensor %{{.*}} {name = "image"}
  %7 = cnn.to_tensor %q {name = "image"} : (tensor<1x8x6x3xf32>) -> tensor<1x8x6x3xf32>
  return %0 : tensor<1x3x4x4xf32>
}

// CHECK-LABEL: @input_affine
func.func @input_affine(%w: tensor<4x3x1x1xf32>, %s: tensor<6xf32>, %b: tensor<4xf32>, %v: tensor<4x6xf32>) -> tensor<4xf32> {
  // CHECK: cnn.input_affine %{{.*}}, %{{.*}} shift %{{.*}} bias %{{.*}} {groups = 2 : i64, name = "conv1"}
  %0, %1 = cnn.input_affine %w, %s shift %s bias %b {name = "conv1", groups = 2 : i64}
     : (tensor<4x3x1x1xf32>, tensor<6xf32>, tensor<6xf32>, tensor<4xf32>) -> (tensor<4x3x1x1xf32>, tensor<4xf32>)
  // CHECK: cnn.input_affine %{{[a-z0-9]*}}, %{{[a-z0-9]*}} {name = "fc"}
  %2, %3 = cnn.input_affine %v, %s {name = "fc"} : (tensor<4x6xf32>, tensor<6xf32>) -> (tensor<4x6xf32>, tensor<4xf32>)
  return %1 : tensor<4xf32>
}
