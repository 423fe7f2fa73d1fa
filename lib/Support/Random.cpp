//===- Random.cpp - Reproducible random tensors ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Random.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace fovea;
using llvm::Expected;
using llvm::StringRef;

uint64_t RandomSequence::next() {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void fovea::fillUniform(llvm::MutableArrayRef<float> values, StringRef name, uint64_t seed,
                        float low, float high) {
  RandomSequence random(llvm::xxh3_64bits(name) ^ seed * 0xd1342543de82ef95);
  for (float &value : values) {
    double unit = (random.next() >> 40) * 0x1p-24;
    value = static_cast<float>(low + (double(high) - low) * unit);
  }
}

Expected<Tensor> fovea::randomTensor(StringRef name, llvm::ArrayRef<int64_t> shape, uint64_t seed,
                                     float low, float high) {
  Expected<Tensor> tensor = Tensor::allocate(ElementType::F32, shape);
  if (tensor)
    fillUniform(tensor->mutableFloats(), name, seed, low, high);
  return tensor;
}

Expected<Tensor> fovea::randomParameter(StringRef name, llvm::ArrayRef<int64_t> shape,
                                        uint64_t seed) {
  StringRef role = name.substr(name.rfind('.') + 1);
  if (role == "running_var")
    return randomTensor(name, shape, seed, 0.5f, 2.0f);
  if (role == "weight" && shape.size() == 1)
    return randomTensor(name, shape, seed, 0.9f, 1.1f);
  if (shape.size() < 2)
    return randomTensor(name, shape, seed, -0.1f, 0.1f);
  double fanIn = 1;
  for (int64_t extent : shape.drop_front())
    fanIn *= static_cast<double>(extent);
  float bound = static_cast<float>(std::sqrt(6.0 / std::max(fanIn, 1.0)));
  return randomTensor(name, shape, seed, -bound, bound);
}
