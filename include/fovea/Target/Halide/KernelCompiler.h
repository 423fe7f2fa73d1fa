//===- KernelCompiler.h - One kernel of a plan to machine code --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A kernel becomes a Halide pipeline, and the pipeline an object. The same walk prints the pipeline
// as C++.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_HALIDE_KERNELCOMPILER_H
#define FOVEA_TARGET_HALIDE_KERNELCOMPILER_H

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace fovea::halide {

/// The machine code of a kernel: a relocatable object that defines one function named
/// `Kernel::symbol`,
///
///   int symbol(void *context, halide_buffer_t *argument0, halide_buffer_t *argument1, …);
///
/// one buffer per argument in the plan's order, of five dimensions (ci, x, y, cb, n) for a tensor
/// and of the packed extents, innermost first, for a constant. It checks nothing and returns 0. It
/// imports no symbol but fovea_rt_do_par_for, fovea_rt_malloc and fovea_rt_free, which have the
/// signatures of halide_do_par_for, halide_malloc and halide_free of HalideRuntime.h, and the C
/// library's memcpy, memmove and memset, which LLVM makes of loops that copy or clear.
///
/// A kernel for a device takes buffers that lie there. It checks what it does, returns Halide's
/// error codes, and imports more of Halide's functions: `deviceRuntime` has them.
struct CompiledKernel {
  std::string object;
  /// Most bytes one thread holds from fovea_rt_malloc at once, if each block is padded to 128 bytes
  /// and preceded by 128 more.
  int64_t scratchBytes = 0;
};

/// Compiles `kernel` in this process for Halide's target string `target`, which names operating
/// system, architecture and CPU features. An illegal plan is an error that names stage and
/// directive. Use CompileService for bytes that are the same every time: Halide numbers names by
/// process.
llvm::Expected<CompiledKernel> compileKernel(const plan::Kernel &kernel, llvm::StringRef target);

/// A complete C++ program that, linked with libHalide and given a path, writes the object of
/// `kernel`: what `compileKernel` does, to read and to change, but for `finishObject`.
llvm::Expected<std::string> emitCpp(const plan::Kernel &kernel, llvm::StringRef target);

/// What an object of Halide's becomes in Fovea: the three runtime functions that it imports have
/// their names here, and what it prefetches stays in L2. Any other undefined symbol but memcpy,
/// memmove and memset, and those of `deviceRuntime` in an object for a device, is an error.
llvm::Expected<std::string> finishObject(llvm::StringRef halides, bool forDevice = false);

/// Halide's run-time library for a device, `target` being one of OpenCL or CUDA: a relocatable
/// object whose symbols are weak, and halide_NAME of which is fovea_halide_NAME. It opens the
/// device's own library when it is first used. fovea_halide_initialize() comes before everything
/// else. A cache's folder, where there is one, keeps it: it takes two seconds to make.
llvm::Expected<std::string> deviceRuntime(llvm::StringRef target, llvm::StringRef cacheFolder = "");

/// Gives the functions of that library their names in Fovea.
llvm::Expected<std::string> renameDeviceRuntime(llvm::StringRef object);

/// 32 hex digits that are equal for kernels whose machine code is: a hash of everything but names,
/// of the target, of Halide's version and of the sources of this library.
std::string kernelKey(const plan::Kernel &kernel, llvm::StringRef target);

/// The same for the object of `deviceRuntime`.
std::string deviceRuntimeKey(llvm::StringRef target);

/// Halide's: "21.0.0".
std::string version();

/// fovea_<version>_<kernelKey>
std::string kernelSymbol(const plan::Kernel &kernel, llvm::StringRef target);

/// Sets the symbol of every kernel of the plan.
void assignSymbols(plan::Plan &plan);

} // namespace fovea::halide

#endif
