//===- AtomicFile.cpp - Files that are whole or not there -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/AtomicFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"

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

std::error_code fovea::openTemporary(const llvm::Twine &beginning, StringRef ending,
                                     std::string &path, std::optional<llvm::raw_fd_ostream> &os) {
  namespace fs = llvm::sys::fs;
  constexpr int maxAttempts = 100;
  std::error_code code = std::make_error_code(std::errc::file_exists);
  for (int attempt = 0; attempt < maxAttempts && code == std::errc::file_exists; ++attempt) {
    std::string number = llvm::utohexstr(llvm::sys::Process::GetRandomNumber());
    path = (beginning + "-" + number + ending).str();
    if (fs::exists(path))
      continue;
    // Before there is a file: a signal may come as soon as there is.
    llvm::sys::RemoveFileOnSignal(path);
    os.emplace(path, code, fs::CD_CreateNew);
    if (code)
      llvm::sys::DontRemoveFileOnSignal(path);
  }
  return code;
}

void fovea::removeTemporary(StringRef path) {
  llvm::sys::fs::remove(path);
  llvm::sys::DontRemoveFileOnSignal(path);
}

std::error_code fovea::checkWritable(StringRef folder) {
  std::string path;
  std::optional<llvm::raw_fd_ostream> os;
  std::error_code code = openTemporary(folder + "/fovea", "", path, os);
  if (!code)
    removeTemporary(path);
  return code;
}

static Error writeBeside(StringRef path, llvm::sys::fs::file_status status, WriteFn write) {
  namespace fs = llvm::sys::fs;
  std::string name;
  std::optional<llvm::raw_fd_ostream> os;
  if (std::error_code code = fovea::openTemporary(path + ".tmp", "", name, os))
    return cannotWrite(path, code);
  Error error = writeAll(path, *os, write);
  os->close();
  std::error_code code = os->error(); // Some file systems report a full disk only now.
  os->clear_error();
  if (!error && !code && fs::exists(status))
    code = fs::setPermissions(name, status.permissions());
  if (!error && !code)
    code = fs::rename(name, path);
  if (error || code)
    fs::remove(name);
  llvm::sys::DontRemoveFileOnSignal(name);
  if (!error && code)
    return cannotWrite(path, code);
  return error;
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
  return writeBeside(target, status, write);
}

Error fovea::writeFileAtomically(StringRef path, StringRef bytes) {
  return writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) {
    os << bytes;
    return Error::success();
  });
}
