//===- AtomicFile.h - Files that are whole or not there ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_ATOMICFILE_H
#define FOVEA_SUPPORT_ATOMICFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace fovea {

/// Writes a file through a temporary one beside it, renamed at the end: on any error, a signal or a
/// full disk the old file stays as it was and nothing new is left. A symbolic link is followed; "-"
/// is the standard output; what is no regular file (/dev/null, a pipe) is written directly. Errors
/// name the path.
llvm::Error writeFileAtomically(llvm::StringRef path,
                                llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write);

/// The same for bytes that exist already.
llvm::Error writeFileAtomically(llvm::StringRef path, llvm::StringRef bytes);

} // namespace fovea

#endif
