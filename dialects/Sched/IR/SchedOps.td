//===- SchedOps.td - Operations of the sched dialect -------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_OPS
#define FOVEA_SCHED_OPS

include "dialects/Sched/IR/SchedAttrs.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Sched_Tensor : ConfinedType<StaticShapeTensorOf<[AnyType]>,
    [CPred<"::fovea::sched::isShapeSupported(::llvm::cast<::mlir::ShapedType>($_self).getShape())">],
    "static tensor with 1 to 2^40 elements", "::mlir::RankedTensorType">;
/// [N, C, H, W].
def Sched_Image : ConfinedType<Sched_Tensor, [CPred<"::llvm::cast<::mlir::ShapedType>($_self).getRank() == 4">],
    "static tensor of rank 4 with 1 to 2^40 elements", "::mlir::RankedTensorType">;
def Sched_Buffer : ConfinedType<StaticShapeMemRefOf<[AnyType]>,
    [CPred<"::fovea::sched::spanOf(::llvm::cast<::mlir::MemRefType>($_self)).has_value()">],
    "static buffer with constant strides that spans 1 to 2^40 elements", "::mlir::MemRefType">;
def Sched_Value : AnyTypeOf<[Sched_Tensor, Sched_Buffer]>;

class Sched_Op<string mnemonic, list<Trait> traits = []> : Op<Sched_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Kernels and stages
//===----------------------------------------------------------------------===//

def KernelOp : Sched_Op<"kernel", [SingleBlock, IsolatedFromAbove, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Stages that become one function of machine code";
  let description = [{
    The block has one argument per input; it ends in `sched.yield` of the one result. Before bufferisation the kernel gives that result; after it, it writes to `output`. `schedule` is that of the
    output, whose loops are oi, x, y, ob, n.

    ```mlir
    %r = sched.kernel "relu" ins(%x : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    ^bb0(%a: tensor<1x8x4x4xf32>):
      %s = sched.stage relu(%a) {name = "relu"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
      sched.yield %s : tensor<1x8x4x4xf32>
    }
    ```

    C1: one block argument per input. C2: either a result or an output, not both. C3: the body holds stages only; it yields the last of them, and a stage reads each
    `pad`. C4: a tensor input has the type of its
    block argument, a buffer input the memory that the argument's layout asks for.
  }];
  let arguments = (ins StrAttr:$name, Variadic<Sched_Value>:$inputs, Optional<Sched_Buffer>:$output,
      OptionalAttr<Sched_ScheduleAttr>:$schedule);
  let results = (outs Optional<Sched_Tensor>:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $name (`ins` `(` $inputs^ `:` type($inputs) `)`)? (`outs` `(` $output^ `:` type($output) `)`)?
    (`schedule` $schedule^)? attr-dict-with-keyword (`->` type($result)^)? $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &block() { return getBody().front(); }
    YieldOp yield();
  }];
}

def YieldOp : Sched_Op<"yield", [Pure, Terminator, ReturnLike, HasParent<"KernelOp">]> {
  let summary = "The tensor a kernel computes";
  let arguments = (ins Sched_Tensor:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def StageOp : Sched_Op<"stage", [Pure, HasParent<"KernelOp">]> {
  let summary = "One step of a kernel: what is computed, by which algorithm, in which loop order";
  let description = [{
    `kind` says what is computed and which operands and integers it takes (the table in KernelPlan.h); `algorithm` is chosen by `sched-select-algorithm`; `schedule` and, for
    reductions, `update` hold directives written by `sched-tile-and-vectorize` or by hand.

    ```mlir
    %s = sched.stage conv(%x, %w) algorithm direct {name = "conv1", kernel = array<i64: 1, 1>, stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>,
                                   dilation = array<i64: 1, 1>, groups = array<i64: 1>}
       : (tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>) -> tensor<1x8x4x4xf32>
    ```

    C1: the kind has its operands, the first an image. C2: the kind has its integers: `padding`, `offset`, `channels`, `axis` and flags of 0 or more, the others of 1 or
    more, all below 2^31. C3: the algorithm, if chosen, computes the kind.
  }];
  let arguments = (ins Sched_StageKindAttr:$kind, Variadic<Sched_Tensor>:$operands_, StrAttr:$name,
      OptionalAttr<Sched_AlgorithmAttr>:$algorithm, OptionalAttr<Sched_ScheduleAttr>:$schedule,
      OptionalAttr<Sched_ScheduleAttr>:$update);
  let results = (outs Sched_Image:$result);
  let assemblyFormat = [{
    `` $kind `(` $operands_ `)` (`algorithm` `` $algorithm^)?
    (`schedule` $schedule^)? (`update` $update^)? attr-dict `:` functional-type($operands_, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// An integer list of the kind's table, such as "stride".
    ::llvm::ArrayRef<int64_t> ints(::llvm::StringRef name);
    void setInts(::llvm::StringRef name, ::llvm::ArrayRef<int64_t> values);
    ::mlir::RankedTensorType type() { return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType()); }
  }];
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

def LiteralOp : Sched_Op<"literal", [Pure]> {
  let summary = "A constant that the compiler itself made, such as a table of offsets";
  let description = "C1: the value is dense and has the result's type.";
  let arguments = (ins StrAttr:$name, ElementsAttr:$value);
  let results = (outs Sched_Tensor:$result);
  let assemblyFormat = "$name $value attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def PackOp : Sched_Op<"pack", [Pure]> {
  let summary = "A weight in the order in which its kernel reads it";
  let description = [{
    The result has the packed extents, outermost first; lanes past the end are zero.
      conv        [O, I, kh, kw] to [ob, cb, ky, kx, ci, oi]
      depthwise   [C, 1, kh, kw] to [ob, ky, kx, oi]
      vector      [C] to [ob, oi]
      linear      [O, F] to [ob, cb, y, x, ci, oi] where F is an image `input_shape` = [C, H, W]
      plain       as it is
    With `input_permutation`, the weight's input channel i is read from position input_permutation[i]: how a channel shuffle before a convolution is absorbed.
    The packing is carried out when the weights are written, one tensor at a time.

    C1: blocks are from 1 to 4096, and the source has the rank of its kind. C2: `input_shape` has as many values as a row of the source. C3:
    `input_permutation` is one of the source's input channels. C4: the result has the packed extents.
  }];
  let arguments = (ins Sched_Tensor:$source, Sched_PackingKindAttr:$kind,
      DefaultValuedAttr<I64Attr, "1">:$out_block, DefaultValuedAttr<I64Attr, "1">:$in_block,
      OptionalAttr<DenseI64ArrayAttr>:$input_shape, OptionalAttr<DenseI64ArrayAttr>:$input_permutation);
  let results = (outs Sched_Tensor:$result);
  let assemblyFormat = [{
    `` $kind $source attr-dict `:` functional-type($source, $result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Views of tensors: no data moves
//===----------------------------------------------------------------------===//

def ConcatOp : Sched_Op<"concat", [Pure]> {
  let summary = "Tensors side by side along an axis; after bufferisation, places in one buffer";
  let description = "C1: the axis is 0 to 3. C2: the operands fill the result along the axis and equal it along the others.";
  let arguments = (ins Variadic<Sched_Image>:$inputs, I64Attr:$axis, StrAttr:$name);
  let results = (outs Sched_Image:$result);
  let assemblyFormat = "$inputs attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
}

def SliceOp : Sched_Op<"slice", [Pure]> {
  let summary = "A piece of a tensor along an axis; after bufferisation, a place in its buffer";
  let description = "C1: the axis is 0 to 3. C2: the piece lies in the source along the axis and equals it along the others.";
  let arguments = (ins Sched_Image:$source, I64Attr:$axis, I64Attr:$offset, StrAttr:$name);
  let results = (outs Sched_Image:$result);
  let assemblyFormat = "$source attr-dict `:` functional-type($source, $result)";
  let hasVerifier = 1;
}

def ReshapeOp : Sched_Op<"reshape", [Pure]> {
  let summary = "The same elements in the same order of memory under another shape";
  let description = [{
    C1: as many elements. C2: as many images, each with as many channels or become a vector [N, F, 1, 1].
  }];
  let arguments = (ins Sched_Image:$source, StrAttr:$name);
  let results = (outs Sched_Image:$result);
  let assemblyFormat = "$source attr-dict `:` functional-type($source, $result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

def AllocOp : Sched_Op<"alloc", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Memory in the arena; its place and lifetime are settled in the plan";
  let arguments = (ins StrAttr:$name);
  let results = (outs Sched_Buffer:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

def ViewOp : Sched_Op<"view", [Pure]> {
  let summary = "A part of a buffer under other extents and strides";
  let description = [{
    The result's type gives extents and strides, `offset` (elements) where it begins in its parent.

    C1: the view lies inside the parent.
  }];
  let arguments = (ins Sched_Buffer:$parent, I64Attr:$offset, StrAttr:$name);
  let results = (outs Sched_Buffer:$result);
  let assemblyFormat = "$parent attr-dict `:` type($parent) `to` type($result)";
  let hasVerifier = 1;
}

#endif
