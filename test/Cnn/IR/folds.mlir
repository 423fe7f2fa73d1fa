// RUN: fovea-opt %s --canonicalize | FileCheck %s

!x = tensor<1x4x8x8xf32>
!h = tensor<1x2x8x8xf32>

// CHECK-LABEL: @relu_relu
// CHECK: %[[R:.*]] = cnn.relu %arg0 {name = "a"}
// CHECK-NEXT: return %[[R]]
func.func @relu_relu(%x: !x) -> !x {
  %0 = cnn.relu %x {name = "a"} : (!x) -> !x
  %1 = cnn.relu %0 {name = "b"} : (!x) -> !x
  return %1 : !x
}

// CHECK-LABEL: @relu_relu6
// CHECK: %[[R:.*]] = cnn.relu6 %arg0 {name = "a"}
// CHECK-NEXT: return %[[R]]
func.func @relu_relu6(%x: !x) -> !x {
  %0 = cnn.relu6 %x {name = "a"} : (!x) -> !x
  %1 = cnn.relu %0 {name = "b"} : (!x) -> !x
  %2 = cnn.relu6 %1 {name = "c"} : (!x) -> !x
  return %2 : !x
}

// CHECK-LABEL: @relu6_relu
// CHECK: %[[R:.*]] = cnn.relu6 %arg0 {name = "b"}
// CHECK-NEXT: return %[[R]]
func.func @relu6_relu(%x: !x) -> !x {
  %0 = cnn.relu %x {name = "a"} : (!x) -> !x
  %1 = cnn.relu6 %0 {name = "b"} : (!x) -> !x
  return %1 : !x
}

// CHECK-LABEL: @relu_sigmoid
// CHECK: %[[R:.*]] = cnn.sigmoid
// CHECK-NEXT: return %[[R]]
func.func @relu_sigmoid(%x: !x) -> !x {
  %0 = cnn.sigmoid %x {name = "a"} : (!x) -> !x
  %1 = cnn.relu %0 {name = "b"} : (!x) -> !x
  %2 = cnn.relu6 %1 {name = "c"} : (!x) -> !x
  return %2 : !x
}

// tanh is negative somewhere.
// CHECK-LABEL: @relu_tanh
// CHECK: cnn.tanh
// CHECK-NEXT: cnn.relu
func.func @relu_tanh(%x: !x) -> !x {
  %0 = cnn.tanh %x {name = "a"} : (!x) -> !x
  %1 = cnn.relu %0 {name = "b"} : (!x) -> !x
  return %1 : !x
}

// CHECK-LABEL: @pool_of_one
// CHECK-NEXT: return %arg0, %arg0, %arg1, %arg1
func.func @pool_of_one(%x: !x, %p: tensor<1x4x1x1xf32>) -> (!x, !x, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>) {
  %0 = cnn.max_pool %x {name = "a", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>} : (!x) -> !x
  %1 = cnn.avg_pool %x {name = "b", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>} : (!x) -> !x
  %2 = cnn.global_avg_pool %p {name = "c"} : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
  %3 = cnn.global_max_pool %p {name = "d"} : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
  return %0, %1, %2, %3 : !x, !x, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>
}

// A pool that skips or sees more than one pixel stays.
// CHECK-LABEL: @pools_kept
// CHECK: cnn.max_pool
// CHECK: cnn.avg_pool
// CHECK: cnn.global_avg_pool
func.func @pools_kept(%x: !x) -> (tensor<1x4x4x4xf32>, !x, tensor<1x4x1x1xf32>) {
  %0 = cnn.max_pool %x {name = "a", kernel = array<i64: 1, 1>, stride = array<i64: 2, 2>} : (!x) -> tensor<1x4x4x4xf32>
  %1 = cnn.avg_pool %x {name = "b", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>} : (!x) -> !x
  %2 = cnn.global_avg_pool %x {name = "c"} : (!x) -> tensor<1x4x1x1xf32>
  return %0, %1, %2 : tensor<1x4x4x4xf32>, !x, tensor<1x4x1x1xf32>
}

// CHECK-LABEL: @one_piece
// CHECK-NEXT: return %arg0, %arg0
func.func @one_piece(%x: !x) -> (!x, !x) {
  %0 = cnn.concat %x {name = "a"} : (!x) -> !x
  %1 = cnn.split %x {name = "b", sizes = array<i64: 4>} : (!x) -> !x
  return %0, %1 : !x, !x
}

// CHECK-LABEL: @split_then_concat
// CHECK-NEXT: return %arg0
func.func @split_then_concat(%x: !x) -> !x {
  %0, %1 = cnn.split %x {name = "a", sizes = array<i64: 2, 2>} : (!x) -> (!h, !h)
  %2 = cnn.concat %0, %1 {name = "b"} : (!h, !h) -> !x
  return %2 : !x
}

// Swapped halves are another tensor; so are pieces left out or another axis.
// CHECK-LABEL: @split_then_concat_kept
// CHECK-COUNT-3: cnn.concat
func.func @split_then_concat_kept(%x: !x) -> (!x, !x, tensor<1x2x16x8xf32>) {
  %0, %1 = cnn.split %x {name = "a", sizes = array<i64: 2, 2>} : (!x) -> (!h, !h)
  %2 = cnn.concat %1, %0 {name = "b"} : (!h, !h) -> !x
  %3 = cnn.concat %0, %0 {name = "c"} : (!h, !h) -> !x
  %4 = cnn.concat %0, %1 {name = "d", axis = 2 : i64} : (!h, !h) -> tensor<1x2x16x8xf32>
  return %2, %3, %4 : !x, !x, tensor<1x2x16x8xf32>
}

// CHECK-LABEL: @concat_then_split
// CHECK-NEXT: return %arg1, %arg0
func.func @concat_then_split(%a: !h, %b: !h) -> (!h, !h) {
  %0 = cnn.concat %a, %b {name = "a"} : (!h, !h) -> !x
  %1, %2 = cnn.split %0 {name = "b", sizes = array<i64: 2, 2>} : (!x) -> (!h, !h)
  return %2, %1 : !h, !h
}

// CHECK-LABEL: @concat_then_split_kept
// CHECK: cnn.split
func.func @concat_then_split_kept(%a: !h, %b: !h) -> (tensor<1x1x8x8xf32>, tensor<1x3x8x8xf32>) {
  %0 = cnn.concat %a, %b {name = "a"} : (!h, !h) -> !x
  %1, %2 = cnn.split %0 {name = "b", sizes = array<i64: 1, 3>} : (!x) -> (tensor<1x1x8x8xf32>, tensor<1x3x8x8xf32>)
  return %1, %2 : tensor<1x1x8x8xf32>, tensor<1x3x8x8xf32>
}

// CHECK-LABEL: @shuffle
// CHECK-NEXT: return %arg0, %arg0, %arg1
func.func @shuffle(%x: !x, %y: tensor<1x6x2x2xf32>) -> (!x, !x, tensor<1x6x2x2xf32>) {
  %0 = cnn.channel_shuffle %x {name = "a", groups = 1 : i64} : (!x) -> !x
  %1 = cnn.channel_shuffle %x {name = "b", groups = 4 : i64} : (!x) -> !x
  %2 = cnn.channel_shuffle %y {name = "c", groups = 2 : i64} : (tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32>
  %3 = cnn.channel_shuffle %2 {name = "d", groups = 3 : i64} : (tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32>
  return %0, %1, %3 : !x, !x, tensor<1x6x2x2xf32>
}

// CHECK-LABEL: @shuffle_kept
// CHECK-COUNT-2: cnn.channel_shuffle
func.func @shuffle_kept(%y: tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32> {
  %0 = cnn.channel_shuffle %y {name = "a", groups = 2 : i64} : (tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32>
  %1 = cnn.channel_shuffle %0 {name = "b", groups = 2 : i64} : (tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32>
  return %1 : tensor<1x6x2x2xf32>
}

// CHECK-LABEL: @shift
// CHECK: %[[S:.*]] = cnn.spatial_shift {{.*}}"b"
// CHECK: return %arg0, %[[S]]
func.func @shift(%x: !h) -> (!h, !h) {
  %0 = cnn.spatial_shift %x {name = "a", offsets = array<i64: 0, 0, 0, 0>} : (!h) -> !h
  %1 = cnn.spatial_shift %x {name = "b", offsets = array<i64: 0, 0, 0, 1>} : (!h) -> !h
  return %0, %1 : !h, !h
}

// CHECK-LABEL: @flatten
// CHECK: %[[F:.*]] = cnn.flatten {{.*}}"b"
// CHECK: return %arg0, %[[F]]
func.func @flatten(%x: tensor<2x5xf32>, %y: tensor<2x5x1xf32>) -> (tensor<2x5xf32>, tensor<2x5xf32>) {
  %0 = cnn.flatten %x {name = "a"} : (tensor<2x5xf32>) -> tensor<2x5xf32>
  %1 = cnn.flatten %y {name = "b"} : (tensor<2x5x1xf32>) -> tensor<2x5xf32>
  return %0, %1 : tensor<2x5xf32>, tensor<2x5xf32>
}

// Inputs not read and inputs given twice go; what is computed and not read goes.
// CHECK-LABEL: @fused_inputs
// CHECK: cnn.fused %arg0 {name = "f"} : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32> {
// CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<1x2x8x8xf32>):
// CHECK-NEXT: %[[S:.*]] = cnn.add %[[A]], %[[A]]
// CHECK-NEXT: cnn.yield %[[S]]
func.func @fused_inputs(%x: !h, %y: !h) -> !h {
  %0 = cnn.fused %x, %y, %x {name = "f"} : (!h, !h, !h) -> !h {
  ^bb0(%a: !h, %b: !h, %c: !h):
    %1 = cnn.add %a, %c {name = "s"} : (!h, !h) -> !h
    %2 = cnn.relu %b {name = "r"} : (!h) -> !h
    cnn.yield %1 : !h
  }
  return %0 : !h
}

// A parameter that nothing reads goes with symbol-dce; equal loads are one.
// RUN: fovea-opt %s --cse --symbol-dce | FileCheck %s --check-prefix=DCE
// DCE-NOT: @unused
// DCE: cnn.param @used
// DCE-LABEL: @params
// DCE-COUNT-1: cnn.load_param
cnn.param @unused : tensor<4xf32>
cnn.param @used : tensor<4xf32>
func.func @params() -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = cnn.load_param @used : tensor<4xf32>
  %1 = cnn.load_param @used : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @dropout
// CHECK-NEXT: return %arg0
func.func @dropout(%x: !x) -> !x {
  %0 = cnn.dropout %x {name = "a"} : (!x) -> !x
  return %0 : !x
}

// CHECK-LABEL: @whole_image
// CHECK-NEXT: return %arg0
func.func @whole_image(%x: !x) -> !x {
  %0 = cnn.resize %x {name = "a", size = array<i64: 8, 8>} : (!x) -> !x
  %1 = cnn.resize %0 {name = "b", size = array<i64: 8, 8>, mode = "nearest"} : (!x) -> !x
  %2 = cnn.resize %1 {name = "c", size = array<i64: 8, 8>, align_corners = true} : (!x) -> !x
  %3 = cnn.crop %2 {name = "d", offset = array<i64: 0, 0>, size = array<i64: 8, 8>} : (!x) -> !x
  %4 = cnn.pad %3 {name = "e"} : (!x) -> !x
  %5 = cnn.to_tensor %4 {name = "f"} : (!x) -> !x
  return %5 : !x
}

!square = tensor<1x8x8x8xf32>
!bytes = tensor<1x4x8x8xui8>

// The shapes agree, the places of the elements do not; bytes are to become floats.
// CHECK-LABEL: @to_tensor
// CHECK: cnn.to_tensor %arg0 {layout = "nhwc"
// CHECK: cnn.to_tensor %arg1
func.func @to_tensor(%x: !square, %b: !bytes) -> (!square, !x) {
  %0 = cnn.to_tensor %x {name = "a", layout = "nhwc"} : (!square) -> !square
  %1 = cnn.to_tensor %b {name = "b"} : (!bytes) -> !x
  return %0, %1 : !square, !x
}

// Of a crop of a crop one is left, and of two flattens, unless the first merges dimensions that the second does not.
// CHECK-LABEL: @in_a_row
// CHECK-NEXT: %[[C:.*]] = cnn.crop %arg0 {name = "b", offset = array<i64: 3, 4>, size = array<i64: 2, 1>}
// CHECK-NEXT: %[[F:.*]] = cnn.flatten %arg0 {name = "d"}
// CHECK-NEXT: %[[E:.*]] = cnn.flatten %arg0 {name = "e", start_dim = 0 : i64}
// CHECK-NEXT: return %[[C]], %[[F]], %[[E]]
func.func @in_a_row(%x: !x) -> (tensor<1x4x2x1xf32>, tensor<1x256xf32>, tensor<256xf32>) {
  %0 = cnn.crop %x {name = "a", offset = array<i64: 2, 0>, size = array<i64: 4, 6>} : (!x) -> tensor<1x4x4x6xf32>
  %1 = cnn.crop %0 {name = "b", offset = array<i64: 1, 4>, size = array<i64: 2, 1>} : (tensor<1x4x4x6xf32>) -> tensor<1x4x2x1xf32>
  %2 = cnn.flatten %x {name = "c", start_dim = 2 : i64} : (!x) -> tensor<1x4x64xf32>
  %3 = cnn.flatten %2 {name = "d"} : (tensor<1x4x64xf32>) -> tensor<1x256xf32>
  %4 = cnn.flatten %3 {name = "e", start_dim = 0 : i64} : (tensor<1x256xf32>) -> tensor<256xf32>
  return %1, %3, %4 : tensor<1x4x2x1xf32>, tensor<1x256xf32>, tensor<256xf32>
}

// Pieces that end where operands do, whatever their number.
// CHECK-LABEL: @slice_of_concat
// CHECK-NEXT: %[[R:.*]] = cnn.concat %arg1, %arg0 {name = "s[1]"}
// CHECK-NEXT: return %arg0, %[[R]]
func.func @slice_of_concat(%a: !h, %b: tensor<1x1x8x8xf32>) -> (!h, tensor<1x3x8x8xf32>) {
  %0 = cnn.concat %a, %b, %a {name = "c"} : (!h, tensor<1x1x8x8xf32>, !h) -> tensor<1x5x8x8xf32>
  %1, %2 = cnn.split %0 {name = "s", sizes = array<i64: 2, 3>} : (tensor<1x5x8x8xf32>) -> (!h, tensor<1x3x8x8xf32>)
  return %1, %2 : !h, tensor<1x3x8x8xf32>
}

// A piece that is an operand, beside one that is none.
// CHECK-LABEL: @slice_of_concat_partly
// CHECK: %[[C:.*]] = cnn.concat %arg0, %arg1, %arg0
// CHECK: %[[S:.*]]:3 = cnn.split %[[C]]
// CHECK: return %arg0, %[[S]]#1, %[[S]]#2
func.func @slice_of_concat_partly(%a: !h, %b: tensor<1x1x8x8xf32>) -> (!h, !h, tensor<1x1x8x8xf32>) {
  %0 = cnn.concat %a, %b, %a {name = "c"} : (!h, tensor<1x1x8x8xf32>, !h) -> tensor<1x5x8x8xf32>
  %1, %2, %3 = cnn.split %0 {name = "s", sizes = array<i64: 2, 2, 1>} : (tensor<1x5x8x8xf32>) -> (!h, !h, tensor<1x1x8x8xf32>)
  return %1, %2, %3 : !h, !h, tensor<1x1x8x8xf32>
}

// The concat is there anyway: two operands of it in another one would be copied twice. Along another axis nothing is known.
// CHECK-LABEL: @slice_of_concat_kept
// CHECK: %[[C:.*]] = cnn.concat %arg0, %arg1, %arg0
// CHECK: %[[S:.*]]:2 = cnn.split %[[C]] {name = "s"
// CHECK: %[[T:.*]]:2 = cnn.split %[[C]] {axis = 2
// CHECK: return %[[C]], %arg0, %[[S]]#1, %[[T]]#0
func.func @slice_of_concat_kept(%a: !h, %b: tensor<1x1x8x8xf32>) -> (tensor<1x5x8x8xf32>, !h, tensor<1x3x8x8xf32>, tensor<1x5x2x8xf32>) {
  %0 = cnn.concat %a, %b, %a {name = "c"} : (!h, tensor<1x1x8x8xf32>, !h) -> tensor<1x5x8x8xf32>
  %1, %2 = cnn.split %0 {name = "s", sizes = array<i64: 2, 3>} : (tensor<1x5x8x8xf32>) -> (!h, tensor<1x3x8x8xf32>)
  %3, %4 = cnn.split %0 {name = "t", axis = 2 : i64, sizes = array<i64: 2, 6>} : (tensor<1x5x8x8xf32>) -> (tensor<1x5x2x8xf32>, tensor<1x5x6x8xf32>)
  return %0, %1, %2, %3 : tensor<1x5x8x8xf32>, !h, tensor<1x3x8x8xf32>, tensor<1x5x2x8xf32>
}

// CHECK-LABEL: @pad_conv
// CHECK-NEXT: cnn.conv %arg0, %arg1 {name = "conv", padding = array<i64: 1, 3, 3, 5>}
func.func @pad_conv(%x: !x, %w: tensor<2x4x3x3xf32>) -> tensor<1x2x10x14xf32> {
  %0 = cnn.pad %x {name = "pad", padding = array<i64: 1, 2, 3, 4>} : (!x) -> tensor<1x4x12x14xf32>
  %1 = cnn.conv %0, %w {name = "conv", padding = array<i64: 0, 1, 0, 1>} : (tensor<1x4x12x14xf32>, tensor<2x4x3x3xf32>) -> tensor<1x2x10x14xf32>
  return %1 : tensor<1x2x10x14xf32>
}

// Channels of zeros are read, and a maximum of nothing but border is no zero.
// CHECK-LABEL: @pad_conv_kept
// CHECK-COUNT-2: cnn.pad
func.func @pad_conv_kept(%x: !x, %w: tensor<2x6x3x3xf32>) -> (tensor<1x2x6x6xf32>, tensor<1x4x9x9xf32>) {
  %0 = cnn.pad %x {name = "pad", channels = array<i64: 1, 1>} : (!x) -> tensor<1x6x8x8xf32>
  %1 = cnn.conv %0, %w {name = "conv"} : (tensor<1x6x8x8xf32>, tensor<2x6x3x3xf32>) -> tensor<1x2x6x6xf32>
  %2 = cnn.pad %x {name = "pad2", padding = array<i64: 1, 1, 1, 1>} : (!x) -> tensor<1x4x10x10xf32>
  %3 = cnn.max_pool %2 {name = "pool", kernel = array<i64: 2, 2>, stride = array<i64: 1, 1>} : (tensor<1x4x10x10xf32>) -> tensor<1x4x9x9xf32>
  return %1, %3 : tensor<1x2x6x6xf32>, tensor<1x4x9x9xf32>
}

cnn.param @zeros = dense<0.0> : !x
cnn.param @one = dense<1.0> : !x
cnn.param @unknown : !x

// CHECK-LABEL: @add_zero
// CHECK-NOT: cnn.add
// CHECK: return %arg0, %arg0
func.func @add_zero(%x: !x) -> (!x, !x) {
  %z = cnn.load_param @zeros : !x
  %0 = cnn.add %x, %z {name = "a"} : (!x, !x) -> !x
  %1 = cnn.add %z, %x {name = "b"} : (!x, !x) -> !x
  return %0, %1 : !x, !x
}

// CHECK-LABEL: @add_kept
// CHECK-COUNT-2: cnn.add
func.func @add_kept(%x: !x) -> (!x, !x) {
  %o = cnn.load_param @one : !x
  %u = cnn.load_param @unknown : !x
  %0 = cnn.add %x, %o {name = "a"} : (!x, !x) -> !x
  %1 = cnn.add %u, %x {name = "b"} : (!x, !x) -> !x
  return %0, %1 : !x, !x
}
