//===- StagedFiles.cpp - Several files, all or none -------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/StagedFiles.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace llvm;
using namespace fovea::driver;

static Error cannotWrite(StringRef path, std::error_code reason) {
  return createStringError(reason, "cannot write " + path + ": " + reason.message());
}

static void discard(StringRef temporary) {
  sys::fs::remove(temporary);
  sys::DontRemoveFileOnSignal(temporary);
}

StagedFiles::~StagedFiles() {
  for (const Staged &file : files)
    discard(file.temporary);
}

Error StagedFiles::add(StringRef given, function_ref<Error(raw_pwrite_stream &)> write) {
  SmallString<128> path(given);
  if (sys::fs::is_symlink_file(given)) // What it leads to is replaced, not the link.
    (void)sys::fs::real_path(given, path);
  if (sys::fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  SmallString<128> temporary;
  int descriptor;
  if (std::error_code error = sys::fs::createUniqueFile(path + ".tmp%%%%%%", descriptor, temporary))
    return cannotWrite(path, error);
  sys::RemoveFileOnSignal(temporary);
  files.push_back({path.str().str(), temporary.str().str()});
  raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  Error error = write(os);
  os.close();
  if (error) {
    os.clear_error();
    return error;
  }
  if (!os.has_error())
    return Error::success();
  std::error_code reason = os.error();
  os.clear_error();
  return cannotWrite(path, reason);
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
