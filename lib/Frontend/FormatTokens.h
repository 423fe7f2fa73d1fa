//===- FormatTokens.h - The tokens of a file, to be laid out ----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_FORMATTOKENS_H
#define FOVEA_LIB_FRONTEND_FORMATTOKENS_H

#include "fovea/Frontend/AST.h"
#include "fovea/Frontend/Lexer.h"
#include <map>

namespace fovea::format {

/// A comment on a line of its own.
struct Comment {
  llvm::StringRef text;
  bool afterBlank; ///< A blank line stands before it.
};

/// The comments around one token.
struct Comments {
  std::vector<Comment> before;
  llvm::StringRef behind; ///< On the token's line; may be empty.
};

struct LayoutToken {
  using Kind = Token::Kind;
  llvm::StringRef text;
  Kind kind = Kind::End;
  bool beginsStatement = false; ///< Or a definition, or an import.
  bool afterNewline = false;
  bool afterBlank = false;
  bool spaced = false;   ///< A blank stands before it where it does not begin a line.
  bool attached = false; ///< A bracket that belongs to the operand before it: a call's, an index's.
  /// A line must begin here: a person's break that is kept, or a comment's end.
  bool breaks = false;
  bool hasComments = false;
  unsigned offset = 0;    ///< In the text.
  unsigned partner = 0;   ///< Of a bracket: the index of the other one.
  unsigned begin = 0;     ///< The column if the whole file were one line.
  unsigned nextBreak = 0; ///< The first token from here on that breaks.

  bool opens() const { return kind == Kind::LParen || kind == Kind::LBracket; }
  bool closes() const { return kind == Kind::RParen || kind == Kind::RBracket; }
};

/// The tokens of an error-free file with all that the layout depends on; the last is its end.
class LayoutTokens {
public:
  LayoutTokens(const ast::File &file, DiagnosticEngine &diagnostics);

  const LayoutToken &operator[](unsigned i) const { return tokens[i]; }
  bool is(unsigned i, Token::Kind kind) const { return tokens[i].kind == kind; }
  bool isWord(unsigned i, llvm::StringRef word) const {
    return is(i, Token::Kind::Name) && tokens[i].text == word;
  }
  /// Of tokens on one line, without a blank before the first.
  unsigned width(unsigned begin, unsigned end) const;
  /// The token behind `i`, or behind the bracket that `i` opens.
  unsigned next(unsigned i) const { return (tokens[i].opens() ? tokens[i].partner : i) + 1; }
  const Comments &comments(unsigned i) const;
  bool hasCommentsBefore(unsigned i) const {
    return tokens[i].hasComments && !comments(i).before.empty();
  }
  /// An operator of two operands, which a line may end with.
  bool isBinary(unsigned i) const;
  bool isList(unsigned i) const { return is(i, Token::Kind::LBracket) && !tokens[i].attached; }
  /// A list whose first element a person wrote on a line of its own.
  bool isTable(unsigned i) const {
    return isList(i) && tokens[i + 1].afterNewline && !tokens[i + 1].closes();
  }
  bool endsTable(unsigned i) const {
    return is(i, Token::Kind::RBracket) && isTable(tokens[i].partner);
  }

private:
  void addTokens(const ast::File &file, DiagnosticEngine &diagnostics);
  void addComments(llvm::StringRef gap, LayoutToken &token);
  void pairBrackets();
  bool isIdleComma(unsigned i, unsigned open, unsigned commas) const;
  void dropIdleCommas();
  bool followsOperand(unsigned i) const;
  bool isSpaced(unsigned i) const;
  void findBreaks();
  void measure();

  std::vector<LayoutToken> tokens;
  std::map<unsigned, Comments> commentsOf; ///< By the token's offset.
};

/// Columns that a text takes: its characters, not its bytes.
unsigned columns(llvm::StringRef text);

} // namespace fovea::format

#endif
