//===- Fuzzer.cpp - What all fuzz targets share ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

void fovea::test::require(bool condition, const llvm::Twine &what) {
  if (condition)
    return;
  llvm::errs() << "fuzzer: does not hold: " << what << '\n';
  std::abort();
}
