//===- MachineFuzzer.cpp - Machine files ----------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "fovea/Machine/MachineFile.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto machine = parseAccelerator(test::asText(data, size), "x");
  if (!test::succeeded(machine))
    return 0;
  test::require(machine->rows > 0 && machine->cols > 0 && machine->spadElements() > 0 &&
                    machine->accElements() > 0 && machine->vectorLanes > 0 &&
                    !machine->dataflows.empty(),
                "a machine has an array, memories, lanes and a dataflow");
  std::string printed = printAccelerator(*machine);
  auto again = parseAccelerator(printed, "x");
  test::require(bool(again), "a machine that is printed reads back:\n" + printed);
  test::require(printAccelerator(*again) == printed, "printing again changes nothing:\n" + printed);
  return 0;
}
