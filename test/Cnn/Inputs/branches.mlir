// What passes find beyond test/Cnn/Inputs/block.mlir: a batch norm in front of a convolution, layers that are equal, that
// nothing reads, that move nearly all of a pixel, and hints.
cnn.param @p : tensor<2xf32>
cnn.param @conv.weight : tensor<4x2x1x1xf32>
cnn.param @up.weight : tensor<4x2x2x2xf32>
cnn.param @dead.weight : tensor<2x2x1x1xf32>
cnn.param @near.weight = dense<[[[[3.0, 0.0, 0.1]]], [[[0.0, 0.0, 1.0]]]]> : tensor<2x1x1x3xf32>

!x = tensor<1x2x8x8xf32>
!y = tensor<1x4x8x8xf32>
!v = tensor<2xf32>
func.func @branches(%x: !x {cnn.name = "x"}) -> (!y {cnn.name = "sum"}, tensor<1x2x16x16xf32> {cnn.name = "large"}, !x {cnn.name = "moved"}) {
  %p = cnn.load_param @p : !v
  %w = cnn.load_param @conv.weight : tensor<4x2x1x1xf32>
  %u = cnn.load_param @up.weight : tensor<4x2x2x2xf32>
  %d = cnn.load_param @dead.weight : tensor<2x2x1x1xf32>
  %n = cnn.load_param @near.weight : tensor<2x1x1x3xf32>
  %0 = cnn.batch_norm %x, %p, %p, %p, %p {name = "bn"} : (!x, !v, !v, !v, !v) -> !x
  %1 = cnn.conv %0, %w {name = "conv", cnn.hint.algorithm = "im2col", cnn.hint.precision = "bf16"} : (!x, tensor<4x2x1x1xf32>) -> !y
  %2 = cnn.relu %1 {name = "left"} : (!y) -> !y
  %3 = cnn.relu %1 {name = "right"} : (!y) -> !y
  %4 = cnn.add %2, %3 {name = "sum"} : (!y, !y) -> !y
  %5 = cnn.conv_transpose %4, %u {name = "up", stride = array<i64: 2, 2>} : (!y, tensor<4x2x2x2xf32>) -> tensor<1x2x16x16xf32>
  %6 = cnn.conv %x, %d {name = "dead"} : (!x, tensor<2x2x1x1xf32>) -> !x
  %7 = cnn.conv %x, %n {name = "near", groups = 2 : i64, padding = array<i64: 0, 1, 0, 1>} : (!x, tensor<2x1x1x3xf32>) -> !x
  return %4, %5, %7 : !y, tensor<1x2x16x16xf32>, !x
}
