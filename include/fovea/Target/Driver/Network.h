//===- Network.h - The plans that become one artefact -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TARGET_DRIVER_NETWORK_H
#define FOVEA_TARGET_DRIVER_NETWORK_H

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <string>
#include <vector>

namespace fovea::driver {

/// A network compiled for one batch size and one machine.
struct Variant {
  const plan::Plan *plan;
  std::string target; ///< Of the machine, for its users: "x86-64-v3".

  /// The first extent of the first input; 1 where it has none.
  int64_t batch() const;
};

/// One network in all its variants. The plans live as long as this does.
struct Network {
  /// Of one variant, named after Halide's target.
  Network(const plan::Plan &plan);
  /// In the order in which an instance looks for one that suits: by batch size in the order given,
  /// then from the most to the fewest features that the CPU must have.
  explicit Network(std::vector<Variant> variants);

  const plan::Plan &first() const { return *variants.front().plan; }
  /// The batch sizes, each once.
  std::vector<int64_t> batches() const;

  std::vector<Variant> variants; ///< At least one.
  /// How every symbol of the C API begins; one network compiled twice needs two of them.
  std::string prefix;
  bool embedsWeights = false; ///< The driver refers to the object of `emitWeightsObject`.
};

/// A name as symbols can begin with it: characters that C does not allow become '_', and none of
/// them is one of fovea.h.
std::string symbolPrefix(llvm::StringRef name);

/// Whether every index, extent and offset in the plan is one that code can be generated for. The
/// error names the call or buffer.
llvm::Error checkPlan(const plan::Plan &plan);

/// The same of all plans, and whether they are variants of one network: equal in name, architecture
/// and ports but for the batch, and different in batch or machine.
llvm::Error checkNetwork(const Network &network);

/// Gives the constants of all plans places in one file: constants with equal keys get the same
/// place, and every plan the size of the whole. `keys` has one text per constant of each plan;
/// equal keys mean equal packed bytes.
void shareConstants(llvm::ArrayRef<plan::Plan *> plans,
                    llvm::ArrayRef<std::vector<std::string>> keys);

/// What binds weights to a driver: SHA-256 of the places and packings of all constants, not of
/// their values. Weights trained anew fit a driver that was compiled before.
std::array<uint8_t, 32> weightsHash(const Network &network);

/// Bytes of the packed weights' data: `weightBytes` rounded up to 64.
uint64_t weightDataBytes(const Network &network);

/// Alignment in bytes that each pointer given to a run must have, whichever variant of this batch
/// size runs: inputs, then outputs.
std::vector<uint64_t> portAlignments(const Network &network, int64_t batch);

} // namespace fovea::driver

#endif
