// RUN: fovea-opt %s --fold-batch-norm | FileCheck %s
// RUN: fovea-opt %s --fold-batch-norm=fold=false | FileCheck %s --check-prefix=OFF
// RUN: fovea-opt %s --fold-batch-norm --remarks-filter=fold-batch-norm --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// CHECK-NOT: cnn.batch_norm {{.*}}

// With fold=false nothing but channel_affine comes of them.
// OFF-NOT: cnn.batch_norm {{.*}}
// OFF-NOT: axis = 0
// OFF-NOT: cnn.input_affine

// CHECK-LABEL: @conv
// CHECK-SAME: (%[[X:.*]]: tensor<1x3x8x8xf32>, %[[W:.*]]: tensor<4x3x3x3xf32>, %[[G:[a-z0-9]*]]: tensor<4xf32>, %[[B:[a-z0-9]*]]: tensor<4xf32>, %[[M:[a-z0-9]*]]: tensor<4xf32>, %[[V:[a-z0-9]*]]: tensor<4xf32>)
// CHECK: %[[SCALE:.*]], %[[SHIFT:.*]] = cnn.batch_norm_affine %[[G]], %[[B]], %[[M]], %[[V]] {eps = 1.000000e-03 : f64, name = "bn1"}
// CHECK: %[[WW:.*]] = cnn.channel_affine %[[W]], %[[SCALE]] {axis = 0 : i64, name = "conv1.weight"}
// CHECK: %[[Y:.*]] = cnn.conv %[[X]], %[[WW]], %[[SHIFT]] {name = "conv1", padding = array<i64: 1, 1, 1, 1>}
// CHECK: return %[[Y]]
// REMARK: remark: {{.*}}bn1{{.*}}folded into conv1
func.func @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %g: tensor<4xf32>, %b: tensor<4xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<1x4x8x8xf32> {
  %0 = cnn.conv %x, %w {name = "conv1", padding = array<i64: 1, 1, 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
  %1 = cnn.batch_norm %0, %g, %b, %m, %v {name = "bn1", eps = 1.0e-3}
     : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return %1 : tensor<1x4x8x8xf32>
}

// The conv moves behind what the batch norm reads.
// CHECK-LABEL: @parameters_later
// CHECK: cnn.load_param @conv.weight
// CHECK: %[[G:.*]] = cnn.load_param @bn.weight
// CHECK: cnn.batch_norm_affine %[[G]]
// CHECK: cnn.conv
cnn.param @conv.weight : tensor<4x3x1x1xf32>
cnn.param @bn.weight : tensor<4xf32>
func.func @parameters_later(%x: tensor<1x3x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %w = cnn.load_param @conv.weight : tensor<4x3x1x1xf32>
  %0 = cnn.conv %x, %w {name = "conv"} : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
  %g = cnn.load_param @bn.weight : tensor<4xf32>
  %1 = cnn.batch_norm %0, %g, %g, %g, %g {name = "bn"}
     : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return %1 : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @linear_bias
// CHECK-SAME: %[[X:.*]]: tensor<2x8xf32>, %[[W:.*]]: tensor<4x8xf32>, %[[B:[a-z0-9]*]]: tensor<4xf32>, %[[P:[a-z0-9]*]]: tensor<4xf32>
// CHECK: %[[SCALE:.*]], %[[SHIFT:.*]] = cnn.batch_norm_affine
// CHECK: %[[WW:.*]] = cnn.channel_affine %[[W]], %[[SCALE]] {axis = 0 : i64, name = "fc.weight"}
// CHECK: %[[BB:.*]] = cnn.channel_affine %[[B]], %[[SCALE]], %[[SHIFT]] {axis = 0 : i64, name = "fc.bias"}
// CHECK: cnn.linear %[[X]], %[[WW]], %[[BB]] {name = "fc"}
func.func @linear_bias(%x: tensor<2x8xf32>, %w: tensor<4x8xf32>, %b: tensor<4xf32>, %p: tensor<4xf32>) -> tensor<2x4xf32> {
  %0 = cnn.linear %x, %w, %b {name = "fc"} : (tensor<2x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn"} : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// CHECK-LABEL: @matmul
// CHECK: %[[SCALE:.*]], %[[SHIFT:.*]] = cnn.batch_norm_affine
// CHECK: %[[W:.*]] = cnn.channel_affine {{.*}}name = "conv.weight"
// CHECK: cnn.matmul %{{.*}}, %[[W]], %[[SHIFT]] {name = "conv"
func.func @matmul(%c: tensor<1x27x36xf32>, %w: tensor<4x3x3x3xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %0 = cnn.matmul %c, %w {name = "conv", output_size = array<i64: 6, 6>} : (tensor<1x27x36xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}

// Two batch norms in a row fold one after the other.
// CHECK-LABEL: @twice
// CHECK: %[[W1:.*]] = cnn.channel_affine {{.*}}"conv.weight"
// CHECK: %[[W2:.*]] = cnn.channel_affine %[[W1]], {{.*}}"conv.weight"
// CHECK: %[[B2:.*]] = cnn.channel_affine {{.*}}"conv.bias"
// CHECK: cnn.conv %{{.*}}, %[[W2]], %[[B2]]
func.func @twice(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %0 = cnn.conv %x, %w {name = "conv"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn1"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %2 = cnn.batch_norm %1, %p, %p, %p, %p {name = "bn2"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %2 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @input
// CHECK: %[[SCALE:.*]], %[[SHIFT:.*]] = cnn.batch_norm_affine
// CHECK: cnn.channel_affine %{{.*}}, %[[SCALE]], %[[SHIFT]] {name = "bn_input"}
// REMARK: remark: {{.*}}bn_input{{.*}}became a channel_affine: its input is an input of the network; it is an output of the network
func.func @input(%x: tensor<1x4x6x6xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %1 = cnn.batch_norm %x, %p, %p, %p, %p {name = "bn_input"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @after_relu
// CHECK: cnn.relu
// CHECK: cnn.channel_affine {{.*}}"bn_relu"
// REMARK: remark: {{.*}}bn_relu{{.*}}became a channel_affine: relu (cnn.relu) before it has no weight; it is an output of the network
func.func @after_relu(%x: tensor<1x4x6x6xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %0 = cnn.relu %x {name = "relu"} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn_relu"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @other_readers
// CHECK: cnn.conv %{{[a-z0-9]*}}, %{{[a-z0-9]*}} {name = "conv"}
// CHECK: cnn.channel_affine {{.*}}"bn_shared"
// REMARK: remark: {{.*}}bn_shared{{.*}}became a channel_affine: conv before it is an output of the network as well; it is an output of the network
func.func @other_readers(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %p: tensor<4xf32>) -> (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) {
  %0 = cnn.conv %x, %w {name = "conv"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn_shared"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %0, %1 : tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>
}

// The weight of a transposed convolution has its output channels second.
// CHECK-LABEL: @transposed
// CHECK: %[[SCALE:.*]], %[[SHIFT:.*]] = cnn.batch_norm_affine
// CHECK: %[[W:.*]] = cnn.channel_affine %{{.*}}, %[[SCALE]] {name = "up.weight"} : (tensor<3x4x2x2xf32>
// CHECK: cnn.conv_transpose %{{.*}}, %[[W]], %[[SHIFT]] {name = "up", stride = array<i64: 2, 2>}
// REMARK: remark: {{.*}}bn_up{{.*}}folded into up
func.func @transposed(%x: tensor<1x3x4x4xf32>, %w: tensor<3x4x2x2xf32>, %p: tensor<4xf32>) -> tensor<1x4x8x8xf32> {
  %0 = cnn.conv_transpose %x, %w {name = "up", stride = array<i64: 2, 2>} : (tensor<1x3x4x4xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x8x8xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn_up"} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return %1 : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @transposed_groups
// CHECK: cnn.channel_affine {{.*}}"bn_groups"
// REMARK: remark: {{.*}}bn_groups{{.*}}became a channel_affine: up before it has 2 groups; it is an output of the network
func.func @transposed_groups(%x: tensor<1x4x4x4xf32>, %w: tensor<4x2x2x2xf32>, %p: tensor<4xf32>) -> tensor<1x4x8x8xf32> {
  %0 = cnn.conv_transpose %x, %w {name = "up", stride = array<i64: 2, 2>, groups = 2 : i64} : (tensor<1x4x4x4xf32>, tensor<4x2x2x2xf32>) -> tensor<1x4x8x8xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn_groups"} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return %1 : tensor<1x4x8x8xf32>
}

// The layer behind takes it where the one before cannot.
// CHECK-LABEL: @into_consumer
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x6x6xf32>, %[[W:[a-z0-9]*]]: tensor<2x4x3x3xf32>, %[[B:.*]]: tensor<2xf32>, %
// CHECK: %[[SCALE:.*]], %[[SHIFT:.*]] = cnn.batch_norm_affine
// CHECK: %[[WW:.*]], %[[BB:.*]] = cnn.input_affine %[[W]], %[[SCALE]] shift %[[SHIFT]] bias %[[B]] {name = "behind"}
// CHECK: cnn.conv %[[X]], %[[WW]], %[[BB]] {name = "behind"}
// REMARK: remark: {{.*}}bn_before{{.*}}folded into behind behind it: its input is an input of the network
func.func @into_consumer(%x: tensor<1x4x6x6xf32>, %w: tensor<2x4x3x3xf32>, %b: tensor<2xf32>, %p: tensor<4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = cnn.batch_norm %x, %p, %p, %p, %p {name = "bn_before"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.conv %0, %w, %b {name = "behind"} : (tensor<1x4x6x6xf32>, tensor<2x4x3x3xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// Parameters of the layer behind may be loaded behind the batch norm.
// CHECK-LABEL: @into_linear
// CHECK: cnn.input_affine %{{.*}}, %{{.*}} shift %{{.*}} {name = "fc"}
// CHECK: cnn.linear
// REMARK: remark: {{.*}}bn_fc{{.*}}folded into fc behind it: relu (cnn.relu) before it has no weight
cnn.param @fc.weight : tensor<2x4xf32>
func.func @into_linear(%x: tensor<1x4xf32>, %p: tensor<4xf32>) -> tensor<1x2xf32> {
  %r = cnn.relu %x {name = "relu"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %0 = cnn.batch_norm %r, %p, %p, %p, %p {name = "bn_fc"} : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %w = cnn.load_param @fc.weight : tensor<2x4xf32>
  %1 = cnn.linear %0, %w {name = "fc"} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// CHECK-LABEL: @into_grouped
// CHECK: cnn.input_affine {{.*}} {groups = 2 : i64, name = "grouped"}
// CHECK: cnn.conv {{.*}}groups = 2
func.func @into_grouped(%x: tensor<1x4x6x6xf32>, %w: tensor<2x2x1x1xf32>, %p: tensor<4xf32>) -> tensor<1x2x6x6xf32> {
  %0 = cnn.batch_norm %x, %p, %p, %p, %p {name = "bn_grouped"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.conv %0, %w {name = "grouped", groups = 2 : i64} : (tensor<1x4x6x6xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x6x6xf32>
  return %1 : tensor<1x2x6x6xf32>
}

// Zeros are shifted by nothing: a border is no place for a shift, but it is for a scale.
// CHECK-LABEL: @border
// CHECK: cnn.channel_affine {{.*}}"bn_border"
// CHECK: cnn.conv {{.*}}"shifted"
// CHECK-NOT: "scale_border"
// CHECK: %[[W:.*]], %{{.*}} = cnn.input_affine %{{[a-z0-9]*}}, %{{[a-z0-9]*}} {name = "scaled"}
// CHECK-NEXT: cnn.conv %{{.*}}, %[[W]] {name = "scaled"
// REMARK: remark: {{.*}}bn_border{{.*}}became a channel_affine: its input is an input of the network; inexact padding: the border of shifted behind it is not shifted
// REMARK: remark: {{.*}}scale_border{{.*}}folded into scaled behind it
func.func @border(%x: tensor<1x4x6x6xf32>, %w: tensor<4x4x3x3xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %0 = cnn.batch_norm %x, %p, %p, %p, %p {name = "bn_border"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.conv %0, %w {name = "shifted", padding = array<i64: 1, 1, 1, 1>} : (tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  %2 = cnn.tanh %1 {name = "tanh"} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %3 = cnn.channel_affine %2, %p {name = "scale_border"} : (tensor<1x4x6x6xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %4 = cnn.conv %3, %w {name = "scaled", padding = array<i64: 1, 1, 1, 1>} : (tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %4 : tensor<1x4x6x6xf32>
}

// The last remark of a function counts.
// REMARK: [Analysis] statistics | {{.*}}Remark="1 left as a channel_affine, 1 folded into the layer behind"

// CHECK-LABEL: @refusals
// CHECK-COUNT-4: cnn.channel_affine
// REMARK: remark: {{.*}}bn_a{{.*}}became a channel_affine: relu (cnn.relu) stands between it and conv; relu2 (cnn.relu) behind it takes no scale
// REMARK: remark: {{.*}}bn_b{{.*}}became a channel_affine: sum (cnn.add) before it has no weight; it is read by one and two
// REMARK: remark: {{.*}}bn_c{{.*}}became a channel_affine: two before it is read by up as well; up (cnn.conv_transpose) behind it takes no scale
// REMARK: remark: {{.*}}bn_d{{.*}}became a channel_affine: sum2 (cnn.add) before it has no weight; it has no reader
func.func @refusals(%x: tensor<1x4x6x6xf32>, %w: tensor<4x4x1x1xf32>, %p: tensor<4xf32>) -> (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) {
  %0 = cnn.conv %x, %w {name = "conv"} : (tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.relu %0 {name = "relu"} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %2 = cnn.batch_norm %1, %p, %p, %p, %p {name = "bn_a"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %3 = cnn.relu %2 {name = "relu2"} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %4 = cnn.add %3, %x {name = "sum"} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %5 = cnn.batch_norm %4, %p, %p, %p, %p {name = "bn_b"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %6 = cnn.conv %5, %w {name = "one"} : (tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %7 = cnn.conv %5, %w {name = "two"} : (tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %8 = cnn.batch_norm %7, %p, %p, %p, %p {name = "bn_c"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %9 = cnn.conv_transpose %8, %w {name = "up"} : (tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %10 = cnn.conv_transpose %7, %w {name = "up"} : (tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %11 = cnn.add %9, %10 {name = "sum2"} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %12 = cnn.batch_norm %11, %p, %p, %p, %p {name = "bn_d"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %6, %11 : tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>
}

// Two in a row become one, which goes into the layer behind.
// CHECK-LABEL: @compose
// CHECK: %[[SCALE:.*]], %[[SHIFT:.*]] = cnn.batch_norm_affine
// CHECK: %[[A:.*]] = cnn.channel_affine %{{.*}}, %[[SCALE]] {axis = 0 : i64, name = "scale.scale"}
// CHECK: %[[W:.*]], %[[B:.*]] = cnn.input_affine %{{.*}}, %[[A]] shift %[[SHIFT]] {name = "c"}
// CHECK: cnn.conv %arg0, %[[W]], %[[B]]
// REMARK: remark: {{.*}}bn_second{{.*}}folded into scale"
// REMARK: remark: {{.*}}scale {{.*}}folded into c behind it: its input is an input of the network
func.func @compose(%x: tensor<1x4x6x6xf32>, %w: tensor<4x4x1x1xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %0 = cnn.channel_affine %x, %p {name = "scale"} : (tensor<1x4x6x6xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn_second"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %2 = cnn.conv %1, %w {name = "c"} : (tensor<1x4x6x6xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x6x6xf32>
  return %2 : tensor<1x4x6x6xf32>
}
