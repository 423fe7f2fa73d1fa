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
// Rewrites
//===----------------------------------------------------------------------===//

def FoldBatchNorm : Pass<"fold-batch-norm", "::mlir::func::FuncOp"> {
  let summary = "Fold batch norms into the weights before them";
  let description = [{
    A batch norm that is the only reader of a conv, matmul or linear scales its weight and bias instead
    (Jacob et al. 2018, section 3.2). The arithmetic is written as `cnn.batch_norm_affine` and `cnn.channel_affine` on the weights, so
    that no values are needed. Any other batch norm becomes a `cnn.channel_affine`, and a remark says why.
  }];
  let dependentDialects = ["::fovea::cnn::CnnDialect"];
}

def FuseConv : Pass<"fuse-conv", "::mlir::func::FuncOp"> {
  let summary = "Fuse elementwise layers into the conv, matmul or linear before them";
  let description = [{
    Follows the result of a conv, matmul or linear through at most eight channel_affine, activations and residual adds, of
    these one, for as long as each is the only reader of the one before, and puts them into one `cnn.fused` named after the
    first. Where both operands of an add could take it, the one that is computed last does.
  }];
  let dependentDialects = ["::fovea::cnn::CnnDialect"];
}

def FuseElementwise : Pass<"fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Fuse elementwise layers into the pool, shift or elementwise layer before them";
  let description = [{
    What `fuse-conv` does for convolutions, for all that follows none: a pre-activation's channel_affine and relu, the
    relu behind an add. Runs after `fuse-conv`. Arithmetic on weights is left alone.
  }];
  let dependentDialects = ["::fovea::cnn::CnnDialect"];
}

def ConvToIm2Col : Pass<"conv-to-im2col", "::mlir::func::FuncOp"> {
  let summary = "Write convolutions as im2col and a matrix product";
  let description = [{
    Rewrites convolutions with groups = 1 whose layer name is matched as a whole by the regular expression `layers`. A
    convolution that is named but cannot be rewritten is kept, and a remark says why.
  }];
  let options = [Option<"layers", "layers", "std::string", "\".*\"",
                        "The names of the layers to rewrite, as a regular expression">];
  let dependentDialects = ["::fovea::cnn::CnnDialect"];
}

def DepthwiseToShift : Pass<"depthwise-to-shift", "::mlir::ModuleOp"> {
  let summary = "Write depthwise convolutions of one tap per channel as shifts";
  let description = [{
    A depthwise convolution with stride 1 and an output of the input's size, where no channel's kernel has more than
    one non-zero tap, is a `cnn.spatial_shift` and a `cnn.channel_affine` by those taps and the bias; the latter is left out where all taps are 1 and
    there is no bias (Wu et al. 2018). Exact, for finite inputs. The weight's value must be there. The scales become a new `cnn.param` without a hash.
    Depthwise convolutions that are kept have a remark that says why. Runs before `fold-batch-norm`, which hides the values.
  }];
  let dependentDialects = ["::fovea::cnn::CnnDialect"];
}

#endif
