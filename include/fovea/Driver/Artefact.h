//===- Artefact.h - The files that a program takes along --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_ARTEFACT_H
#define FOVEA_DRIVER_ARTEFACT_H

#include "fovea/Driver/Compiler.h"
#include "fovea/Target/Driver/Network.h"
#include <map>

namespace fovea {

struct ArtefactOptions {
  std::string name;          ///< Of symbols, guard and macros; empty: the network's.
  bool shared = false;       ///< PREFIX.so, too.
  bool embedWeights = false; ///< Weights stand in the library, and there is no PREFIX.weights.
};

/// A network in one or more variants, a compiler for each. They share workers, statistics and times
/// of the first.
/// Errors are printed by the compilers.
class Artefact {
public:
  /// Compiles what is not compiled yet. Nothing after an error: weights are missing, these are no
  /// variants of one network, or the options ask for what there cannot be. The compilers live as
  /// long as this does.
  static std::unique_ptr<Artefact> make(llvm::ArrayRef<Compiler *> compilers,
                                        const ArtefactOptions &options = {});

  /// Writes PREFIX.a, PREFIX.h and what the options ask for, all or none. The paths, or nothing
  /// after an error.
  std::vector<std::string> write(llvm::StringRef prefix);

  /// In the order in which an instance looks for one that suits. Their plans have common weights.
  llvm::ArrayRef<driver::Variant> variants() const { return network->variants; }
  /// Of all variants together.
  uint64_t weightBytes() const;

private:
  Artefact(llvm::ArrayRef<Compiler *> compilers, const ArtefactOptions &options);
  llvm::Error shareWeights();
  llvm::Error pack(unsigned variant, unsigned constant, llvm::MutableArrayRef<char> bytes);
  llvm::Error writeWeights(llvm::raw_pwrite_stream &os);
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> packWeights();
  llvm::Expected<std::vector<driver::ObjectFile>> code() const;
  llvm::Expected<std::string> packArchive();
  llvm::Expected<std::vector<std::string>> tryWrite(llvm::StringRef prefix);

  std::vector<Compiler *> compilers;
  ArtefactOptions options;
  std::vector<plan::Plan> plans; ///< One per compiler.
  std::optional<driver::Network> network;
  std::map<const plan::Plan *, Compiler *> compilerOf;
};

} // namespace fovea

#endif
