//===- ParserImpl.h - The parser's state ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Recursive descent. A function that fails has reported why and gives null or false; statements
// recover.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_PARSERIMPL_H
#define FOVEA_LIB_FRONTEND_PARSERIMPL_H

#include "fovea/Frontend/Lexer.h"
#include "fovea/Frontend/Parser.h"

namespace fovea {

class Parser {
public:
  Parser(unsigned file, DiagnosticEngine &diagnostics)
      : file(file), sources(diagnostics.sourceManager()), diagnostics(diagnostics) {
    unsigned size = sources.text(file).size();
    tokens = tokenize({file, 0, size}, diagnostics);
  }

  ast::File parseFile();
  ast::ExprPtr parseLoneExpression();

private:
  using Kind = Token::Kind;

  /// What may stand before the call that begins a pipe.
  enum class Prefix { None, Hints, HintsAndLabel };

  // Definitions and statements: Parser.cpp.
  void parseTopLevel(ast::File &result);
  bool parseImport(ast::File &result);
  std::unique_ptr<ast::Definition> parseDefinition();
  bool parseDefinitionBody(ast::Definition &definition);
  bool parseParameters(std::vector<ast::Parameter> &parameters);
  bool parseParameter(ast::Parameter &parameter);
  bool parseBody(ast::Body &body);
  ast::StmtPtr parseStatement();
  ast::StmtPtr parseStatementKind();
  ast::StmtPtr parseIf();
  ast::StmtPtr parseFor();
  ast::StmtPtr parseReturn();
  ast::StmtPtr parseRequire();
  ast::StmtPtr parseInput();
  ast::StmtPtr parseOutput();
  ast::StmtPtr parseLayer();
  ast::StmtPtr parseLabels();
  ast::StmtPtr parseUnused();
  ast::ExprPtr parseText(llvm::StringRef what);
  ast::StmtPtr parseAssignment();
  ast::StmtPtr parseElseIf();
  ast::StmtPtr parseUnusedValue();
  bool parseNames(std::vector<ast::Name> &names);
  bool expectEndOfStatement();
  void recover(size_t begin);
  bool beginsDefinition() const;

  // Expressions: ParseExpression.cpp.
  ast::ExprPtr parseRightHandSide();
  ast::ExprPtr parsePipe(Prefix allowed = Prefix::None);
  bool parseStages(ast::PipeExpr &pipe);
  std::unique_ptr<ast::CallExpr> parseStage();
  ast::ExprPtr parseExpr();
  ast::ExprPtr parseBinary(unsigned minPrecedence);
  ast::ExprPtr parseUnary();
  ast::ExprPtr parsePower();
  ast::ExprPtr parsePostfix();
  ast::ExprPtr parsePostfixOf(ast::ExprPtr base, bool callsAllowed);
  ast::ExprPtr parsePrimary();
  ast::ExprPtr parseNumber();
  ast::ExprPtr parseName();
  ast::ExprPtr parseString();
  bool parseInterpolation(SourceRange range, ast::StringExpr &result);
  ast::ExprPtr parseList();
  ast::ExprPtr parseParentheses();
  ast::ExprPtr parseTuple(SourceRange open, ast::ExprPtr first);
  ast::ExprPtr parseRecord(SourceRange open);
  bool parseArguments(ast::CallExpr &call);
  bool parseArgument(ast::Argument &argument);
  bool parsePrefix(Prefix allowed);
  bool parseHints(std::vector<ast::Hint> &hints);
  bool parseHint(ast::Hint &hint);
  bool rejectLateHint(SourceRange label);
  ast::ExprPtr parseLabel();
  bool atLabel() const;
  ast::ExprPtr pipeNeedsParentheses(SourceRange pipe);

  /// Parses `element { ',' element } [ ',' ]` up to `close`, which it consumes.
  template <typename Element>
  bool parseSequence(SourceRange open, Kind close, Element parseElement);
  /// Sets the range and depth of a node that has all its children.
  ast::ExprPtr finish(ast::ExprPtr expr, std::initializer_list<const ast::Expr *> children);
  bool deepen(ast::Expr &expr, const ast::Expr &child);

  // Tokens.
  const Token &peek(unsigned ahead = 0) const {
    return tokens[std::min(position + ahead, tokens.size() - 1)];
  }
  bool at(Kind kind) const { return peek().kind == kind; }
  bool atWord(llvm::StringRef word) const {
    return at(Kind::Name) && sources.text(peek().range) == word;
  }
  /// A newline here ends the statement.
  bool atLineEnd() const { return brackets == 0 && peek().afterNewline; }
  SourceRange take();
  SourceRange lastRange() const { return last; }
  bool accept(Kind kind);
  bool expect(Kind kind, llvm::StringRef context);
  bool expectName(ast::Name &name, llvm::StringRef what);
  bool expectClosing(Kind close, SourceRange open);
  std::string describeNext() const;
  Diagnostic &error(llvm::StringRef code, SourceRange where, const llvm::Twine &message);
  Diagnostic &unknownWord(const llvm::Twine &message, llvm::ArrayRef<llvm::StringRef> known);
  bool tooDeep(SourceRange where);

  /// Counts nested parse functions.
  struct Nesting {
    explicit Nesting(Parser &parser) : parser(parser) { ++parser.nesting; }
    ~Nesting() { --parser.nesting; }
    Parser &parser;
  };

  unsigned file;
  const SourceManager &sources;
  DiagnosticEngine &diagnostics;
  std::vector<Token> tokens;
  size_t position = 0;
  SourceRange last;      ///< Of the token taken last.
  unsigned brackets = 0; ///< Open '(' and '[' around the next token.
  unsigned nesting = 0;
  bool interpolating = false;
  bool abandoned = false; ///< The nesting bound was passed: nothing more is reported.
  Diagnostic unreported;
  // Read, and waiting for their call:
  std::vector<ast::Hint> pendingHints;
  ast::ExprPtr pendingLabel;
};

template <typename Element>
bool Parser::parseSequence(SourceRange open, Kind close, Element parseElement) {
  ++brackets;
  while (!at(close) && !at(Kind::RBrace) && !at(Kind::End)) {
    if (!parseElement())
      return false;
    if (!accept(Kind::Comma))
      break;
  }
  --brackets;
  return expectClosing(close, open);
}

} // namespace fovea

#endif
