//===- TextErrors.cpp - What is wrong with a text, and where --------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;

TextErrors::TextErrors(llvm::StringRef fileName, llvm::StringRef text)
    : file(sources.add(fileName, text)) {}

std::string TextErrors::placeOf(llvm::StringRef part) const {
  LineColumn place = sources.lineColumn(file, part.data() - text().data());
  return (sources.name(file) + ":" + llvm::Twine(place.line) + ":" + llvm::Twine(place.column))
      .str();
}

void TextErrors::add(llvm::StringRef part, const llvm::Twine &message) {
  constexpr unsigned most = 20;
  if (count++ < most)
    lines += (llvm::Twine(lines.empty() ? "" : "\n") + placeOf(part) + ": error: " + message).str();
}

llvm::Error TextErrors::take() {
  return lines.empty() ? llvm::Error::success() : llvm::createStringError(lines);
}

std::string fovea::quoted(llvm::StringRef text) {
  constexpr size_t longest = 60;
  std::string escaped;
  llvm::raw_string_ostream os(escaped);
  os << '\'';
  llvm::printEscapedString(text.take_front(longest), os);
  os << (text.size() > longest ? "…'" : "'");
  return escaped;
}

llvm::Expected<std::string> fovea::readText(llvm::StringRef path) {
  SourceManager sources;
  llvm::Expected<unsigned> file = sources.load(path);
  if (!file)
    return llvm::createStringError("cannot read '" + path +
                                   "': " + llvm::toString(file.takeError()));
  return sources.text(*file).str();
}
