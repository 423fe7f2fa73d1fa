//===- Program.h - A program for the accelerator ----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// DRAM is addressed in units of the machine's input type. An element of the accumulator's type
// takes ceil(accumulator bytes / input bytes) units, an entry of a table what `entryUnits` says.
// The same commands run on floats: each unit then holds one float, and a wider element or entry
// lies in the first of its units; bytes and cycles stay those of the machine's own types.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_MACHINE_PROGRAM_H
#define FOVEA_MACHINE_PROGRAM_H

#include "fovea/Machine/Isa.h"
#include <optional>

namespace fovea {

enum class Arithmetic : uint8_t { Integer, Float };

/// What a tensor of DRAM holds.
enum class ElementKind : uint8_t {
  Narrow,       ///< The machine's input or weight type, one unit each.
  Wide,         ///< The accumulator's type.
  Quantization, ///< Entries of 12 bytes, little endian: multiplier i32, then shift, zero point,
                ///< least and greatest result, i16 each. On floats: scale, zero point, least,
                ///< greatest.
  Lookup,       ///< One unit; 256 are a table, of the least input first. On floats: nothing.
  Shift,        ///< Entries of two units: rows and columns that a channel is moved by, signed.
};

enum class TensorRole : uint8_t { Input, Output, Param, Scratch };

/// A dense array in DRAM, the last extent innermost.
struct DramTensor {
  std::string name;
  TensorRole role = TensorRole::Scratch;
  ElementKind element = ElementKind::Narrow;
  std::vector<int64_t> shape;
  uint64_t address = 0; ///< In units.
  /// Of a Param: what DRAM holds when the program begins, little endian, 4 bytes (a float) or the
  /// unit's bytes for each of its units; else empty.
  std::string bytes;
};

/// A layer of the network, for reports: the commands from `first` to the next layer's first.
struct ProgramLayer {
  std::string name;
  std::string location; ///< "net.cnn:3:7"; empty if there is none.
  uint64_t first = 0;
  /// The whole layer as one matrix product, for its closed form: output pixels, filters, elements
  /// of a window, and how often it happens (groups). All 0 for a layer without one.
  int64_t pixels = 0, filters = 0, window = 0, repeat = 0;
};

namespace isa {
/// Commands and the DRAM they work on.
struct Program {
  std::string machine;                   ///< The name of the machine it was made for,
  IntegerType input, accumulator = {32}; ///< and its types.
  Arithmetic arithmetic = Arithmetic::Integer;
  uint64_t dramUnits = 0;
  std::vector<DramTensor> tensors;
  std::vector<ProgramLayer> layers;
  std::vector<isa::Command> commands;
};
} // namespace isa

/// Units of DRAM that one element, or entry, takes on a machine of these types.
int64_t unitsOf(ElementKind kind, IntegerType input, IntegerType accumulator);
inline int64_t unitsOf(ElementKind kind, const Accelerator &machine) {
  return unitsOf(kind, machine.input, machine.accumulator);
}
/// Units that a tensor takes; none if its shape is malformed: more than 8 extents, one below 1, or
/// more than 2^32 units.
std::optional<uint64_t> unitsOf(const DramTensor &tensor, const isa::Program &program);
/// Bytes of a unit in DramTensor::bytes.
inline int64_t unitBytesOf(const isa::Program &program) {
  return program.arithmetic == Arithmetic::Float ? 4 : program.input.bytes();
}

/// The binary file: versioned, little endian, with a checksum (xxh3) over all of it. Error: the
/// program is not well-formed (see checkProgram).
llvm::Expected<std::string> writeProgram(const isa::Program &program);
/// Nothing larger than a few times `bytes` is allocated, and what is read is well-formed (see
/// checkProgram). Error: what is wrong; for a command, its index.
llvm::Expected<isa::Program> readProgram(llvm::StringRef bytes);

/// Assembly text (docs/isa.md); `assemble` gives a well-formed program back.
std::string disassemble(const isa::Program &program);
/// The text of one command.
std::string disassemble(const isa::Command &command);
/// The program is well-formed (see checkProgram). Error: a line FILE:LINE:COLUMN: error: … with the
/// place marked below it, for each of the first errors.
llvm::Expected<isa::Program> assemble(llvm::StringRef text, llvm::StringRef fileName);

/// Whether a program is well-formed, for any machine: commands that can be encoded, tokens for
/// other queues alone, one halt, at the end; layers in order; tensors with names of their own,
/// inside DRAM, with as many bytes as a Param has. Error: the first flaw, with the command's index
/// and text.
llvm::Error checkProgram(const isa::Program &program);
/// Well-formed, and fit for that machine: its types, every address and extent inside its memory,
/// dataflows that the array has. Sums of one gemm, conv or dwc may not overlap.
llvm::Error checkProgram(const isa::Program &program, const Accelerator &machine);

} // namespace fovea

#endif
