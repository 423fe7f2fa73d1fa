//===- FormatText.h - What the tests of the layout look at ------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_FRONTEND_FORMATTEXT_H
#define FOVEA_TEST_FRONTEND_FORMATTEXT_H

#include "fovea/Frontend/AST.h"
#include "fovea/Frontend/Format.h"
#include "fovea/Frontend/Parser.h"
#include "llvm/ADT/StringExtras.h"

namespace fovea::test {

/// The canonical layout; nothing if the text has syntax errors.
inline std::optional<std::string> format(llvm::StringRef text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  return formatFile(sources.add("test.cnn", text), diagnostics);
}

/// The AST as text, without the places at the ends of its lines.
inline std::string tree(llvm::StringRef text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  std::string printed, stripped;
  llvm::raw_string_ostream os(printed);
  ast::print(parseFile(sources.add("test.cnn", text), diagnostics), sources, os);
  for (llvm::StringRef line : llvm::split(printed, '\n'))
    stripped += line.rsplit(" @").first.str() + '\n';
  return stripped + (diagnostics.hasErrors() ? "with errors" : "");
}

} // namespace fovea::test

#endif
