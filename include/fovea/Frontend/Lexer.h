//===- Lexer.h - From characters to tokens ----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_LEXER_H
#define FOVEA_FRONTEND_LEXER_H

#include "fovea/Support/Diagnostics.h"
#include <vector>

namespace fovea {

struct Token {
  enum class Kind {
    End,
    Name,
    Integer,
    Float,
    String,
    LParen,
    RParen,
    LBracket,
    RBracket,
    LBrace,
    RBrace,
    Comma,
    Colon,
    Dot,
    DotDot,
    Assign,
    Arrow,
    At,
    Plus,
    Minus,
    Star,
    StarStar,
    Slash,
    SlashSlash,
    Percent,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual
  };
  Kind kind = Kind::End;
  /// Whether a line end stands between the token before and this one. A newline ends a statement;
  /// which newlines do is for the parser to say.
  bool afterNewline = false;
  SourceRange range;
};

/// For messages: "'->'", "a name".
llvm::StringRef describe(Token::Kind kind);

/// The words that are no names. All others, `block` and `input` too, are words of the language only
/// where a definition or statement begins.
llvm::ArrayRef<llvm::StringLiteral> reservedWords();
bool isReservedWord(llvm::StringRef word);

/// Splits `range` of a file into tokens, the last of kind End. Characters that begin no token are
/// reported and skipped.
std::vector<Token> tokenize(SourceRange range, DiagnosticEngine &diagnostics);

} // namespace fovea

#endif
