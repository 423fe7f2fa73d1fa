//===- KernelWorker.h - The helper process that compiles kernels *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_HALIDE_KERNELWORKER_H
#define FOVEA_TARGET_HALIDE_KERNELWORKER_H

namespace fovea::halide {

/// The body of `fovea --kernel-worker`; call it before any thread exists. Reads one request per
/// line from standard input,
///
///   {"id": 1, "kernel": {…}, "target": "x86-64-linux-avx2", "output": "/path/of/kernel.o"}
///
/// compiles it in a forked process, so that every kernel meets a fresh Halide and gives the same
/// bytes, and answers one line on standard output:
///
///   {"id": 1, "ok": true, "scratch": 4096}   or   {"id": 1, "ok": false, "error": "stage 'conv1':
///   …"}
///
/// Returns the exit code: 0 at the end of the input, 1 if the input is not of this form or the
/// output is closed.
int kernelWorkerMain();

} // namespace fovea::halide

#endif
