// RUN: fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-tile-and-vectorize{target=x86-64-v3}))' | FileCheck %s --check-prefixes=CHECK,V3
// RUN: fovea-opt %s --pass-pipeline='builtin.module(func.func(sched-tile-and-vectorize{target=x86-64-v4}))' | FileCheck %s --check-prefixes=CHECK,V4

#l = #sched.layout<[0, 1, 2, 3], block = 8>
#v = #sched.layout<[0, 1, 2, 3], block = 16>
#n = #sched.layout<[0, 1, 2, 3], block = 1>

// At most six pixels by two vectors fit into 16 registers, and fourteen by two into 32; of a row of 14, three tiles of 5 waste least.
// CHECK-LABEL: @conv
// V3: schedule <[split(x, xo, xi, 5, shift_inwards), split(ob, obo, obi, 2), reorder(oi, xi, obi, xo, y, obo, n), vectorize(oi), unroll(xi), unroll(obi), never_partition(xo)]>
// V4: schedule <[split(x, xo, xi, 14, shift_inwards), split(ob, obo, obi, 2),
// CHECK: sched.stage pad(%{{.*}}) algorithm pad schedule <[compute_root(), vectorize(oi)]>
// CHECK: sched.stage conv
// CHECK-SAME: schedule <[compute_at(out, xo), store_in(stack), vectorize(oi), unroll(x), unroll(ob)]>
// CHECK-SAME: update <[reorder(oi, ob, x, ci, kx, ky, cb), vectorize(oi), unroll(x), unroll(ob), unroll(ci, 8)]>
// CHECK: sched.stage relu(%{{.*}}) algorithm elementwise {name
func.func @conv(%x: memref<1x1x14x14x8xf32>, %w: tensor<2x1x3x3x8x8xf32>, %y: memref<1x2x14x14x8xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x1x14x14x8xf32>, tensor<2x1x3x3x8x8xf32>) outs(%y : memref<1x2x14x14x8xf32>) {
  ^bb0(%a: tensor<1x8x14x14xf32, #l>, %b: tensor<2x1x3x3x8x8xf32>):
    %p = sched.stage pad(%a) algorithm pad {name = "conv.pad", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x8x14x14xf32, #l>) -> tensor<1x8x16x16xf32, #l>
    %s = sched.stage conv(%p, %b) algorithm direct {name = "conv", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x8x16x16xf32, #l>, tensor<2x1x3x3x8x8xf32>) -> tensor<1x16x14x14xf32, #l>
    %r = sched.stage relu(%s) algorithm elementwise {name = "relu"} : (tensor<1x16x14x14xf32, #l>) -> tensor<1x16x14x14xf32, #l>
    sched.yield %r : tensor<1x16x14x14xf32, #l>
  }
  return
}

// Three vectors of output channels by four pixels fit into 16 registers, by nine into 32.
// CHECK-LABEL: @three_blocks
// V3: schedule <[split(x, xo, xi, 4, shift_inwards), split(ob, obo, obi, 3)
// V4: schedule <[split(x, xo, xi, 9, shift_inwards), split(ob, obo, obi, 3)
func.func @three_blocks(%x: memref<1x1x1x36x8xf32>, %w: tensor<3x1x1x1x8x8xf32>, %y: memref<1x3x1x36x8xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x1x1x36x8xf32>, tensor<3x1x1x1x8x8xf32>) outs(%y : memref<1x3x1x36x8xf32>) {
  ^bb0(%a: tensor<1x8x1x36xf32, #l>, %b: tensor<3x1x1x1x8x8xf32>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x8x1x36xf32, #l>, tensor<3x1x1x1x8x8xf32>) -> tensor<1x24x1x36xf32, #l>
    sched.yield %s : tensor<1x24x1x36xf32, #l>
  }
  return
}

// Four vectors by six pixels, where there are 32 registers and two of twelve do not waste less.
// CHECK-LABEL: @four_blocks
// V3: schedule <[split(x, xo, xi, 6, shift_inwards), split(ob, obo, obi, 2)
// V4: schedule <[split(x, xo, xi, 6, shift_inwards), split(ob, obo, obi, 4)
func.func @four_blocks(%x: memref<1x8x1x84x8xf32>, %w: tensor<4x8x1x1x8x8xf32>, %y: memref<1x4x1x84x8xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x8x1x84x8xf32>, tensor<4x8x1x1x8x8xf32>) outs(%y : memref<1x4x1x84x8xf32>) {
  ^bb0(%a: tensor<1x64x1x84xf32, #l>, %b: tensor<4x8x1x1x8x8xf32>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x64x1x84xf32, #l>, tensor<4x8x1x1x8x8xf32>) -> tensor<1x32x1x84xf32, #l>
    sched.yield %s : tensor<1x32x1x84xf32, #l>
  }
  return
}

// Four pieces of the image by eight tiles of channels, for threads. While pieces pass, the next channels' weights come, and what the next pixels are
// added to.
// CHECK-LABEL: @residual
// V4: schedule <[split(x, xo, xi, 6, shift_inwards), split(ob, obo, obi, 4), split(xo, xoo, xo, 9, guard_with_if), reorder(oi, xi, obi, xo, xoo, y, obo, n),
// V4-SAME: never_partition(xo), fuse(xoo, y, rows), fuse(rows, obo, task), parallel(task)]>
// V4: sched.stage conv
// V4-SAME: unroll(ci, 8), prefetch(1, task, 4)]>
// V4: sched.stage add(%{{.*}}, %{{.*}}) algorithm elementwise schedule <[prefetch(1, xo)]>
func.func @residual(%x: memref<1x8x1x196x16xf32>, %w: tensor<32x8x1x1x16x16xf32>, %r: memref<1x32x1x196x16xf32>, %y: memref<1x32x1x196x16xf32>) {
  sched.kernel "conv" ins(%x, %w, %r : memref<1x8x1x196x16xf32>, tensor<32x8x1x1x16x16xf32>, memref<1x32x1x196x16xf32>) outs(%y : memref<1x32x1x196x16xf32>) {
  ^bb0(%a: tensor<1x128x1x196xf32, #v>, %b: tensor<32x8x1x1x16x16xf32>, %c: tensor<1x512x1x196xf32, #v>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x128x1x196xf32, #v>, tensor<32x8x1x1x16x16xf32>) -> tensor<1x512x1x196xf32, #v>
    %t = sched.stage add(%s, %c) algorithm elementwise {name = "add"} : (tensor<1x512x1x196xf32, #v>, tensor<1x512x1x196xf32, #v>) -> tensor<1x512x1x196xf32, #v>
    sched.yield %t : tensor<1x512x1x196xf32, #v>
  }
  return
}

// Two vectors suit five blocks, too, where the last tile computes the fourth again.
// CHECK-LABEL: @five_blocks
// CHECK: split(ob, obo, obi, 2, shift_inwards)
// CHECK: prefetch(1, obo)
func.func @five_blocks(%x: memref<1x1x1x36x8xf32>, %w: tensor<5x1x1x1x8x8xf32>, %y: memref<1x5x1x36x8xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x1x1x36x8xf32>, tensor<5x1x1x1x8x8xf32>) outs(%y : memref<1x5x1x36x8xf32>) {
  ^bb0(%a: tensor<1x8x1x36xf32, #l>, %b: tensor<5x1x1x1x8x8xf32>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x8x1x36xf32, #l>, tensor<5x1x1x1x8x8xf32>) -> tensor<1x40x1x36xf32, #l>
    sched.yield %s : tensor<1x40x1x36xf32, #l>
  }
  return
}

// Inputs of some 80 tiles stay in L2, which makes 14 chunks for 4 cores; 16 chunks of 66 give each as much to do.
// CHECK-LABEL: @chunks
// V3: schedule <[split(x, xo, xi, 6, shift_inwards), split(ob, obo, obi, 2), split(xo, xoo, xo, 66, guard_with_if)
// V3-SAME: parallel(xoo)]>
func.func @chunks(%x: memref<1x8x114x58x8xf32>, %w: tensor<8x8x3x3x8x8xf32>, %y: memref<1x8x1x6272x8xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x8x114x58x8xf32>, tensor<8x8x3x3x8x8xf32>) outs(%y : memref<1x8x1x6272x8xf32>) {
  ^bb0(%a: tensor<1x64x114x58xf32, #l>, %b: tensor<8x8x3x3x8x8xf32>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>, flat = array<i64: 56>} : (tensor<1x64x114x58xf32, #l>, tensor<8x8x3x3x8x8xf32>) -> tensor<1x64x1x6272xf32, #l>
    sched.yield %s : tensor<1x64x1x6272xf32, #l>
  }
  return
}

// A first layer: 27 products for each sum. All taps stand in one body, of fewer pixels.
// CHECK-LABEL: @few_products
// V3: schedule <[split(x, xo, xi, 6, shift_inwards), split(ob, obo, obi, 2),
// V4: schedule <[split(x, xo, xi, 8, shift_inwards), split(ob, obo, obi, 2),
// CHECK: sched.stage pad(%{{.*}}) algorithm pad schedule <[compute_at(out, xoo), vectorize(x, {{8|16}})]>
// CHECK: sched.stage conv
// CHECK-SAME: update <[reorder(oi, ob, x, ci, kx, ky, cb), vectorize(oi), unroll(x), unroll(ob), unroll(kx), unroll(ky)]>
func.func @few_products(%x: memref<1x3x112x112x1xf32>, %w: tensor<2x3x3x3x1x8xf32>, %y: memref<1x2x1x3136x8xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x3x112x112x1xf32>, tensor<2x3x3x3x1x8xf32>) outs(%y : memref<1x2x1x3136x8xf32>) {
  ^bb0(%a: tensor<1x3x112x112xf32, #n>, %b: tensor<2x3x3x3x1x8xf32>):
    %p = sched.stage pad(%a) algorithm pad {name = "conv.pad", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x3x112x112xf32, #n>) -> tensor<1x3x114x114xf32, #n>
    %s = sched.stage conv(%p, %b) algorithm direct {name = "conv", kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>, flat = array<i64: 56>} : (tensor<1x3x114x114xf32, #n>, tensor<2x3x3x3x1x8xf32>) -> tensor<1x16x1x3136xf32, #l>
    sched.yield %s : tensor<1x16x1x3136xf32, #l>
  }
  return
}

// A 1x1 convolution of an input that is larger than all weights reads each pixel once per tile: the next tile's are asked for.
// CHECK-LABEL: @pixels
// V4: sched.stage conv
// V4-SAME: unroll(ci, 8), prefetch(0, xo)]>
func.func @pixels(%x: memref<1x2x1x3136x16xf32>, %w: tensor<1x2x1x1x16x16xf32>, %y: memref<1x1x1x3136x16xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x2x1x3136x16xf32>, tensor<1x2x1x1x16x16xf32>) outs(%y : memref<1x1x1x3136x16xf32>) {
  ^bb0(%a: tensor<1x32x1x3136xf32, #v>, %b: tensor<1x2x1x1x16x16xf32>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>} : (tensor<1x32x1x3136xf32, #v>, tensor<1x2x1x1x16x16xf32>) -> tensor<1x16x1x3136xf32, #v>
    sched.yield %s : tensor<1x16x1x3136xf32, #v>
  }
  return
}

// The input is larger than the weights: threads take pieces of the image, around each of which the border is laid.
// CHECK-LABEL: @padded_pieces
// V4: schedule <[split(x, xo, xi, 14, shift_inwards), split(ob, obo, obi, 2), split(xo, xoo, xo, 2, guard_with_if), reorder(oi, xi, obi, xo, obo, xoo, y, n),
// V4-SAME: never_partition(xo), parallel(xoo)]>
// V4: sched.stage pad(%{{.*}}) algorithm pad schedule <[compute_at(out, xoo), vectorize(oi)]>
func.func @padded_pieces(%x: memref<1x4x28x28x16xf32>, %w: tensor<2x4x3x3x16x16xf32>, %y: memref<1x2x1x784x16xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x4x28x28x16xf32>, tensor<2x4x3x3x16x16xf32>) outs(%y : memref<1x2x1x784x16xf32>) {
  ^bb0(%a: tensor<1x64x28x28xf32, #v>, %b: tensor<2x4x3x3x16x16xf32>):
    %p = sched.stage pad(%a) algorithm pad {name = "conv.pad", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x64x28x28xf32, #v>) -> tensor<1x64x30x30xf32, #v>
    %s = sched.stage conv(%p, %b) algorithm direct {name = "conv", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>, flat = array<i64: 28>} : (tensor<1x64x30x30xf32, #v>, tensor<2x4x3x3x16x16xf32>) -> tensor<1x32x1x784xf32, #v>
    sched.yield %s : tensor<1x32x1x784xf32, #v>
  }
  return
}

// The weights of 128 inputs are twice what fits L1, the sums of a 7x7 image fit: they rest there between passes over blocks of inputs, while the next
// pass's weights come.
// CHECK-LABEL: @small_image
// V4: schedule <[split(ob, obo, obi, 2), reorder(oi, obi, x, y, obo, n), vectorize(oi), unroll(obi), parallel(obo)]>
// V4: schedule <[compute_at(out, obo), store_in(stack), vectorize(oi), unroll(ob)]> update <[split(x, xo, xi, 10, guard_with_if), split(cb, cbo, cbi, 1, guard_with_if),
// V4-SAME: reorder(oi, ob, xi, ci, kx, ky, cbi, xo, cbo), vectorize(oi), unroll(ob), unroll(xi), unroll(ci, 8), prefetch(1, cbo)]>
func.func @small_image(%x: memref<1x8x9x9x16xf32>, %w: tensor<2x8x3x3x16x16xf32>, %y: memref<1x2x1x49x16xf32>) {
  sched.kernel "conv" ins(%x, %w : memref<1x8x9x9x16xf32>, tensor<2x8x3x3x16x16xf32>) outs(%y : memref<1x2x1x49x16xf32>) {
  ^bb0(%a: tensor<1x128x9x9xf32, #sched.layout<[0, 1, 2, 3], block = 16>>, %b: tensor<2x8x3x3x16x16xf32>):
    %s = sched.stage conv(%a, %b) algorithm direct {name = "conv", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 1>, flat = array<i64: 7>} : (tensor<1x128x9x9xf32, #sched.layout<[0, 1, 2, 3], block = 16>>, tensor<2x8x3x3x16x16xf32>) -> tensor<1x32x1x49xf32, #sched.layout<[0, 1, 2, 3], block = 16>>
    %r = sched.stage relu(%s) algorithm elementwise {name = "relu"} : (tensor<1x32x1x49xf32, #sched.layout<[0, 1, 2, 3], block = 16>>) -> tensor<1x32x1x49xf32, #sched.layout<[0, 1, 2, 3], block = 16>>
    sched.yield %r : tensor<1x32x1x49xf32, #sched.layout<[0, 1, 2, 3], block = 16>>
  }
  return
}

// A depthwise convolution reads past the border by itself. Of a row of 14, two tiles of 7 compute no pixel twice.
// CHECK-LABEL: @depthwise
// V3: schedule <[split(x, xo, xi, 7, shift_inwards), reorder(oi, xi, xo, y, ob, n), vectorize(oi), unroll(xi)]>
// V4: schedule <[split(x, xo, xi, 14, shift_inwards)
// CHECK: sched.stage pad(%{{.*}}) algorithm pad {name
// CHECK: sched.stage conv(%{{.*}}) algorithm depthwise schedule <[compute_at(out, xo), store_in(stack), vectorize(oi), unroll(x)]>
func.func @depthwise(%x: memref<1x1x14x14x8xf32>, %w: tensor<1x3x3x8xf32>, %y: memref<1x1x14x14x8xf32>) {
  sched.kernel "dw" ins(%x, %w : memref<1x1x14x14x8xf32>, tensor<1x3x3x8xf32>) outs(%y : memref<1x1x14x14x8xf32>) {
  ^bb0(%a: tensor<1x8x14x14xf32, #l>, %b: tensor<1x3x3x8xf32>):
    %p = sched.stage pad(%a) algorithm pad {name = "dw.pad", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x8x14x14xf32, #l>) -> tensor<1x8x16x16xf32, #l>
    %s = sched.stage conv(%p, %b) algorithm depthwise {name = "dw", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 8>} : (tensor<1x8x16x16xf32, #l>, tensor<1x3x3x8xf32>) -> tensor<1x8x14x14xf32, #l>
    sched.yield %s : tensor<1x8x14x14xf32, #l>
  }
  return
}

// Where its channels lie apart, they are gathered into a padded image first, a block at a time.
// CHECK-LABEL: @depthwise_of_nchw
// CHECK: sched.stage pad(%{{.*}}) algorithm pad schedule <[compute_at(out, ob), vectorize(oi)]>
func.func @depthwise_of_nchw(%x: memref<1x8x14x14x1xf32>, %w: tensor<1x3x3x8xf32>, %y: memref<1x1x14x14x8xf32>) {
  sched.kernel "dw" ins(%x, %w : memref<1x8x14x14x1xf32>, tensor<1x3x3x8xf32>) outs(%y : memref<1x1x14x14x8xf32>) {
  ^bb0(%a: tensor<1x8x14x14xf32, #sched.layout<[0, 1, 2, 3], block = 1>>, %b: tensor<1x3x3x8xf32>):
    %p = sched.stage pad(%a) algorithm pad {name = "dw.pad", padding = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x8x14x14xf32, #sched.layout<[0, 1, 2, 3], block = 1>>) -> tensor<1x8x16x16xf32, #l>
    %s = sched.stage conv(%p, %b) algorithm depthwise {name = "dw", kernel = array<i64: 3, 3>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
           dilation = array<i64: 1, 1>, groups = array<i64: 8>} : (tensor<1x8x16x16xf32, #l>, tensor<1x3x3x8xf32>) -> tensor<1x8x14x14xf32, #l>
    sched.yield %s : tensor<1x8x14x14xf32, #l>
  }
  return
}

// A schedule written by hand is kept.
// CHECK-LABEL: @by_hand
// CHECK: schedule <[vectorize(x, 4)]>
func.func @by_hand(%x: memref<1x1x2x2x8xf32>, %y: memref<1x1x2x2x8xf32>) {
  sched.kernel "relu" ins(%x : memref<1x1x2x2x8xf32>) outs(%y : memref<1x1x2x2x8xf32>) schedule <[vectorize(x, 4)]> {
  ^bb0(%a: tensor<1x8x2x2xf32, #l>):
    %s = sched.stage relu(%a) algorithm elementwise {name = "relu"} : (tensor<1x8x2x2xf32, #l>) -> tensor<1x8x2x2xf32, #l>
    sched.yield %s : tensor<1x8x2x2xf32, #l>
  }
  return
}
