// RUN: fovea-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sched-verify))' --verify-diagnostics

func.func @tensors(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error @+1 {{expected buffers: run sched-bufferize}}
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return %r : tensor<1x8x4x4xf32>
}

// -----

func.func @views(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{expected buffers: run sched-bufferize}}
  %s = sched.reshape %x {name = "r"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x1x16xf32>
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @no_schedule(%x: memref<1x1x2x2x8xf32>, %y: memref<1x1x2x2x8xf32>) {
  // expected-error @+1 {{expected a schedule: run sched-tile-and-vectorize}}
  sched.kernel "relu" ins(%x : memref<1x1x2x2x8xf32>) outs(%y : memref<1x1x2x2x8xf32>) {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    %s = sched.stage relu(%a) algorithm elementwise {name = "relu"} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @no_algorithm(%x: memref<1x1x2x2x8xf32>, %y: memref<1x1x2x2x8xf32>) {
  sched.kernel "relu" ins(%x : memref<1x1x2x2x8xf32>) outs(%y : memref<1x1x2x2x8xf32>) schedule <[]> {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    // expected-error @+1 {{expected an algorithm: run sched-select-algorithm}}
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @no_name(%x: memref<1x1x2x2x8xf32>, %y: memref<1x1x2x2x8xf32>) {
  sched.kernel "relu" ins(%x : memref<1x1x2x2x8xf32>) outs(%y : memref<1x1x2x2x8xf32>) schedule <[]> {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    // expected-error @+1 {{expected a name}}
    %s = sched.stage relu(%a) algorithm elementwise {name = ""} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @no_update(%x: memref<1x1x1x1x8xf32>, %w: tensor<1x1x1x1x8x8xf32>, %y: memref<1x1x1x1x8xf32>) {
  sched.kernel "fc" ins(%x, %w : memref<1x1x1x1x8xf32>, tensor<1x1x1x1x8x8xf32>) outs(%y : memref<1x1x1x1x8xf32>) schedule <[]> {
  ^bb0(%a: tensor<1x8x1x1xf32, #l>, %b: tensor<1x1x1x1x8x8xf32>):
    // expected-error @+1 {{expected a schedule of its reduction: run sched-tile-and-vectorize}}
    %s = sched.stage linear(%a, %b) algorithm matvec {name = "fc"} : (tensor<1x8x1x1xf32, #l>, tensor<1x1x1x1x8x8xf32>) -> tensor<1x8x1x1xf32, #l>
    sched.yield %s : tensor<1x8x1x1xf32, #l>
  }
  return
}

// -----

// expected-error @+1 {{expected one block that ends in func.return}}
func.func private @declaration()

// -----

// expected-error @+1 {{expected buffers as arguments, got 'memref<?xf32>'}}
func.func @dynamic(%x: memref<?xf32>) {
  return
}
