//===- StagedFiles.cpp - Several files, all or none -------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/StagedFiles.h"
#include "fovea/Support/AtomicFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace llvm;
using namespace fovea::driver;

static Error cannotWrite(StringRef path, std::error_code reason) {
  return createStringError(reason, "cannot write " + path + ": " + reason.message());
}

StagedFiles::~StagedFiles() {
  for (const Staged &file : files)
    removeTemporary(file.temporary);
}

Error StagedFiles::add(StringRef given, function_ref<Error(raw_pwrite_stream &)> write) {
  SmallString<128> path(given);
  if (sys::fs::is_symlink_file(given)) // What it leads to is replaced, not the link.
    (void)sys::fs::real_path(given, path);
  if (sys::fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  std::string temporary;
  std::optional<raw_fd_ostream> os;
  if (std::error_code error = openTemporary(path + ".tmp", "", temporary, os))
    return cannotWrite(path, error);
  files.push_back({path.str().str(), temporary});
  Error error = write(*os);
  os->close();
  std::error_code reason = os->error();
  os->clear_error();
  return error || !reason ? std::move(error) : cannotWrite(path, reason);
}

Error StagedFiles::add(StringRef path, StringRef bytes) {
  return add(path, [&](raw_pwrite_stream &os) {
    os << bytes;
    return Error::success();
  });
}

Error StagedFiles::commit() {
  while (!files.empty()) {
    Staged file = files.front();
    if (std::error_code error = sys::fs::rename(file.temporary, file.path))
      return cannotWrite(file.path, error);
    sys::DontRemoveFileOnSignal(file.temporary);
    files.erase(files.begin());
  }
  return Error::success();
}
