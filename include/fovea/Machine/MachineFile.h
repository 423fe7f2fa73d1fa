//===- MachineFile.h - Machines as text --------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A machine file holds key=value pairs parted by blanks and lines; # begins a comment. One table,
// `machineKeys`, gives parser, printer and the table of docs/machines.md.
//
// Energies that a file does not give are estimated for a process of 45 nm from the figures of
// M. Horowitz, "Computing's energy problem", ISSCC 2014:
//   a multiplication of 8 bits takes 0.2 pJ, of 32 bits 3.1 pJ: with the square of the width;
//   an addition of 32 bits takes 0.1 pJ: with the width;
//   8 bytes from an SRAM of 8 KiB take 10 pJ: with the square root of the size, here of a bank;
//   8 bytes from DRAM take 1.3 nJ at least.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_MACHINE_MACHINEFILE_H
#define FOVEA_MACHINE_MACHINEFILE_H

#include "fovea/Machine/Accelerator.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/JSON.h"
#include <variant>

namespace fovea {

/// One fact that a machine file may give.
struct MachineKey {
  /// Where the fact is kept. Facts with words are bools or enumerations; the fact of two numbers
  /// is the whole machine's business.
  using Place = std::variant<int64_t &(*)(Accelerator &), double &(*)(Accelerator &),
                             bool &(*)(Accelerator &), IntegerType &(*)(Accelerator &),
                             std::vector<Dataflow> &(*)(Accelerator &),
                             ArrayTiming &(*)(Accelerator &), Accelerator &(*)(Accelerator &)>;

  llvm::StringLiteral name;
  Place place;
  llvm::StringLiteral unit; ///< Empty: a number of things, or no number.
  int64_t least, greatest;  ///< Of numbers and bits of types, in `unit`.
  /// What holds where the key is not given, in words; "required"; empty: what Accelerator has.
  llvm::StringLiteral otherwise;
  llvm::StringLiteral meaning;
  int64_t scale = 1;                                            ///< Stored units in one of `unit`.
  std::array<llvm::StringLiteral, 2> words = {"false", "true"}; ///< Of a bool.
};

llvm::ArrayRef<MachineKey> machineKeys();
/// "ws", "os", "is".
llvm::StringRef wordOf(Dataflow dataflow);
/// As a machine file writes it: "256", "i8", "ws,os".
std::string valueOf(const MachineKey &key, const Accelerator &machine);
/// A number where it is one, an array where it is several values, else text.
llvm::json::Value jsonOf(const MachineKey &key, const Accelerator &machine);
/// What may stand behind the key: "1 to 4096", "i2 to i16", "true or false".
std::string rangeOf(const MachineKey &key);
/// What holds where the key is not given.
std::string defaultOf(const MachineKey &key);

/// Facts as they were written; a machine once they are checked together.
class MachineDescription {
public:
  explicit MachineDescription(llvm::StringRef name) : name(name) {}

  /// Error: what is not key=value, unknown keys, keys given twice; each FILE:LINE:COLUMN and what
  /// is wrong, one a line.
  static llvm::Expected<MachineDescription> parse(llvm::StringRef text, llvm::StringRef fileName);
  /// A configuration file of SCALE-Sim (.cfg): timing scalesim; the SRAMs of inputs and filters are
  /// the two parts of the scratchpad, that of outputs is the accumulator. Its words are bytes: i8,
  /// sums i32. InterfaceBandwidth=CALC, as much as is needed, becomes the greatest there is. DRAM
  /// has no latency. Offsets, request buffers, banks, layouts and presets of networks are read
  /// over. Errors as above; among them sparsity.
  static llvm::Expected<MachineDescription> parseScalesimConfig(llvm::StringRef text,
                                                                llvm::StringRef fileName);
  /// A machine that is part of Fovea, a file, or a .cfg of SCALE-Sim;
  /// "tpu1:array.rows=128:vector.lanes=64" replaces facts of it. Error: lists the names, or as for
  /// `parse`.
  static llvm::Expected<MachineDescription> find(llvm::StringRef nameOrPath);

  /// Sets a fact, in place of the one that is there. `where` begins what errors say of it. The
  /// parts of a scratchpad whose size is replaced behind them keep their ratio. Error: an unknown
  /// key.
  llvm::Error set(llvm::StringRef key, llvm::StringRef value, llvm::StringRef where = "");
  bool gives(llvm::StringRef key) const;

  /// Error: values that are none, out of range or at odds with each other, and facts that are
  /// missing; one a line.
  llvm::Expected<Accelerator> build() const;

  std::string name;

private:
  struct Fact {
    const MachineKey *key;
    std::string value, where;
    bool replaces = false; ///< One that was there.
  };
  const Fact *find(const MachineKey &key) const;
  void resizeParts(Accelerator &machine) const;
  std::vector<Fact> facts;
};

/// The names of the machines that are part of Fovea, and their files.
std::vector<llvm::StringRef> acceleratorNames();

llvm::Expected<Accelerator> parseAccelerator(llvm::StringRef text, llvm::StringRef name);
llvm::Expected<Accelerator> findAccelerator(llvm::StringRef nameOrPath);
/// A machine file with every fact.
std::string printAccelerator(const Accelerator &machine);

} // namespace fovea

#endif
