//===- NativeNetwork.cpp - A compiled network that runs on tensors --------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Target/Driver/PackedWeights.h"

using namespace fovea;

std::unique_ptr<NativeNetwork> NativeNetwork::load(Compiler &compiler, int threads) {
  if (!compiler.reach(Phase::Object) || !compiler.checkWeights())
    return nullptr;
  auto weights = driver::packWeights(compiler.plan(),
                                     [&](unsigned constant, llvm::MutableArrayRef<char> bytes) {
                                       return compiler.pack(constant, bytes);
                                     });
  if (!weights)
    return compiler.fail(weights.takeError()), nullptr;
  auto linked =
      driver::Executable::load(compiler.plan(), compiler.objects(), std::move(*weights), threads);
  if (!linked)
    return compiler.fail(linked.takeError()), nullptr;
  return std::unique_ptr<NativeNetwork>(new NativeNetwork(std::move(*linked), compiler.outputs()));
}

llvm::Expected<std::vector<Tensor>> NativeNetwork::run(llvm::ArrayRef<Tensor> inputs) {
  std::vector<const void *> from;
  std::vector<void *> to;
  std::vector<Tensor> results;
  for (const Tensor &input : inputs)
    from.push_back(input.bytes().data());
  for (const NetworkPort &port : outputs) {
    llvm::Expected<Tensor> result = Tensor::allocate(ElementType::F32, port.shape);
    if (!result)
      return result.takeError();
    to.push_back(result->mutableBytes().data());
    results.push_back(std::move(*result));
  }
  if (llvm::Error error = linked->run(from, to))
    return error;
  return results;
}
