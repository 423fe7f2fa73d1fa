//===- Diagnostics.cpp - Errors with a code, a caret and a reason ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Support/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace fovea;

//===----------------------------------------------------------------------===//
// Collecting
//===----------------------------------------------------------------------===//

Diagnostic &Diagnostic::underline(SourceRange range) {
  underlined.push_back(range);
  return *this;
}

Diagnostic &Diagnostic::note(SourceRange place, const llvm::Twine &text) {
  notes.push_back({text.str(), place});
  return *this;
}

Diagnostic &Diagnostic::fix(SourceRange place, const llvm::Twine &text) {
  fixIts.push_back({place, text.str()});
  return *this;
}

llvm::ArrayRef<DiagnosticKind> fovea::allDiagnosticKinds() {
  static constexpr DiagnosticKind kinds[] = {
#define FOVEA_DIAGNOSTIC(CODE, TITLE) {llvm::StringLiteral(#CODE), llvm::StringLiteral(TITLE)},
#include "fovea/Support/Diagnostics.def"
  };
  return kinds;
}

Diagnostic &DiagnosticEngine::error(llvm::StringRef code, SourceRange where,
                                    const llvm::Twine &message) {
  return report(Severity::Error, code, where, message);
}

Diagnostic &DiagnosticEngine::warning(llvm::StringRef code, SourceRange where,
                                      const llvm::Twine &message) {
  return report(Severity::Warning, code, where, message);
}

Diagnostic &DiagnosticEngine::report(Severity severity, llvm::StringRef code, SourceRange where,
                                     const llvm::Twine &message) {
  bool isError = severity == Severity::Error;
  bool repeats = where.isValid() && llvm::any_of(list, [&](const auto &earlier) {
                   return earlier->code == code && earlier->where == where;
                 });
  limitPassed |= isError && !repeats && errors == errorLimit;
  if (repeats || (isError && limitPassed) || (!isError && list.size() >= 1000)) {
    dropped = {};
    return dropped;
  }
  errors += isError;
  list.push_back(std::make_unique<Diagnostic>());
  Diagnostic &added = *list.back();
  added.severity = severity;
  added.code = code.str();
  added.message = message.str();
  added.where = where;
  return added;
}

llvm::StringRef fovea::nearestName(llvm::StringRef name,
                                   llvm::ArrayRef<llvm::StringRef> candidates) {
  llvm::StringRef best;
  unsigned bestDistance = name.size() < 3 ? 1 : name.size() / 3 + 1;
  for (llvm::StringRef candidate : candidates) {
    unsigned distance = name.edit_distance_insensitive(candidate, true, bestDistance);
    if (distance < bestDistance ||
        (distance == bestDistance && best.empty() && distance < 3 && distance < candidate.size())) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

//===----------------------------------------------------------------------===//
// Printing for people
//===----------------------------------------------------------------------===//

namespace {
class Printer {
public:
  Printer(const SourceManager &sources, llvm::raw_ostream &os, bool colours)
      : sources(sources), os(os), colours(colours) {}

  void print(const Diagnostic &diagnostic);
  void colour(llvm::raw_ostream::Colors which, bool bold) {
    if (colours)
      os.changeColor(which, bold);
  }
  void reset() {
    if (colours)
      os.resetColor();
  }

private:
  void printPlace(SourceRange where);
  void printSource(const Diagnostic &diagnostic);
  void printNote(const DiagnosticNote &note);
  void printFixIt(const FixIt &fixIt);

  const SourceManager &sources;
  llvm::raw_ostream &os;
  bool colours;
};
} // namespace

/// Where the marked part of the line begins: operands may lie to the left of the operator.
static SourceRange leftmost(const Diagnostic &diagnostic, const SourceManager &sources) {
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

/// Marks, per byte of the line, what is to be printed below it.
static std::string markLine(const Diagnostic &diagnostic, unsigned lineBegin,
                            llvm::StringRef line) {
  std::string marks(line.size() + 1, ' ');
  auto mark = [&](SourceRange range, char c) {
    if (range.file != diagnostic.where.file || range.begin < lineBegin ||
        range.begin > lineBegin + line.size())
      return;
    size_t begin = range.begin - lineBegin;
    size_t end = std::min<size_t>(range.end - lineBegin, line.size());
    for (size_t i = begin; i < std::max(end, begin + 1); ++i)
      marks[i] = c;
  };
  for (SourceRange range : diagnostic.underlined)
    mark(range, '~');
  mark(diagnostic.where, '^');
  return marks;
}

void Printer::printSource(const Diagnostic &diagnostic) {
  unsigned lineNumber = sources.lineColumn(diagnostic.where).line;
  llvm::StringRef line = sources.lineText(diagnostic.where.file, lineNumber);
  unsigned lineBegin = sources.lineBegin(diagnostic.where.file, lineNumber);
  std::string marks = markLine(diagnostic, lineBegin, line);

  // A window of a very long line: machine-written files have them.
  constexpr size_t window = 160;
  size_t first = leftmost(diagnostic, sources).begin - lineBegin;
  size_t begin = line.size() > window && first > window / 2 ? first - window / 2 : 0;
  size_t end = std::min(line.size(), begin + window);

  std::string shown, below;
  for (size_t i = begin; i <= end; ++i) {
    bool atEnd = i == end;
    char c = atEnd ? ' ' : line[i];
    bool continuation = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (!atEnd)
      shown += control && c != '\t' ? '?' : c;
    if (!continuation)
      below += c == '\t' && marks[i] == ' ' ? '\t' : marks[i];
  }
  os << llvm::format("%5u | ", lineNumber) << llvm::json::fixUTF8(shown) << "\n      | ";
  colour(llvm::raw_ostream::GREEN, true);
  os << llvm::StringRef(below).rtrim();
  reset();
  os << '\n';
}

void Printer::printNote(const DiagnosticNote &note) {
  printPlace(note.where);
  colour(llvm::raw_ostream::CYAN, true);
  os << "note: ";
  reset();
  os << note.message << '\n';
}

void Printer::printFixIt(const FixIt &fixIt) {
  printPlace(fixIt.where);
  colour(llvm::raw_ostream::CYAN, true);
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

void Printer::print(const Diagnostic &diagnostic) {
  bool isError = diagnostic.severity == Severity::Error;
  printPlace(leftmost(diagnostic, sources));
  colour(isError ? llvm::raw_ostream::RED : llvm::raw_ostream::MAGENTA, true);
  os << (isError ? "error" : "warning") << '[' << diagnostic.code << "]: ";
  reset();
  os << diagnostic.message << '\n';
  if (diagnostic.where.isValid())
    printSource(diagnostic);
  for (const DiagnosticNote &note : diagnostic.notes)
    printNote(note);
  for (const FixIt &fixIt : diagnostic.fixIts)
    printFixIt(fixIt);
}

void DiagnosticEngine::print(llvm::raw_ostream &os, bool colours) const {
  Printer printer(sources, os, colours);
  for (const auto &diagnostic : list)
    printer.print(*diagnostic);
  if (limitPassed)
    os << "too many errors: stopped after " << errorLimit << '\n';
}

//===----------------------------------------------------------------------===//
// Printing for programs
//===----------------------------------------------------------------------===//

static void addPlace(llvm::json::OStream &json, const SourceManager &sources, SourceRange where) {
  if (!where.isValid())
    return;
  LineColumn begin = sources.lineColumn(where);
  LineColumn end = sources.lineColumn(where.file, where.end);
  json.attribute("file", llvm::json::fixUTF8(sources.name(where.file)));
  json.attribute("line", begin.line);
  json.attribute("column", begin.column);
  json.attribute("endLine", end.line);
  json.attribute("endColumn", end.column);
}

void DiagnosticEngine::printJson(llvm::raw_ostream &os) const {
  llvm::json::OStream json(os, 2);
  auto object = [&](SourceRange where, llvm::StringRef key, llvm::StringRef text) {
    json.object([&] {
      json.attribute(key, llvm::json::fixUTF8(text));
      addPlace(json, sources, where);
    });
  };
  json.array([&] {
    for (const auto &diagnostic : list)
      json.object([&] {
        bool isError = diagnostic->severity == Severity::Error;
        json.attribute("severity", isError ? llvm::StringRef("error") : llvm::StringRef("warning"));
        json.attribute("code", diagnostic->code);
        json.attribute("message", llvm::json::fixUTF8(diagnostic->message));
        addPlace(json, sources, diagnostic->where);
        json.attributeArray("notes", [&] {
          for (const DiagnosticNote &note : diagnostic->notes)
            object(note.where, "message", note.message);
        });
        json.attributeArray("fixIts", [&] {
          for (const FixIt &fixIt : diagnostic->fixIts)
            object(fixIt.where, "text", fixIt.text);
        });
      });
  });
  os << '\n';
}
