// A channel shuffle that one convolution reads.
func.func @shuffle(%x: tensor<1x8x4x4xf32>, %w: tensor<8x8x1x1xf32>) -> tensor<1x8x4x4xf32> {
  %0 = sched.kernel "shuffle" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    %1 = sched.stage channel_shuffle(%a) {name = "shuffle", groups = array<i64: 2>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %1 : tensor<1x8x4x4xf32>
  }
  %2 = sched.kernel "conv" ins(%0, %w : tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>, %b: tensor<8x8x1x1xf32>):
    %3 = sched.stage conv(%a, %b) {name = "conv", dilation = array<i64: 1, 1>, groups = array<i64: 1>, kernel = array<i64: 1, 1>,
                                   padding = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
       : (tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %3 : tensor<1x8x4x4xf32>
  }
  return %2 : tensor<1x8x4x4xf32>
}
