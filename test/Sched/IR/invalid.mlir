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
    %t = sched.stage relu(%s) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %t : tensor<1x8x4x4xf32>
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
  // expected-error @+1 {{'sched.view' op C1: 128 elements from 200 do not lie in a parent of 256}}
  %s = sched.view %x {name = "v", offset = 200 : i64} : memref<1x2x4x4x8xf32> to memref<1x1x4x4x8xf32, strided<[256, 128, 32, 8, 1]>>
  return
}

// -----

// expected-error @+1 {{C1: expected a block of at most 4096, got 8192}}
func.func @layout_c1_large(%x: tensor<1x6x4x4xf32, #sched.layout<[0, 1, 2, 3], block = 8192>>) { return }

// -----

func.func @kernel_c3_empty(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.kernel' op C3: expected the body to yield its last stage}}
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    sched.yield %a : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @kernel_c3_border(%x: tensor<1x8x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{'sched.stage' op C3 of sched.kernel: no stage reads the border}}
    %s = sched.stage pad(%a) {name = "p", padding = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

#l = #sched.layout<[0, 1, 2, 3], block = 8>
func.func @kernel_c4_layout_of_a_vector(%x: memref<1x1x4x4x8xf32>, %y: memref<1x1x4x4x8xf32>) {
  // expected-error @+1 {{'sched.kernel' op C4: input of type 'memref<1x1x4x4x8xf32>' does not fit block argument}}
  sched.kernel "k" ins(%x, %x : memref<1x1x4x4x8xf32>, memref<1x1x4x4x8xf32>) outs(%y : memref<1x1x4x4x8xf32>) {
  ^bb0(%a: tensor<1x8x4x4xf32, #l>, %b: tensor<8xf32, #l>):
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x4x4xf32, #l>) -> tensor<1x8x4x4xf32, #l>
    sched.yield %s : tensor<1x8x4x4xf32, #l>
  }
  return
}

// -----

func.func @stage_c1_image(%x: tensor<1x8x4x4xf32>, %w: tensor<8xf32>) {
  %r = sched.kernel "k" ins(%w : tensor<8xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<8xf32>):
    // expected-error @+1 {{'sched.stage' op C1: expected an image as first operand, got 'tensor<8xf32>'}}
    %s = sched.stage relu(%a) {name = "relu"} : (tensor<8xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @stage_c2_range(%x: tensor<1x8x4x4xf32>) {
  %r = sched.kernel "k" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  ^bb0(%a: tensor<1x8x4x4xf32>):
    // expected-error @+1 {{'sched.stage' op C2: 'groups' is out of range: 0}}
    %s = sched.stage channel_shuffle(%a) {name = "s", groups = array<i64: 0>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    sched.yield %s : tensor<1x8x4x4xf32>
  }
  return
}

// -----

func.func @literal_c1() {
  // expected-error @+1 {{'sched.literal' op C1: expected a dense value of type 'tensor<3xf32>'}}
  %l = sched.literal "l" dense<0> : tensor<3xi32> : tensor<3xf32>
  return
}

// -----

func.func @pack_c1_block(%w: tensor<3xf32>) {
  // expected-error @+1 {{'sched.pack' op C1: expected blocks from 1 to 4096}}
  %p = sched.pack vector %w {out_block = 0 : i64} : (tensor<3xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @pack_c1_rank(%w: tensor<3xf32>) {
  // expected-error @+1 {{'sched.pack' op C1: cannot pack 'tensor<3xf32>' as conv}}
  %p = sched.pack conv %w : (tensor<3xf32>) -> tensor<3x1x1x1x1x1xf32>
  return
}

// -----

func.func @pack_c2(%w: tensor<4x3xf32>) {
  // expected-error @+1 {{'sched.pack' op C2: the extents do not have the values of 'tensor<4x3xf32>'}}
  %p = sched.pack linear %w {input_shape = array<i64: 4, 1, 1>} : (tensor<4x3xf32>) -> tensor<4x4x1x1x1x1xf32>
  return
}

// -----

func.func @pack_c3(%w: tensor<1x2x1x1xf32>) {
  // expected-error @+1 {{'sched.pack' op C3: expected a permutation of the input channels}}
  %p = sched.pack conv %w {input_permutation = array<i64: 1, 7>} : (tensor<1x2x1x1xf32>) -> tensor<1x2x1x1x1x1xf32>
  return
}

// -----

func.func @pack_c4(%w: tensor<3xf32>) {
  // expected-error @+1 {{'sched.pack' op C4: the result does not have the packed extents}}
  %p = sched.pack vector %w {out_block = 4 : i64} : (tensor<3xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @concat_c1(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.concat' op C1: expected an axis from 0 to 3, got 4}}
  %c = sched.concat %x {axis = 4 : i64, name = "c"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return
}

// -----

func.func @concat_c2() {
  // expected-error @+1 {{'sched.concat' op C2: the operands do not fill 'tensor<1x8x4x4xf32>'}}
  %c = sched.concat {axis = 1 : i64, name = "c"} : () -> tensor<1x8x4x4xf32>
  return
}

// -----

func.func @slice_c1(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.slice' op C1: expected an axis from 0 to 3, got -1}}
  %c = sched.slice %x {axis = -1 : i64, offset = 0 : i64, name = "c"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return
}

// -----

func.func @slice_c2(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.slice' op C2: 'tensor<1x4x4x4xf32>' at 5 is no piece of 'tensor<1x8x4x4xf32>'}}
  %c = sched.slice %x {axis = 1 : i64, offset = 5 : i64, name = "c"} : (tensor<1x8x4x4xf32>) -> tensor<1x4x4x4xf32>
  return
}

// -----

func.func @reshape_c2(%x: tensor<1x8x4x4xf32>) {
  // expected-error @+1 {{'sched.reshape' op C2: cannot see 'tensor<1x8x4x4xf32>' as 'tensor<1x4x8x4xf32>'}}
  %s = sched.reshape %x {name = "r"} : (tensor<1x8x4x4xf32>) -> tensor<1x4x8x4xf32>
  return
}

// -----

func.func @view_overflow(%x: memref<4xf32>) {
  // expected-error @+1 {{must be static buffer with constant strides that spans 1 to 2^40 elements}}
  %s = sched.view %x {name = "v", offset = 0 : i64} : memref<4xf32> to memref<2x4294967296xf32, strided<[9223372036854775807, 4294967296]>>
  return
}
