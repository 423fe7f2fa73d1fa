// RUN: fovea-opt %s --split-input-file --verify-cnn --verify-diagnostics -o /dev/null

// A batch norm is right here.
cnn.param @w : tensor<4xf32>
func.func @good(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %w = cnn.load_param @w : tensor<4xf32>
  %0 = cnn.batch_norm %x, %w, %w, %w, %w {name = "a"} : (tensor<1x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

func.func @unlocated(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error@unknown {{'cnn.relu' op must have a location in a file}}
  %0 = cnn.relu %x {name = "a"} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc(unknown)
  return %0 : tensor<1x4xf32>
}

// -----

func.func @located_by_chain(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = cnn.relu %x {name = "a"} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("a"(callsite("n.cnn":3:4 at "n.cnn":9:1)))
  return %0 : tensor<1x4xf32>
}

// -----

func.func @foreign(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{'func.call' op does not belong in the phases cnn and cnn-opt}}
  %0 = func.call @foreign(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

// expected-error @+1 {{'func.func' op must have a body of one block in the phases cnn and cnn-opt}}
func.func private @declared(tensor<1x4xf32>) -> tensor<1x4xf32>

// -----

// expected-error @+1 {{'func.func' op must take and give static tensors, got 'tensor<?x4xf32>'}}
func.func @dynamic(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

// -----

// expected-error @+1 {{'func.func' op must take and give static tensors, got 'i32'}}
func.func @scalar(%x: i32) {
  return
}
