//===- SourceManager.h - The texts of a run, and places in them -*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Holds every text that a diagnostic may point into. A place is a file number and byte offsets;
// lines and columns are computed when somebody asks for them.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_SOURCEMANAGER_H
#define FOVEA_SUPPORT_SOURCEMANAGER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <deque>
#include <string>
#include <vector>

namespace fovea {

/// A half-open range of bytes of one file of a SourceManager. The default one points nowhere.
struct SourceRange {
  static constexpr unsigned nowhere = ~0u;
  unsigned file = nowhere;
  unsigned begin = 0;
  unsigned end = 0;

  bool isValid() const { return file != nowhere; }
  bool operator==(const SourceRange &other) const {
    return file == other.file && begin == other.begin && end == other.end;
  }
  /// The smallest range that holds this one and `other`, which must be of the same file.
  SourceRange to(SourceRange other) const {
    return {file, begin < other.begin ? begin : other.begin, end > other.end ? end : other.end};
  }
};

/// Both count from 1; the column counts characters (UTF-8), not bytes.
struct LineColumn {
  unsigned line = 0;
  unsigned column = 0;
};

class SourceManager {
public:
  /// Larger files are refused.
  static constexpr size_t maxFileSize = 4u << 20;

  /// Reads a file, or gives the number it already has. An error is a message without the path.
  llvm::Expected<unsigned> load(llvm::StringRef path);
  /// Adds a text under a name; `load` of that name finds it. A byte order mark is no part of it.
  unsigned add(llvm::StringRef name, llvm::StringRef text);

  llvm::StringRef name(unsigned file) const { return files[file].name; }
  llvm::StringRef text(unsigned file) const { return files[file].text; }
  llvm::StringRef text(SourceRange range) const {
    return text(range.file).slice(range.begin, range.end);
  }
  size_t fileCount() const { return files.size(); }

  /// Where a byte offset lies.
  LineColumn lineColumn(unsigned file, unsigned offset) const;
  LineColumn lineColumn(SourceRange range) const { return lineColumn(range.file, range.begin); }
  /// Text of a line (from 1) without its line end.
  llvm::StringRef lineText(unsigned file, unsigned line) const;
  /// Byte offset of the first character of a line.
  unsigned lineBegin(unsigned file, unsigned line) const;
  /// The one-character range at a place given by name, line and column; nowhere if there is none.
  SourceRange rangeAt(llvm::StringRef name, unsigned line, unsigned column) const;

private:
  struct File {
    std::string name;
    std::string text;
    std::vector<unsigned> lineBegins;
    std::vector<unsigned> continuations; ///< Offsets of bytes that begin no character.
  };
  std::deque<File> files; // A deque: texts are referred to while files are added.
};

/// Prints the source line of a place, and carets below that.
void printMarkedLine(llvm::raw_ostream &os, const SourceManager &sources, SourceRange where);

} // namespace fovea

#endif
