//===- Passes.td - Conversions between dialects ------------*- tablegen -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CONVERSION_PASSES
#define FOVEA_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertCnnToSched : Pass<"convert-cnn-to-sched", "::mlir::ModuleOp"> {
  let summary = "Turn fused groups and single layers into kernels of stages";
  let description = [{
    Each `cnn.fused`, and each layer outside one, becomes a `sched.kernel`. Concat, split and flatten become the
    views `sched.concat`, `sched.slice` and `sched.reshape`; a flatten in front of a linear layer disappears. Arithmetic
    on weights stays as cnn ops, to be evaluated when the weights are packed.
  }];
  let dependentDialects = ["::fovea::sched::SchedDialect"];
}

#endif
