// RUN: fovea-opt %s --fold-batch-norm | FileCheck %s
// RUN: fovea-opt %s --fold-batch-norm --remarks-filter=fold-batch-norm --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

// CHECK-NOT: cnn.batch_norm {{.*}}

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
// REMARK: remark: {{.*}}bn_input{{.*}}became a channel_affine: its input is an input of the network
func.func @input(%x: tensor<1x4x6x6xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %1 = cnn.batch_norm %x, %p, %p, %p, %p {name = "bn_input"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @after_relu
// CHECK: cnn.relu
// CHECK: cnn.channel_affine {{.*}}"bn_relu"
// REMARK: remark: {{.*}}bn_relu{{.*}}became a channel_affine: its input is a cnn.relu
func.func @after_relu(%x: tensor<1x4x6x6xf32>, %p: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  %0 = cnn.relu %x {name = "relu"} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn_relu"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @other_readers
// CHECK: cnn.conv %{{[a-z0-9]*}}, %{{[a-z0-9]*}} {name = "conv"}
// CHECK: cnn.channel_affine {{.*}}"bn_shared"
// REMARK: remark: {{.*}}bn_shared{{.*}}became a channel_affine: the cnn.conv before it has other readers
func.func @other_readers(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %p: tensor<4xf32>) -> (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) {
  %0 = cnn.conv %x, %w {name = "conv"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.batch_norm %0, %p, %p, %p, %p {name = "bn_shared"} : (tensor<1x4x6x6xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %0, %1 : tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>
}
