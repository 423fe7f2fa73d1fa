//===- AssemblyFuzzer.cpp - Programs of accelerators, as text -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AccelPrograms.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto program = assemble(test::asText(data, size), "x.fasm");
  if (!test::succeeded(program))
    return 0;
  constexpr uint64_t mostUnits = 1 << 20; // Texts of large random tensors say nothing more.
  if (program->dramUnits <= mostUnits)
    test::requireRoundTrips(*program);
  return 0;
}
