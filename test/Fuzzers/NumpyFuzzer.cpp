//===- NumpyFuzzer.cpp - The readers of npy and npz -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "fovea/Support/TensorFile.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef bytes = test::asText(data, size);
  if (bytes.starts_with("PK")) {
    auto tensors = parseNpz(llvm::MemoryBuffer::getMemBufferCopy(bytes, "fuzz"));
    if (test::succeeded(tensors))
      for (const auto &[name, tensor] : *tensors)
        (void)tensor.toF32(); // Touches every byte.
    return 0;
  }
  auto tensor = parseNpy({bytes.data(), bytes.size()}, nullptr, "fuzz");
  if (test::succeeded(tensor))
    (void)tensor->toF32();
  return 0;
}
