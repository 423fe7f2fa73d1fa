//===- Check.h - One network, one way of compiling it -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FUZZ_CHECK_H
#define FOVEA_FUZZ_CHECK_H

#include "fovea/Driver/Compiler.h"

namespace fovea::fuzz {

/// A way of compiling a network and of running what came out.
struct Switch {
  enum class Way {
    Interpreter, ///< The interpreter, after every pass of the cnn level that changes something.
    Native,      ///< The same, then machine code.
    Reparse      ///< Every phase that has a text is read back and goes on to the same plan.
  };
  std::string name;    ///< "native-nchw".
  std::string options; ///< Of the command line: "--layout=nchw"; empty: none.
  Way way = Way::Interpreter;
  std::vector<std::string> disabled = {};
  std::string im2col = {}, layout = "blocked", target = "host";
  std::vector<int> threads = {1};
  /// Of depthwise-to-shift. What that pass makes of the network is what all else is compared with:
  /// it changes the numbers.
  double shiftBudget = 0;

  bool isNative() const { return way == Way::Native; }
};

/// Every switch that this machine can run: the columns of the coverage table. Native code for the
/// host first among the native ones.
std::vector<Switch> allSwitches();

/// What is wrong with a network.
struct Finding {
  /// "crash", "timeout", "error", "mismatch", "not finite", "shape" or "reparse".
  std::string kind;
  /// Where it was seen: a pass, a phase or "native code".
  std::string station;
  std::string message;

  /// Whether two networks fail in the same way; messages may differ in numbers and names.
  bool isLike(const Finding &other) const;
};

struct CheckOptions {
  std::string worker;      ///< The program that `--kernel-worker` turns into a compile worker.
  std::string cacheFolder; ///< Of compiled kernels; empty: none.
  std::string folder;      ///< For the files of a check; it exists.
  std::vector<std::string> libraryFolders;
  uint64_t seed = 1; ///< Of weights and inputs.
  /// The greatest error relative to the greatest magnitude of an output. Float sums of some
  /// thousand terms are off by 1e-6; an activation or two behind a difference of like numbers
  /// makes that 1e-5. A lane, a tap or a channel that is wrong gives more than 1e-2.
  double tolerance = 1e-4;
};

/// Compiles a `.cnn` file in one way and compares what it computes with what the interpreter says
/// of the network before all passes. `shapes`: those that the outputs should have; empty: any.
/// Nothing if all is well. May crash or hang where the compiler does.
std::optional<Finding> check(const std::string &path, llvm::ArrayRef<std::vector<int64_t>> shapes,
                             const Switch &how, const CheckOptions &options);

} // namespace fovea::fuzz

#endif
