//===- Memory.cpp - Amounts of memory, and how much is used ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Memory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>
#include <cmath>
#include <sys/mman.h>
#include <sys/resource.h>

using namespace fovea;
using llvm::StringRef;

static constexpr StringRef units = "KMGT";

std::optional<uint64_t> fovea::parseBytes(StringRef text) {
  double factor = 1;
  size_t unit = text.empty() ? StringRef::npos : units.find(llvm::toUpper(text.back()));
  if (unit != StringRef::npos) {
    factor = std::exp2(10.0 * (unit + 1));
    text = text.drop_back();
  }
  double number = 0;
  constexpr double most = 1e18;
  bool isNumber = !text.empty() && text.find_first_not_of("0123456789.") == StringRef::npos;
  if (!isNumber || text.getAsDouble(number) || number * factor < 1 || number * factor > most)
    return std::nullopt;
  return static_cast<uint64_t>(number * factor);
}

std::string fovea::printBytes(uint64_t bytes) {
  if (bytes < 1024)
    return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  double number = double(bytes) / 1024;
  size_t unit = 0;
  for (; number >= 1024 && unit + 1 < units.size(); ++unit)
    number /= 1024;
  return llvm::formatv(number < 10 ? "{0:F1} {1}iB" : "{0:F0} {1}iB", number, units[unit]).str();
}

uint64_t fovea::peakMemory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return uint64_t(usage.ru_maxrss) << 10;
}

/// The number behind `key` in a file of lines such as "MemAvailable:   123 kB", in bytes.
static std::optional<uint64_t> kibibytesOf(StringRef path, StringRef key) {
  auto file = llvm::MemoryBuffer::getFileAsStream(path);
  if (!file)
    return std::nullopt;
  StringRef text = (*file)->getBuffer();
  size_t place = text.find(key);
  uint64_t number = 0;
  if (place == StringRef::npos ||
      text.drop_front(place + key.size()).ltrim().consumeInteger(10, number))
    return std::nullopt;
  return number << 10;
}

uint64_t fovea::allocatedMemory() {
  return kibibytesOf("/proc/self/status", "RssAnon:").value_or(0);
}

static std::optional<uint64_t> numberIn(StringRef path) {
  auto file = llvm::MemoryBuffer::getFileAsStream(path);
  uint64_t number = 0;
  if (!file || (*file)->getBuffer().trim().getAsInteger(10, number))
    return std::nullopt; // "max", for one.
  return number;
}

uint64_t fovea::availableMemory() {
  uint64_t available = kibibytesOf("/proc/meminfo", "MemAvailable:").value_or(0);
  // A container sees the files of its own group here.
  auto most = numberIn("/sys/fs/cgroup/memory.max"),
       used = numberIn("/sys/fs/cgroup/memory.current");
  if (!most || !used)
    return available;
  return std::min(available, *most - std::min(*most, *used));
}

std::unique_ptr<llvm::WritableMemoryBuffer> fovea::largeBuffer(uint64_t bytes,
                                                               llvm::StringRef name) {
  constexpr uint64_t hugePage = 2 << 20;
  if (bytes > maxAllocation)
    return nullptr;
  bool huge = bytes >= hugePage;
  auto buffer = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
      bytes, name, llvm::Align(huge ? hugePage : 64));
  if (buffer && huge)
    madvise(buffer->getBufferStart(), bytes, MADV_HUGEPAGE);
  return buffer;
}
