//===- Prefetch.h - Prefetches that stay in L2 ------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_HALIDE_PREFETCH_H
#define FOVEA_HALIDE_PREFETCH_H

#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/Error.h"
#include <string>

namespace fovea::halide {

/// Makes each `prefetchnta` of x86 code a `prefetcht1`. Halide has no other prefetch: its own
/// leaves no copy in L2, so that what L1 drops before it is read comes from memory twice. `bytes`
/// are those of `file`, an object that Halide wrote; other machines' code stays as it is. Error:
/// code that cannot be disassembled.
llvm::Error prefetchIntoL2(const llvm::object::ObjectFile &file, std::string &bytes);

} // namespace fovea::halide

#endif
