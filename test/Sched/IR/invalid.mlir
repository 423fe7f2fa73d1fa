// RUN: fovea-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{C1: expected a block that is a power of two, got 6}}
func.func @layout_c1(%x: tensor<1x6x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 6>>) { return }

// -----

// expected-error @+1 {{C2: expected a permutation of 0, 1, 2, 3}}
func.func @layout_c2(%x: tensor<1x6x4x4xf32, #sched.layout<[0, 1, 1, 3], block = 8>>) { return }

// -----

// expected-error @+1 {{C1: unknown directive 'unrol'}}
func.func @schedule_c1() attributes {s = #sched.schedule<[unrol(x)]>} { return }

// -----

// expected-error @+1 {{C2: directive 'split' takes 4 to 5 arguments, got 3}}
func.func @schedule_c2() attributes {s = #sched.schedule<[split(x, xo, xi)]>} { return }

// -----

func.func @kernel_c1(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.kernel' op C1: expected 1 block arguments, got 0}}
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    %s = sched.stage relu(%x) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @kernel_c2(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.kernel' op C2: expected either a result or an output}}
  sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @kernel_c3(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.kernel' op C3: expected stages only, got sched.reshape}}
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    %s = sched.reshape %a {name = "r"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @kernel_c4_input(%x: memref<1x2x4x4x8xf32>, %y: memref<1x1x4x4x8xf32>) {
  // expected-error @+1 {{'sched.kernel' op C4: input of type 'memref<1x2x4x4x8xf32>' does not fit block argument}}
  sched.kernel "k" ins(%x : memref<1x2x4x4x8xf32>) outs(%y : memref<1x1x4x4x8xf32>) {
  ^bb0(%a: tensor<1x8x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>):
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>) -> tensor<1x8x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>
    sched.yield %s : tensor<1x8x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8>>
  }
  return
}

// -----

func.func @kernel_c4_result(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.kernel' op C4: yields 'tensor<1x8x4x4xf32>', which does not fit 'tensor<1x8x2x2xf32>'}}
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x2x2xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @stage_c1(%x: tensor<1x8x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{'sched.stage' op C1: add takes 2 to 2 operands, got 1}}
    %s = sched.stage add(%a) {name = "add"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @stage_c2(%x: tensor<1x8x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{'sched.stage' op C2: pad needs 4 integers in 'padding', got 2}}
    %s = sched.stage pad(%a) {name = "p", padding = array<i64: 0, 0>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @stage_c3(%x: tensor<1x8x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{'sched.stage' op C3: algorithm direct does not compute relu}}
    %s = sched.stage relu(%a) algorithm direct {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @reshape_c1(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.reshape' op C1: expected 128 elements, got 64}}
  %s = sched.reshape %x {name = "r"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x2xf32>
  return
}

// -----

func.func @view_c1(%x: memref<1x2x4x4x8xf32>) {
  // expected-error @+1 {{'sched.view' op C1: elements 200 to 328 do not lie in a parent of 256}}
  %s = sched.view %x {name = "v", offset = 200 : i64} : memref<1x2x4x4x8xf32> to memref<1x1x4x4x8xf32, strided<[256, 128, 32, 8, 1]>>
  return
}
