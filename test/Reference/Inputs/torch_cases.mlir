// Written by make_torch_cases.py.

func.func @conv_plain(%0: tensor<1x3x5x6xf32>, %1: tensor<4x3x3x3xf32>, %2: tensor<4xf32>) -> (tensor<1x4x3x4xf32>) {
  %r = cnn.conv %0, %1, %2 {name = "conv_plain", stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x5x6xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> (tensor<1x4x3x4xf32>)
  return %r : tensor<1x4x3x4xf32>
}

func.func @conv_all(%0: tensor<2x4x9x8xf32>, %1: tensor<6x2x3x2xf32>, %2: tensor<6xf32>) -> (tensor<2x6x5x3xf32>) {
  %r = cnn.conv %0, %1, %2 {name = "conv_all", stride = array<i64: 2, 3>, padding = array<i64: 2, 1, 2, 1>, dilation = array<i64: 2, 1>, groups = 2 : i64} : (tensor<2x4x9x8xf32>, tensor<6x2x3x2xf32>, tensor<6xf32>) -> (tensor<2x6x5x3xf32>)
  return %r : tensor<2x6x5x3xf32>
}

func.func @conv_depthwise(%0: tensor<1x4x6x6xf32>, %1: tensor<8x1x3x3xf32>) -> (tensor<1x8x3x3xf32>) {
  %r = cnn.conv %0, %1 {name = "conv_depthwise", stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 1>, groups = 4 : i64} : (tensor<1x4x6x6xf32>, tensor<8x1x3x3xf32>) -> (tensor<1x8x3x3xf32>)
  return %r : tensor<1x8x3x3xf32>
}

func.func @conv_pointwise(%0: tensor<2x5x3x4xf32>, %1: tensor<3x5x1x1xf32>, %2: tensor<3xf32>) -> (tensor<2x3x3x4xf32>) {
  %r = cnn.conv %0, %1, %2 {name = "conv_pointwise", stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<2x5x3x4xf32>, tensor<3x5x1x1xf32>, tensor<3xf32>) -> (tensor<2x3x3x4xf32>)
  return %r : tensor<2x3x3x4xf32>
}

func.func @max_pool(%0: tensor<1x2x7x8xf32>) -> (tensor<1x2x4x3xf32>) {
  %r = cnn.max_pool %0 {name = "max_pool", kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = false, dilation = array<i64: 1, 1>} : (tensor<1x2x7x8xf32>) -> (tensor<1x2x4x3xf32>)
  return %r : tensor<1x2x4x3xf32>
}

func.func @max_pool_dilated(%0: tensor<1x2x8x9xf32>) -> (tensor<1x2x4x4xf32>) {
  %r = cnn.max_pool %0 {name = "max_pool_dilated", kernel = array<i64: 2, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = false, dilation = array<i64: 3, 2>} : (tensor<1x2x8x9xf32>) -> (tensor<1x2x4x4xf32>)
  return %r : tensor<1x2x4x4xf32>
}

func.func @avg_pool(%0: tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>) {
  %r = cnn.avg_pool %0 {name = "avg_pool", kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = false, count_include_pad = false} : (tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>)
  return %r : tensor<2x2x4x3xf32>
}

func.func @avg_pool_include(%0: tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>) {
  %r = cnn.avg_pool %0 {name = "avg_pool_include", kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = false, count_include_pad = true} : (tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>)
  return %r : tensor<2x2x4x3xf32>
}

func.func @max_pool_ceil(%0: tensor<1x2x7x8xf32>) -> (tensor<1x2x4x3xf32>) {
  %r = cnn.max_pool %0 {name = "max_pool_ceil", kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = true, dilation = array<i64: 1, 1>} : (tensor<1x2x7x8xf32>) -> (tensor<1x2x4x3xf32>)
  return %r : tensor<1x2x4x3xf32>
}

func.func @max_pool_dilated_ceil(%0: tensor<1x2x8x9xf32>) -> (tensor<1x2x4x4xf32>) {
  %r = cnn.max_pool %0 {name = "max_pool_dilated_ceil", kernel = array<i64: 2, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = true, dilation = array<i64: 3, 2>} : (tensor<1x2x8x9xf32>) -> (tensor<1x2x4x4xf32>)
  return %r : tensor<1x2x4x4xf32>
}

func.func @avg_pool_ceil(%0: tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>) {
  %r = cnn.avg_pool %0 {name = "avg_pool_ceil", kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = true, count_include_pad = false} : (tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>)
  return %r : tensor<2x2x4x3xf32>
}

func.func @avg_pool_ceil_include(%0: tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>) {
  %r = cnn.avg_pool %0 {name = "avg_pool_ceil_include", kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = true, count_include_pad = true} : (tensor<2x2x7x8xf32>) -> (tensor<2x2x4x3xf32>)
  return %r : tensor<2x2x4x3xf32>
}

func.func @relu(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.relu %0 {name = "relu"} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @relu6(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.relu6 %0 {name = "relu6"} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @tanh(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.tanh %0 {name = "tanh"} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @sigmoid(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.sigmoid %0 {name = "sigmoid"} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @add(%0: tensor<2x3x4x5xf32>, %1: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.add %0, %1 {name = "add"} : (tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @softmax0(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.softmax %0 {name = "softmax0", axis = 0 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @softmax1(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.softmax %0 {name = "softmax1", axis = 1 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @softmax2(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.softmax %0 {name = "softmax2", axis = 2 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @softmax3(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.softmax %0 {name = "softmax3", axis = 3 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @global_avg_pool(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x1x1xf32>) {
  %r = cnn.global_avg_pool %0 {name = "global_avg_pool"} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x1x1xf32>)
  return %r : tensor<2x3x1x1xf32>
}

func.func @global_max_pool(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x1x1xf32>) {
  %r = cnn.global_max_pool %0 {name = "global_max_pool"} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x1x1xf32>)
  return %r : tensor<2x3x1x1xf32>
}

func.func @flatten(%0: tensor<2x3x4x5xf32>) -> (tensor<2x60xf32>) {
  %r = cnn.flatten %0 {name = "flatten", start_dim = 1 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<2x60xf32>)
  return %r : tensor<2x60xf32>
}

func.func @split(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x1x5xf32>, tensor<2x3x3x5xf32>) {
  %r:2 = cnn.split %0 {name = "split", sizes = array<i64: 1, 3>, axis = 2 : i64} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x1x5xf32>, tensor<2x3x3x5xf32>)
  return %r#0, %r#1 : tensor<2x3x1x5xf32>, tensor<2x3x3x5xf32>
}

func.func @concat(%0: tensor<2x3x4x5xf32>, %1: tensor<2x2x4x5xf32>) -> (tensor<2x5x4x5xf32>) {
  %r = cnn.concat %0, %1 {name = "concat", axis = 1 : i64} : (tensor<2x3x4x5xf32>, tensor<2x2x4x5xf32>) -> (tensor<2x5x4x5xf32>)
  return %r : tensor<2x5x4x5xf32>
}

func.func @channel_shuffle(%0: tensor<2x6x2x3xf32>) -> (tensor<2x6x2x3xf32>) {
  %r = cnn.channel_shuffle %0 {name = "channel_shuffle", groups = 3 : i64} : (tensor<2x6x2x3xf32>) -> (tensor<2x6x2x3xf32>)
  return %r : tensor<2x6x2x3xf32>
}

func.func @batch_norm(%0: tensor<2x3x4x5xf32>, %1: tensor<3xf32>, %2: tensor<3xf32>, %3: tensor<3xf32>, %4: tensor<3xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.batch_norm %0, %1, %2, %3, %4 {name = "batch_norm", eps = 1.0e-3 : f64} : (tensor<2x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @linear(%0: tensor<3x7xf32>, %1: tensor<4x7xf32>, %2: tensor<4xf32>) -> (tensor<3x4xf32>) {
  %r = cnn.linear %0, %1, %2 {name = "linear"} : (tensor<3x7xf32>, tensor<4x7xf32>, tensor<4xf32>) -> (tensor<3x4xf32>)
  return %r : tensor<3x4xf32>
}

func.func @im2col(%0: tensor<2x3x4x5xf32>) -> (tensor<2x18x12xf32>) {
  %r = cnn.im2col %0 {name = "im2col", kernel = array<i64: 3, 2>, stride = array<i64: 1, 2>, padding = array<i64: 2, 1, 2, 1>, dilation = array<i64: 2, 1>} : (tensor<2x3x4x5xf32>) -> (tensor<2x18x12xf32>)
  return %r : tensor<2x18x12xf32>
}
