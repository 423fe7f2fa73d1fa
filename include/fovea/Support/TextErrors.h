//===- TextErrors.h - What is wrong with a text, and where ------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// For texts that are no programs, such as tables and descriptions of machines: each error is a line
// "FILE:LINE:COLUMN: error: what is wrong".
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_TEXTERRORS_H
#define FOVEA_SUPPORT_TEXTERRORS_H

#include "fovea/Support/SourceManager.h"
#include "llvm/ADT/Twine.h"

namespace fovea {

class TextErrors {
public:
  TextErrors(llvm::StringRef fileName, llvm::StringRef text);

  /// The text; parts of it have places.
  llvm::StringRef text() const { return sources.text(file); }
  /// "FILE:LINE:COLUMN" of a part's first character.
  std::string placeOf(llvm::StringRef part) const;
  /// The 20 that come first are kept.
  void add(llvm::StringRef part, const llvm::Twine &message);
  bool empty() const { return lines.empty(); }
  /// All of them, one a line; success if there are none.
  llvm::Error take();

private:
  SourceManager sources;
  unsigned file;
  std::string lines;
  unsigned count = 0;
};

/// Text from a file in quotes: short, printable, on one line.
std::string quoted(llvm::StringRef text);

/// A file's text. The error names the path.
llvm::Expected<std::string> readText(llvm::StringRef path);

} // namespace fovea

#endif
