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
#include <optional>
#include <string>
#include <system_error>

namespace fovea {

/// Writes a file through a temporary one beside it, renamed at the end: on any error, a signal or a
/// full disk the old file stays as it was and nothing new is left. A symbolic link is followed; "-"
/// is the standard output; what is no regular file (/dev/null, a pipe) is written directly. Errors
/// name the path.
llvm::Error writeFileAtomically(llvm::StringRef path,
                                llvm::function_ref<llvm::Error(llvm::raw_pwrite_stream &)> write);

/// The same for bytes that exist already.
llvm::Error writeFileAtomically(llvm::StringRef path, llvm::StringRef bytes);

/// Makes a new file called `beginning`, a dash, a random number and `ending`, which goes away on a
/// signal. Unlike llvm::sys::fs::TempFile and createUniqueFile it leaves each '%' of a path alone.
std::error_code openTemporary(const llvm::Twine &beginning, llvm::StringRef ending,
                              std::string &path, std::optional<llvm::raw_fd_ostream> &os);

/// Removes such a file.
void removeTemporary(llvm::StringRef path);

/// Why no file can be made in a folder, if that is so.
std::error_code checkWritable(llvm::StringRef folder);

} // namespace fovea

#endif
