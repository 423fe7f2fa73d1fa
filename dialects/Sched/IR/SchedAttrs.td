//===- SchedAttrs.td - Attributes of the sched dialect -----*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_ATTRS
#define FOVEA_SCHED_ATTRS

include "dialects/Sched/IR/SchedDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Sched_Attr<string name, string mnemonic_> : AttrDef<Sched_Dialect, name> {
  let mnemonic = mnemonic_;
}

def Sched_LayoutAttr : Sched_Attr<"Layout", "layout"> {
  let summary = "How a tensor [N, C, H, W] lies in memory";
  let description = [{
    Channels stand in blocks of `block`: channel c is lane c % block of block c / block, the lane innermost. `permutation` orders the rest, outermost first,
    with 1 for the channel blocks: [0, 1, 2, 3] with block 1 is NCHW, [0, 2, 3, 1] with block 1 is NHWC, [0, 1, 2, 3] with block 8 is NCHW8c.
    Lanes past the last channel are zero.

    C1: block is a power of two up to 4096. C2: permutation is one of 0, 1, 2, 3.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$permutation, "int64_t":$block);
  let builders = [AttrBuilder<(ins "int64_t":$block), [{
    return $_get($_ctxt, ::llvm::ArrayRef<int64_t>({0, 1, 2, 3}), block);
  }]>];
  let assemblyFormat = "`<` `[` $permutation `]` `,` `block` `=` $block `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Extents of the memory of a tensor of this shape, outermost first as in a plan: [n, cb, y, x, ci].
    ::llvm::SmallVector<int64_t> extents(::llvm::ArrayRef<int64_t> shape) const;
    /// Strides that go with `extents`, in elements, of a tensor that stands alone.
    ::llvm::SmallVector<int64_t> strides(::llvm::ArrayRef<int64_t> shape) const;
  }];
}

def Sched_ScheduleAttr : Sched_Attr<"Schedule", "schedule"> {
  let summary = "Halide directives, in the order in which they are applied";
  let description = [{
    ```mlir
    #sched.schedule<[split(x, xo, xi, 6), reorder(oi, xi, xo), vectorize(oi), unroll(xi)]>
    ```
    Each directive is a name and its arguments, integers or names of loops and stages; KernelPlan.h lists them.

    C1: the directive is known. C2: it has the number of arguments it needs.
  }];
  // A directive is stored as its words: the kind, then the arguments.
  let parameters = (ins ArrayRefParameter<"::mlir::ArrayAttr">:$directives);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// What a stage computes, and by which algorithm
//===----------------------------------------------------------------------===//

class Sched_Enum<string name, list<string> words>
    : I32EnumAttr<name, name, !foreach(i, !range(!size(words)), I32EnumAttrCase<words[i], i>)> {
  let cppNamespace = "::fovea::sched";
  let genSpecializedAttr = 0;
}

def Sched_StageKind : Sched_Enum<"StageKind", [
    "conv", "pad", "linear", "matmul", "im2col", "max_pool", "avg_pool", "global_avg_pool", "global_max_pool",
    "relu", "relu6", "tanh", "sigmoid", "gelu", "add", "channel_affine", "spatial_shift", "softmax",
    "channel_shuffle", "copy", "depth_to_space", "resize", "extend", "to_tensor"]>;
def Sched_StageKindAttr : EnumAttr<Sched_Dialect, Sched_StageKind, "kind">;

def Sched_Algorithm : Sched_Enum<"Algorithm", [
    "direct", "depthwise", "grouped", "pad", "matvec", "matmul", "im2col", "pool", "global_pool", "elementwise",
    "shift", "softmax", "copy", "resize"]>;
def Sched_AlgorithmAttr : EnumAttr<Sched_Dialect, Sched_Algorithm, "algorithm">;

def Sched_PackingKind : Sched_Enum<"PackingKind", ["conv", "depthwise", "vector", "linear", "plain"]>;
def Sched_PackingKindAttr : EnumAttr<Sched_Dialect, Sched_PackingKind, "packing">;

#endif
