//===- FormatFuzzer.cpp - The canonical layout ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "fovea/Frontend/AST.h"
#include "fovea/Frontend/Format.h"
#include "fovea/Frontend/Parser.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;

static std::optional<std::string> format(llvm::StringRef text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  return formatFile(sources.add("fuzz.cnn", text), diagnostics);
}

/// The AST as text, without the places at the ends of its lines.
static std::string tree(llvm::StringRef text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  std::string printed, stripped;
  llvm::raw_string_ostream os(printed);
  ast::print(parseFile(sources.add("fuzz.cnn", text), diagnostics), sources, os);
  for (llvm::StringRef line : llvm::split(printed, '\n'))
    stripped += line.rsplit(" @").first.str() + '\n';
  return stripped;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text = test::asText(data, size);
  std::optional<std::string> once = format(text);
  if (!once)
    return 0;
  std::optional<std::string> twice = format(*once);
  test::require(twice.has_value(), "what was formatted parses:\n" + *once);
  test::require(*twice == *once, "formatting again changes nothing:\n" + *once + "\n" + *twice);
  test::require(tree(*once) == tree(text), "formatting keeps the program:\n" + *once);
  return 0;
}
