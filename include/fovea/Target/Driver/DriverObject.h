//===- DriverObject.h - The code that calls the kernels ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A network's driver is generated as LLVM IR: one small function per call of the plan, which fills
// halide_buffer_t's and calls the kernel; a description of the network for the run-time library;
// and the functions of the C API, which forward to that library.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_DRIVER_DRIVEROBJECT_H
#define FOVEA_TARGET_DRIVER_DRIVEROBJECT_H

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <string>

namespace fovea::driver {

/// An object file in memory; `name` is its name in an archive: "lenet5_driver.o".
struct ObjectFile {
  std::string name;
  std::string bytes;
};

/// The network's name as it begins every symbol of the C API: characters that C does not allow
/// become '_'.
std::string symbolPrefix(const plan::Plan &plan);

/// Whether every index, extent and offset in the plan is one that code can be generated for. The
/// error names the call or buffer.
llvm::Error checkPlan(const plan::Plan &plan);

/// What binds weights to a driver: SHA-256 of the places and packings of all constants, not of
/// their values. Weights trained anew fit a driver that was compiled before.
std::array<uint8_t, 32> weightsHash(const plan::Plan &plan);

/// Bytes of the packed weights' data: `weightBytes` rounded up to 64.
uint64_t weightDataBytes(const plan::Plan &plan);

/// Alignment in bytes that each pointer given to a run must have: inputs, then outputs.
std::vector<uint64_t> portAlignments(const plan::Plan &plan);

/// The driver as LLVM IR, to read.
llvm::Expected<std::string> emitDriverIR(const plan::Plan &plan);

/// The driver as a relocatable object for this machine's operating system and architecture. It
/// imports the kernels' symbols and fovea_rt_*; `scratchBytes` of the plan must be known. The same
/// plan gives the same bytes. A host call is an error.
llvm::Expected<ObjectFile> emitDriverObject(const plan::Plan &plan);

/// The run-time library as one relocatable object.
ObjectFile runtimeObject();

/// The C and C++ header of the network's API.
std::string emitHeader(const plan::Plan &plan);

/// An archive of the objects in their order, without times or owners. Fails if two members have one
/// name.
llvm::Expected<std::string> packArchive(llvm::ArrayRef<ObjectFile> objects);

} // namespace fovea::driver

#endif
