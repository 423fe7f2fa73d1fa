//===- Messages.cpp - What the compiler says, with its place --------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Messages.h"
#include "fovea/Support/MlirLocations.h"
#include "mlir/IR/Remarks.h"

using namespace fovea;
using namespace mlir;

namespace {
/// Hands the remarks of passes to Messages as "pass: layer: message".
class RemarkStreamer : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit RemarkStreamer(Messages &messages) : messages(messages) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    messages.printRemark(remark.getLocation(), (remark.getCombinedCategoryName() + ": " +
                                                remark.getRemarkName() + ": " + textOf(remark))
                                                   .str());
  }

private:
  static std::string textOf(const remark::detail::Remark &remark) {
    std::string text;
    for (const auto &argument : remark.getArgs())
      text += argument.key == "Remark" ? argument.val : " " + argument.key + " = " + argument.val;
    return text;
  }

  Messages &messages;
};
} // namespace

Messages::Messages(MLIRContext &context, SourceManager &sources, llvm::raw_ostream &os,
                   bool colours, std::optional<std::string> pattern)
    : sources(sources), os(os), colours(colours),
      handler(&context, [this](Diagnostic &diagnostic) { print(diagnostic); }) {
  // A user sees the line of the file, not what became of it.
  context.printOpOnDiagnostic(false);
  if (!pattern)
    return;
  remarks.emplace(*pattern);
  std::string all = ".*";
  // Fails only where an engine is there already.
  (void)remark::enableOptimizationRemarks(context, std::make_unique<RemarkStreamer>(*this),
                                          std::make_unique<remark::RemarkEmittingPolicyAll>(),
                                          remark::RemarkCategories{all, all, all, all, all});
}

void Messages::print(Diagnostic &diagnostic) {
  if (diagnostic.getSeverity() == DiagnosticSeverity::Remark)
    return printRemark(diagnostic.getLocation(), diagnostic.str());
  printLine(diagnostic.getLocation(), diagnostic.getSeverity(), diagnostic.str());
  for (Diagnostic &note : diagnostic.getNotes())
    printLine(note.getLocation(), DiagnosticSeverity::Note, note.str());
}

void Messages::printRemark(Location location, llvm::StringRef text) {
  if (remarks && remarks->match(text))
    printLine(location, DiagnosticSeverity::Remark, text);
}

static std::pair<llvm::StringRef, llvm::raw_ostream::Colors>
appearance(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return {"error", llvm::raw_ostream::RED};
  case DiagnosticSeverity::Warning:
    return {"warning", llvm::raw_ostream::MAGENTA};
  case DiagnosticSeverity::Note:
    return {"note", llvm::raw_ostream::CYAN};
  case DiagnosticSeverity::Remark:
    return {"remark", llvm::raw_ostream::BLUE};
  }
  return {"", llvm::raw_ostream::WHITE};
}

void Messages::print(DiagnosticSeverity severity, const llvm::Twine &text) {
  auto [word, colour] = appearance(severity);
  if (colours)
    os.changeColor(colour, /*Bold=*/true);
  os << word << ": ";
  if (colours)
    os.resetColor();
  os << text << '\n';
}

void Messages::printLine(Location location, DiagnosticSeverity severity, const llvm::Twine &text) {
  std::vector<FilePosition> positions = sourcePositions(location);
  if (!positions.empty())
    os << positions[0].str() << ": ";
  print(severity, text);
  if (positions.empty() || severity == DiagnosticSeverity::Remark)
    return;
  printSource(positions[0].file, positions[0].line, positions[0].column);
  if (severity == DiagnosticSeverity::Error)
    for (size_t i = 1; i < positions.size(); ++i) {
      os << positions[i].str() << ": ";
      print(DiagnosticSeverity::Note, "in this call");
    }
}

void Messages::printSource(llvm::StringRef file, unsigned line, unsigned column) {
  SourceRange place = sources.rangeAt(file, line, column);
  if (place.isValid())
    printMarkedLine(os, sources, place);
}
