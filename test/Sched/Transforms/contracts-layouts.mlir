// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-select-algorithm,sched-assign-layouts{target=x86-64-v3}))' --verify-diagnostics

// expected-error @+1 {{expected one block that ends in func.return}}
func.func private @declaration(tensor<1x8x4x4xf32>)

// -----

// expected-error @+1 {{expected images as arguments, got 'i32'}}
func.func @number(%x: i32) -> i32 {
  return %x : i32
}

// -----

func.func @result_is_a_constant() -> tensor<1x2x1x1xf32> {
  %l = sched.literal "w" dense<1.0> : tensor<1x2x1x1xf32> : tensor<1x2x1x1xf32>
  // expected-error @+1 {{expected images that arguments, kernels or views give}}
  return %l : tensor<1x2x1x1xf32>
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @buffers() {
  %x = sched.alloc "x" : memref<1x1x2x2x8xf32>
  // expected-error @+1 {{expected an image as result}}
  sched.kernel "relu" ins(%x : memref<1x1x2x2x8xf32>) outs(%x : memref<1x1x2x2x8xf32>) {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  return
}

// -----

func.func @vector_as_weight(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %w = sched.literal "w" dense<1.0> : tensor<8xf32> : tensor<8xf32>
  %r = sched.kernel "conv" ins(%x, %w : tensor<1x8x4x4xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>, %b: tensor<8xf32>):
    // expected-error @+1 {{cannot pack 'tensor<8xf32>'}}
    %s = sched.stage conv(%a, %b) {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x8x4x4xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return %r : tensor<1x8x4x4xf32>
}

// -----

func.func @image_as_weight(%x: tensor<1x8x4x4xf32>) -> tensor<1x1x1x1xf32> {
  %r = sched.kernel "linear" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x1x1x1xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{expected a constant as operand 1}}
    %s = sched.stage linear(%a, %a) {name = "linear"} : (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>) -> tensor<1x1x1x1xf32>
    sched.yield %s : tensor<1x1x1x1xf32>
  }
  return %r : tensor<1x1x1x1xf32>
}
