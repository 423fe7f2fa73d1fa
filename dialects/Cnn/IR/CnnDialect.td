//===- CnnDialect.td - The cnn dialect ---------------------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_DIALECT
#define FOVEA_CNN_DIALECT

include "mlir/IR/OpBase.td"

def Cnn_Dialect : Dialect {
  let name = "cnn";
  let cppNamespace = "::fovea::cnn";
  let summary = "What a network computes: one op per layer, NCHW tensors, weights as named parameters";
  let description = [{
    A network is a `func.func`; its arguments and results carry the names of the network's inputs
    and outputs in the attribute `cnn.name`. Weights are `cnn.param` symbols of the module, brought
    into a function by `cnn.load_param`.

    Every layer op carries `name`, the dotted path that the `.cnn` file gives it: the one truth about
    which layer an op came from. Shapes are static. Batch norm is inference-only.
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect"];
}

#endif
