//===- Memory.h - Amounts of memory, and how much is used -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_MEMORY_H
#define FOVEA_SUPPORT_MEMORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace fovea {

/// "4G", "1.5G", "512M", "64K", "1000": bytes, with powers of 1024. Nothing for any other text and
/// for 0.
std::optional<uint64_t> parseBytes(llvm::StringRef text);

/// "3.5 GiB", "12 MiB", "17 bytes".
std::string printBytes(uint64_t bytes);

/// The most bytes that this process had resident so far, its libraries and mapped files included.
uint64_t peakMemory();

/// The bytes that this process has allocated and resident now.
uint64_t allocatedMemory();

/// The bytes that programs may still take before the system or the control group of this process
/// runs short; 0 if unknown.
uint64_t availableMemory();

/// No allocator serves more; checking ones abort if asked.
constexpr uint64_t maxAllocation = uint64_t(1) << 40;

/// Memory of undefined contents, aligned to 64 bytes; from 2 MiB on to as much, in huge pages where
/// the system has them. Null if there is none.
std::unique_ptr<llvm::WritableMemoryBuffer> largeBuffer(uint64_t bytes, llvm::StringRef name);

} // namespace fovea

#endif
