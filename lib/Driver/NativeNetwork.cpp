//===- NativeNetwork.cpp - A compiled network that runs on tensors --------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Support/Random.h"

using namespace fovea;

llvm::Expected<std::vector<Tensor>> fovea::randomInputs(llvm::ArrayRef<NetworkPort> ports,
                                                        uint64_t seed) {
  std::vector<Tensor> tensors;
  for (const NetworkPort &port : ports) {
    llvm::Expected<Tensor> tensor = randomTensor(port.name, port.shape, seed);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back(std::move(*tensor));
    if (port.element == ElementType::F32)
      continue;
    llvm::Expected<Tensor> bytes = Tensor::allocate(port.element, port.shape);
    if (!bytes)
      return bytes.takeError();
    for (auto [byte, value] : llvm::zip(bytes->mutableBytes(), tensors.back().floats()))
      byte = static_cast<char>(static_cast<uint8_t>((value + 1) * 127.99f));
    tensors.back() = std::move(*bytes);
  }
  return tensors;
}

std::unique_ptr<NativeNetwork> NativeNetwork::load(Compiler &compiler, int threads) {
  if (!compiler.reach(Phase::Object) || !compiler.checkWeights())
    return nullptr;
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> weights = compiler.packWeights();
  if (!weights)
    return compiler.fail(weights.takeError()), nullptr;
  auto linked =
      driver::Executable::load(compiler.plan(), compiler.objects(), std::move(*weights), threads);
  if (!linked)
    return compiler.fail(linked.takeError()), nullptr;
  return std::unique_ptr<NativeNetwork>(
      new NativeNetwork(std::move(*linked), compiler.inputs(), compiler.outputs()));
}

/// The tensor in the elements of the port, aligned as kernels need it.
static llvm::Expected<Tensor> prepared(const Tensor &input, const NetworkPort &port) {
  constexpr uintptr_t alignment = 64; // As much as any kernel asks for.
  if (port.element == ElementType::U8 && input.elementType() != ElementType::U8)
    return llvm::createStringError("input '" + port.name + "' is " +
                                   typeName(port.element, port.shape) + ", got " +
                                   input.typeName());
  Tensor tensor = port.element == ElementType::U8 ? input : input.toF32();
  if (reinterpret_cast<uintptr_t>(tensor.bytes().data()) % alignment == 0)
    return tensor;
  llvm::Expected<Tensor> copy = Tensor::allocate(tensor.elementType(), tensor.shape());
  if (copy)
    llvm::copy(tensor.bytes(), copy->mutableBytes().begin());
  return copy;
}

llvm::Expected<BoundRun> BoundRun::bind(NativeNetwork &network, llvm::ArrayRef<Tensor> inputs) {
  BoundRun run(network);
  for (auto [input, port] : llvm::zip(inputs, network.inputs)) {
    llvm::Expected<Tensor> tensor = prepared(input, port);
    if (!tensor)
      return tensor.takeError();
    run.from.push_back(tensor->bytes().data());
    run.aligned.push_back(std::move(*tensor));
  }
  for (const NetworkPort &port : network.outputs) {
    llvm::Expected<Tensor> result = Tensor::allocate(ElementType::F32, port.shape);
    if (!result)
      return result.takeError();
    run.to.push_back(result->mutableBytes().data());
    run.results.push_back(std::move(*result));
  }
  return run;
}

llvm::Expected<std::vector<Tensor>> NativeNetwork::run(llvm::ArrayRef<Tensor> inputs) {
  llvm::Expected<BoundRun> bound = BoundRun::bind(*this, inputs);
  if (!bound)
    return bound.takeError();
  if (llvm::Error error = (*bound)())
    return error;
  return bound->outputs().vec();
}
