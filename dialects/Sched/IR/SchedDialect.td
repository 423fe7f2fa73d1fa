//===- SchedDialect.td - The sched dialect -----------------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SCHED_DIALECT
#define FOVEA_SCHED_DIALECT

include "mlir/IR/OpBase.td"

def Sched_Dialect : Dialect {
  let name = "sched";
  let cppNamespace = "::fovea::sched";
  let summary = "How a network is computed: kernels of stages, algorithms, schedules, layouts, buffers";
  let description = [{
    A network is a list of `sched.kernel`s. Each kernel is a small DAG of `sched.stage`s; a stage has an algorithm and
    Halide's schedule directives as attributes, which passes write and people edit.

    Every activation is a tensor [N, C, H, W]; a matrix [N, F] is an image of one pixel. Until layouts are assigned the types are
    plain; then each carries a `#sched.layout`; after bufferisation kernels read and write memrefs
    [n, cb, y, x, ci] that `sched.alloc` and `sched.view` give, while the stages inside still speak of tensors.
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif
