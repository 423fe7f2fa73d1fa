// RUN: fovea-opt %s --split-input-file --verify-cnn-opt --verify-diagnostics -o /dev/null

cnn.param @w : tensor<4xf32>
func.func @good(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %w = cnn.load_param @w : tensor<4xf32>
  %0 = cnn.channel_affine %x, %w {name = "a"} : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %1 = cnn.fused %0 {name = "r"} : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%a: tensor<1x4xf32>):
    %2 = cnn.relu %a {name = "r"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    cnn.yield %2 : tensor<1x4xf32>
  }
  return %1 : tensor<1x4xf32>
}

// -----

// Everything wrong is reported, not the first alone.
func.func @batch_norm(%x: tensor<1x4xf32>, %w: tensor<4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'cnn.batch_norm' op is left in the phase cnn-opt: run fold-batch-norm before}}
  %0 = cnn.batch_norm %x, %w, %w, %w, %w {name = "a"} : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  // expected-error @+1 {{'cnn.batch_norm' op is left in the phase cnn-opt: run fold-batch-norm before}}
  %1 = cnn.batch_norm %0, %w, %w, %w, %w {name = "b"} : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// -----

func.func @fused_name(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'cnn.fused' op must bear the name of one of its layers, got "other"}}
  %1 = cnn.fused %x {name = "other"} : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%a: tensor<1x4xf32>):
    %2 = cnn.relu %a {name = "r"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    cnn.yield %2 : tensor<1x4xf32>
  }
  return %1 : tensor<1x4xf32>
}

// -----

func.func @unlocated(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error@unknown {{'cnn.relu' op must have a location in a file}}
  %0 = cnn.relu %x {name = "a"} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc(unknown)
  return %0 : tensor<1x4xf32>
}
