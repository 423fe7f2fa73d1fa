//===- NativeNetwork.h - A compiled network that runs on tensors *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_NATIVENETWORK_H
#define FOVEA_DRIVER_NATIVENETWORK_H

#include "fovea/Driver/Compiler.h"
#include "fovea/Target/Driver/Executable.h"

namespace fovea {

/// Inputs for a network, of the ports' elements and shapes: uniform in [-1, 1), or bytes. The same
/// for a seed and the ports' names everywhere.
llvm::Expected<std::vector<Tensor>> randomInputs(llvm::ArrayRef<NetworkPort> ports, uint64_t seed);

/// The objects of a Compiler, linked into this process with its packed weights.
class NativeNetwork {
public:
  /// Compiles what is not compiled yet. Null after an error, which the compiler has printed.
  /// `threads` 0: one per CPU.
  static std::unique_ptr<NativeNetwork> load(Compiler &compiler, int threads);

  /// Runs once, on tensors of the shapes of the network's inputs. Inputs of f32 take any element
  /// type, inputs of u8 that alone.
  llvm::Expected<std::vector<Tensor>> run(llvm::ArrayRef<Tensor> inputs);

  driver::Executable &executable() { return *linked; }

private:
  friend class BoundRun;
  NativeNetwork(std::unique_ptr<driver::Executable> linked, std::vector<NetworkPort> inputs,
                std::vector<NetworkPort> outputs)
      : linked(std::move(linked)), inputs(std::move(inputs)), outputs(std::move(outputs)) {}

  std::unique_ptr<driver::Executable> linked;
  std::vector<NetworkPort> inputs, outputs;
};

/// Runs of a network on the same tensors: nothing but the run itself is repeated.
class BoundRun {
public:
  static llvm::Expected<BoundRun> bind(NativeNetwork &network, llvm::ArrayRef<Tensor> inputs);

  llvm::Error operator()() { return network->linked->run(from, to); }
  /// Of the last run.
  llvm::ArrayRef<Tensor> outputs() const { return results; }

private:
  explicit BoundRun(NativeNetwork &network) : network(&network) {}

  NativeNetwork *network;
  std::vector<Tensor> aligned; ///< The inputs, of their elements and aligned as kernels need them.
  std::vector<const void *> from;
  std::vector<void *> to;
  std::vector<Tensor> results;
};

} // namespace fovea

#endif
