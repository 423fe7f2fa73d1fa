//===- PackedWeights.h - The weights as kernels read them -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_DRIVER_PACKEDWEIGHTS_H
#define FOVEA_TARGET_DRIVER_PACKEDWEIGHTS_H

#include "fovea/Target/Driver/Network.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>

namespace fovea::driver {

/// Writes the packed bytes of a variant's n-th constant into `bytes`, which is zeroed and has the
/// size of its buffer.
using PackConstant = llvm::function_ref<llvm::Error(unsigned variant, unsigned constant,
                                                    llvm::MutableArrayRef<char> bytes)>;

/// Writes a weights file of all variants: constants in the order of their offsets, zeros between
/// them, one in memory at a time. The checksum goes to the header at the end, so `os` must be able
/// to write at a place behind it. Constants that overlap are an error.
llvm::Error writePackedWeights(const Network &network, PackConstant pack,
                               llvm::raw_pwrite_stream &os);

/// The same in memory, 64-byte aligned.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> packWeights(const Network &network,
                                                                PackConstant pack);

/// Whether `image` is a weights file that was packed for this network and is whole.
llvm::Error checkPackedWeights(const Network &network, llvm::StringRef image);

} // namespace fovea::driver

#endif
