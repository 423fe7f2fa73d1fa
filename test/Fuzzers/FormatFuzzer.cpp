//===- FormatFuzzer.cpp - The canonical layout ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "test/Frontend/FormatText.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text = test::asText(data, size);
  std::optional<std::string> once = test::format(text);
  if (!once)
    return 0;
  std::optional<std::string> twice = test::format(*once);
  test::require(twice.has_value(), "what was formatted parses:\n" + *once);
  test::require(*twice == *once, "formatting again changes nothing:\n" + *once + "\n" + *twice);
  test::require(test::tree(*once) == test::tree(text), "formatting keeps the program:\n" + *once);
  return 0;
}
