//===- DialectsFuzzer.cpp - The text of cnn and sched, and their passes ---===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "MlirWays.h"
#include "fovea/Support/Nesting.h"
#include "mlir/Parser/Parser.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text = test::asText(data, size).str(); // MLIR reads up to a zero.
  if (!faultOfMlirText(text).empty())
    return 0;
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &test::freshContext());
  if (!module)
    return 0;
  test::requireRoundTrip(*module);
  if (test::isSmall(*module))
    test::lower(*module);
  return 0;
}
