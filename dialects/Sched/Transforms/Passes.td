//===- Passes.td - Passes on the sched dialect -------------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_PASSES
#define FOVEA_SCHED_PASSES

include "mlir/Pass/PassBase.td"

class Sched_Pass<string mnemonic> : Pass<"sched-" # mnemonic, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::fovea::sched::SchedDialect"];
}

class Sched_TargetPass<string mnemonic> : Sched_Pass<mnemonic> {
  let options = [Option<"target", "target", "std::string", "\"host\"",
                        "The machine: host or a level such as x86-64-v3">];
}

def AbsorbShuffles : Sched_Pass<"absorb-shuffles"> {
  let summary = "Let a convolution read shuffled channels by permuting its weights";
  let description = [{
    A `channel_shuffle` kernel whose result is read only by dense convolutions disappears: each reader takes the unshuffled tensor and notes the order
    of channels in `input_permutation`, which the packing of its weights carries out.
  }];
}

def SelectAlgorithm : Sched_Pass<"select-algorithm"> {
  let summary = "Choose an algorithm for every stage";
  let description = [{
    Convolutions become `direct`, `depthwise` or `grouped`, with a `pad` stage before them where they have a border. Where only
    pointwise stages follow a direct convolution, the pixels of its output become one row, so that tiles run across the ends of rows; a 1x1 convolution with stride 1 reads its input so too.
  }];
}

def AssignLayouts : Sched_Pass<"assign-layouts"> {
  let summary = "Give every tensor a layout and pack the weights to match";
  let description = [{
    Channels go in blocks of the target's vector. Tensors tied by concat or slice share the greatest block that divides all their offsets; inputs and outputs of the network are
    NCHW. A kernel whose result has a smaller block than it computes in ends in a `copy` stage.
    With `layout=nchw` every tensor between kernels has block 1.
  }];
  let options = [Option<"target", "target", "std::string", "\"host\"",
                        "The machine: host or a level such as x86-64-v3">,
                 Option<"layout", "layout", "std::string", "\"blocked\"",
                        "Of tensors between kernels: blocked or nchw">];
}

def Bufferize : Sched_Pass<"bufferize"> {
  let summary = "Turn tensors between kernels into buffers and views";
  let description = [{
    The operands of a concat are written straight into their places, slices and reshapes are views; where that is impossible a copy kernel is inserted and a remark says why.
    Constants stay tensors.
  }];
  let dependentDialects = ["::fovea::sched::SchedDialect", "::mlir::memref::MemRefDialect"];
}

def TileAndVectorize : Sched_TargetPass<"tile-and-vectorize"> {
  let summary = "Write the schedule of every stage for the target";
}

def MapToGpu : Sched_TargetPass<"map-to-gpu"> {
  let summary = "Write the schedule of every stage for the threads of a GPU";
  let description = [{
    In the place of `sched-tile-and-vectorize`, for a target that is a GPU. A thread computes one element of a kernel's result with all its sums; sums that
    other sums read are a launch of their own.
  }];
}

def VerifySched : Sched_Pass<"verify"> {
  let summary = "Check the contract of the phase";
  let description = [{
    Every stage has an algorithm, every kernel a schedule, every tensor of four dimensions in a kernel a layout, every activation a buffer.
  }];
}

#endif
