//===- Campaign.h - Many networks, many switches ----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FUZZ_CAMPAIGN_H
#define FOVEA_FUZZ_CAMPAIGN_H

#include "fovea/Fuzz/Check.h"
#include "fovea/Fuzz/Coverage.h"
#include <chrono>

namespace fovea::fuzz {

/// A network under one switch.
struct Task {
  unsigned network = 0;
  unsigned how = 0; ///< Index into the switches.
};

/// Runs checks in processes of their own, so that a crash or a hang is a finding too.
class Isolation {
public:
  struct Options {
    CheckOptions check;
    unsigned jobs = 1;
    /// A check that takes longer hangs.
    std::chrono::milliseconds timeLimit{120'000};
    /// What runs in the other process.
    decltype(&fuzz::check) body = fuzz::check;
  };
  explicit Isolation(Options options) : options(std::move(options)) {}

  /// One case: a file, the shapes that its outputs should have (none: any) and its switches.
  struct Case {
    std::string text;
    std::vector<std::vector<int64_t>> shapes;
    uint64_t seed = 1;
    std::vector<const Switch *> switches;
  };
  /// Runs all, `jobs` at a time, and calls `done` for each check in the order in which they end. An
  /// error if no process can be started or no file be written. The caller has no other threads.
  llvm::Error
  run(llvm::ArrayRef<Case> cases,
      llvm::function_ref<void(unsigned theCase, unsigned how, std::optional<Finding>)> done);

private:
  Options options;
};

/// The case of a network.
Isolation::Case caseOf(const Network &network, uint64_t seed, std::vector<const Switch *> switches);

/// Something that does not work, cut down.
struct Failure {
  uint64_t seed = 0;
  const Switch *how = nullptr;
  Finding finding;
  Network network;
  /// Names of the other switches under which the same network fails.
  std::vector<std::string> also;
  /// How many networks were cut down to this one.
  unsigned networks = 1;
};

struct CampaignOptions {
  uint64_t seed = 1;
  unsigned count = 100;
  /// Go on with further seeds for so long; 0: `count` networks.
  double minutes = 0;
  /// How many switches with machine code a network runs under, up to twice as many where a class of
  /// its layers is rare; those come first that fill most empty cells of the table.
  unsigned nativeSwitches = 2;
  /// How many failures are cut down.
  unsigned reductions = 20;
  Isolation::Options isolation;
  /// Called now and then: networks done so far, failures so far.
  std::function<void(unsigned networks, unsigned failures)> progress;
  /// Called for each new failure once it is cut down.
  std::function<void(const Failure &failure)> found;
};

struct CampaignResult {
  unsigned networks = 0, checks = 0;
  Coverage coverage;
  std::vector<Failure> failures;
};

/// Generates and checks networks under `switches`, which live as long as the result.
llvm::Expected<CampaignResult> runCampaign(const CampaignOptions &options,
                                           const std::vector<Switch> &switches);

} // namespace fovea::fuzz

#endif
