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
///   {"id": 1, "kernel": {…}, "target": "x86-64-linux-avx2", "memory": 0}
///
/// compiles it in a forked process, so that every kernel meets a fresh Halide and gives the same
/// bytes, and answers on standard output with one line, behind which `bytes` bytes of object
/// follow, or with an error:
///
///   {"id": 1, "ok": true, "scratch": 4096, "bytes": 20480, "peak": 190000000, "milliseconds": 93}
///   {"id": 1, "ok": false, "error": "stage 'conv1': …", …}
///
/// "memory" is the most that the forked process may allocate, in bytes (0: no limit). It and the
/// worker end with the process that started the worker, and leave no files.
///
/// Returns the exit code: 0 at the end of the input, 1 if the input is not of this form or the
/// output is closed.
int kernelWorkerMain();

} // namespace fovea::halide

#endif
