//===- AssemblyLexer.h - Tokens of assembly ---------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_MACHINE_ASSEMBLYLEXER_H
#define FOVEA_LIB_MACHINE_ASSEMBLYLEXER_H

#include "fovea/Support/Diagnostics.h"

namespace fovea {

struct AssemblyToken {
  /// Word: a directive, name or number. LineEnd: at the end of the text too, before End.
  enum Kind {
    Word,
    String,
    Equals,
    Comma,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    LineEnd,
    End
  } kind;
  llvm::StringRef text; ///< As written; of a String what stands between the quotes.
  SourceRange range;

  bool is(Kind other) const { return kind == other; }
  /// "'='", "the end of the line".
  std::string describe() const;
};

/// Hands out tokens one by one. Blanks and comments, from # to the end of the line, are no tokens.
class AssemblyLexer {
public:
  AssemblyLexer(unsigned file, DiagnosticEngine &diagnostics)
      : text(diagnostics.sourceManager().text(file)), file(file), diagnostics(diagnostics) {}

  AssemblyToken next();

private:
  AssemblyToken make(AssemblyToken::Kind kind, size_t begin, llvm::StringRef text);
  AssemblyToken string(size_t begin);

  llvm::StringRef text;
  unsigned file;
  size_t position = 0;
  bool lineIsEmpty = true;
  DiagnosticEngine &diagnostics;
};

/// What a String means: \\xHH is a byte, \\c the character c. Malformed escapes mean themselves.
std::string unescape(llvm::StringRef text);

} // namespace fovea

#endif
