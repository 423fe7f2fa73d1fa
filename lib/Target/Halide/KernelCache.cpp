//===- KernelCache.cpp - Compiled kernels on disk ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/KernelCache.h"
#include "fovea/Support/AtomicFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <tuple>

using namespace llvm;

namespace fovea::halide {

using Clock = std::chrono::system_clock;

static constexpr StringLiteral magic = "fovea-kernel 1 ";
static constexpr StringLiteral suffix = ".kernel";

static std::string checksum(StringRef object, int64_t scratch) {
  SHA256 hash;
  hash.update(std::to_string(scratch) + "\n");
  hash.update(object);
  std::array<uint8_t, 32> digest = hash.final();
  return toHex(ArrayRef(digest), /*LowerCase=*/true);
}

std::string KernelCache::path(StringRef key) const {
  SmallString<128> result(folder);
  sys::path::append(result, key + suffix);
  return result.str().str();
}

/// Says that an entry was used now. One that cannot be told so is only removed earlier.
static void touch(StringRef path) {
  Expected<sys::fs::file_t> file =
      sys::fs::openNativeFileForReadWrite(path, sys::fs::CD_OpenExisting, sys::fs::OF_None);
  if (!file)
    return consumeError(file.takeError());
  (void)sys::fs::setLastAccessAndModificationTime(*file, Clock::now());
  (void)sys::fs::closeFile(*file);
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
  touch(path(key));
  return CompiledKernel{object.str(), scratch};
}

void KernelCache::insert(StringRef key, const CompiledKernel &kernel) const {
  if (folder.empty() || sys::fs::create_directories(folder))
    return;
  // No reader ever sees half an entry. A kernel that cannot be kept is only compiled again.
  consumeError(writeFileAtomically(path(key), [&](raw_ostream &os) {
    os << magic << checksum(kernel.object, kernel.scratchBytes) << ' ' << kernel.scratchBytes
       << '\n'
       << kernel.object;
    return Error::success();
  }));
}

//===----------------------------------------------------------------------===//
// Keeping it small
//===----------------------------------------------------------------------===//

namespace {
struct Entry {
  std::string path;
  uint64_t bytes;
  Clock::time_point used;
};
} // namespace

/// Whether a file is the cache's: an entry, or one that a process which was killed has left half
/// written.
static bool isEntry(StringRef name) {
  auto [key, rest] = name.split('.');
  return key.size() == 32 && all_of(key, isHexDigit) && rest.starts_with(suffix.drop_front());
}

static std::vector<Entry> entriesOf(StringRef folder) {
  std::vector<Entry> entries;
  std::error_code error;
  for (sys::fs::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    sys::fs::file_status status;
    if (isEntry(sys::path::filename(it->path())) && !sys::fs::status(it->path(), status) &&
        sys::fs::is_regular_file(status))
      entries.push_back({it->path(), status.getSize(), status.getLastModificationTime()});
  }
  return entries;
}

CacheContents KernelCache::contents() const {
  CacheContents contents;
  for (const Entry &entry : entriesOf(folder)) {
    ++contents.entries;
    contents.bytes += entry.bytes;
  }
  return contents;
}

Expected<CacheContents> KernelCache::clean(Age age, uint64_t bytes) const {
  std::vector<Entry> entries = entriesOf(folder);
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tie(a.used, a.path) < std::tie(b.used, b.path);
  });
  uint64_t left = 0;
  for (const Entry &entry : entries)
    left += entry.bytes;
  CacheContents removed;
  for (const Entry &entry : entries) {
    if (left <= bytes && Age(Clock::now() - entry.used) < age)
      break;
    if (std::error_code error = sys::fs::remove(entry.path))
      return createStringError(error, "cannot remove %s: %s", entry.path.c_str(),
                               error.message().c_str());
    left -= entry.bytes;
    ++removed.entries;
    removed.bytes += entry.bytes;
  }
  return removed;
}

} // namespace fovea::halide
