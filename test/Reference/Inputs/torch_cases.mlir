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

func.func @gelu(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.gelu %0 {name = "gelu"} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
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

func.func @conv_transpose(%0: tensor<1x3x4x5xf32>, %1: tensor<3x4x3x3xf32>, %2: tensor<4xf32>) -> (tensor<1x4x6x7xf32>) {
  %r = cnn.conv_transpose %0, %1, %2 {name = "conv_transpose", stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, output_padding = array<i64: 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x4x5xf32>, tensor<3x4x3x3xf32>, tensor<4xf32>) -> (tensor<1x4x6x7xf32>)
  return %r : tensor<1x4x6x7xf32>
}

func.func @conv_transpose_double(%0: tensor<1x3x4x5xf32>, %1: tensor<3x4x2x2xf32>, %2: tensor<4xf32>) -> (tensor<1x4x8x10xf32>) {
  %r = cnn.conv_transpose %0, %1, %2 {name = "conv_transpose_double", stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, output_padding = array<i64: 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x4x5xf32>, tensor<3x4x2x2xf32>, tensor<4xf32>) -> (tensor<1x4x8x10xf32>)
  return %r : tensor<1x4x8x10xf32>
}

func.func @conv_transpose_all(%0: tensor<2x4x3x4xf32>, %1: tensor<4x3x3x4xf32>, %2: tensor<6xf32>) -> (tensor<2x6x9x13xf32>) {
  %r = cnn.conv_transpose %0, %1, %2 {name = "conv_transpose_all", stride = array<i64: 3, 2>, padding = array<i64: 1, 2, 1, 2>, output_padding = array<i64: 2, 1>, dilation = array<i64: 1, 3>, groups = 2 : i64} : (tensor<2x4x3x4xf32>, tensor<4x3x3x4xf32>, tensor<6xf32>) -> (tensor<2x6x9x13xf32>)
  return %r : tensor<2x6x9x13xf32>
}

func.func @conv_transpose_depthwise(%0: tensor<1x4x3x4xf32>, %1: tensor<4x1x3x3xf32>) -> (tensor<1x4x6x8xf32>) {
  %r = cnn.conv_transpose %0, %1 {name = "conv_transpose_depthwise", stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, output_padding = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 4 : i64} : (tensor<1x4x3x4xf32>, tensor<4x1x3x3xf32>) -> (tensor<1x4x6x8xf32>)
  return %r : tensor<1x4x6x8xf32>
}

func.func @conv_transpose_cut(%0: tensor<1x2x6x5xf32>, %1: tensor<2x3x2x1xf32>) -> (tensor<1x3x7x3xf32>) {
  %r = cnn.conv_transpose %0, %1 {name = "conv_transpose_cut", stride = array<i64: 2, 1>, padding = array<i64: 3, 1, 3, 1>, output_padding = array<i64: 0, 0>, dilation = array<i64: 2, 1>, groups = 1 : i64} : (tensor<1x2x6x5xf32>, tensor<2x3x2x1xf32>) -> (tensor<1x3x7x3xf32>)
  return %r : tensor<1x3x7x3xf32>
}

func.func @dropout(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.dropout %0 {name = "dropout", p = 0.25 : f64} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @resize_up(%0: tensor<1x2x3x4xf32>) -> (tensor<1x2x7x9xf32>) {
  %r = cnn.resize %0 {name = "resize_up", size = array<i64: 7, 9>, mode = "bilinear", align_corners = false} : (tensor<1x2x3x4xf32>) -> (tensor<1x2x7x9xf32>)
  return %r : tensor<1x2x7x9xf32>
}

func.func @resize_down(%0: tensor<2x3x9x11xf32>) -> (tensor<2x3x4x3xf32>) {
  %r = cnn.resize %0 {name = "resize_down", size = array<i64: 4, 3>, mode = "bilinear", align_corners = false} : (tensor<2x3x9x11xf32>) -> (tensor<2x3x4x3xf32>)
  return %r : tensor<2x3x4x3xf32>
}

func.func @resize_one(%0: tensor<1x2x5x1xf32>) -> (tensor<1x2x1x4xf32>) {
  %r = cnn.resize %0 {name = "resize_one", size = array<i64: 1, 4>, mode = "bilinear", align_corners = false} : (tensor<1x2x5x1xf32>) -> (tensor<1x2x1x4xf32>)
  return %r : tensor<1x2x1x4xf32>
}

func.func @resize_corners(%0: tensor<1x2x5x4xf32>) -> (tensor<1x2x8x3xf32>) {
  %r = cnn.resize %0 {name = "resize_corners", size = array<i64: 8, 3>, mode = "bilinear", align_corners = true} : (tensor<1x2x5x4xf32>) -> (tensor<1x2x8x3xf32>)
  return %r : tensor<1x2x8x3xf32>
}

func.func @resize_corners_one(%0: tensor<1x2x5x4xf32>) -> (tensor<1x2x1x6xf32>) {
  %r = cnn.resize %0 {name = "resize_corners_one", size = array<i64: 1, 6>, mode = "bilinear", align_corners = true} : (tensor<1x2x5x4xf32>) -> (tensor<1x2x1x6xf32>)
  return %r : tensor<1x2x1x6xf32>
}

func.func @resize_nearest(%0: tensor<1x2x5x7xf32>) -> (tensor<1x2x12x3xf32>) {
  %r = cnn.resize %0 {name = "resize_nearest", size = array<i64: 12, 3>, mode = "nearest", align_corners = false} : (tensor<1x2x5x7xf32>) -> (tensor<1x2x12x3xf32>)
  return %r : tensor<1x2x12x3xf32>
}

func.func @resize_nearest_rounded(%0: tensor<1x1x6x26xf32>) -> (tensor<1x1x74x22xf32>) {
  %r = cnn.resize %0 {name = "resize_nearest_rounded", size = array<i64: 74, 22>, mode = "nearest", align_corners = false} : (tensor<1x1x6x26xf32>) -> (tensor<1x1x74x22xf32>)
  return %r : tensor<1x1x74x22xf32>
}

func.func @crop(%0: tensor<2x3x4x5xf32>) -> (tensor<2x3x3x2xf32>) {
  %r = cnn.crop %0 {name = "crop", offset = array<i64: 1, 2>, size = array<i64: 3, 2>} : (tensor<2x3x4x5xf32>) -> (tensor<2x3x3x2xf32>)
  return %r : tensor<2x3x3x2xf32>
}

func.func @pad(%0: tensor<2x3x4x5xf32>) -> (tensor<2x6x7x8xf32>) {
  %r = cnn.pad %0 {name = "pad", padding = array<i64: 1, 0, 2, 3>, channels = array<i64: 2, 1>} : (tensor<2x3x4x5xf32>) -> (tensor<2x6x7x8xf32>)
  return %r : tensor<2x6x7x8xf32>
}

func.func @depth_to_space(%0: tensor<2x12x3x2xf32>) -> (tensor<2x3x4x3xf32>) {
  %r = cnn.depth_to_space %0 {name = "depth_to_space", factor = array<i64: 2, 2>, offset = array<i64: 1, 0>, size = array<i64: 4, 3>} : (tensor<2x12x3x2xf32>) -> (tensor<2x3x4x3xf32>)
  return %r : tensor<2x3x4x3xf32>
}

func.func @to_tensor(%0: tensor<1x4x5x3xui8>) -> (tensor<1x3x4x5xf32>) {
  %r = cnn.to_tensor %0 {name = "to_tensor", layout = "nhwc"} : (tensor<1x4x5x3xui8>) -> (tensor<1x3x4x5xf32>)
  return %r : tensor<1x3x4x5xf32>
}

func.func @to_tensor_planes(%0: tensor<1x4x5x3xui8>) -> (tensor<1x4x5x3xf32>) {
  %r = cnn.to_tensor %0 {name = "to_tensor_planes"} : (tensor<1x4x5x3xui8>) -> (tensor<1x4x5x3xf32>)
  return %r : tensor<1x4x5x3xf32>
}

func.func @conv_uneven(%0: tensor<1x3x7x6xf32>, %1: tensor<5x3x4x3xf32>, %2: tensor<5xf32>) -> (tensor<1x5x7x4xf32>) {
  %r = cnn.conv %0, %1, %2 {name = "conv_uneven", stride = array<i64: 1, 2>, padding = array<i64: 1, 0, 2, 3>, dilation = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x3x7x6xf32>, tensor<5x3x4x3xf32>, tensor<5xf32>) -> (tensor<1x5x7x4xf32>)
  return %r : tensor<1x5x7x4xf32>
}

func.func @conv_uneven_groups(%0: tensor<2x6x7x8xf32>, %1: tensor<9x2x2x3xf32>, %2: tensor<9xf32>) -> (tensor<2x9x3x6xf32>) {
  %r = cnn.conv %0, %1, %2 {name = "conv_uneven_groups", stride = array<i64: 2, 1>, padding = array<i64: 0, 2, 1, 0>, dilation = array<i64: 3, 2>, groups = 3 : i64} : (tensor<2x6x7x8xf32>, tensor<9x2x2x3xf32>, tensor<9xf32>) -> (tensor<2x9x3x6xf32>)
  return %r : tensor<2x9x3x6xf32>
}

func.func @conv_uneven_depthwise(%0: tensor<1x10x6x7xf32>, %1: tensor<10x1x3x3xf32>, %2: tensor<10xf32>) -> (tensor<1x10x6x4xf32>) {
  %r = cnn.conv %0, %1, %2 {name = "conv_uneven_depthwise", stride = array<i64: 1, 1>, padding = array<i64: 2, 0, 0, 1>, dilation = array<i64: 1, 2>, groups = 10 : i64} : (tensor<1x10x6x7xf32>, tensor<10x1x3x3xf32>, tensor<10xf32>) -> (tensor<1x10x6x4xf32>)
  return %r : tensor<1x10x6x4xf32>
}

func.func @conv_wide_groups(%0: tensor<1x32x3x3xf32>, %1: tensor<48x16x1x1xf32>, %2: tensor<48xf32>) -> (tensor<1x48x3x3xf32>) {
  %r = cnn.conv %0, %1, %2 {name = "conv_wide_groups", stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 2 : i64} : (tensor<1x32x3x3xf32>, tensor<48x16x1x1xf32>, tensor<48xf32>) -> (tensor<1x48x3x3xf32>)
  return %r : tensor<1x48x3x3xf32>
}

func.func @max_pool_uneven(%0: tensor<1x3x7x8xf32>) -> (tensor<1x3x3x4xf32>) {
  %r = cnn.max_pool %0 {name = "max_pool_uneven", kernel = array<i64: 3, 2>, stride = array<i64: 2, 2>, padding = array<i64: 1, 0, 0, 1>} : (tensor<1x3x7x8xf32>) -> (tensor<1x3x3x4xf32>)
  return %r : tensor<1x3x3x4xf32>
}

func.func @avg_pool_uneven(%0: tensor<1x3x7x8xf32>) -> (tensor<1x3x6x4xf32>) {
  %r = cnn.avg_pool %0 {name = "avg_pool_uneven", kernel = array<i64: 3, 4>, stride = array<i64: 1, 2>, padding = array<i64: 0, 2, 1, 1>} : (tensor<1x3x7x8xf32>) -> (tensor<1x3x6x4xf32>)
  return %r : tensor<1x3x6x4xf32>
}

func.func @linear_no_bias(%0: tensor<3x7xf32>, %1: tensor<4x7xf32>) -> (tensor<3x4xf32>) {
  %r = cnn.linear %0, %1 {name = "linear_no_bias"} : (tensor<3x7xf32>, tensor<4x7xf32>) -> (tensor<3x4xf32>)
  return %r : tensor<3x4xf32>
}

func.func @batch_norm_matrix(%0: tensor<3x7xf32>, %1: tensor<7xf32>, %2: tensor<7xf32>, %3: tensor<7xf32>, %4: tensor<7xf32>) -> (tensor<3x7xf32>) {
  %r = cnn.batch_norm %0, %1, %2, %3, %4 {name = "batch_norm_matrix"} : (tensor<3x7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) -> (tensor<3x7xf32>)
  return %r : tensor<3x7xf32>
}

func.func @softmax_matrix(%0: tensor<3x7xf32>) -> (tensor<3x7xf32>) {
  %r = cnn.softmax %0 {name = "softmax_matrix", axis = 1 : i64} : (tensor<3x7xf32>) -> (tensor<3x7xf32>)
  return %r : tensor<3x7xf32>
}

func.func @split_channels(%0: tensor<2x6x2x3xf32>) -> (tensor<2x1x2x3xf32>, tensor<2x3x2x3xf32>, tensor<2x2x2x3xf32>) {
  %r:3 = cnn.split %0 {name = "split_channels", sizes = array<i64: 1, 3, 2>, axis = 1 : i64} : (tensor<2x6x2x3xf32>) -> (tensor<2x1x2x3xf32>, tensor<2x3x2x3xf32>, tensor<2x2x2x3xf32>)
  return %r#0, %r#1, %r#2 : tensor<2x1x2x3xf32>, tensor<2x3x2x3xf32>, tensor<2x2x2x3xf32>
}

func.func @concat_rows(%0: tensor<2x3x4x5xf32>, %1: tensor<2x3x4x5xf32>) -> (tensor<2x3x8x5xf32>) {
  %r = cnn.concat %0, %1 {name = "concat_rows", axis = 2 : i64} : (tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) -> (tensor<2x3x8x5xf32>)
  return %r : tensor<2x3x8x5xf32>
}

func.func @channel_shuffle_wide(%0: tensor<1x20x3x2xf32>) -> (tensor<1x20x3x2xf32>) {
  %r = cnn.channel_shuffle %0 {name = "channel_shuffle_wide", groups = 4 : i64} : (tensor<1x20x3x2xf32>) -> (tensor<1x20x3x2xf32>)
  return %r : tensor<1x20x3x2xf32>
}

func.func @spatial_shift(%0: tensor<2x6x2x3xf32>) -> (tensor<2x6x2x3xf32>) {
  %r = cnn.spatial_shift %0 {name = "spatial_shift", offsets = array<i64: 0, 0, 1, -2, -1, 1, 2, 0, 0, 3, -4, 0>} : (tensor<2x6x2x3xf32>) -> (tensor<2x6x2x3xf32>)
  return %r : tensor<2x6x2x3xf32>
}

func.func @channel_affine(%0: tensor<2x3x4x5xf32>, %1: tensor<3xf32>, %2: tensor<3xf32>) -> (tensor<2x3x4x5xf32>) {
  %r = cnn.channel_affine %0, %1, %2 {name = "channel_affine"} : (tensor<2x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3x4x5xf32>)
  return %r : tensor<2x3x4x5xf32>
}

func.func @channel_affine_rows(%0: tensor<4x7xf32>, %1: tensor<4xf32>) -> (tensor<4x7xf32>) {
  %r = cnn.channel_affine %0, %1 {name = "channel_affine_rows", axis = 0 : i64} : (tensor<4x7xf32>, tensor<4xf32>) -> (tensor<4x7xf32>)
  return %r : tensor<4x7xf32>
}

func.func @batch_norm_affine(%0: tensor<7xf32>, %1: tensor<7xf32>, %2: tensor<7xf32>, %3: tensor<7xf32>) -> (tensor<7xf32>, tensor<7xf32>) {
  %r:2 = cnn.batch_norm_affine %0, %1, %2, %3 {name = "batch_norm_affine", eps = 1.0e-3 : f64} : (tensor<7xf32>, tensor<7xf32>, tensor<7xf32>, tensor<7xf32>) -> (tensor<7xf32>, tensor<7xf32>)
  return %r#0, %r#1 : tensor<7xf32>, tensor<7xf32>
}

func.func @matmul(%0: tensor<2x18x9xf32>, %1: tensor<4x3x2x3xf32>, %2: tensor<4xf32>) -> (tensor<2x4x3x3xf32>) {
  %r = cnn.matmul %0, %1, %2 {name = "matmul", output_size = array<i64: 3, 3>} : (tensor<2x18x9xf32>, tensor<4x3x2x3xf32>, tensor<4xf32>) -> (tensor<2x4x3x3xf32>)
  return %r : tensor<2x4x3x3xf32>
}

func.func @input_affine(%0: tensor<4x3x2x1xf32>, %1: tensor<6xf32>, %2: tensor<6xf32>, %3: tensor<4xf32>) -> (tensor<4x3x2x1xf32>, tensor<4xf32>) {
  %r:2 = cnn.input_affine %0, %1 shift %2 bias %3 {name = "input_affine", groups = 2 : i64} : (tensor<4x3x2x1xf32>, tensor<6xf32>, tensor<6xf32>, tensor<4xf32>) -> (tensor<4x3x2x1xf32>, tensor<4xf32>)
  return %r#0, %r#1 : tensor<4x3x2x1xf32>, tensor<4xf32>
}

func.func @sub_pixel_weight(%0: tensor<6x2x3x2xf32>) -> (tensor<24x3x3x1xf32>) {
  %r = cnn.sub_pixel_weight %0 {name = "sub_pixel_weight", stride = array<i64: 2, 3>, dilation = array<i64: 2, 1>, groups = 2 : i64} : (tensor<6x2x3x2xf32>) -> (tensor<24x3x3x1xf32>)
  return %r : tensor<24x3x3x1xf32>
}

func.func @sub_pixel_bias(%0: tensor<4xf32>) -> (tensor<24xf32>) {
  %r = cnn.sub_pixel_bias %0 {name = "sub_pixel_bias", stride = array<i64: 2, 3>, groups = 2 : i64} : (tensor<4xf32>) -> (tensor<24xf32>)
  return %r : tensor<24xf32>
}
