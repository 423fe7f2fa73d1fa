//===- FormatTokens.cpp - The tokens of a file, to be laid out ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "FormatTokens.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;
using namespace fovea::format;
using Kind = Token::Kind;

unsigned format::columns(llvm::StringRef text) {
  return llvm::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
}

static void collectStarts(const ast::Body &body, llvm::DenseSet<unsigned> &starts) {
  for (const ast::StmtPtr &statement : body) {
    starts.insert(statement->range.begin);
    if (auto *branching = llvm::dyn_cast<ast::IfStmt>(statement.get()))
      for (const ast::IfStmt::Branch &branch : branching->branches)
        collectStarts(branch.body, starts);
    if (auto *loop = llvm::dyn_cast<ast::ForStmt>(statement.get()))
      collectStarts(loop->body, starts);
  }
}

/// Where imports, definitions and statements begin.
static llvm::DenseSet<unsigned> collectStarts(const ast::File &file) {
  llvm::DenseSet<unsigned> starts;
  for (const ast::Import &import : file.imports)
    starts.insert(import.range.begin);
  for (auto &definition : file.definitions) {
    starts.insert(definition->range.begin);
    collectStarts(definition->body, starts);
  }
  return starts;
}

LayoutTokens::LayoutTokens(const ast::File &file, DiagnosticEngine &diagnostics) {
  addTokens(file, diagnostics);
  for (unsigned i = 0; i < tokens.size(); ++i)
    tokens[i].attached = tokens[i].opens() && followsOperand(i);
  dropIdleCommas();
  pairBrackets();
  for (unsigned i = 1; i < tokens.size(); ++i)
    tokens[i].spaced = isSpaced(i);
  findBreaks();
  measure();
}

void LayoutTokens::addTokens(const ast::File &file, DiagnosticEngine &diagnostics) {
  const SourceManager &sources = diagnostics.sourceManager();
  llvm::StringRef text = sources.text(file.id);
  llvm::DenseSet<unsigned> starts = collectStarts(file);
  unsigned end = 0;
  for (const Token &token : tokenize({file.id, 0, unsigned(text.size())}, diagnostics)) {
    LayoutToken added;
    added.text = sources.text(token.range);
    added.kind = token.kind;
    added.offset = token.range.begin;
    added.beginsStatement = starts.contains(token.range.begin);
    added.afterNewline = token.afterNewline;
    addComments(text.slice(end, token.range.begin), added);
    tokens.push_back(added);
    end = token.range.end;
  }
}

/// Reads the blanks and comments between the token added last and this one.
void LayoutTokens::addComments(llvm::StringRef gap, LayoutToken &token) {
  unsigned lines = 0;
  bool newlineSeen = tokens.empty();
  for (size_t i = 0; i < gap.size(); ++i) {
    if (gap[i] == '\n') {
      ++lines;
      newlineSeen = true;
    }
    if (gap[i] != '#')
      continue;
    llvm::StringRef comment = gap.substr(i).split('\n').first;
    i += comment.size() - 1;
    if (newlineSeen) {
      commentsOf[token.offset].before.push_back({comment.rtrim(), lines > 1});
      token.hasComments = true;
    } else {
      commentsOf[tokens.back().offset].behind = comment.rtrim();
      tokens.back().hasComments = true;
    }
    lines = 0;
  }
  token.afterBlank = lines > 1;
}

const Comments &LayoutTokens::comments(unsigned i) const {
  static const Comments none;
  auto found = commentsOf.find(tokens[i].offset);
  return tokens[i].hasComments && found != commentsOf.end() ? found->second : none;
}

//===----------------------------------------------------------------------===//
// Commas and brackets
//===----------------------------------------------------------------------===//

void LayoutTokens::pairBrackets() {
  std::vector<unsigned> open;
  for (unsigned i = 0; i < tokens.size(); ++i) {
    if (tokens[i].opens())
      open.push_back(i);
    if (tokens[i].closes()) {
      tokens[open.back()].partner = i;
      tokens[i].partner = open.back();
      open.pop_back();
    }
  }
}

/// Whether the comma at `i`, in the bracket that begins at `open`, says nothing: it stands before a
/// closing bracket on the same line and is not what makes a tuple of one value.
bool LayoutTokens::isIdleComma(unsigned i, unsigned open, unsigned commas) const {
  bool makesTuple = is(open, Kind::LParen) && !tokens[open].attached && commas == 1;
  return is(i, Kind::Comma) && tokens[i + 1].closes() && !tokens[i].hasComments && !isTable(open) &&
         !makesTuple;
}

void LayoutTokens::dropIdleCommas() {
  struct Bracket {
    unsigned open, commas;
  };
  std::vector<Bracket> around;
  std::vector<LayoutToken> kept;
  for (unsigned i = 0; i < tokens.size(); ++i) {
    if (tokens[i].opens())
      around.push_back({i, 0});
    if (tokens[i].closes())
      around.pop_back();
    if (is(i, Kind::Comma) && !around.empty() &&
        isIdleComma(i, around.back().open, ++around.back().commas))
      continue;
    kept.push_back(tokens[i]);
  }
  tokens = std::move(kept);
}

//===----------------------------------------------------------------------===//
// Blanks and breaks
//===----------------------------------------------------------------------===//

static bool isWordOperator(const LayoutToken &token) {
  return token.kind == Kind::Name && isReservedWord(token.text) && token.text != "true" &&
         token.text != "false";
}

/// Whether what stands before `i` is a value, so that a bracket belongs to it and a minus has two
/// operands.
bool LayoutTokens::followsOperand(unsigned i) const {
  if (i == 0 || tokens[i].beginsStatement)
    return false;
  const LayoutToken &before = tokens[i - 1];
  bool isName = before.kind == Kind::Name && !isWordOperator(before);
  // `require` is a word of the language only here; with a bracket behind it, it begins nothing
  // else.
  if (isName && before.beginsStatement && before.text == "require")
    return false;
  return isName || before.closes() || before.kind == Kind::Integer || before.kind == Kind::Float ||
         before.kind == Kind::String;
}

bool LayoutTokens::isBinary(unsigned i) const {
  if (is(i, Kind::Minus))
    return followsOperand(i);
  return tokens[i].kind >= Kind::Plus || isWord(i, "and") || isWord(i, "or");
}

bool LayoutTokens::isSpaced(unsigned i) const {
  const LayoutToken &token = tokens[i], &before = tokens[i - 1];
  bool signs = before.kind == Kind::Minus && !followsOperand(i - 1);
  if (before.opens() || before.kind == Kind::Dot || before.kind == Kind::DotDot ||
      before.kind == Kind::At || signs)
    return false;
  if (token.opens())
    return !token.attached;
  bool emptyBody = token.kind == Kind::RBrace && before.kind == Kind::LBrace;
  return !emptyBody && !token.closes() && token.kind != Kind::Comma && token.kind != Kind::Colon &&
         token.kind != Kind::Dot && token.kind != Kind::DotDot;
}

void LayoutTokens::findBreaks() {
  std::vector<unsigned> open;
  for (unsigned i = 1; i < tokens.size(); ++i) {
    if (tokens[i - 1].opens())
      open.push_back(i - 1);
    bool inList = !open.empty() && isList(open.back());
    bool isElement = is(i - 1, Kind::Comma) || tokens[i - 1].opens();
    bool kept = is(i, Kind::Arrow) || (inList && isElement && !tokens[i].closes());
    tokens[i].breaks = (tokens[i].afterNewline && kept) || endsTable(i) || hasCommentsBefore(i) ||
                       !comments(i - 1).behind.empty();
    if (tokens[i].closes())
      open.pop_back();
  }
}

void LayoutTokens::measure() {
  unsigned column = 0;
  for (LayoutToken &token : tokens) {
    token.begin = column += token.spaced;
    column += columns(token.text);
  }
  unsigned nextBreak = tokens.size();
  for (unsigned i = tokens.size(); i-- > 0;) {
    if (tokens[i].breaks)
      nextBreak = i;
    tokens[i].nextBreak = nextBreak;
  }
}

unsigned LayoutTokens::width(unsigned begin, unsigned end) const {
  return begin == end ? 0
                      : tokens[end - 1].begin + columns(tokens[end - 1].text) - tokens[begin].begin;
}
