// A convolution with batch norm, a depthwise convolution that only shifts, a residual add, a batch norm behind it.
cnn.param @conv1.weight : tensor<2x2x3x3xf32>
cnn.param @bn1.weight : tensor<2xf32>
cnn.param @bn1.bias : tensor<2xf32>
cnn.param @bn1.running_mean : tensor<2xf32>
cnn.param @bn1.running_var : tensor<2xf32>
cnn.param @shift.weight = dense<[[[[2.0, 0.0, 0.0]]], [[[0.0, 0.0, 1.0]]]]> : tensor<2x1x1x3xf32>

!x = tensor<1x2x8x8xf32>
!v = tensor<2xf32>
func.func @block(%x: !x {cnn.name = "x"}) -> (!x {cnn.name = "y"}) {
  %cw = cnn.load_param @conv1.weight : tensor<2x2x3x3xf32>
  %g = cnn.load_param @bn1.weight : !v
  %b = cnn.load_param @bn1.bias : !v
  %m = cnn.load_param @bn1.running_mean : !v
  %v = cnn.load_param @bn1.running_var : !v
  %sw = cnn.load_param @shift.weight : tensor<2x1x1x3xf32>
  %0 = cnn.conv %x, %cw {name = "conv1", padding = array<i64: 1, 1, 1, 1>} : (!x, tensor<2x2x3x3xf32>) -> !x
  %1 = cnn.batch_norm %0, %g, %b, %m, %v {name = "bn1"} : (!x, !v, !v, !v, !v) -> !x
  %2 = cnn.conv %x, %sw {name = "shift", groups = 2 : i64, padding = array<i64: 0, 1, 0, 1>} : (!x, tensor<2x1x1x3xf32>) -> !x
  %3 = cnn.add %1, %2 {name = "add"} : (!x, !x) -> !x
  %4 = cnn.relu %3 {name = "relu"} : (!x) -> !x
  %5 = cnn.batch_norm %4, %g, %b, %m, %v {name = "bn2"} : (!x, !v, !v, !v, !v) -> !x
  %6 = cnn.relu %5 {name = "relu2"} : (!x) -> !x
  return %6 : !x
}
