//===- Diagnostics.h - Errors with a code, a caret and a reason -*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Collects the errors and warnings of a run and prints them, for people:
//
//   resnet.cnn:10:15: error[E0203]: cannot add f32[1,64,56,56] and f32[1,128,28,28]: …
//      10 |   return relu(y + shortcut)
//         |               ~ ^ ~~~~~~~~
//   resnet.cnn:8:7: note: y gets its shape here
//
// or, as JSON, for programs. Codes are stable: Diagnostics.def lists them.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_DIAGNOSTICS_H
#define FOVEA_SUPPORT_DIAGNOSTICS_H

#include "fovea/Support/SourceManager.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <set>
#include <tuple>

namespace fovea {

enum class Severity { Error, Warning };

/// Says where something that a diagnostic speaks of comes from.
struct DiagnosticNote {
  std::string message;
  SourceRange where; ///< May be nowhere.
};

/// The text that would mend the program: it replaces `where`, or is inserted if that is empty.
struct FixIt {
  SourceRange where;
  std::string text;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;                    ///< "E0203".
  std::string message;                 ///< One line, lower case, no full stop.
  SourceRange where;                   ///< Marked with carets; may be nowhere.
  std::vector<SourceRange> underlined; ///< Marked with tildes, if on the same line.
  std::vector<DiagnosticNote> notes;
  std::vector<FixIt> fixIts;

  Diagnostic &underline(SourceRange range);
  Diagnostic &note(SourceRange where, const llvm::Twine &message);
  Diagnostic &fix(SourceRange where, const llvm::Twine &text);
  /// "…; did you mean 'relu'?" and the fix-it, if a name is near at all.
  Diagnostic &suggest(SourceRange where, llvm::StringRef near);
};

/// One line of Diagnostics.def.
struct DiagnosticKind {
  llvm::StringLiteral code;
  llvm::StringLiteral title;
};
llvm::ArrayRef<DiagnosticKind> allDiagnosticKinds();

class DiagnosticEngine {
public:
  explicit DiagnosticEngine(const SourceManager &sources, unsigned errorLimit = 20)
      : sources(sources), errorLimit(errorLimit) {}

  /// Adds a diagnostic, to be completed through the reference. One that repeats the code and place
  /// of an earlier one, and errors beyond the limit, are dropped.
  Diagnostic &error(llvm::StringRef code, SourceRange where, const llvm::Twine &message);
  Diagnostic &warning(llvm::StringRef code, SourceRange where, const llvm::Twine &message);

  /// Whether the diagnostic just added was dropped: then there is no need to complete it.
  bool isDropped(const Diagnostic &diagnostic) const { return &diagnostic == &dropped; }

  bool hasErrors() const { return errors != 0; }
  unsigned errorCount() const { return errors; }
  /// More errors than the limit were met: whoever looks for errors should stop.
  bool tooManyErrors() const { return limitPassed; }
  llvm::ArrayRef<std::unique_ptr<Diagnostic>> diagnostics() const { return list; }
  const SourceManager &sourceManager() const { return sources; }

  /// `colours`: for a terminal; a last line then names `fovea explain`.
  void print(llvm::raw_ostream &os, bool colours = false) const;
  /// An array of objects {severity, code, message, file, line, column, endLine, endColumn, notes,
  /// fixIts}; places that are nowhere are left out.
  void printJson(llvm::raw_ostream &os) const;

private:
  Diagnostic &report(Severity severity, llvm::StringRef code, SourceRange where,
                     const llvm::Twine &message);

  const SourceManager &sources;
  unsigned errorLimit;
  unsigned errors = 0;
  bool limitPassed = false;
  std::vector<std::unique_ptr<Diagnostic>> list;
  std::set<std::tuple<std::string, unsigned, unsigned, unsigned>> places; ///< Code, file, range.
  Diagnostic dropped;
};

/// The name among `candidates` that `name` is likely a misspelling of, or an empty one.
llvm::StringRef nearestName(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> candidates);

} // namespace fovea

#endif
