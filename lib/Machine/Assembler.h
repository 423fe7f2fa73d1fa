//===- Assembler.h - The parser of assembly ---------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_MACHINE_ASSEMBLER_H
#define FOVEA_LIB_MACHINE_ASSEMBLER_H

#include "AssemblyLexer.h"
#include "AssemblyNames.h"
#include "ParamValues.h"
#include "ProgramFlaws.h"
#include "fovea/Machine/IsaTable.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace fovea {

/// What stands behind a field's '='.
struct FieldValue {
  int64_t number = 0;
  bool accumulator = false;
};

/// Functions that take a part of a line give false, or nothing, after an error; the line is then
/// skipped.
class Assembler {
public:
  Assembler(unsigned file, DiagnosticEngine &diagnostics);

  isa::Program run();

private:
  void advance() { token = lexer.next(); }
  bool fail(SourceRange where, const llvm::Twine &message) {
    diagnostics.error("", where, message);
    return false;
  }
  bool unexpected(const llvm::Twine &wanted) {
    return fail(token.range, "expected " + wanted + ", got " + token.describe());
  }
  bool unknown(const llvm::Twine &what, llvm::ArrayRef<llvm::StringRef> names);
  bool expect(AssemblyToken::Kind kind, const llvm::Twine &wanted);
  bool accept(AssemblyToken::Kind kind);
  bool acceptWord(llvm::StringRef word);
  void skipLine();

  bool line();
  bool command();
  template <typename Operands> bool fields(Operands &operands, isa::Command &command);
  template <typename Operands>
  bool oneField(Operands &operands, llvm::StringRef name, uint32_t &seen);
  bool fieldValue(isa::FieldKind kind, isa::Range range, llvm::StringRef name, FieldValue &value);
  bool address(isa::FieldKind kind, isa::Range range, llvm::StringRef name, FieldValue &value);
  bool tensorAddress(const DramTensor &tensor, SourceRange where, int64_t &number);
  bool number(int64_t &value, isa::Range range, const llvm::Twine &what);
  bool oneOf(isa::Names names, const llvm::Twine &what, size_t &index);
  bool queues(uint8_t &mask);

  bool directive();
  bool name(std::string &name, const llvm::Twine &what);
  bool type(IntegerType &type);
  bool types();
  bool tensor(TensorRole role);
  bool shape(std::vector<int64_t> &shape);
  bool values(DramTensor &tensor, uint64_t units);
  bool numbers(DramTensor &tensor, uint64_t entries, const EntryFormat &format);
  bool hex(DramTensor &tensor, uint64_t bytes);
  bool generate(uint64_t bytes, SourceRange where);
  bool layer();
  void place(DramTensor &tensor, uint64_t units);
  void reportFlaws(SourceRange end);

  DiagnosticEngine &diagnostics;
  AssemblyLexer lexer;
  AssemblyToken token;
  isa::Program program;
  llvm::StringSet<> settings; ///< Directives so far that stand once at most.
  bool inBraces = false;
  uint64_t behindTensors = 0;
  uint64_t generatedBytes = 0;
  llvm::StringMap<isa::Operation> operations;
  llvm::StringMap<size_t> tensorsByName;
  std::vector<SourceRange> tensorRanges, layerRanges, commandRanges;
};

} // namespace fovea

#endif
