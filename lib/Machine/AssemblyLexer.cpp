//===- AssemblyLexer.cpp - Tokens of assembly -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AssemblyLexer.h"
#include "AssemblyNames.h"
#include "fovea/Support/TextErrors.h"

using namespace fovea;
using llvm::StringRef;

std::string AssemblyToken::describe() const {
  switch (kind) {
  case LineEnd:
  case End:
    return "the end of the line";
  case String:
    return "a text";
  default:
    return quoted(text);
  }
}

AssemblyToken AssemblyLexer::make(AssemblyToken::Kind kind, size_t begin, StringRef tokenText) {
  lineIsEmpty = kind == AssemblyToken::LineEnd || kind == AssemblyToken::End;
  return {kind, tokenText, {file, unsigned(begin), unsigned(position)}};
}

AssemblyToken AssemblyLexer::string(size_t begin) {
  for (++position; position < text.size() && text[position] != '\n'; ++position) {
    if (text[position] == '"') {
      ++position;
      return make(AssemblyToken::String, begin, text.slice(begin + 1, position - 1));
    }
    if (text[position] == '\\' && position + 1 < text.size() && text[position + 1] != '\n')
      ++position;
  }
  AssemblyToken token = make(AssemblyToken::String, begin, text.slice(begin + 1, position));
  diagnostics.error("", token.range, "the text is not closed");
  return token;
}

AssemblyToken AssemblyLexer::next() {
  while (position < text.size()) {
    size_t begin = position;
    char c = text[position];
    if (c == '#') {
      position = std::min(text.find('\n', position), text.size());
      continue;
    }
    if (c == '"')
      return string(begin);
    if (isWordCharacter(c)) {
      position = std::min(text.find_if_not(isWordCharacter, position), text.size());
      return make(AssemblyToken::Word, begin, text.slice(begin, position));
    }
    ++position;
    if (c == '\n' && !lineIsEmpty)
      return make(AssemblyToken::LineEnd, begin, "");
    if (llvm::isSpace(c))
      continue;
    constexpr StringRef marks = "=,[]{}";
    if (size_t mark = marks.find(c); mark != StringRef::npos)
      return make(AssemblyToken::Kind(AssemblyToken::Equals + mark), begin, text.substr(begin, 1));
    while (position < text.size() && (text[position] & 0xC0) == 0x80)
      ++position; // The rest of a character.
    diagnostics.error("", {file, unsigned(begin), unsigned(position)}, "unexpected character");
  }
  return make(lineIsEmpty ? AssemblyToken::End : AssemblyToken::LineEnd, text.size(), "");
}

std::string fovea::unescape(StringRef text) {
  std::string plain;
  while (!text.empty()) {
    char c = text.front();
    text = text.drop_front();
    uint8_t byte;
    if (c == '\\' && text.size() >= 3 && text.front() == 'x' &&
        llvm::tryGetHexFromNibbles(text[1], text[2], byte)) {
      plain += static_cast<char>(byte);
      text = text.drop_front(3);
      continue;
    }
    if (c == '\\' && !text.empty() && (text.front() == '"' || text.front() == '\\')) {
      plain += text.front();
      text = text.drop_front();
      continue;
    }
    plain += c;
  }
  return plain;
}
