//===- AtomicFile.cpp - Files that are whole or not there -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/AtomicFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using llvm::Error;
using llvm::StringRef;
using WriteFn = llvm::function_ref<Error(llvm::raw_pwrite_stream &)>;

static Error cannotWrite(StringRef path, std::error_code code) {
  return llvm::createStringError(code, "cannot write '" + path + "': " + code.message());
}

/// Runs `write`, flushes and turns a failed write(2) into an error.
static Error writeAll(StringRef path, llvm::raw_fd_ostream &os, WriteFn write) {
  Error error = write(os);
  os.flush();
  if (error || !os.has_error()) {
    os.clear_error();
    return error;
  }
  std::error_code code = os.error();
  os.clear_error(); // The destructor aborts on an error that nobody looked at.
  return cannotWrite(path, code);
}

static Error writeDirectly(StringRef path, WriteFn write) {
  std::error_code code;
  llvm::raw_fd_ostream os(path, code, llvm::sys::fs::CD_OpenAlways);
  return code ? cannotWrite(path, code) : writeAll(path, os, write);
}

static Error writeBeside(StringRef path, WriteFn write) {
  namespace fs = llvm::sys::fs;
  auto temporary = fs::TempFile::create(path + ".tmp-%%%%%%%%", fs::all_read | fs::all_write);
  if (!temporary)
    return cannotWrite(path, llvm::errorToErrorCode(temporary.takeError()));
  Error error = Error::success();
  {
    llvm::raw_fd_ostream os(temporary->FD, /*shouldClose=*/false);
    error = writeAll(path, os, write);
  }
  if (error)
    return llvm::joinErrors(std::move(error), temporary->discard());
  if (Error kept = temporary->keep(path))
    return cannotWrite(path, llvm::errorToErrorCode(std::move(kept)));
  return Error::success();
}

Error fovea::writeFileAtomically(StringRef path, WriteFn write) {
  namespace fs = llvm::sys::fs;
  if (path == "-")
    return writeAll("standard output", llvm::outs(), write);
  fs::file_status status;
  fs::status(path, status);
  if (fs::is_directory(status))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  if (fs::exists(status) && !fs::is_regular_file(status))
    return writeDirectly(path, write);
  llvm::SmallString<256> target(path);
  if (fs::exists(status)) // Else a symbolic link would be replaced by the file.
    fs::real_path(path, target);
  return writeBeside(target, write);
}

Error fovea::writeFileAtomically(StringRef path, StringRef bytes) {
  return writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) {
    os << bytes;
    return Error::success();
  });
}
