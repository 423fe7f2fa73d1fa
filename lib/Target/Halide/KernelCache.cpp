//===- KernelCache.cpp - Compiled kernels on disk ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelCache.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace fovea::halide {

static constexpr StringLiteral magic = "fovea-kernel 1 ";

static std::string checksum(StringRef object, int64_t scratch) {
  SHA256 hash;
  hash.update(std::to_string(scratch) + "\n");
  hash.update(object);
  std::array<uint8_t, 32> digest = hash.final();
  return toHex(ArrayRef(digest), /*LowerCase=*/true);
}

std::string KernelCache::path(StringRef key) const {
  SmallString<128> result(folder);
  sys::path::append(result, key + ".kernel");
  return result.str().str();
}

std::optional<CompiledKernel> KernelCache::find(StringRef key, bool &corrupt) const {
  corrupt = false;
  if (folder.empty())
    return std::nullopt;
  auto file = MemoryBuffer::getFile(path(key), /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return std::nullopt;
  auto [head, object] = (*file)->getBuffer().split('\n');
  corrupt = true;
  if (!head.consume_front(magic))
    return std::nullopt;
  auto [digest, scratchText] = head.split(' ');
  int64_t scratch = 0;
  if (scratchText.getAsInteger(10, scratch) || digest != checksum(object, scratch))
    return std::nullopt;
  corrupt = false;
  return CompiledKernel{object.str(), scratch};
}

void KernelCache::insert(StringRef key, const CompiledKernel &kernel) const {
  if (folder.empty() || sys::fs::create_directories(folder))
    return;
  // A name of its own, then a rename: no reader ever sees half an entry.
  Expected<sys::fs::TempFile> file = sys::fs::TempFile::create(path(key) + ".%%%%%%%%");
  if (!file) {
    consumeError(file.takeError());
    return;
  }
  raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
  stream << magic << checksum(kernel.object, kernel.scratchBytes) << ' ' << kernel.scratchBytes
         << '\n'
         << kernel.object;
  stream.flush();
  bool failed = stream.has_error();
  stream.clear_error();
  consumeError(failed ? file->discard() : file->keep(path(key)));
}

} // namespace fovea::halide
