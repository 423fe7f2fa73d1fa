//===- WorkerMain.cpp - A kernel worker and nothing else --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/KernelWorker.h"

int main() { return fovea::halide::kernelWorkerMain(); }
