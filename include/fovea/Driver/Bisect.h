//===- Bisect.h - Who breaks a tolerance ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_BISECT_H
#define FOVEA_DRIVER_BISECT_H

#include "fovea/Driver/Compiler.h"
#include "fovea/Driver/PassErrors.h"

namespace fovea {

struct BisectOptions {
  CompilerOptions compiler;
  double tolerance = 1e-4;
  int threads = 0; ///< Of a native run; 0: one per CPU.
  /// Makes the inputs for a network's ports.
  std::function<llvm::Expected<std::vector<Tensor>>(llvm::ArrayRef<NetworkPort>)> makeInputs;
  /// Told what is tried next.
  std::function<void(llvm::StringRef)> progress = [](llvm::StringRef) {};
};

struct BisectResult {
  enum class Culprit {
    Nothing,
    Pass,     ///< A pass at the cnn level made `layer` wrong.
    Kernel,   ///< The passes are right; the machine code of `kernel` makes `layer` wrong.
    Placement ///< Wrong outputs, yet every kernel's result is right when all of them are kept.
  };
  Culprit culprit = Culprit::Nothing;
  std::string pass;
  std::string layer, where; ///< "layer2.0.conv1", "resnet.cnn:8:14".
  std::string kernel;       ///< Its symbol.
  double error = 0;         ///< Relative, of that layer.
  double before = 0;        ///< The greatest relative error that was there before it.
  /// Kernel, Placement: options of the command line with each of which the error is gone.
  std::vector<std::string> cures;
};

/// Finds the pass, and the layer, that first bring an error above the tolerance: the interpreter
/// before and behind each pass of the cnn level, then machine code, kernel by kernel. Errors of
/// compilation go to `errors`; then the result is nothing.
std::optional<BisectResult> bisect(const BisectOptions &options, llvm::raw_ostream &errors);

/// What the kernels of a compiler with `tapKernels` gave for the layers of the network, among the
/// outputs of a run.
LayerValues kernelValues(const Compiler &compiler, const LayerIndex &index,
                         llvm::ArrayRef<Tensor> outputs);

/// Two digits: "3.1e-07".
std::string shortNumber(double value);

} // namespace fovea

#endif
