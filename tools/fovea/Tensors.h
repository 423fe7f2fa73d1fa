//===- Tensors.h - What commands read and write -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TOOLS_FOVEA_TENSORS_H
#define FOVEA_TOOLS_FOVEA_TENSORS_H

#include "fovea/Driver/Compiler.h"
#include "fovea/Support/Tensor.h"

namespace fovea {

/// The tensors of `--input`, of the ports' elements, in the order of the network's inputs. All have
/// the inputs' shapes, or all have N samples of them: then the first dimension is N where the
/// network's is 1.
struct Samples {
  std::vector<Tensor> tensors;
  int64_t count = 1;
  bool isBatch = false;
  /// Other arrays of the files, such as labels.
  NamedTensors others;

  /// The inputs of one sample, of the network's shapes.
  std::vector<Tensor> at(int64_t index, llvm::ArrayRef<NetworkPort> ports) const;
};

/// Reads `NAME=FILE` or, where the network has one input, `FILE`: .npy, .npz, .safetensors, .png or
/// .jpg. A picture becomes [1, C, H, W] of 0 to 1, or [1, H, W, C] where the input has channels
/// last; where it has bytes, the bytes as they are.
llvm::Expected<Samples> readSamples(llvm::ArrayRef<std::string> specs,
                                    llvm::ArrayRef<NetworkPort> ports);

/// The first sample of `--input`, or random inputs where there is none.
llvm::Expected<std::vector<Tensor>> givenOrRandom(llvm::ArrayRef<std::string> specs,
                                                  llvm::ArrayRef<NetworkPort> ports, uint64_t seed);

/// Writes outputs by the path's extension: .npz and .safetensors hold all; a .npy or .png holds
/// one: if there are several, each goes to a file with "-NAME" before the extension. Values 0 to 1
/// become black to white. Appends the paths to `written`.
llvm::Error writeOutputs(llvm::StringRef path, llvm::ArrayRef<NetworkPort> ports,
                         llvm::ArrayRef<Tensor> tensors, std::vector<std::string> &written);

} // namespace fovea

#endif
