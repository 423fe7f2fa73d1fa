//===- SafeTensorsFuzzer.cpp - The reader of safetensors ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "fovea/Support/TensorFile.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto tensors =
      parseSafeTensors(llvm::MemoryBuffer::getMemBufferCopy(test::asText(data, size), "fuzz"));
  if (test::succeeded(tensors))
    for (const auto &[name, tensor] : *tensors)
      (void)tensor.toF32(); // Touches every byte.
  return 0;
}
