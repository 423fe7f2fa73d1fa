// A step of a network that goes up again: a transposed convolution with batch norm.
cnn.param @up.weight : tensor<8x4x2x2xf32>
cnn.param @bn.weight : tensor<4xf32>
cnn.param @bn.bias : tensor<4xf32>
cnn.param @bn.running_mean : tensor<4xf32>
cnn.param @bn.running_var : tensor<4xf32>

!v = tensor<4xf32>
func.func @up(%x: tensor<1x8x6x6xf32> {cnn.name = "x"}) -> (tensor<1x4x12x12xf32> {cnn.name = "y"}) {
  %w = cnn.load_param @up.weight : tensor<8x4x2x2xf32>
  %g = cnn.load_param @bn.weight : !v
  %b = cnn.load_param @bn.bias : !v
  %m = cnn.load_param @bn.running_mean : !v
  %v = cnn.load_param @bn.running_var : !v
  %0 = cnn.conv_transpose %x, %w {name = "up", stride = array<i64: 2, 2>} : (tensor<1x8x6x6xf32>, tensor<8x4x2x2xf32>) -> tensor<1x4x12x12xf32>
  %1 = cnn.batch_norm %0, %g, %b, %m, %v {name = "bn"} : (tensor<1x4x12x12xf32>, !v, !v, !v, !v) -> tensor<1x4x12x12xf32>
  return %1 : tensor<1x4x12x12xf32>
}
