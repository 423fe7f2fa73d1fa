// RUN: fovea-opt %s --split-input-file --convert-cnn-to-sched --verify-diagnostics

// Channels last is a layout of inputs only.
func.func @to_tensor_of_a_layer(%x: tensor<1x4x4x8xf32>) -> tensor<1x8x4x4xf32> {
  %r = cnn.relu %x {name = "r"} : (tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  // expected-error @+1 {{has no kernel: expected an input of the network that only such ops read}}
  %y = cnn.to_tensor %r {name = "t", layout = "nhwc"} : (tensor<1x4x4x8xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}

// -----

func.func @to_tensor_of_a_shared_input(%x: tensor<1x4x4x8xf32>) -> (tensor<1x8x4x4xf32>, tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{has no kernel: expected an input of the network that only such ops read}}
  %y = cnn.to_tensor %x {name = "t", layout = "nhwc"} : (tensor<1x4x4x8xf32>) -> tensor<1x8x4x4xf32>
  return %y, %x : tensor<1x8x4x4xf32>, tensor<1x4x4x8xf32>
}

// -----

func.func @affine_over_rows(%x: tensor<1x8x4x4xf32>, %s: tensor<4xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error @-1 {{expected inputs of rank 2 to 4, got 'tensor<4xf32>'}}
  %y = cnn.channel_affine %x, %s {name = "a", axis = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<4xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}

// -----

cnn.param @s : tensor<4xf32>
func.func @affine_axis(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %s = cnn.load_param @s : tensor<4xf32>
  // expected-error @+1 {{has no kernel: expected axis 1, got 2}}
  %y = cnn.channel_affine %x, %s {name = "a", axis = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<4xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}

// -----

func.func @rank5(%x: tensor<1x1x8x4x4xf32>) -> tensor<1x1x8x4x4xf32> {
  // expected-error @-1 {{expected inputs of rank 2 to 4}}
  %y = cnn.relu %x {name = "r"} : (tensor<1x1x8x4x4xf32>) -> tensor<1x1x8x4x4xf32>
  return %y : tensor<1x1x8x4x4xf32>
}

// -----

// A batch norm must have been folded or made an affine layer before.
cnn.param @s : tensor<8xf32>
func.func @batch_norm(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %s = cnn.load_param @s : tensor<8xf32>
  // expected-error @+1 {{has no kernel}}
  %y = cnn.batch_norm %x, %s, %s, %s, %s {name = "bn"} : (tensor<1x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}

// -----

// expected-error @+1 {{must have a body of one block}}
func.func private @declaration(tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>

// -----

func.func @no_result(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error @+1 {{'func.call' op has no kernel: expected one result, got 0}}
  func.call @empty() : () -> ()
  return %x : tensor<1x8x4x4xf32>
}
func.func @empty() {
  return
}

// -----

func.func @fused_nothing(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error @+1 {{has no kernel: it gives an input as it is}}
  %r = cnn.fused %x {name = "f"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    cnn.yield %a : tensor<1x8x4x4xf32>
  }
  return %r : tensor<1x8x4x4xf32>
}

// -----

// expected-error @+1 {{expected inputs of rank 2 to 4, got 'memref<4xf32>'}}
func.func @buffer(%x: memref<4xf32>) {
  return
}

// -----

// Weights are computed from parameters when they are packed, activations from inputs when the network runs.
cnn.param @p : tensor<1x4x2x2xf32>
func.func @constant_activation(%x: tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {
  %p = cnn.load_param @p : tensor<1x4x2x2xf32>
  %r = cnn.relu %p {name = "r"} : (tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
  // expected-error @+1 {{has no kernel: what it reads is computed from parameters alone}}
  %y = cnn.add %x, %r {name = "a"} : (tensor<1x4x2x2xf32>, tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
  return %y : tensor<1x4x2x2xf32>
}

// -----

cnn.param @p : tensor<1x4x2x2xf32>
func.func @constant_in_group(%x: tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {
  %p = cnn.load_param @p : tensor<1x4x2x2xf32>
  %y = cnn.fused %x, %p {name = "g"} : (tensor<1x4x2x2xf32>, tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {
  ^bb0(%a: tensor<1x4x2x2xf32>, %b: tensor<1x4x2x2xf32>):
    // expected-error @+1 {{has no kernel: what it reads is computed from parameters alone}}
    %s = cnn.add %a, %b {name = "g"} : (tensor<1x4x2x2xf32>, tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
    cnn.yield %s : tensor<1x4x2x2xf32>
  }
  return %y : tensor<1x4x2x2xf32>
}

// -----

cnn.param @p : tensor<1x4x2x2xf32>
func.func @constant_output(%x: tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32> {
  %p = cnn.load_param @p : tensor<1x4x2x2xf32>
  // expected-error @+1 {{an output of the network is computed from parameters alone}}
  return %p : tensor<1x4x2x2xf32>
}
