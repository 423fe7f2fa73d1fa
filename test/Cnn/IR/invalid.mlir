// RUN: fovea-opt %s --split-input-file --verify-diagnostics=only-expected
// Each constraint of each op, broken once; the function is named after its label.

func.func @conv_c1_stride(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C1: stride must lie in 1 to 2147483647, got [0, 1]}}
  %y = cnn.conv %x, %w {name = "c", stride = array<i64: 0, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c1_stride_length(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C1: stride must be 2 integers, got [1]}}
  %y = cnn.conv %x, %w {name = "c", stride = array<i64: 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c1_dilation(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C1: dilation must lie in 1 to 2147483647, got [1, 9223372036854775807]}}
  %y = cnn.conv %x, %w {name = "c", dilation = array<i64: 1, 9223372036854775807>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c2(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C2: padding must lie in 0 to 2147483647, got [0, -1, 0, 0]}}
  %y = cnn.conv %x, %w {name = "c", padding = array<i64: 0, -1, 0, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c2_length(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C2: padding must be 4 integers, got [1, 1]}}
  %y = cnn.conv %x, %w {name = "c", padding = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C3: groups 3 does not divide 4 input channels}}
  %y = cnn.conv %x, %w {name = "c", groups = 3 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c3_output(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C3: groups 4 does not divide 6 output channels}}
  %y = cnn.conv %x, %w {name = "c", groups = 4 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c3_weight(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C3: weight must have 2 input channels, got 4}}
  %y = cnn.conv %x, %w {name = "c", groups = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c3_zero(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C3: groups must be positive, got 0}}
  %y = cnn.conv %x, %w {name = "c", groups = 0 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c4(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C4: a window of 9 rows does not fit in the padded input's 8}}
  %y = cnn.conv %x, %w {name = "c", dilation = array<i64: 4, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c4_columns(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op C4: a window of 9 columns does not fit in the padded input's 8}}
  %y = cnn.conv %x, %w {name = "c", padding = array<i64: 1, 0, 0, 0>, dilation = array<i64: 4, 4>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_c5(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.conv' op C5: bias must be [6], got [4]}}
  %y = cnn.conv %x, %w, %b {name = "c"} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv_type(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv' op inferred type(s) 'tensor<1x6x6x6xf32>' are incompatible with return type(s) of operation 'tensor<1x6x8x8xf32>'}}
  %y = cnn.conv %x, %w {name = "c"} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x8x8xf32>
  return
}

// -----

func.func @linear_c1(%x: tensor<1x8xf32>, %w: tensor<4x7xf32>) {
  // expected-error @+1 {{'cnn.linear' op C1: weight must have 8 input features, got 7}}
  %y = cnn.linear %x, %w {name = "f"} : (tensor<1x8xf32>, tensor<4x7xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<1x8xf32>, %w: tensor<4x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{'cnn.linear' op C2: bias must be [4], got [8]}}
  %y = cnn.linear %x, %w, %b {name = "f"} : (tensor<1x8xf32>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @im2col_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.im2col' op C1: kernel must lie in 1 to 2147483647, got [3, 0]}}
  %y = cnn.im2col %x {name = "n", kernel = array<i64: 3, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x36x36xf32>
  return
}

// -----

func.func @im2col_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.im2col' op C2: padding must lie in 0 to 2147483647, got [-1, 0, 0, 0]}}
  %y = cnn.im2col %x {name = "n", kernel = array<i64: 3, 3>, padding = array<i64: -1, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x36x36xf32>
  return
}

// -----

func.func @im2col_c4(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.im2col' op C4: a window of 9 rows does not fit in the padded input's 8}}
  %y = cnn.im2col %x {name = "n", kernel = array<i64: 9, 3>} : (tensor<1x4x8x8xf32>) -> tensor<1x36x36xf32>
  return
}

// -----

func.func @matmul_c1(%c: tensor<1x35x36xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf32>) {
  // expected-error @+1 {{'cnn.matmul' op C1: columns must have as many rows as weight [6, 4, 3, 3] has values per output channel, got 35}}
  %y = cnn.matmul %c, %w, %b {name = "m", output_size = array<i64: 6, 6>} : (tensor<1x35x36xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @matmul_c2(%c: tensor<1x36x36xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf32>) {
  // expected-error @+1 {{'cnn.matmul' op C2: output_size [6, 5] does not have 36 pixels}}
  %y = cnn.matmul %c, %w, %b {name = "m", output_size = array<i64: 6, 5>} : (tensor<1x36x36xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @matmul_c2_length(%c: tensor<1x36x36xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf32>) {
  // expected-error @+1 {{'cnn.matmul' op C2: output_size must be 2 integers, got [36]}}
  %y = cnn.matmul %c, %w, %b {name = "m", output_size = array<i64: 36>} : (tensor<1x36x36xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @matmul_c3(%c: tensor<1x36x36xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.matmul' op C3: bias must be [6], got [4]}}
  %y = cnn.matmul %c, %w, %b {name = "m", output_size = array<i64: 6, 6>} : (tensor<1x36x36xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @batch_norm_c1(%x: tensor<1x4x8x8xf32>, %v: tensor<4xf32>, %u: tensor<5xf32>) {
  // expected-error @+1 {{'cnn.batch_norm' op C1: var must be [4], got [5]}}
  %y = cnn.batch_norm %x, %v, %v, %v, %u {name = "bn"} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @batch_norm_c2(%x: tensor<1x4x8x8xf32>, %v: tensor<4xf32>, %u: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.batch_norm' op C2: eps must be positive, got 0}}
  %y = cnn.batch_norm %x, %v, %v, %v, %u {name = "bn", eps = 0.0} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @batch_norm_c2_nan(%x: tensor<1x4x8x8xf32>, %v: tensor<4xf32>, %u: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.batch_norm' op C2: eps must be positive, got nan}}
  %y = cnn.batch_norm %x, %v, %v, %v, %u {name = "bn", eps = 0x7FF8000000000000 : f64} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @batch_norm_rank(%v: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.batch_norm' op input must be [N, C, ...], got [4]}}
  %y = cnn.batch_norm %v, %v, %v, %v, %v {name = "bn"} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @batch_norm_affine_c1(%v: tensor<4xf32>, %u: tensor<5xf32>) {
  // expected-error @+1 {{'cnn.batch_norm_affine' op C1: var must be [4], got [5]}}
  %s, %t = cnn.batch_norm_affine %v, %v, %v, %u {name = "bn"} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @batch_norm_affine_c2(%v: tensor<4xf32>, %u: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.batch_norm_affine' op C2: eps must be positive, got -1}}
  %s, %t = cnn.batch_norm_affine %v, %v, %v, %u {name = "bn", eps = -1.0} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return
}

// -----

func.func @channel_affine_c1(%x: tensor<1x4x8x8xf32>, %s: tensor<4xf32>, %t: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.channel_affine' op C1: axis 4 is no dimension of [1, 4, 8, 8]}}
  %y = cnn.channel_affine %x, %s, %t {name = "a", axis = 4 : i64} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @channel_affine_c1_negative(%x: tensor<1x4x8x8xf32>, %s: tensor<4xf32>, %t: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.channel_affine' op C1: axis -1 is no dimension of [1, 4, 8, 8]}}
  %y = cnn.channel_affine %x, %s, %t {name = "a", axis = -1 : i64} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @channel_affine_c2(%x: tensor<1x4x8x8xf32>, %s: tensor<4xf32>, %t: tensor<8xf32>) {
  // expected-error @+1 {{'cnn.channel_affine' op C2: scale must be [8], got [4]}}
  %y = cnn.channel_affine %x, %s, %t {name = "a", axis = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @channel_affine_c2_shift(%x: tensor<1x4x8x8xf32>, %s: tensor<4xf32>, %t: tensor<8xf32>) {
  // expected-error @+1 {{'cnn.channel_affine' op C2: shift must be [4], got [8]}}
  %y = cnn.channel_affine %x, %s, %t {name = "a", axis = 1 : i64} : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @add_c1(%a: tensor<1x4xf32>, %b: tensor<1x5xf32>) {
  // expected-error @+1 {{'cnn.add' op C1: cannot add [1, 4] and [1, 5]}}
  %y = cnn.add %a, %b {name = "s"} : (tensor<1x4xf32>, tensor<1x5xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @softmax_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.softmax' op C1: axis 7 is no dimension of [1, 4, 8, 8]}}
  %y = cnn.softmax %x {name = "n", axis = 7 : i64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @max_pool_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.max_pool' op C1: kernel must be 2 integers, got [3]}}
  %y = cnn.max_pool %x {name = "n", kernel = array<i64: 3>, stride = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @max_pool_c1_stride(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.max_pool' op C1: stride must lie in 1 to 2147483647, got [0, 2]}}
  %y = cnn.max_pool %x {name = "n", kernel = array<i64: 3, 3>, stride = array<i64: 0, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @max_pool_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.max_pool' op C2: padding [2, 0, 0, 0] is more than half of the kernel [3, 3]}}
  %y = cnn.max_pool %x {name = "n", kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 2, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @max_pool_c2_length(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.max_pool' op C2: padding must be 4 integers, got []}}
  %y = cnn.max_pool %x {name = "n", kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @max_pool_c3(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.max_pool' op C3: a window of 9 columns does not fit in the padded input's 8}}
  %y = cnn.max_pool %x {name = "n", kernel = array<i64: 3, 9>, stride = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @avg_pool_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.avg_pool' op C1: kernel must be 2 integers, got [3]}}
  %y = cnn.avg_pool %x {name = "n", kernel = array<i64: 3>, stride = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @avg_pool_c1_stride(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.avg_pool' op C1: stride must lie in 1 to 2147483647, got [0, 2]}}
  %y = cnn.avg_pool %x {name = "n", kernel = array<i64: 3, 3>, stride = array<i64: 0, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @avg_pool_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.avg_pool' op C2: padding [2, 0, 0, 0] is more than half of the kernel [3, 3]}}
  %y = cnn.avg_pool %x {name = "n", kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 2, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @avg_pool_c2_length(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.avg_pool' op C2: padding must be 4 integers, got []}}
  %y = cnn.avg_pool %x {name = "n", kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @avg_pool_c3(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.avg_pool' op C3: a window of 9 columns does not fit in the padded input's 8}}
  %y = cnn.avg_pool %x {name = "n", kernel = array<i64: 3, 9>, stride = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @max_pool_c1_dilation(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.max_pool' op C1: dilation must lie in 1 to 2147483647, got [0, 1]}}
  %y = cnn.max_pool %x {name = "n", kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, dilation = array<i64: 0, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @concat_c1() {
  // expected-error @+1 {{'cnn.concat' op C1: at least one operand is needed}}
  %y = "cnn.concat"() {name = "c"} : () -> tensor<1xf32>
  return
}

// -----

func.func @concat_c2(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.concat' op C2: axis 2 is no dimension of [1, 4]}}
  %y = cnn.concat %a, %b {name = "c", axis = 2 : i64} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @concat_c3(%a: tensor<1x4xf32>, %b: tensor<2x4xf32>) {
  // expected-error @+1 {{'cnn.concat' op C3: cannot join [1, 4] and [2, 4] along dimension 1}}
  %y = cnn.concat %a, %b {name = "c"} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @concat_c3_rank(%a: tensor<1x4xf32>, %b: tensor<1x4x1xf32>) {
  // expected-error @+1 {{'cnn.concat' op C3: cannot join [1, 4] and [1, 4, 1] along dimension 1}}
  %y = cnn.concat %a, %b {name = "c"} : (tensor<1x4xf32>, tensor<1x4x1xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @split_c1(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.split' op C1: axis 2 is no dimension of [1, 4]}}
  %y, %z = cnn.split %x {name = "s", sizes = array<i64: 2, 2>, axis = 2 : i64} : (tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>)
  return
}

// -----

func.func @split_c2(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.split' op C2: the sizes [2, 3] do not add up to 4}}
  %y, %z = cnn.split %x {name = "s", sizes = array<i64: 2, 3>} : (tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>)
  return
}

// -----

func.func @split_c2_short(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.split' op C2: the sizes [1, 2] do not add up to 4}}
  %y, %z = cnn.split %x {name = "s", sizes = array<i64: 1, 2>} : (tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>)
  return
}

// -----

func.func @split_c2_empty(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.split' op C2: the sizes [] do not add up to 4}}
  %y, %z = cnn.split %x {name = "s", sizes = array<i64>} : (tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>)
  return
}

// -----

func.func @split_c2_negative(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.split' op C2: the sizes [5, -1] must be positive}}
  %y, %z = cnn.split %x {name = "s", sizes = array<i64: 5, -1>} : (tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>)
  return
}

// -----

func.func @channel_shuffle_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.channel_shuffle' op C1: groups 3 does not divide 4 channels}}
  %y = cnn.channel_shuffle %x {name = "n", groups = 3 : i64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @channel_shuffle_c1_zero(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.channel_shuffle' op C1: groups 0 does not divide 4 channels}}
  %y = cnn.channel_shuffle %x {name = "n", groups = 0 : i64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @spatial_shift_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.spatial_shift' op C1: 4 channels need 8 offsets, got 3}}
  %y = cnn.spatial_shift %x {name = "n", offsets = array<i64: 1, 0, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @spatial_shift_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.spatial_shift' op C2: offsets must lie in -2147483647 to 2147483647}}
  %y = cnn.spatial_shift %x {name = "n", offsets = array<i64: 1, 0, 1, 0, 0, 0, 0, -9223372036854775808>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @flatten_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.flatten' op C1: start_dim 4 is no dimension of [1, 4, 8, 8]}}
  %y = cnn.flatten %x {name = "n", start_dim = 4 : i64} : (tensor<1x4x8x8xf32>) -> tensor<1x256xf32>
  return
}

// -----

func.func @image_rank(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.global_avg_pool' op operand #0 must be static tensor of rank 4, but got 'tensor<1x4xf32>'}}
  %y = cnn.global_avg_pool %x {name = "n"} : (tensor<1x4xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @static_shape(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'cnn.relu' op operand #0 must be static tensor with 1 to 2^40 elements of a type of the cnn dialect, but got 'tensor<?x4xf32>'}}
  %y = cnn.relu %x {name = "n"} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @empty_shape(%x: tensor<1x0xf32>) {
  // expected-error @+1 {{'cnn.relu' op operand #0 must be static tensor with 1 to 2^40 elements of a type of the cnn dialect, but got 'tensor<1x0xf32>'}}
  %y = cnn.relu %x {name = "n"} : (tensor<1x0xf32>) -> tensor<1x0xf32>
  return
}

// -----

func.func @huge_shape(%x: tensor<9223372036854775807x9223372036854775807xf32>) {
  // expected-error @+1 {{'cnn.relu' op operand #0 must be static tensor with 1 to 2^40 elements of a type of the cnn dialect, but got 'tensor<9223372036854775807x9223372036854775807xf32>'}}
  %y = cnn.relu %x {name = "n"} : (tensor<9223372036854775807x9223372036854775807xf32>) -> tensor<9223372036854775807x9223372036854775807xf32>
  return
}

// -----

func.func @huge_result(%x: tensor<1048576x1x1x2xf32>, %w: tensor<1048576x1x1x1xf32>) {
  // expected-error @+1 {{'cnn.conv' op the result [1048576, 1048576, 1, 2] must have 1 to 2^40 elements}}
  %y = cnn.conv %x, %w {name = "c"} : (tensor<1048576x1x1x2xf32>, tensor<1048576x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return
}

// -----

func.func @huge_columns(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'cnn.im2col' op the result [1, 4, 2147483647, 2147483647, 2147483656, 2147483656] must have 1 to 2^40 elements}}
  %y = cnn.im2col %x {name = "n", kernel = array<i64: 2147483647, 2147483647>, padding = array<i64: 2147483647, 2147483647, 2147483647, 2147483647>} : (tensor<1x4x8x8xf32>) -> tensor<1x36x36xf32>
  return
}

// -----

func.func @element_types(%a: tensor<1x4xf32>, %b: tensor<1x4xf16>) {
  // expected-error @+1 {{'cnn.add' op expected one element type, got 'f32' and }}
  %y = cnn.add %a, %b {name = "s"} : (tensor<1x4xf32>, tensor<1x4xf16>) -> tensor<1x4xf32>
  return
}

// -----

func.func @name_empty(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.relu' op attribute 'name' failed to satisfy constraint: string attribute that is not empty}}
  %y = cnn.relu %x {name = ""} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @name_missing(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.relu' op requires attribute 'name'}}
  %y = cnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @load_param_c1() {
  // expected-error @+1 {{'cnn.load_param' op C1: no cnn.param is called @missing}}
  %w = cnn.load_param @missing : tensor<4xf32>
  return
}

// -----

// expected-note @+1 {{this has the name}}
func.func private @load_param_c1_kind()
func.func @load_param_c1_other() {
  // expected-error @+1 {{'cnn.load_param' op C1: no cnn.param is called @load_param_c1_kind}}
  %w = cnn.load_param @load_param_c1_kind : tensor<4xf32>
  return
}

// -----

// expected-note @+1 {{the parameter is declared here}}
cnn.param @"fc.weight" : tensor<10x84xf32>
func.func @load_param_c1_type() {
  // expected-error @+1 {{'cnn.load_param' op C1: expected the parameter's type 'tensor<10x84xf32>', got 'tensor<84x10xf32>'}}
  %w = cnn.load_param @"fc.weight" : tensor<84x10xf32>
  return
}

// -----

// expected-error @+1 {{'cnn.param' op C1: the value's type 'tensor<2xf32>' differs from the parameter's type 'tensor<3xf32>'}}
cnn.param @param_c1 = dense<1.0> : tensor<2xf32> : tensor<3xf32>

// -----

// expected-note @+1 {{see existing symbol definition here}}
cnn.param @twice : tensor<2xf32>
// expected-error @+1 {{redefinition of symbol named 'twice'}}
cnn.param @twice : tensor<2xf32>

// -----

func.func @fused_c1(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.fused' op C1: the block's arguments have other types than the inputs}}
  %r = cnn.fused %x {name = "f"} : (tensor<1x4xf32>) -> tensor<1x5xf32> {
  ^bb0(%a: tensor<1x5xf32>):
    cnn.yield %a : tensor<1x5xf32>
  }
  return
}

// -----

func.func @fused_c2(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.fused' op C2: the values of cnn.yield have other types than the results}}
  %r = cnn.fused %x {name = "f"} : (tensor<1x4xf32>) -> tensor<1x5xf32> {
  ^bb0(%a: tensor<1x4xf32>):
    cnn.yield %a : tensor<1x4xf32>
  }
  return
}

// -----

func.func private @callee()
func.func @fused_c3(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.fused' op C3: the body may not hold 'func.call'}}
  %r = cnn.fused %x {name = "f"} : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%a: tensor<1x4xf32>):
    // expected-note @+1 {{it is here}}
    func.call @callee() : () -> ()
    cnn.yield %a : tensor<1x4xf32>
  }
  return
}

// -----

func.func @fused_c3_nested(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'cnn.fused' op C3: the body may not hold 'cnn.fused'}}
  %r = cnn.fused %x {name = "f"} : (tensor<1x4xf32>) -> tensor<1x4xf32> {
  ^bb0(%a: tensor<1x4xf32>):
    // expected-note @+1 {{it is here}}
    %s = cnn.fused %a {name = "g"} : (tensor<1x4xf32>) -> tensor<1x4xf32> {
    ^bb0(%b: tensor<1x4xf32>):
      cnn.yield %b : tensor<1x4xf32>
    }
    cnn.yield %s : tensor<1x4xf32>
  }
  return
}

// -----

func.func @fused_isolated(%x: tensor<1x4xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %r = cnn.fused {name = "f"} : () -> tensor<1x4xf32> {
    // expected-error @+1 {{'cnn.yield' op using value defined outside the region}}
    cnn.yield %x : tensor<1x4xf32>
  }
  return
}

// -----

func.func @conv_transpose_c1(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C1: stride must lie in 1 to 2147483647, got [0, 1]}}
  %y = cnn.conv_transpose %x, %w {name = "t", stride = array<i64: 0, 1>} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_c1_dilation(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C1: dilation must be 2 integers, got [1]}}
  %y = cnn.conv_transpose %x, %w {name = "t", dilation = array<i64: 1>} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_c2(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C2: padding must lie in 0 to 2147483647, got [0, -1, 0, 0]}}
  %y = cnn.conv_transpose %x, %w {name = "t", padding = array<i64: 0, -1, 0, 0>} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_c3(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C3: groups 3 does not divide 4 input channels}}
  %y = cnn.conv_transpose %x, %w {name = "t", groups = 3 : i64} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_c3_weight(%x: tensor<1x4x5x5xf32>, %w: tensor<5x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C3: weight must have 4 input channels, got 5}}
  %y = cnn.conv_transpose %x, %w {name = "t"} : (tensor<1x4x5x5xf32>, tensor<5x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_c4(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C4: output_padding [2, 0] must be less than the stride or the dilation}}
  %y = cnn.conv_transpose %x, %w {name = "t", stride = array<i64: 2, 2>, output_padding = array<i64: 2, 0>} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_c5(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C5: nothing is left of the result: [1, 3, 0, 7]}}
  %y = cnn.conv_transpose %x, %w {name = "t", padding = array<i64: 4, 0, 3, 0>} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_c6(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op C6: bias must be [6], got [3]}}
  %y = cnn.conv_transpose %x, %w, %b {name = "t", groups = 2 : i64} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>, tensor<3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @conv_transpose_shape(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{'cnn.conv_transpose' op inferred type(s) 'tensor<1x3x7x7xf32>' are incompatible with return type(s) of operation 'tensor<1x6x7x7xf32>'}}
  %y = cnn.conv_transpose %x, %w {name = "t"} : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x7x7xf32>
  return
}

// -----

func.func @sub_pixel_weight_c1(%w: tensor<4x3x2x2xf32>) {
  // expected-error @+1 {{'cnn.sub_pixel_weight' op C1: stride must lie in 1 to 2147483647, got [2, 0]}}
  %y = cnn.sub_pixel_weight %w {name = "w", stride = array<i64: 2, 0>} : (tensor<4x3x2x2xf32>) -> tensor<4x3x2x2xf32>
  return
}

// -----

func.func @sub_pixel_weight_c2(%w: tensor<4x3x2x2xf32>) {
  // expected-error @+1 {{'cnn.sub_pixel_weight' op C2: groups 3 does not divide 4 rows}}
  %y = cnn.sub_pixel_weight %w {name = "w", groups = 3 : i64} : (tensor<4x3x2x2xf32>) -> tensor<4x3x2x2xf32>
  return
}

// -----

func.func @sub_pixel_bias_c1(%b: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.sub_pixel_bias' op C1: stride must be 2 integers, got [2]}}
  %y = cnn.sub_pixel_bias %b {name = "b", stride = array<i64: 2>} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @sub_pixel_bias_c2(%b: tensor<4xf32>) {
  // expected-error @+1 {{'cnn.sub_pixel_bias' op C2: groups 0 does not divide 4 channels}}
  %y = cnn.sub_pixel_bias %b {name = "b", groups = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @depth_to_space_c1(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.depth_to_space' op C1: factor must lie in 1 to 2147483647, got [2, 0]}}
  %y = cnn.depth_to_space %x {name = "d", factor = array<i64: 2, 0>, offset = array<i64: 0, 0>, size = array<i64: 6, 6>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @depth_to_space_c2(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.depth_to_space' op C2: groups 3 times factor [2, 2] does not divide 8 channels}}
  %y = cnn.depth_to_space %x {name = "d", factor = array<i64: 2, 2>, offset = array<i64: 0, 0>, size = array<i64: 6, 6>, groups = 3 : i64} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @depth_to_space_c3(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.depth_to_space' op C3: a rectangle of [6, 6] at [1, 0] does not lie in an image of [6, 6]}}
  %y = cnn.depth_to_space %x {name = "d", factor = array<i64: 2, 2>, offset = array<i64: 1, 0>, size = array<i64: 6, 6>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @dropout_c1(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.dropout' op C1: p must be from 0 to 1, got 1.5}}
  %y = cnn.dropout %x {name = "d", p = 1.5} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @resize_c1(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.resize' op C1: size must lie in 1 to 2147483647, got [0, 3]}}
  %y = cnn.resize %x {name = "r", size = array<i64: 0, 3>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @resize_c2(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.resize' op C2: mode must be bilinear or nearest, got 'cubic'}}
  %y = cnn.resize %x {name = "r", size = array<i64: 3, 3>, mode = "cubic"} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @resize_c3(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.resize' op C3: align_corners is for bilinear only}}
  %y = cnn.resize %x {name = "r", size = array<i64: 3, 3>, mode = "nearest", align_corners = true} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @crop_c1(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.crop' op C1: offset must lie in 0 to 2147483647, got [-1, 0]}}
  %y = cnn.crop %x {name = "c", offset = array<i64: -1, 0>, size = array<i64: 3, 3>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @crop_c1_size(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.crop' op C1: size must lie in 1 to 2147483647, got [3, 0]}}
  %y = cnn.crop %x {name = "c", offset = array<i64: 0, 0>, size = array<i64: 3, 0>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @crop_c2(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.crop' op C2: a rectangle of [3, 3] at [0, 1] does not lie in an image of [3, 3]}}
  %y = cnn.crop %x {name = "c", offset = array<i64: 0, 1>, size = array<i64: 3, 3>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @pad_c1(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.pad' op C1: padding must be 4 integers, got [0, 0, 0]}}
  %y = cnn.pad %x {name = "p", padding = array<i64: 0, 0, 0>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @pad_c2(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.pad' op C2: channels must lie in 0 to 2147483647, got [0, -2]}}
  %y = cnn.pad %x {name = "p", channels = array<i64: 0, -2>} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @to_tensor_c1(%x: tensor<1x8x3x3xf32>) {
  // expected-error @+1 {{'cnn.to_tensor' op C1: layout must be nchw or nhwc, got 'nwhc'}}
  %y = cnn.to_tensor %x {name = "t", layout = "nwhc"} : (tensor<1x8x3x3xf32>) -> tensor<1x8x3x3xf32>
  return
}

// -----

func.func @to_tensor_c2(%x: tensor<1x8x3x3xi8>) {
  // expected-error @+1 {{'cnn.to_tensor' op C2: expected elements ui8 or f32 in and f32 out, got 'i8' and 'f32'}}
  %y = cnn.to_tensor %x {name = "t"} : (tensor<1x8x3x3xi8>) -> tensor<1x8x3x3xf32>
  return
}

// -----

// expected-error @+1 {{expected ':'}}
cnn.param @"param_parse"

// -----

func.func @input_affine_c1(%w: tensor<4x3x1x1xf32>, %s: tensor<9xf32>) {
  // expected-error @+1 {{'cnn.input_affine' op C1: groups 3 does not divide the 4 rows of the weight}}
  %0, %1 = cnn.input_affine %w, %s {name = "a", groups = 3 : i64} : (tensor<4x3x1x1xf32>, tensor<9xf32>) -> (tensor<4x3x1x1xf32>, tensor<4xf32>)
  return
}

// -----

func.func @input_affine_c2(%w: tensor<4x3x1x1xf32>, %s: tensor<6xf32>, %t: tensor<3xf32>) {
  // expected-error @+1 {{'cnn.input_affine' op C2: shift must be [6], got [3]}}
  %0, %1 = cnn.input_affine %w, %s shift %t {name = "a", groups = 2 : i64} : (tensor<4x3x1x1xf32>, tensor<6xf32>, tensor<3xf32>) -> (tensor<4x3x1x1xf32>, tensor<4xf32>)
  return
}

// -----

func.func @input_affine_c3(%w: tensor<4x3xf32>, %s: tensor<3xf32>) {
  // expected-error @+1 {{'cnn.input_affine' op C3: bias must be [4], got [3]}}
  %0, %1 = cnn.input_affine %w, %s bias %s {name = "a"} : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3xf32>, tensor<4xf32>)
  return
}
