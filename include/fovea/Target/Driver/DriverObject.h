//===- DriverObject.h - The code that calls the kernels ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A network's driver is generated as LLVM IR: one small function per call of the plan, which fills
// halide_buffer_t's and calls the kernel; and a description of the network for the run-time
// library.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_DRIVER_DRIVEROBJECT_H
#define FOVEA_TARGET_DRIVER_DRIVEROBJECT_H

#include "fovea/Target/Driver/Network.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace fovea::driver {

/// An object file in memory; `name` is its name in an archive: "lenet5_driver.o".
struct ObjectFile {
  std::string name;
  std::string bytes;
};

/// The driver as LLVM IR, to read.
llvm::Expected<std::string> emitDriverIR(const Network &network);

/// The driver as a relocatable object for the network's operating system and architecture. It
/// defines NAME_network and imports the kernels' symbols and fovea_rt_*; `scratchBytes` of the
/// plans must be known. The same plans give the same bytes. A host call is an error.
llvm::Expected<ObjectFile> emitDriverObject(const Network &network);

/// What a shared library has in addition: fovea_shared_network.
llvm::Expected<ObjectFile> emitSharedEntry(const Network &network);

/// The contents of a weights file as an object: read-only and 64-byte aligned, under the name
/// `weightsSymbol`.
llvm::Expected<ObjectFile> emitWeightsObject(const Network &network, llvm::StringRef image);
std::string weightsSymbol(const Network &network);

/// The run-time library as one relocatable object, for this machine's architecture.
ObjectFile runtimeObject();
/// The same for the architecture of a plan's triple. Error: this build of Fovea has none for it.
llvm::Expected<ObjectFile> runtimeObject(llvm::StringRef triple);

/// What a network for a device carries besides: memory on the device. It imports functions of
/// `halide::deviceRuntime`.
ObjectFile deviceObject();

/// The text of fovea.h.
llvm::StringRef apiHeader();

/// The C and C++ header of the network: fovea.h and what is typed.
std::string emitHeader(const Network &network);

/// An archive of the objects in their order, without times or owners. Fails if two members have one
/// name.
llvm::Expected<std::string> packArchive(llvm::ArrayRef<ObjectFile> objects);

/// Why no shared library can be made of a network, if that is so.
llvm::Error checkShared(const Network &network);

/// A shared library of an archive's members and `emitSharedEntry`, which exports the network's
/// function, those of fovea.h and fovea_shared_network. Its name in what links it is `soname`.
/// Needs no compiler and no other program. Members that refer to each other in vain are an error.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
linkShared(const Network &network, llvm::StringRef archive, llvm::StringRef soname);

} // namespace fovea::driver

#endif
