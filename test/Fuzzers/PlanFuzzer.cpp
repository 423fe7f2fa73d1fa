//===- PlanFuzzer.cpp - A plan from JSON, and the driver made of it -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "fovea/Support/Json.h"
#include "fovea/Target/Driver/DriverObject.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto value = parseJson(test::asText(data, size));
  if (!test::succeeded(value))
    return 0;
  auto plan = plan::planFromJSON(*value);
  if (!test::succeeded(plan))
    return 0;
  llvm::json::Value written = plan::toJSON(*plan);
  auto again = plan::planFromJSON(written);
  test::require(bool(again) && plan::toJSON(*again) == written,
                "a plan that is written reads back");
  for (const plan::Kernel &kernel : plan->kernels)
    (void)plan::withoutNames(kernel);
  if (llvm::Error error = driver::checkPlan(*plan)) {
    (void)llvm::toString(std::move(error));
    return 0;
  }
  (void)driver::weightsHash(*plan);
  (void)driver::portAlignments(*plan, driver::Network(*plan).batches().front());
  (void)driver::emitHeader(*plan);
  auto text = driver::emitDriverIR(*plan);
  (void)test::succeeded(text);
  return 0;
}
