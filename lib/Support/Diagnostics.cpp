//===- Diagnostics.cpp - Errors with a code, a caret and a reason ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Support/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
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

Diagnostic &Diagnostic::suggest(SourceRange place, llvm::StringRef near) {
  if (near.empty())
    return *this;
  bool isQuoted = near.starts_with("\"");
  message +=
      ("; did you mean " + llvm::Twine(isQuoted ? "" : "'") + near + (isQuoted ? "?" : "'?")).str();
  return fix(place, near);
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
  std::tuple place(code.str(), where.file, where.begin, where.end);
  bool repeats = where.isValid() && places.count(place);
  limitPassed |= isError && !repeats && errors == errorLimit;
  if (repeats || (isError && limitPassed) || (!isError && list.size() >= 1000)) {
    dropped = {};
    return dropped;
  }
  errors += isError;
  places.insert(place);
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
  unsigned bestDistance = name.size() < 4 ? 1 : name.size() / 3 + 1;
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
