//===- Format.cpp - The canonical layout of a .cnn file -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Statements begin lines; what is in them is put on one line, and where it does not fit the line is
// broken at the outermost place that helps: before stages of a pipe, between arguments or elements,
// behind operators. A break that a person made and that is kept counts as "does not fit". So what
// comes out of a second run is what came out of the first: a break that the first run added in a
// kept place is met there by the same decision.
//
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/Format.h"
#include "FormatTokens.h"
#include "fovea/Frontend/Parser.h"

using namespace fovea;
using namespace fovea::format;
using Kind = Token::Kind;

namespace {
class Layout {
public:
  explicit Layout(const LayoutTokens &tokens) : tokens(tokens) {}

  std::string run();

private:
  enum class Blank { Never, Keep, Always };

  // Lines.
  void newline(unsigned indent);
  void put(unsigned i);
  void putCommentsBefore(unsigned i, Blank blank, unsigned indent);
  void beginLine(unsigned i, Blank blank);
  void closeBody(unsigned i);
  bool joinsBrace(unsigned i) const;
  Blank blankBefore(unsigned i) const;

  // Parts of a statement: tokens [begin, end).
  void statement(unsigned begin, unsigned end);
  unsigned prefixEnd(unsigned begin, unsigned end) const;
  void items(unsigned begin, unsigned end, unsigned firstArrow);
  void pipe(unsigned begin, unsigned end, unsigned arrow);
  void expression(unsigned begin, unsigned end);
  void operands(unsigned begin, unsigned end);
  void atoms(unsigned begin, unsigned end);
  void bracket(unsigned open);
  void table(unsigned open);

  unsigned find(unsigned begin, unsigned end, Kind kind) const;
  unsigned tail(unsigned i) const;
  bool fits(unsigned begin, unsigned end, unsigned indent) const;
  bool fitsHere(unsigned begin, unsigned end) const { return fits(begin, end, nextColumn(begin)); }
  bool helpsToUnhang(unsigned open) const;
  unsigned nextColumn(unsigned i) const { return column + (tokens[i].spaced && !atLineStart); }
  /// Goes to a new line before `i` where `needed` or where a comment has ended the line.
  bool breakBefore(unsigned i, bool needed, unsigned indent);

  const LayoutTokens &tokens;
  std::string out;
  unsigned depth = 0; ///< Open bodies.
  unsigned lines = 0, column = 0;
  unsigned lineIndent = 0; ///< Where this line begins.
  unsigned hang = 0;       ///< Where the next line begins if a comment makes one.
  bool atLineStart = true;
  bool lineEnded = false;      ///< By a comment.
  unsigned commentsDone = ~0u; ///< Those before this token are printed.
  // The definition before.
  bool lastHadBody = false, lastWasImport = false;
};
} // namespace

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

void Layout::newline(unsigned indent) {
  if (!out.empty())
    out += '\n';
  out.append(indent, ' ');
  ++lines;
  column = lineIndent = indent;
  atLineStart = true;
  lineEnded = false;
}

bool Layout::breakBefore(unsigned i, bool needed, unsigned indent) {
  bool breaks = needed || lineEnded || tokens.hasCommentsBefore(i);
  if (breaks && !atLineStart)
    newline(indent);
  return breaks;
}

void Layout::putCommentsBefore(unsigned i, Blank blank, unsigned indent) {
  for (const Comment &comment : tokens.comments(i).before) {
    if (blank == Blank::Always || (blank == Blank::Keep && comment.afterBlank))
      out += '\n';
    newline(indent);
    out += comment.text;
    blank = Blank::Keep;
  }
  commentsDone = i;
}

void Layout::put(unsigned i) {
  bool commented = tokens.hasCommentsBefore(i) && commentsDone != i;
  if (lineEnded || (commented && !atLineStart))
    newline(hang);
  if (commented)
    for (const Comment &comment : tokens.comments(i).before) {
      out += comment.text;
      newline(lineIndent);
    }
  if (tokens[i].spaced && !atLineStart) {
    out += ' ';
    ++column;
  }
  out += tokens[i].text;
  column += columns(tokens[i].text);
  atLineStart = false;
  llvm::StringRef behind = tokens.comments(i).behind;
  if (behind.empty())
    return;
  out += "  ";
  out += behind;
  lineEnded = true;
}

/// Begins the line of a statement with the comments above it.
void Layout::beginLine(unsigned i, Blank blank) {
  unsigned indent = 2 * depth;
  bool commented = tokens.hasCommentsBefore(i);
  putCommentsBefore(i, blank, indent);
  if (commented)
    blank = Blank::Keep;
  if (blank == Blank::Always || (blank == Blank::Keep && tokens[i].afterBlank))
    out += '\n';
  newline(indent);
}

void Layout::closeBody(unsigned i) {
  bool isEmpty = tokens.is(i - 1, Kind::LBrace) && !tokens.hasCommentsBefore(i) && !lineEnded;
  if (!isEmpty) {
    bool isFirst = tokens.is(i - 1, Kind::LBrace);
    putCommentsBefore(i, isFirst ? Blank::Never : Blank::Keep, 2 * depth);
    newline(2 * depth - 2);
  }
  --depth;
  put(i);
}

/// `} else {` is one line.
bool Layout::joinsBrace(unsigned i) const {
  return i > 0 && tokens.is(i - 1, Kind::RBrace) && tokens.isWord(i, "else") && !lineEnded &&
         !tokens.hasCommentsBefore(i);
}

Layout::Blank Layout::blankBefore(unsigned i) const {
  if (i == 0)
    return Blank::Never;
  bool isElse = tokens.is(i - 1, Kind::RBrace) && tokens.isWord(i, "else");
  if (isElse || tokens.is(i - 1, Kind::LBrace))
    return Blank::Never;
  if (depth > 0 || tokens.is(i, Kind::End))
    return Blank::Keep;
  bool isImport = tokens.isWord(i, "import");
  unsigned end = i + 1;
  while (!tokens.is(end, Kind::End) && !tokens[end].beginsStatement &&
         !tokens.is(end, Kind::LBrace))
    ++end;
  bool hasBody = tokens.is(end, Kind::LBrace);
  bool grouped = !hasBody && !lastHadBody && isImport == lastWasImport;
  return grouped ? Blank::Keep : Blank::Always;
}

std::string Layout::run() {
  unsigned i = 0;
  while (!tokens.is(i, Kind::End)) {
    if (tokens.is(i, Kind::RBrace)) {
      closeBody(i++);
      continue;
    }
    if (!joinsBrace(i))
      beginLine(i, blankBefore(i));
    unsigned end = i + 1;
    while (!tokens.is(end, Kind::LBrace) && !tokens.is(end, Kind::RBrace) &&
           !tokens.is(end, Kind::End) && !tokens[end].beginsStatement)
      ++end;
    statement(i, end);
    bool hasBody = tokens.is(end, Kind::LBrace);
    if (depth == 0) {
      lastHadBody = hasBody;
      lastWasImport = tokens.isWord(i, "import");
    }
    if (hasBody) {
      hang = 2 * depth;
      put(end++);
      ++depth;
    }
    i = end;
  }
  putCommentsBefore(i, blankBefore(i), 0);
  return out.empty() ? out : out + '\n';
}

//===----------------------------------------------------------------------===//
// What fits
//===----------------------------------------------------------------------===//

/// The first token of `kind` outside the brackets of [begin, end), or `end`.
unsigned Layout::find(unsigned begin, unsigned end, Kind kind) const {
  while (begin < end && !tokens.is(begin, kind))
    begin = tokens.next(begin);
  return begin;
}

/// Columns of what cannot be parted from the token before `i`: closing brackets, a comma, an
/// operator, the brace of a body.
unsigned Layout::tail(unsigned i) const {
  unsigned end = i;
  while (tokens[end].closes() && !tokens[end].breaks)
    ++end;
  bool sticks = tokens.is(end, Kind::Comma) || tokens.is(end, Kind::LBrace) || tokens.isBinary(end);
  if (sticks && !tokens[end].breaks)
    ++end;
  return end == i ? 0 : tokens.width(i, end) + tokens[i].spaced;
}

/// Whether tokens that begin in column `indent` need no other line, or only those of a table that
/// is opened in this one.
bool Layout::fits(unsigned begin, unsigned end, unsigned indent) const {
  unsigned stop = tokens[begin + 1].nextBreak;
  if (stop >= end)
    return indent + tokens.width(begin, end) + tail(end) <= formatColumns;
  return tokens.isTable(stop - 1) && indent + tokens.width(begin, stop) <= formatColumns;
}

//===----------------------------------------------------------------------===//
// Parts of a statement
//===----------------------------------------------------------------------===//

/// Where the values of a statement begin; `end` if it has none.
unsigned Layout::prefixEnd(unsigned begin, unsigned end) const {
  if (tokens.isWord(begin, "else"))
    return std::min(begin + (tokens.isWord(begin + 1, "if") ? 2 : 1), end);
  bool assigns = tokens.is(begin + 1, Kind::Assign) || tokens.is(begin + 1, Kind::Comma);
  if (tokens.isWord(begin, "if") || tokens.isWord(begin, "return") ||
      (tokens.isWord(begin, "require") && !assigns))
    return begin + 1;
  if (!tokens.isWord(begin, "for"))
    return std::min(find(begin, end, Kind::Assign) + 1, end);
  while (!tokens.isWord(begin, "in"))
    begin = tokens.next(begin);
  return begin + 1;
}

void Layout::statement(unsigned begin, unsigned end) {
  unsigned indent = 2 * depth, values = prefixEnd(begin, end);
  hang = indent + 4;
  atoms(begin, values);
  if (values < end)
    items(values, end, indent + 2);
}

/// What stands between commas: in a bracket, or behind `return` and `=`. `firstArrow` is where the
/// first pipe's arrows stand if a person began a line with the first of them.
void Layout::items(unsigned begin, unsigned end, unsigned firstArrow) {
  unsigned outer = hang;
  if (lineEnded)
    newline(hang);
  unsigned indent = hang = nextColumn(begin);
  bool spread = false; // The item before takes several lines.
  for (unsigned item = begin; item < end;) {
    unsigned comma = find(item, end, Kind::Comma);
    if (item != begin) {
      bool kept = tokens[item].breaks;
      breakBefore(item, kept || spread || !fitsHere(item, comma), indent);
      firstArrow = nextColumn(item) + 2;
    }
    unsigned linesBefore = lines;
    pipe(item, comma, firstArrow);
    if (comma < end)
      put(comma);
    spread = lines != linesBefore && !tokens.endsTable(comma - 1);
    item = comma + 1;
  }
  hang = outer;
}

void Layout::pipe(unsigned begin, unsigned end, unsigned arrow) {
  unsigned stage = find(begin, end, Kind::Arrow);
  expression(begin, stage);
  unsigned outer = hang;
  bool isFirst = true, spread = false;
  while (stage < end) {
    unsigned stageEnd = find(stage + 1, end, Kind::Arrow);
    bool needed = tokens[stage].breaks || (!isFirst && (spread || !fitsHere(stage, stageEnd)));
    if (!breakBefore(stage, needed, arrow) && isFirst)
      arrow = nextColumn(stage);
    hang = arrow + 3;
    unsigned linesBefore = lines;
    atoms(stage, stageEnd);
    spread = lines != linesBefore;
    isFirst = false;
    stage = stageEnd;
  }
  hang = outer;
}

/// `name =`, `name: type =` or a label, and an expression.
void Layout::expression(unsigned begin, unsigned end) {
  unsigned value = begin;
  for (unsigned i = begin; i < end; i = tokens.next(i))
    if (tokens.is(i, Kind::Assign) || tokens.is(i, Kind::Colon))
      value = i + 1;
  atoms(begin, value);
  if (value < end)
    operands(value, end);
}

/// How loosely an operator binds that a line may be broken at; 0 is loosest.
static std::optional<unsigned> looseness(const LayoutTokens &tokens, unsigned i) {
  if (tokens.isWord(i, "else"))
    return 0;
  if (!tokens.isBinary(i) || tokens.is(i, Kind::StarStar))
    return std::nullopt;
  if (tokens.is(i, Kind::Name))
    return tokens.isWord(i, "or") ? 1 : 2;
  if (tokens[i].kind >= Kind::Equal)
    return 3;
  return tokens.is(i, Kind::Plus) || tokens.is(i, Kind::Minus) ? 4 : 5;
}

/// Breaks an expression behind the operators that bind loosest, or before `else`.
void Layout::operands(unsigned begin, unsigned end) {
  std::optional<unsigned> loosest;
  if (!fitsHere(begin, end))
    for (unsigned i = tokens.next(begin); i < end; i = tokens.next(i))
      if (auto found = looseness(tokens, i))
        loosest = std::min(loosest.value_or(*found), *found);
  if (!loosest)
    return atoms(begin, end);
  unsigned outer = hang, indent = nextColumn(begin);
  hang = indent;
  for (unsigned part = begin; part < end;) {
    unsigned partEnd = tokens.next(part);
    while (partEnd < end && looseness(tokens, partEnd) != loosest)
      partEnd = tokens.next(partEnd);
    unsigned next = partEnd < end && *loosest != 0 ? partEnd + 1 : partEnd;
    breakBefore(part, part != begin && !fitsHere(part, partEnd), indent);
    operands(part, partEnd);
    atoms(partEnd, next);
    part = next;
  }
  hang = outer;
}

void Layout::atoms(unsigned begin, unsigned end) {
  for (unsigned i = begin; i < end; i = tokens.next(i)) {
    if (tokens[i].opens())
      bracket(i);
    else
      put(i);
  }
}

/// Whether an element that is too long to stand behind the bracket fits further to the left.
bool Layout::helpsToUnhang(unsigned open) const {
  unsigned close = tokens[open].partner, indent = lineIndent + 4;
  if (!tokens.is(open, Kind::LParen) || indent >= column)
    return false;
  for (unsigned item = open + 1; item < close;) {
    unsigned comma = find(item, close, Kind::Comma);
    bool isWhole = tokens[item + 1].nextBreak >= comma;
    if (isWhole && !fits(item, comma, column) && fits(item, comma, indent))
      return true;
    item = comma + 1;
  }
  return false;
}

void Layout::bracket(unsigned open) {
  unsigned close = tokens[open].partner;
  if (tokens.isTable(open))
    return table(open);
  bool isWhole = fitsHere(open, close + 1);
  put(open);
  unsigned outer = hang;
  if (close > open + 1) {
    if (!isWhole && !lineEnded && helpsToUnhang(open))
      newline(lineIndent + 4);
    hang = column;
    items(open + 1, close, column + 2);
    put(close);
  } else {
    put(close);
  }
  hang = outer;
}

/// `[`, the rows two columns further in than this line, and `]` below its begin.
void Layout::table(unsigned open) {
  unsigned close = tokens[open].partner, indent = lineIndent, outer = hang;
  put(open);
  newline(indent + 2);
  hang = indent + 2;
  items(open + 1, close, indent + 4);
  putCommentsBefore(close, Blank::Never, indent + 2);
  newline(indent);
  put(close);
  hang = outer;
}

//===----------------------------------------------------------------------===//
// Entry
//===----------------------------------------------------------------------===//

std::optional<std::string> fovea::formatFile(unsigned file, DiagnosticEngine &diagnostics) {
  ast::File parsed = parseFile(file, diagnostics);
  if (diagnostics.hasErrors())
    return std::nullopt;
  LayoutTokens tokens(parsed, diagnostics);
  return Layout(tokens).run();
}
