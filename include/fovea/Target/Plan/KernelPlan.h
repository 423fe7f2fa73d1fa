//===- KernelPlan.h - A compiled network as plain data ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// What stands between MLIR and Halide: kernels, the calls that run them, the buffers they touch and
// the constants they read. Plain data, no MLIR and no Halide types; prints as JSON and reads back
// equal.
//
// Coordinates. A tensor with channels in blocks of B lives in memory as [n, cb, y, x, ci],
// outermost first, with channel c = cb*B + ci. The extents are constants of a kernel, the strides
// of all but the innermost dimension are not: NCHW is B = 1, NCHWc is B > 1, and a slice of
// channels is the same with other strides. Lanes past the last channel are zero, always. A matrix
// [N, F] is an image of one pixel with F channels. Halide's dimensions run the other way: (ci, x,
// y, cb, n).
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_PLAN_KERNELPLAN_H
#define FOVEA_TARGET_PLAN_KERNELPLAN_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fovea::plan {

enum class DType { F32, F16, BF16, F64, I8, U8, I16, U16, I32, I64, Bool };
/// Device is the arena in a GPU's memory. Inputs, outputs and the arena lie in the CPU's; constants
/// lie where the kernels run.
enum class MemorySpace { Input, Output, Constant, Arena, Device };

llvm::StringRef toString(DType type);
llvm::StringRef toString(MemorySpace space);
int64_t byteWidth(DType type);

struct Quantisation {
  double scale = 1;
  int64_t zeroPoint = 0;
};

/// The calls, by index, between which a buffer's contents matter; both ends included.
struct Lifetime {
  int64_t first = 0;
  int64_t last = 0;
};

/// Memory that a call reads or writes. A root buffer has a place in its space: `offset` is in bytes
/// from the start of its arena or of the packed weights, and is 0 for inputs and outputs, which
/// `index` tells apart. A view has a `parent`; its `offset` is in bytes from the parent's start,
/// and its space is the parent's.
struct Buffer {
  std::string name;
  DType dtype = DType::F32;
  std::vector<int64_t> extents; ///< Elements, outermost first.
  std::vector<int64_t> strides; ///< Elements.
  int64_t offset = 0;
  std::optional<unsigned> parent;
  MemorySpace space = MemorySpace::Arena;
  unsigned index = 0;
  Lifetime lifetime;
  std::optional<Quantisation> quantisation;

  /// Bytes from the first element to behind the last.
  int64_t bytes() const;
};

/// One directive of a Halide schedule, with Halide's names: {"split", {"x", "xo", "xi", "6"}}.
/// Arguments are names of loops, of stages, or integers.
///   split(old, outer, inner, factor[, tail])
///     tail: round_up | guard_with_if | shift_inwards | auto
///   fuse(inner, outer, fused)
///   reorder(innermost, …)
///   vectorize(v[, factor])   unroll(v[, factor])   parallel(v)   never_partition(v)
///   compute_root()   compute_at(stage | "out", loop)
///   store_in(stack | register | heap)
///   prefetch(operand, loop[, turns])   of a stage, not of Halide: while one turn of the loop runs,
///     or `turns`, what the next one reads of the stage's n-th operand, an argument, is asked for,
///     or what each of the next `turns` reads (PrefetchNext.h); constants into L2, others into L1
///   gpu_blocks(innermost, …)   gpu_threads(innermost, …)   up to three each
struct Directive {
  std::string kind;
  std::vector<std::string> args;
};

/// Where a stage finds an operand: `index` counts the kernel's arguments or its stages from 0; a
/// stage reads only stages that stand before it.
struct Operand {
  enum class Kind { Argument, Stage } kind = Kind::Argument;
  unsigned index = 0;
};

/// One step of a kernel: becomes one Halide Func over (oi, x, y, ob, n), where c = ob*block + oi.
///
/// kind, algorithms, operands and ints (padding is top, left, bottom, right):
///   conv: direct | depthwise | grouped; x, w[, bias]; kernel[2] stride[2] padding[4] dilation[2]
///     groups[1] flat[1]: output width when shape is [N, C, 1, OH*OW], else 0
///   pad: pad; x; padding[4] stride[2]: x with a zero border; every stride-th pixel of that
///   linear: matvec; x, w[, bias]; input is any image, read in (cb, y, x, ci) order
///   matmul: matmul; columns, w[, bias]
///   im2col: im2col; x; kernel stride padding dilation
///   max_pool: pool; x; kernel stride padding dilation
///   avg_pool: pool; x; kernel stride padding count_include_pad[1]
///   global_avg_pool, global_max_pool: global_pool; x
///   relu, relu6, tanh, sigmoid, gelu: elementwise; x
///   add: elementwise; a, b
///   channel_affine: elementwise; x, scale[, shift]
///   spatial_shift: shift; x, offsets: i32 constant [C, 2] = dy, dx
///   softmax: softmax; x; axis[1]
///   channel_shuffle: copy; x; groups[1]
///   copy: copy; x: to another block
///   depth_to_space: copy; x; factor[2] offset[2] groups[1]: the part of `shape` from offset on
///   resize: resize; x, rows, columns[, row weights, column weights]: i32 constants [H, 2] and
///     [W, 2], f32 constants [H] and [W]; without weights the first row and column alone
///   extend: copy; x; padding[4] channels[2]: zeros around x and before and after its channels
///   to_tensor: copy; x, which may be u8: then divided by 255
struct Stage {
  std::string name; ///< The layer's dotted name.
  std::string kind;
  std::string algorithm;
  std::vector<Operand> operands;
  std::map<std::string, std::vector<int64_t>> ints;
  std::vector<int64_t> shape;      ///< Logical [N, C, H, W].
  int64_t block = 1;               ///< Channels in the innermost dimension; pad lanes are zero.
  std::vector<Directive> schedule; ///< Of the Func's pure definition.
  std::vector<Directive> update;   ///< Of its reduction, whose loops are ci, kx, ky, cb.
};

/// An argument of a kernel, in call order: inputs, constants, then the one output.
struct Argument {
  enum class Role { Input, Constant, Output } role = Role::Input;
  DType dtype = DType::F32;
  /// Logical shape: [N, C, H, W] for tensors. A constant has the packed extents here, and block 0.
  std::vector<int64_t> shape;
  int64_t block = 1;
  /// Bytes; what the address of every buffer passed here is a multiple of.
  int64_t alignment = 64;
  /// Elements from a pixel to the next in its row, where that is a constant: the block, if rows are
  /// dense. Code is faster for it. 0: known at run time only.
  int64_t pixelStride = 0;
};

/// One function of machine code. Two kernels that differ in nothing but names are one kernel. The
/// last stage is what the output argument holds; it is computed by a Func "out" over (oi, x, y, ob,
/// n) with `schedule`.
struct Kernel {
  std::string symbol; ///< fovea_<version>_<hash>
  std::vector<Argument> arguments;
  std::vector<Stage> stages;
  std::vector<Directive> schedule;
};

/// How the elements of a constant lie in the packed weights.
struct Packing {
  /// conv: [O, I, kh, kw] → [ob, cb, ky, kx, ci, oi]; depthwise: [C, 1, kh, kw] → [ob, ky, kx, oi];
  /// vector: [C] → [ob, oi]; linear: [O, F] → [ob, cb, y, x, ci, oi] for an input image [C, H, W];
  /// plain: as it is.
  std::string kind = "plain";
  int64_t outBlock = 1;
  int64_t inBlock = 1;
  std::vector<int64_t> inputShape; ///< linear: [C, H, W].
  /// conv: logical input channel i of the weight stands at position inputPermutation[i] of the
  /// input; empty: identity.
  std::vector<int64_t> inputPermutation;
};

/// A weight, packed. `buffer` has its place and extents.
struct Constant {
  std::string name; ///< Of the parameter or of the value computed from parameters: "conv1.weight".
  unsigned buffer = 0;
  Packing packing;
};

/// One step of a run. A copy goes from its first buffer to its second; where one of the two lies on
/// the device, their strides are equal.
struct Call {
  enum class Kind { Kernel, Copy, Host, Loop } kind = Kind::Kernel;
  unsigned kernel = 0;            ///< Index into kernels.
  std::vector<unsigned> buffers;  ///< One per argument.
  std::string name;               ///< Dotted names of its layers, joined by " + ".
  std::vector<std::string> where; ///< "lenet5.cnn:6:14", innermost first.
  int64_t macs = 0;
  /// Loop: the body repeated `count` times, argument i moving on by steps[i] bytes.
  int64_t count = 1;
  std::vector<int64_t> steps;
};

/// An input or output of the network, as its user sees it.
struct Port {
  std::string name;
  unsigned buffer = 0;
  std::vector<int64_t> shape;
};

struct Plan {
  std::string network;
  std::string triple; ///< LLVM's, of driver and run-time library; empty: this machine's.
  std::string device; ///< What runs the kernels: "opencl", "cuda"; empty: the CPU.
  std::string target; ///< Halide's target string of operating system, architecture and features,
                      ///< without Fovea's own flags.
  std::vector<std::string>
      cpuFeatures; ///< LLVM's names, checked when an instance is created: "avx2", "fma".
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<Buffer> buffers;
  std::vector<Kernel> kernels;
  std::vector<Call> calls;
  std::vector<Constant> constants;
  int64_t arenaBytes = 0;
  int64_t deviceBytes = 0; ///< Of the device's arena.
  int64_t weightBytes = 0;
  /// Scratch that one call needs per thread, the most of all kernels; known after the kernels are
  /// compiled.
  int64_t scratchBytes = 0;
};

llvm::json::Value toJSON(const Kernel &kernel);
llvm::json::Value toJSON(const Plan &plan);
/// Errors name the JSON path that is missing or of the wrong type.
llvm::Expected<Kernel> kernelFromJSON(const llvm::json::Value &value);
llvm::Expected<Plan> planFromJSON(const llvm::json::Value &value);

/// The stage that a directive of stage `producer` means by `name`: the first of that name behind
/// the producer. None for "out", the output, which a layer of that name hides only if it has loops.
std::optional<unsigned> consumerNamed(const Kernel &kernel, unsigned producer,
                                      llvm::StringRef name);

/// The kernel with its symbol empty and its stages named by kind and position, "conv0": kernels
/// with equal machine code become equal.
Kernel withoutNames(const Kernel &kernel);

} // namespace fovea::plan

#endif
