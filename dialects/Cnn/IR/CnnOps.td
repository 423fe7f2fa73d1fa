//===- CnnOps.td - Operations of the cnn dialect -----------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_OPS
#define FOVEA_CNN_OPS

include "dialects/Cnn/IR/CnnAttrs.td"
include "mlir/Dialect/Quant/IR/QuantBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types and bases
//===----------------------------------------------------------------------===//

def Cnn_Element : AnyTypeOf<[F32, F16, BF16, F64, I1, AnyI8, AnyI32, AnyI64, quant_QuantizedType],
                            "an element type of the cnn dialect">;
def Cnn_Tensor : ConfinedType<StaticShapeTensorOf<[Cnn_Element]>,
    [CPred<"::fovea::cnn::isShapeSupported(::llvm::cast<::mlir::ShapedType>($_self).getShape())">],
    "static tensor with 1 to 2^40 elements of a type of the cnn dialect", "::mlir::RankedTensorType">;
class Cnn_RankedTensor<int rank> : ConfinedType<Cnn_Tensor,
    [CPred<"::llvm::cast<::mlir::ShapedType>($_self).getRank() == " # rank>],
    "static tensor of rank " # rank, "::mlir::RankedTensorType">;
def Cnn_Image : Cnn_RankedTensor<4>;
def Cnn_Vector : Cnn_RankedTensor<1>;
def Cnn_Matrix : Cnn_RankedTensor<2>;

def Cnn_NonEmpty : AttrConstraint<CPred<"!::llvm::cast<::mlir::StringAttr>($_self).empty()">,
                                  "that is not empty">;
/// The dotted path of a layer.
def Cnn_Name : ConfinedAttr<StrAttr, [Cnn_NonEmpty]>;

class Cnn_Op<string mnemonic, list<Trait> traits = []> : Op<Cnn_Dialect, mnemonic, traits>;

/// One element type, or integers and quantised types that each have their own scale.
def Cnn_ElementTypesAgree : NativeOpTrait<"ElementTypesAgree"> {
  let cppNamespace = "::fovea::cnn";
}

/// A layer: pure, named, its result's shape inferred by the one shape function of CnnShapes.h. Where nothing else is said, the result has
/// the element type of the first operand.
class Cnn_LayerOp<string mnemonic, list<Trait> traits = []>
    : Cnn_Op<mnemonic, !listconcat([Pure, InferTypeOpAdaptorWithIsCompatible, Cnn_ElementTypesAgree], traits)> {
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange given) {
      return ::fovea::cnn::haveSameShapes(inferred, given);
    }
  }];
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

def ParamOp : Cnn_Op<"param", [DeclareOpInterfaceMethods<Symbol, ["getVisibility"]>]> {
  let summary = "A named weight of the network";
  let description = [{
    The symbol is the weight's name in a checkpoint. `value` may be missing: passes that need no
    values work without. `hash` is the first 8 hex digits of the 64-bit XXH3 of the values (little-endian, row-major); a
    dump prints the hash in place of the value, and resuming from the dump checks it.

    ```mlir
    cnn.param @"fc.weight" : tensor<10x84xf32>
    cnn.param @"edge.weight" = dense<[[[[-1.0, 0.0, 1.0]]]]> : tensor<1x1x1x3xf32>
    cnn.param @"conv1.weight" hash "0a1b2c3d" : tensor<6x1x5x5xf32>
    ```

    C1: the value, if present, has the parameter's type.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Cnn_Tensor>:$type,
                       OptionalAttr<ElementsAttr>:$value, OptionalAttr<StrAttr>:$hash);
  let assemblyFormat = "$sym_name (`hash` $hash^)? attr-dict custom<ParamValue>($value, $type)";
  let hasVerifier = 1;
}

def LoadParamOp : Cnn_Op<"load_param", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The value of a parameter";
  let description = [{
    ```mlir
    %w = cnn.load_param @"fc.weight" : tensor<10x84xf32>
    ```

    C1: the symbol names a `cnn.param` of the result's type.
  }];
  let arguments = (ins FlatSymbolRefAttr:$param);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = "$param attr-dict `:` type($result)";
}

//===----------------------------------------------------------------------===//
// Convolution and matrix product
//===----------------------------------------------------------------------===//

def ConvOp : Cnn_LayerOp<"conv"> {
  let summary = "Two-dimensional cross-correlation, as PyTorch's Conv2d";
  let description = [{
    `out[n,o,y,x] = bias[o] + sum(i,ky,kx) weight[o,i,ky,kx] *
    input[n, g*I + i, y*stride[0] - padding[0] + ky*dilation[0], x*stride[1] - padding[1] + kx*dilation[1]]`
    with zeros outside; `g = o / (O / groups)`, I = input channels / groups. Weight is [O, I, kh, kw]. `padding` is top, left,
    bottom, right.

    ```mlir
    %y = cnn.conv %x, %w, %b {name = "conv1", padding = array<i64: 1, 1, 1, 1>}
       : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```

    C1: stride and dilation are two positive integers. C2: padding is four integers >= 0. C3: groups
    divides input and output channels and weight has input channels / groups. C4: the dilated kernel fits in the padded
    input. C5: bias, if present, is [O].
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Image:$weight, Optional<Cnn_Vector>:$bias, Cnn_Name:$name,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
      DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilation,
      DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasCanonicalizer = 1;
}

def ConvTransposeOp : Cnn_LayerOp<"conv_transpose"> {
  let summary = "Transposed convolution, as PyTorch's ConvTranspose2d";
  let description = [{
    Every input pixel adds its multiples of the kernel to the result: `input[n,i,y,x] * weight[i,o,ky,kx]` goes to
    `out[n, g*O + o, y*stride[0] - padding[0] + ky*dilation[0], x*stride[1] - padding[1] + kx*dilation[1]]`, where that lies in the result, which
    starts as the bias. `g = i / (I / groups)`, I = input channels, O = output channels / groups.

    Weight is [I, O, kh, kw]: input channels first, output channels of one group second, so that output channel `g*O + o` is column o of
    the rows of group g. `padding` is top, left, bottom, right and is cut off the result; `output_padding` adds rows at the bottom and columns at the right.
    The result has `(H - 1)*stride - padding + dilation*(kh - 1) + 1 + output_padding` rows.

    ```mlir
    %y = cnn.conv_transpose %x, %w, %b {name = "up1", stride = array<i64: 2, 2>}
       : (tensor<1x8x4x4xf32>, tensor<8x3x2x2xf32>, tensor<3xf32>) -> tensor<1x3x8x8xf32>
    ```

    C1: stride, dilation and the kernel are two positive integers. C2: padding is four integers >= 0. C3: groups divides the input channels and
    weight has as many rows as there are input channels. C4: output_padding is two integers >= 0, each less than stride or dilation. C5: something is
    left of the result when padding is cut off. C6: bias, if present, is [groups * O].
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Image:$weight, Optional<Cnn_Vector>:$bias, Cnn_Name:$name,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
      DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
      DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0}">:$output_padding,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilation,
      DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def SubPixelWeightOp : Cnn_LayerOp<"sub_pixel_weight"> {
  let summary = "A transposed convolution's weight as that of the convolution which computes its sub-pixels";
  let description = [{
    A transposed convolution with stride s is a convolution with stride 1 to s[0]*s[1] times the channels, whose results
    `cnn.depth_to_space` interleaves (Shi et al. 2016). Its weight: [I, O, kh, kw] becomes [groups*s[0]*s[1]*O, I/groups, th, tw] with
    `th = dilation[0]*(kh - 1) / s[0] + 1`; row `((g*s[0] + ry)*s[1] + rx)*O + o` has at `(th - 1 - ty, tw - 1 - tx)` the tap (ky, kx) with `ky*dilation[0] = ry + s[0]*ty`
    and `kx*dilation[1] = rx + s[1]*tx`, or zero where there is none.

    ```mlir
    %s = cnn.sub_pixel_weight %w {name = "up1.weight", stride = array<i64: 2, 2>} : (tensor<8x3x2x2xf32>) -> tensor<12x8x1x1xf32>
    ```

    C1: stride and dilation are two positive integers. C2: groups divides the rows of the weight.
  }];
  let arguments = (ins Cnn_Image:$weight, Cnn_Name:$name,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilation,
      DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$weight attr-dict `:` functional-type(operands, results)";
}

def SubPixelBiasOp : Cnn_LayerOp<"sub_pixel_bias"> {
  let summary = "A transposed convolution's bias for every sub-pixel";
  let description = [{
    [groups*O] becomes [groups*s[0]*s[1]*O]: element `(g*s[0]*s[1] + r)*O + o` is `bias[g*O + o]`. The companion of `cnn.sub_pixel_weight`.

    C1: stride is two positive integers. C2: groups divides the length of the bias.
  }];
  let arguments = (ins Cnn_Vector:$bias, Cnn_Name:$name,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
      DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_Vector:$result);
  let assemblyFormat = "$bias attr-dict `:` functional-type(operands, results)";
}

def LinearOp : Cnn_LayerOp<"linear"> {
  let summary = "Fully connected layer, as PyTorch's Linear";
  let description = [{
    `out[n,o] = bias[o] + sum(i) weight[o,i] * input[n,i]`.

    C1: weight is [O, F] for an input [N, F]. C2: bias, if present, is [O].
  }];
  let arguments = (ins Cnn_Matrix:$input, Cnn_Matrix:$weight, Optional<Cnn_Vector>:$bias, Cnn_Name:$name);
  let results = (outs Cnn_Matrix:$result);
  let assemblyFormat = [{
    $input `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Im2ColOp : Cnn_LayerOp<"im2col"> {
  let summary = "Unfolds the patches of an image into columns, as PyTorch's Unfold";
  let description = [{
    [N, C, H, W] becomes [N, C*kh*kw, OH*OW]; row `(c*kh + ky)*kw + kx` holds the pixel that the tap (ky, kx) of channel c sees,
    zero outside the image. Constraints as for `cnn.conv` (C1, C2, C4).
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name, DenseI64ArrayAttr:$kernel,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
      DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
      DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilation);
  let results = (outs Cnn_RankedTensor<3>:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def MatmulOp : Cnn_LayerOp<"matmul"> {
  let summary = "Weight matrix times columns, reshaped to an image";
  let description = [{
    `out[n,o,p] = bias[o] + sum(k) weight[o,k] * columns[n,k,p]`, the result viewed as [N, O, OH, OW] with `p = y*OW + x`. Weight is the convolution's
    [O, I, kh, kw], read as [O, I*kh*kw].

    C1: the columns have I*kh*kw rows. C2: `output_size` = [OH, OW] has OH*OW = P. C3: bias, if present, is [O].
  }];
  let arguments = (ins Cnn_RankedTensor<3>:$columns, Cnn_Image:$weight, Optional<Cnn_Vector>:$bias,
      Cnn_Name:$name, DenseI64ArrayAttr:$output_size);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = [{
    $columns `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

def BatchNormOp : Cnn_LayerOp<"batch_norm"> {
  let summary = "Batch normalisation at inference, as PyTorch's BatchNorm2d in eval mode";
  let description = [{
    `out[n,c,…] = (input[n,c,…] - mean[c]) / sqrt(var[c] + eps) * weight[c] + bias[c]`.

    C1: weight, bias, mean and var are [C] for an input [N, C, …]. C2: eps > 0.
  }];
  let arguments = (ins Cnn_Tensor:$input, Cnn_Vector:$weight, Cnn_Vector:$bias, Cnn_Vector:$mean,
      Cnn_Vector:$var, Cnn_Name:$name, DefaultValuedAttr<F64Attr, "1e-5">:$eps);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $weight `,` $bias `,` $mean `,` $var attr-dict `:` functional-type(operands, results)
  }];
}

def BatchNormAffineOp : Cnn_LayerOp<"batch_norm_affine"> {
  let summary = "Batch norm's parameters as a scale and a shift per channel";
  let description = [{
    `scale = weight / sqrt(var + eps)`, `shift = bias - mean * scale`, so that batch norm is
    `channel_affine(input, scale, shift)` (Ioffe and Szegedy 2015, section 3.1). Passes write arithmetic on weights as
    ops like this one; it is evaluated when the weights are packed, so no pass needs the values.

    C1: all four are [C]. C2: eps > 0.
  }];
  let arguments = (ins Cnn_Vector:$weight, Cnn_Vector:$bias, Cnn_Vector:$mean, Cnn_Vector:$var,
      Cnn_Name:$name, DefaultValuedAttr<F64Attr, "1e-5">:$eps);
  let results = (outs Cnn_Vector:$scale, Cnn_Vector:$shift);
  let assemblyFormat = [{
    $weight `,` $bias `,` $mean `,` $var attr-dict `:` functional-type(operands, results)
  }];
}

def InputAffineOp : Cnn_LayerOp<"input_affine", [AttrSizedOperandSegments]> {
  let summary = "Weight and bias of a layer that takes on the scaling and shifting of its input channels";
  let description = [{
    `folded_weight[o,i,…] = weight[o,i,…] * scale[c]`, `folded_bias[o] = bias[o] + sum(i,…) weight[o,i,…] * shift[c]`, with `c = g*I + i`,
    `g = o / (O / groups)`, I = input channels / groups, so that a conv without border or a linear layer of `channel_affine(x, scale, shift)` by
    `weight` and `bias` is that of x by the folded ones. A missing bias or shift is zero.

    ```mlir
    %w1, %b1 = cnn.input_affine %w, %scale shift %shift bias %b {name = "conv1", groups = 2 : i64}
       : (tensor<4x3x1x1xf32>, tensor<6xf32>, tensor<6xf32>, tensor<4xf32>) -> (tensor<4x3x1x1xf32>, tensor<4xf32>)
    ```

    C1: groups divides the rows of the weight, [O, I, …]. C2: scale, and shift if present, are [groups * I]. C3: bias, if present, is [O].
  }];
  let arguments = (ins Cnn_Tensor:$weight, Cnn_Vector:$scale, Optional<Cnn_Vector>:$shift,
      Optional<Cnn_Vector>:$bias, Cnn_Name:$name, DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_Tensor:$folded_weight, Cnn_Vector:$folded_bias);
  let assemblyFormat = [{
    $weight `,` $scale (`shift` $shift^)? (`bias` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def ChannelAffineOp : Cnn_LayerOp<"channel_affine"> {
  let summary = "Scale and shift per channel";
  let description = [{
    `out[…,c,…] = input[…,c,…] * scale[c] + shift[c]` with c along `axis`. Stands for a batch norm that could not be folded, and for the scaling of weights where it could.

    C1: axis is a dimension of the input. C2: scale, and shift if present, are [size of that dimension].
  }];
  let arguments = (ins Cnn_Tensor:$input, Cnn_Vector:$scale, Optional<Cnn_Vector>:$shift, Cnn_Name:$name,
      DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $scale (`,` $shift^)? attr-dict `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

class Cnn_UnaryOp<string mnemonic, string formula>
    : Cnn_Op<mnemonic, [Pure, SameOperandsAndResultType]> {
  let summary = formula # ", elementwise";
  let arguments = (ins Cnn_Tensor:$input, Cnn_Name:$name);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def ReluOp : Cnn_UnaryOp<"relu", "max(x, 0)"> { let hasFolder = 1; }
def Relu6Op : Cnn_UnaryOp<"relu6", "min(max(x, 0), 6)"> {
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}
def TanhOp : Cnn_UnaryOp<"tanh", "tanh(x)">;
def SigmoidOp : Cnn_UnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def GeluOp : Cnn_UnaryOp<"gelu", "x (1 + erf(x / sqrt(2))) / 2">;

def AddOp : Cnn_LayerOp<"add", [Commutative]> {
  let summary = "Elementwise sum";
  let description = "C1: both operands have the same type.";
  let arguments = (ins Cnn_Tensor:$lhs, Cnn_Tensor:$rhs, Cnn_Name:$name);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

def DropoutOp : Cnn_Op<"dropout", [Pure, SameOperandsAndResultType]> {
  let summary = "Dropout at inference: x";
  let description = [{
    Training drops elements with probability p; inference changes nothing, so the op folds away. Where nothing folds, its stage is a copy.

    ```mlir
    %y = cnn.dropout %x {name = "dropout", p = 0.5} : (tensor<1x8xf32>) -> tensor<1x8xf32>
    ```

    C1: p is from 0 to 1.
  }];
  let arguments = (ins Cnn_Tensor:$input, Cnn_Name:$name, DefaultValuedAttr<F64Attr, "0.5">:$p);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def SoftmaxOp : Cnn_LayerOp<"softmax"> {
  let summary = "exp(x - max) / sum(exp(x - max)) along an axis";
  let description = "C1: axis is a dimension of the input.";
  let arguments = (ins Cnn_Tensor:$input, Cnn_Name:$name, DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

class Cnn_PoolOp<string mnemonic, dag extra> : Cnn_LayerOp<mnemonic> {
  let arguments = !con((ins Cnn_Image:$input, Cnn_Name:$name, DenseI64ArrayAttr:$kernel,
      DenseI64ArrayAttr:$stride,
      DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
      DefaultValuedAttr<BoolAttr, "false">:$ceil_mode), extra);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def MaxPoolOp : Cnn_PoolOp<"max_pool",
    (ins DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilation)> {
  let summary = "Maximum over windows, as PyTorch's MaxPool2d";
  let description = [{
    Padding counts as minus infinity. With `ceil_mode` a window may reach past the end but must start inside the input or its left (top) padding.

    C1: kernel, stride and dilation are two positive integers. C2: padding is four integers >= 0, each at most half the kernel.
    C3: the window fits in the padded input.
  }];
}

def AvgPoolOp : Cnn_PoolOp<"avg_pool",
    (ins DefaultValuedAttr<BoolAttr, "true">:$count_include_pad)> {
  let summary = "Mean over windows, as PyTorch's AvgPool2d";
  let description = [{
    The divisor is the number of pixels of the window that lie in the padded input, or in the input alone where `count_include_pad` is false. Constraints as for `cnn.max_pool`.
  }];
}

class Cnn_GlobalPoolOp<string mnemonic, string what> : Cnn_LayerOp<mnemonic> {
  let summary = what # " over all pixels of a channel: [N, C, H, W] becomes [N, C, 1, 1]";
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}
def GlobalAvgPoolOp : Cnn_GlobalPoolOp<"global_avg_pool", "Mean">;
def GlobalMaxPoolOp : Cnn_GlobalPoolOp<"global_max_pool", "Maximum">;

//===----------------------------------------------------------------------===//
// Moving data
//===----------------------------------------------------------------------===//

def ConcatOp : Cnn_LayerOp<"concat"> {
  let summary = "Tensors one after the other along an axis";
  let description = "C1: at least one operand. C2: axis is a dimension. C3: all other dimensions agree.";
  let arguments = (ins Variadic<Cnn_Tensor>:$inputs, Cnn_Name:$name, DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def SplitOp : Cnn_LayerOp<"split"> {
  let summary = "A tensor cut into pieces along an axis";
  let description = "C1: axis is a dimension. C2: the sizes are positive and add up to that dimension.";
  let arguments = (ins Cnn_Tensor:$input, Cnn_Name:$name, DenseI64ArrayAttr:$sizes,
      DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs Variadic<Cnn_Tensor>:$results);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def ChannelShuffleOp : Cnn_LayerOp<"channel_shuffle"> {
  let summary = "Interleaves the channels of groups, as PyTorch's ChannelShuffle";
  let description = [{
    Channel `i*groups + g` of the result is channel `g*(C/groups) + i` of the input.

    C1: groups is positive and divides the channels.
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name, I64Attr:$groups);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def SpatialShiftOp : Cnn_LayerOp<"spatial_shift"> {
  let summary = "Moves each channel by a fixed offset, zeros entering";
  let description = [{
    `out[n,c,y,x] = input[n, c, y + dy[c], x + dx[c]]`, zero outside (Wu et al. 2018). `offsets` is dy[0], dx[0], dy[1], dx[1], …

    C1: two offsets per channel. C2: each is below 2^31 in size.
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name, DenseI64ArrayAttr:$offsets);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def FlattenOp : Cnn_LayerOp<"flatten"> {
  let summary = "Merges the dimensions from start_dim on into one";
  let description = "C1: start_dim is a dimension of the input.";
  let arguments = (ins Cnn_Tensor:$input, Cnn_Name:$name, DefaultValuedAttr<I64Attr, "1">:$start_dim);
  let results = (outs Cnn_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def DepthToSpaceOp : Cnn_LayerOp<"depth_to_space"> {
  let summary = "Channels become the sub-pixels of a larger image, of which a part is kept";
  let description = [{
    [N, groups*s[0]*s[1]*O, H, W] is seen as an image of groups*O channels and s[0]*H times s[1]*W pixels, `image[n, g*O + o, y*s[0] + ry, x*s[1] + rx] =
    input[n, ((g*s[0] + ry)*s[1] + rx)*O + o, y, x]`; the result is the part of `size` pixels that begins at `offset`.

    ```mlir
    %y = cnn.depth_to_space %x {name = "up1", factor = array<i64: 2, 2>, offset = array<i64: 1, 1>, size = array<i64: 7, 6>}
       : (tensor<1x12x4x4xf32>) -> tensor<1x3x7x6xf32>
    ```

    C1: factor is two positive integers. C2: groups*s[0]*s[1] divides the channels. C3: the part lies in the image.
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name, DenseI64ArrayAttr:$factor,
      DenseI64ArrayAttr:$offset, DenseI64ArrayAttr:$size, DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def ResizeOp : Cnn_LayerOp<"resize"> {
  let summary = "An image sampled at other pixels, as PyTorch's interpolate without antialiasing";
  let description = [{
    `size` is [OH, OW]. Row y of the result lies at row `(y + 0.5)*H/OH - 0.5` of the input, or at `y*(H - 1)/(OH - 1)` with `align_corners` (at 0
    if there is one row only); columns likewise. `bilinear` mixes the two rows and columns around that place, at a border the last one alone; `nearest` takes row `floor(y*H/OH)`. All this
    in f32, as PyTorch does.

    ```mlir
    %y = cnn.resize %x {name = "resize", size = array<i64: 8, 6>, mode = "bilinear"} : (tensor<1x3x4x4xf32>) -> tensor<1x3x8x6xf32>
    ```

    C1: size is two positive integers. C2: mode is "bilinear" or "nearest". C3: align_corners is for bilinear only.
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name, DenseI64ArrayAttr:$size,
      DefaultValuedAttr<StrAttr, "\"bilinear\"">:$mode, DefaultValuedAttr<BoolAttr, "false">:$align_corners);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def CropOp : Cnn_LayerOp<"crop"> {
  let summary = "A rectangle of an image";
  let description = [{
    `out[n,c,y,x] = input[n, c, y + offset[0], x + offset[1]]` for `size` = [OH, OW] pixels.

    ```mlir
    %y = cnn.crop %x {name = "crop", offset = array<i64: 1, 0>, size = array<i64: 2, 4>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x2x4xf32>
    ```

    C1: offset is two integers >= 0, size two positive ones. C2: the rectangle lies in the input.
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name, DenseI64ArrayAttr:$offset, DenseI64ArrayAttr:$size);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def PadOp : Cnn_LayerOp<"pad"> {
  let summary = "Zeros around an image, and channels of zeros before and after its own";
  let description = [{
    `padding` is top, left, bottom, right; `channels` is before, after.

    ```mlir
    %y = cnn.pad %x {name = "pad", padding = array<i64: 1, 0, 1, 0>, channels = array<i64: 0, 2>} : (tensor<1x3x4x4xf32>) -> tensor<1x5x6x4xf32>
    ```

    C1: padding is four integers >= 0. C2: channels is two integers >= 0.
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name,
      DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
      DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0}">:$channels);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def ToTensorOp : Cnn_Op<"to_tensor", [Pure, InferTypeOpAdaptorWithIsCompatible]> {
  let summary = "A picture as the network computes with it, as torchvision's to_tensor";
  let description = [{
    The result is f32 [N, C, H, W]: the input's values if they are f32, a byte's value divided by 255. `layout` is that of the input: "nchw" or "nhwc", [N, H, W, C].

    ```mlir
    %y = cnn.to_tensor %x {name = "image", layout = "nhwc"} : (tensor<1x8x6x3xui8>) -> tensor<1x3x8x6xf32>
    ```

    C1: layout is "nchw" or "nhwc". C2: the input's elements are ui8 or f32, the result's f32.
  }];
  let arguments = (ins Cnn_Image:$input, Cnn_Name:$name, DefaultValuedAttr<StrAttr, "\"nchw\"">:$layout);
  let results = (outs Cnn_Image:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasVerifier = 1;
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange given) {
      return ::fovea::cnn::haveSameShapes(inferred, given);
    }
  }];
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

def FusedOp : Cnn_Op<"fused", [Pure, SingleBlock, IsolatedFromAbove]> {
  let summary = "Layers that become one kernel";
  let description = [{
    The body is ordinary cnn ops over the block arguments, one per input, and ends in `cnn.yield`. Fusing
    changes only the extent of such regions, never what is computed.

    ```mlir
    %r = cnn.fused %x, %w {name = "conv1"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
    ^bb0(%a: tensor<1x3x8x8xf32>, %b: tensor<4x3x3x3xf32>):
      %c = cnn.conv %a, %b {name = "conv1"} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
      %d = cnn.relu %c {name = "relu"} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
      cnn.yield %d : tensor<1x4x6x6xf32>
    }
    ```

    C1: the block has one argument per input, of its type. C2: `cnn.yield` gives the results' types.
    C3: the body holds cnn ops only.
  }];
  let arguments = (ins Variadic<Cnn_Tensor>:$inputs, Cnn_Name:$name);
  let results = (outs Variadic<Cnn_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results) $body";
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def YieldOp : Cnn_Op<"yield", [Pure, Terminator, ReturnLike, HasParent<"FusedOp">]> {
  let summary = "The values a fused region gives";
  let arguments = (ins Variadic<Cnn_Tensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif
