//===- Messages.h - What the compiler says, with its place ------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_DRIVER_MESSAGES_H
#define FOVEA_LIB_DRIVER_MESSAGES_H

#include "fovea/Support/SourceManager.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>

namespace fovea {

/// Prints MLIR's diagnostics and remarks of a context at their lines of the `.cnn` text for as long
/// as it lives.
class Messages {
public:
  /// Of the remarks only those that `remarks` matches are printed.
  Messages(mlir::MLIRContext &context, SourceManager &sources, llvm::raw_ostream &os, bool colours,
           std::optional<std::string> remarks);

  void print(mlir::Diagnostic &diagnostic);
  void printRemark(mlir::Location location, llvm::StringRef text);
  /// A message that belongs to no line: "error: …".
  void print(mlir::DiagnosticSeverity severity, const llvm::Twine &text);

private:
  void printLine(mlir::Location location, mlir::DiagnosticSeverity severity,
                 const llvm::Twine &text);
  void printSource(llvm::StringRef file, unsigned line, unsigned column);

  SourceManager &sources;
  llvm::raw_ostream &os;
  bool colours;
  std::optional<llvm::Regex> remarks;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace fovea

#endif
