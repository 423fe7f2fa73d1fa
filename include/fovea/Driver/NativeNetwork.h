//===- NativeNetwork.h - A compiled network that runs on tensors *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_NATIVENETWORK_H
#define FOVEA_DRIVER_NATIVENETWORK_H

#include "fovea/Driver/Compiler.h"
#include "fovea/Target/Driver/Executable.h"

namespace fovea {

/// The objects of a Compiler, linked into this process with its packed weights.
class NativeNetwork {
public:
  /// Compiles what is not compiled yet. Null after an error, which the compiler has printed.
  /// `threads` 0: one per CPU.
  static std::unique_ptr<NativeNetwork> load(Compiler &compiler, int threads);

  /// Runs once, on f32 tensors of the shapes of the network's inputs.
  llvm::Expected<std::vector<Tensor>> run(llvm::ArrayRef<Tensor> inputs);

  driver::Executable &executable() { return *linked; }

private:
  NativeNetwork(std::unique_ptr<driver::Executable> linked, std::vector<NetworkPort> outputs)
      : linked(std::move(linked)), outputs(std::move(outputs)) {}

  std::unique_ptr<driver::Executable> linked;
  std::vector<NetworkPort> outputs;
};

} // namespace fovea

#endif
