//===- AccelPrograms.h - What holds of every program ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_FUZZERS_ACCELPROGRAMS_H
#define FOVEA_TEST_FUZZERS_ACCELPROGRAMS_H

#include "Fuzzer.h"
#include "fovea/Machine/Program.h"

namespace fovea::test {

/// A program that was read or assembled: its file and its text give it back, and machines take it
/// or say why not.
inline void requireRoundTrips(const isa::Program &program) {
  auto bytes = writeProgram(program);
  require(bool(bytes), "a well-formed program is written");
  auto read = readProgram(*bytes);
  require(bool(read), "a program that is written reads back");
  std::string text = disassemble(*read);
  auto assembled = assemble(text, "x.fasm");
  require(bool(assembled), "what is disassembled assembles:\n" + text);
  require(*writeProgram(*assembled) == *bytes, "assembling gives the program back:\n" + text);
  require(disassemble(*assembled) == text, "disassembling again changes nothing:\n" + text);
  Accelerator machine;
  machine.shiftInAddressGenerator = true;
  machine.input = program.input;
  machine.accumulator = program.accumulator;
  (void)llvm::toString(checkProgram(program, machine));
}

} // namespace fovea::test

#endif
