//===- Passes.td - Passes on the cnn dialect ---------------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_PASSES
#define FOVEA_CNN_PASSES

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Contracts
//===----------------------------------------------------------------------===//

def VerifyCnn : Pass<"verify-cnn", "::mlir::ModuleOp"> {
  let summary = "Check the contract of the phase cnn";
  let description = [{
    A module holds parameters and functions of one block over static tensors; their bodies hold cnn ops alone, and
    every layer has a name and a place in a file.
  }];
}

def VerifyCnnOpt : Pass<"verify-cnn-opt", "::mlir::ModuleOp"> {
  let summary = "Check the contract of the phase cnn-opt";
  let description = [{
    As `verify-cnn`, and no `cnn.batch_norm` is left, and a fused group bears the name of one of its layers.
  }];
}

//===----------------------------------------------------------------------===//
// Cleaning
//===----------------------------------------------------------------------===//

class Cnn_FunctionPass<string argument> : Pass<argument, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::fovea::cnn::CnnDialect"];
}

def RemoveDeadLayers : Cnn_FunctionPass<"remove-dead-layers"> {
  let summary = "Remove layers that reach no output, and dropouts";
  let description = [{
    A dropout changes nothing at inference: its readers read its input.
    Runs first, so that no other pass takes a layer that computes nothing for a reader. Parameters that nothing loads any more go with `symbol-dce`.
  }];
}

def MergeEqualLayers : Cnn_FunctionPass<"merge-equal-layers"> {
  let summary = "Compute once what several layers compute alike";
  let description = [{
    Two layers are alike where op, operands and attributes are, but for the name and hints; the operands of a sum may be in another order. The first stays and
    gets the locations of both. What `cse` does, which takes two names for two layers.
  }];
}

def ReportHints : Cnn_FunctionPass<"report-hints"> {
  let summary = "Say of every hint that no pass could follow why not";
  let description = [{
    Runs behind the rewrites and changes nothing. A rewrite that tried to follow a hint and could not has said so itself; here are hints that
    mean nothing to their layer, ask for a precision that there is not, or for a pass in `disabled`.
  }];
  let options = [ListOption<"disabled", "disabled", "std::string", "Passes that are left out">];
}

//===----------------------------------------------------------------------===//
// Rewrites
//===----------------------------------------------------------------------===//

def FoldBatchNorm : Cnn_FunctionPass<"fold-batch-norm"> {
  let summary = "Fold batch norms into the weights before or behind them";
  let description = [{
    A batch norm that is the only reader of a conv, conv_transpose, matmul or linear scales its weight and bias instead
    (Jacob et al. 2018, section 3.2). One that is read only by a conv or linear scales the input channels of that one's weight, and the shift,
    times the sum of the weights, goes into its bias; a conv with a border can take no shift, since the border is not shifted. The arithmetic is
    written as `cnn.batch_norm_affine`, `cnn.channel_affine` and `cnn.linear` on the weights, so
    that no values are needed. Any other batch norm becomes a `cnn.channel_affine`, and a remark says why; a `cnn.channel_affine` is folded likewise.
  }];
  let options = [Option<"fold", "fold", "bool", "true",
                        "Fold; if not, every batch norm becomes a channel_affine">];
}

def FuseConv : Cnn_FunctionPass<"fuse-conv"> {
  let summary = "Fuse elementwise layers into the conv, matmul or linear before them";
  let description = [{
    Follows the result of a conv, matmul or linear through at most eight channel_affine, activations and residual adds, of
    these one, for as long as each is the only reader of the one before, and puts them into one `cnn.fused` named after the
    first. Where both operands of an add could take it, the one that is computed last does. With `pool`, a max_pool or avg_pool whose windows share no pixel
    ends the group of a conv of at most 4 channels and 64 terms per sum, where that is faster.
  }];
  let options = [Option<"pool", "pool", "bool", "true",
                        "Let the group of a small conv end in a pool">];
}

def FuseElementwise : Cnn_FunctionPass<"fuse-elementwise"> {
  let summary = "Fuse elementwise layers into the pool, shift or elementwise layer before them";
  let description = [{
    What `fuse-conv` does for convolutions, for all that follows none: a pre-activation's channel_affine and relu, the
    relu behind an add. Runs after `fuse-conv`. Arithmetic on weights is left alone.
  }];
}

def ConvToIm2Col : Cnn_FunctionPass<"conv-to-im2col"> {
  let summary = "Write convolutions as im2col and a matrix product";
  let description = [{
    Rewrites convolutions with groups = 1 whose layer name is matched as a whole by the regular expression `layers`, or that have the
    hint `cnn.hint.algorithm = "im2col"`. One with another algorithm as a hint is left alone. A
    convolution that is asked for but cannot be rewritten is kept, and a remark says why.
  }];
  let options = [Option<"layers", "layers", "std::string", "\".*\"",
                        "The names of the layers to rewrite, as a regular expression">];
}

def ConvTransposeToConv : Cnn_FunctionPass<"conv-transpose-to-conv"> {
  let summary = "Write transposed convolutions as convolutions and depth_to_space";
  let description = [{
    A transposed convolution with stride s becomes a convolution with stride 1 to s[0]*s[1] times the channels and a `cnn.depth_to_space`, which
    interleaves them and cuts off the padding. The weight is rearranged by `cnn.sub_pixel_weight`, so that no values are needed. No multiplication is wasted where the stride divides
    the kernel and the dilation is 1; elsewhere the rearranged weight has zeros, as many as round (dilation*(k - 1) + 1) / s up in each direction.
    Always runs, behind `fold-batch-norm`; no `cnn.conv_transpose` is left.
  }];
}

def DepthwiseToShift : Pass<"depthwise-to-shift", "::mlir::ModuleOp"> {
  let summary = "Write depthwise convolutions of one tap per channel as shifts";
  let description = [{
    A depthwise convolution with stride 1 and an output of the input's size, where no channel's kernel has more than
    one non-zero tap, is a `cnn.spatial_shift` and a `cnn.channel_affine` by those taps and the bias; the latter is left out where all taps are 1 and
    there is no bias (Wu et al. 2018). Exact, for finite inputs. The weight's value must be there. The scales become a new `cnn.param` without a hash.
    With `lossy`, a kernel of several taps is replaced by its greatest tap, which of all kernels of one tap is the nearest to it in the sum of
    squares, where the relative error of the layer's weight, ||w - w'|| / ||w|| over all channels, is at most `budget`.
    Depthwise convolutions that are kept have a remark that says why. Runs before `fold-batch-norm`, which hides the values.
  }];
  let options = [Option<"lossy", "lossy", "bool", "false", "Drop small taps, within the budget">,
                 Option<"budget", "budget", "double", "0.05",
                        "Greatest relative error of a layer's weight, with lossy">];
  let dependentDialects = ["::fovea::cnn::CnnDialect"];
}

#endif
