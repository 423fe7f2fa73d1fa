//===- SourceManager.cpp - The texts of a run, and places in them ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Support/SourceManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include <algorithm>

using namespace fovea;

static bool isContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Reads to the end, or to the bound: a pipe or a device has no size to be asked for.
static llvm::Expected<std::string> readBounded(llvm::StringRef path) {
  llvm::Expected<llvm::sys::fs::file_t> file = llvm::sys::fs::openNativeFileForRead(path);
  if (!file)
    return file.takeError();
  auto close = llvm::scope_exit([&] { llvm::sys::fs::closeFile(*file); });
  std::string text;
  std::vector<char> chunk(1u << 16);
  while (true) {
    llvm::Expected<size_t> count = llvm::sys::fs::readNativeFile(*file, chunk);
    if (!count)
      return count.takeError();
    if (*count == 0)
      return text;
    text.append(chunk.data(), *count);
    if (text.size() > SourceManager::maxFileSize)
      return llvm::createStringError("it is larger than " +
                                     llvm::Twine(uint64_t(SourceManager::maxFileSize)) + " bytes");
  }
}

llvm::Expected<unsigned> SourceManager::load(llvm::StringRef path) {
  for (unsigned file = 0; file < files.size(); ++file)
    if (files[file].name == path)
      return file;
  uint64_t size = 0;
  if (llvm::sys::fs::is_directory(path))
    return llvm::createStringError("it is a folder");
  if (std::error_code failure = llvm::sys::fs::file_size(path, size))
    return llvm::createStringError(failure, failure.message());
  if (size > maxFileSize)
    return llvm::createStringError("it has " + llvm::Twine(size) + " bytes; a file may have " +
                                   llvm::Twine(uint64_t(maxFileSize)));
  llvm::Expected<std::string> text = readBounded(path);
  if (!text)
    return text.takeError();
  return add(path, *text);
}

unsigned SourceManager::add(llvm::StringRef name, llvm::StringRef text) {
  text.consume_front("\xEF\xBB\xBF"); // A byte order mark.
  File file{name.str(), text.str(), {0}, {}};
  for (auto [offset, c] : llvm::enumerate(file.text)) {
    if (c == '\n')
      file.lineBegins.push_back(offset + 1);
    if (isContinuationByte(c))
      file.continuations.push_back(offset);
  }
  files.push_back(std::move(file));
  return files.size() - 1;
}

LineColumn SourceManager::lineColumn(unsigned file, unsigned offset) const {
  const std::vector<unsigned> &begins = files[file].lineBegins;
  unsigned line = std::upper_bound(begins.begin(), begins.end(), offset) - begins.begin();
  const std::vector<unsigned> &others = files[file].continuations;
  unsigned skipped =
      llvm::lower_bound(others, offset) - llvm::lower_bound(others, begins[line - 1]);
  return {line, offset - begins[line - 1] - skipped + 1};
}

unsigned SourceManager::lineBegin(unsigned file, unsigned line) const {
  return files[file].lineBegins[line - 1];
}

llvm::StringRef SourceManager::lineText(unsigned file, unsigned line) const {
  return text(file).substr(lineBegin(file, line)).split('\n').first.rtrim('\r');
}

SourceRange SourceManager::rangeAt(llvm::StringRef name, unsigned line, unsigned column) const {
  for (unsigned file = 0; file < files.size(); ++file) {
    if (files[file].name != name || line == 0 || line > files[file].lineBegins.size())
      continue;
    llvm::StringRef text = lineText(file, line);
    unsigned offset = 0;
    for (unsigned character = 1; character < column && offset < text.size(); ++character) {
      ++offset;
      while (offset < text.size() && isContinuationByte(text[offset]))
        ++offset;
    }
    unsigned begin = lineBegin(file, line) + offset;
    return {file, begin, begin + 1};
  }
  return {};
}
