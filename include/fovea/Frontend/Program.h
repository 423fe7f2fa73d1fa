//===- Program.h - A .cnn file with all that it imports ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_PROGRAM_H
#define FOVEA_FRONTEND_PROGRAM_H

#include "fovea/Frontend/AST.h"
#include "fovea/Support/Diagnostics.h"
#include <map>

namespace fovea {

/// The files of a program, the main one first, and which names each of them sees: its own
/// definitions and those of the files it imports.
class Program {
public:
  const ast::File &mainFile() const { return *files.front(); }
  llvm::ArrayRef<std::unique_ptr<ast::File>> allFiles() const { return files; }
  /// What `name` means in the file of number `file`; null if it means nothing there.
  const ast::Definition *lookup(unsigned file, llvm::StringRef name) const;
  /// The names that a file sees, sorted.
  std::vector<llvm::StringRef> visibleNames(unsigned file) const;
  /// Loads what the text of the file `from` calls `path`: it is looked for beside that file, then
  /// in the library folders. The error's message says where it was looked for.
  llvm::Expected<unsigned> load(SourceManager &sources, unsigned from, llvm::StringRef path) const;

private:
  friend class ProgramLoader;
  std::vector<std::unique_ptr<ast::File>> files;
  std::vector<std::string> libraryFolders;
  std::map<unsigned, std::map<std::string, const ast::Definition *>> scopes;
};

/// Reads, parses and checks a file and its imports, which are looked for beside the importing file,
/// then in `libraryFolders`; the file itself too, if its path is relative and there is none. The
/// program may be used only if no error was reported.
Program parseProgram(SourceManager &sources, llvm::StringRef path,
                     llvm::ArrayRef<std::string> libraryFolders, DiagnosticEngine &diagnostics);

/// A network that can be chosen, and what its user may still set.
struct NetworkInfo {
  struct Parameter {
    std::string name;
    std::string type;         ///< Empty if any type will do.
    std::string defaultValue; ///< As written; empty if a value has to be given.
  };
  std::string name;
  SourceRange where;
  std::vector<Parameter> parameters; ///< Those that are open.

  /// All parameters have values.
  bool isComplete() const;
  /// "resnet18(classes: int = 1000, size: int = 224)".
  std::string signature() const;
};

/// The networks of the main file, in its order.
std::vector<NetworkInfo> listNetworks(const Program &program, const SourceManager &sources);

/// What the command line names: `file.cnn` or `file.cnn:network`.
struct NetworkSpec {
  std::string path;
  std::string network; ///< Empty if none is named.
};
NetworkSpec splitNetworkSpec(llvm::StringRef text);

} // namespace fovea

#endif
