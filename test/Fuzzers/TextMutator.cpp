//===- TextMutator.cpp - Mutations that know tokens -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// For targets that read text: two mutations in three move, repeat, drop or exchange whole tokens
// and lines, so that more of them parse; the others are libFuzzer's own, of bytes and of words of
// the dictionary.
//
//===----------------------------------------------------------------------===//
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <cstring>
#include <random>
#include <string>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {
using Pieces = std::vector<std::string>;

class TextMutator {
public:
  explicit TextMutator(unsigned seed) : random(seed) {}
  std::string mutate(llvm::StringRef text);

private:
  size_t below(size_t bound) { return bound ? random() % bound : 0; }
  void change(Pieces &pieces);
  std::string integer();

  std::minstd_rand random;
};
} // namespace

/// Words, numbers, strings, runs of blanks, and single other characters.
static Pieces splitTokens(llvm::StringRef text) {
  Pieces tokens;
  while (!text.empty()) {
    auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.' || c == '%'; };
    size_t length = 1;
    if (isWord(text[0]))
      length = text.take_while(isWord).size();
    else if (text[0] == ' ')
      length = text.take_while([](char c) { return c == ' '; }).size();
    else if (text[0] == '"')
      length = std::min(text.size(), text.drop_front().find('"') + 2);
    tokens.push_back(text.take_front(std::max<size_t>(length, 1)).str());
    text = text.drop_front(tokens.back().size());
  }
  return tokens;
}

static Pieces splitLines(llvm::StringRef text) {
  Pieces lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    size_t length = end == llvm::StringRef::npos ? text.size() : end + 1;
    lines.push_back(text.take_front(length).str());
    text = text.drop_front(length);
  }
  return lines;
}

std::string TextMutator::integer() {
  static constexpr const char *values[] = {
      "0",     "1",     "2",          "3",          "7",          "8",
      "16",    "32",    "64",         "255",        "256",        "32767",
      "32768", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807",
      "-1",    "-2",    "1e308",      "0.5"};
  return values[below(std::size(values))];
}

/// One change of a list that is not empty.
void TextMutator::change(Pieces &pieces) {
  size_t at = below(pieces.size()), other = below(pieces.size());
  size_t count = 1 + below(std::min<size_t>(8, pieces.size() - at));
  auto begin = pieces.begin() + at;
  switch (below(6)) {
  case 0:
    std::swap(pieces[at], pieces[other]);
    break;
  case 1:
    pieces[at] = pieces[other];
    break;
  case 2: {
    Pieces copy(begin, begin + count);
    pieces.insert(pieces.begin() + other, copy.begin(), copy.end());
    break;
  }
  case 3:
    pieces.erase(begin, begin + count);
    break;
  case 4:
    pieces.insert(begin, pieces[other]);
    break;
  default:
    for (size_t i = at; i < pieces.size(); ++i)
      if (llvm::isDigit(pieces[i][0])) {
        pieces[i] = integer();
        break;
      }
    break;
  }
}

std::string TextMutator::mutate(llvm::StringRef text) {
  Pieces pieces = below(4) ? splitTokens(text) : splitLines(text);
  for (size_t i = 0, count = 1 + below(4); i < count && !pieces.empty(); ++i)
    change(pieces);
  return llvm::join(pieces, "");
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize,
                                          unsigned seed) {
  if (size == 0 || seed % 3 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text =
      TextMutator(seed).mutate(llvm::StringRef(reinterpret_cast<const char *>(data), size));
  size_t length = std::min(text.size(), maxSize);
  std::memcpy(data, text.data(), length);
  return length;
}
