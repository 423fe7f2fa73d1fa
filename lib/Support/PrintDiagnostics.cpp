//===- PrintDiagnostics.cpp - Diagnostics as people read them -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Support/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Unicode.h"

using namespace fovea;

namespace {
/// The line that a diagnostic marks, or the part of it that is shown: machine-written files have
/// very long ones.
struct ShownLine {
  unsigned number;
  SourceRange shown;           ///< Of the bytes.
  std::vector<size_t> columns; ///< Of each shown byte and of the place behind the last.

  size_t column(unsigned offset) const { return columns[offset - shown.begin]; }
  size_t width() const { return columns.back(); }
  bool holds(SourceRange range) const {
    return range.file == shown.file && range.begin >= shown.begin && range.end <= shown.end;
  }
};

class Printer {
public:
  Printer(const SourceManager &sources, llvm::raw_ostream &os, bool colours)
      : sources(sources), os(os), colours(colours) {}

  void print(const Diagnostic &diagnostic);
  /// The line with its marks.
  ShownLine printMarked(const Diagnostic &diagnostic);

private:
  void colour(llvm::raw_ostream::Colors which) {
    if (colours)
      os.changeColor(which, /*Bold=*/true);
  }
  void reset() {
    if (colours)
      os.resetColor();
  }
  SourceRange leftmost(const Diagnostic &diagnostic) const;
  ShownLine showLine(const Diagnostic &diagnostic) const;
  void printPlace(SourceRange where);
  void printSource(const ShownLine &line);
  void printBelow(const ShownLine &line, llvm::StringRef marks);
  void printNote(const DiagnosticNote &note);
  void printFixIt(const FixIt &fixIt);

  const SourceManager &sources;
  llvm::raw_ostream &os;
  bool colours;
};
} // namespace

/// Columns of a character: none for an accent that joins the one before, two for a Chinese one.
/// What cannot be printed is replaced by something one column wide.
static unsigned widthOf(llvm::StringRef character) {
  int width = llvm::sys::unicode::columnWidthUTF8(character);
  return width < 0 ? 1 : width;
}

static bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Where the marked part of the line begins: operands may lie to the left of the operator.
SourceRange Printer::leftmost(const Diagnostic &diagnostic) const {
  SourceRange first = diagnostic.where;
  if (!first.isValid())
    return first;
  unsigned line = sources.lineColumn(first).line;
  for (SourceRange range : diagnostic.underlined)
    if (range.file == first.file && range.begin < first.begin &&
        sources.lineColumn(range).line == line)
      first = range;
  return first;
}

void Printer::printPlace(SourceRange where) {
  if (!where.isValid())
    return;
  LineColumn place = sources.lineColumn(where);
  os << sources.name(where.file) << ':' << place.line << ':' << place.column << ": ";
}

//===----------------------------------------------------------------------===//
// The source line and what stands below it
//===----------------------------------------------------------------------===//

ShownLine Printer::showLine(const Diagnostic &diagnostic) const {
  constexpr size_t window = 160;
  unsigned file = diagnostic.where.file;
  unsigned number = sources.lineColumn(diagnostic.where).line;
  llvm::StringRef text = sources.lineText(file, number);
  unsigned lineBegin = sources.lineBegin(file, number);
  size_t first = leftmost(diagnostic).begin - lineBegin;
  unsigned begin = text.size() > window && first > window / 2 ? first - window / 2 : 0;
  unsigned end = std::min(text.size(), begin + window);
  ShownLine line{number, {file, lineBegin + begin, lineBegin + end}, {0}};
  for (unsigned i = begin, characterBegin = begin; i < end; ++i) {
    bool endsCharacter = i + 1 == end || !isContinuation(text[i + 1]);
    unsigned width = endsCharacter ? widthOf(text.slice(characterBegin, i + 1)) : 0;
    line.columns.push_back(line.columns.back() + width);
    if (endsCharacter)
      characterBegin = i + 1;
  }
  return line;
}

void Printer::printSource(const ShownLine &line) {
  std::string text;
  for (char c : sources.text(line.shown)) {
    bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    text += control && c != '\t' ? '?' : c;
  }
  os << llvm::format("%5u | ", line.number) << llvm::json::fixUTF8(text) << '\n';
}

/// Prints marks, one for each column; below a tab a blank is a tab too, so that both lines agree.
void Printer::printBelow(const ShownLine &line, llvm::StringRef marks) {
  std::string below = marks.rtrim(' ').str();
  for (unsigned offset = line.shown.begin; offset < line.shown.end; ++offset) {
    size_t column = line.column(offset);
    if (column < below.size() && below[column] == ' ' &&
        sources.text({line.shown.file, offset, offset + 1}) == "\t")
      below[column] = '\t';
  }
  os << "      | ";
  colour(llvm::raw_ostream::GREEN);
  os << below;
  reset();
  os << '\n';
}

/// Carets below the place, tildes below what belongs to it.
static std::string markLine(const Diagnostic &diagnostic, const ShownLine &line) {
  std::string marks(line.width() + 1, ' ');
  auto mark = [&](SourceRange range, char c) {
    if (range.file != line.shown.file || range.begin < line.shown.begin ||
        range.begin > line.shown.end)
      return;
    size_t begin = line.column(range.begin);
    size_t end = line.column(std::min(range.end, line.shown.end));
    for (size_t i = begin; i < std::max(end, begin + 1); ++i)
      marks[i] = c;
  };
  for (SourceRange range : diagnostic.underlined)
    mark(range, '~');
  mark(diagnostic.where, '^');
  return marks;
}

static bool fitsBelow(const FixIt &fixIt, const ShownLine &line) {
  return !fixIt.text.empty() && line.holds(fixIt.where);
}

/// The texts of the fix-its, each below the place where it belongs; one that has no room there
/// moves to the right.
static std::string writeFixIts(const Diagnostic &diagnostic, const ShownLine &line) {
  std::vector<const FixIt *> fixIts;
  for (const FixIt &fixIt : diagnostic.fixIts)
    if (fitsBelow(fixIt, line))
      fixIts.push_back(&fixIt);
  llvm::stable_sort(fixIts, [](auto *a, auto *b) { return a->where.begin < b->where.begin; });
  std::string text;
  for (const FixIt *fixIt : fixIts) {
    size_t column = line.column(fixIt->where.begin);
    text.resize(text.size() <= column ? column : text.size() + 1, ' ');
    text += fixIt->text;
  }
  return text;
}

//===----------------------------------------------------------------------===//
// A diagnostic
//===----------------------------------------------------------------------===//

void Printer::printNote(const DiagnosticNote &note) {
  printPlace(note.where);
  colour(llvm::raw_ostream::CYAN);
  os << "note: ";
  reset();
  os << note.message << '\n';
}

void Printer::printFixIt(const FixIt &fixIt) {
  printPlace(fixIt.where);
  colour(llvm::raw_ostream::CYAN);
  os << "fix: ";
  reset();
  llvm::StringRef old = sources.text(fixIt.where);
  if (old.empty())
    os << "insert '" << fixIt.text << "'\n";
  else if (fixIt.text.empty())
    os << "remove '" << old << "'\n";
  else
    os << "replace '" << old << "' by '" << fixIt.text << "'\n";
}

ShownLine Printer::printMarked(const Diagnostic &diagnostic) {
  ShownLine line = showLine(diagnostic);
  printSource(line);
  printBelow(line, markLine(diagnostic, line));
  return line;
}

void Printer::print(const Diagnostic &diagnostic) {
  bool isError = diagnostic.severity == Severity::Error;
  printPlace(leftmost(diagnostic));
  colour(isError ? llvm::raw_ostream::RED : llvm::raw_ostream::MAGENTA);
  os << (isError ? "error" : "warning");
  if (!diagnostic.code.empty())
    os << '[' << diagnostic.code << ']';
  os << ": ";
  reset();
  os << diagnostic.message << '\n';
  std::optional<ShownLine> line;
  if (diagnostic.where.isValid()) {
    line = printMarked(diagnostic);
    if (std::string text = writeFixIts(diagnostic, *line); !text.empty())
      printBelow(*line, text);
  }
  for (const DiagnosticNote &note : diagnostic.notes)
    printNote(note);
  for (const FixIt &fixIt : diagnostic.fixIts)
    if (!line || !fitsBelow(fixIt, *line))
      printFixIt(fixIt);
}

void fovea::printMarkedLine(llvm::raw_ostream &os, const SourceManager &sources,
                            SourceRange where) {
  Diagnostic marked;
  marked.where = where;
  Printer(sources, os, /*colours=*/false).printMarked(marked);
}

void DiagnosticEngine::print(llvm::raw_ostream &os, bool colours) const {
  Printer printer(sources, os, colours);
  for (const auto &diagnostic : list)
    printer.print(*diagnostic);
  if (limitPassed)
    os << "too many errors: stopped after " << errorLimit << '\n';
  auto error = llvm::find_if(
      list, [](const auto &diagnostic) { return diagnostic->severity == Severity::Error; });
  if (colours && error != list.end() && !(*error)->code.empty())
    os << "note: `fovea explain " << (*error)->code << "` tells more\n";
}
