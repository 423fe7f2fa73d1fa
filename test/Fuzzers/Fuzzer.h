//===- Fuzzer.h - What all fuzz targets share -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A target is `LLVMFuzzerTestOneInput`: it takes any bytes and comes back. A crash, a report of a
// sanitizer, too much time or memory, and `require` are findings; errors are not.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_FUZZERS_FUZZER_H
#define FOVEA_TEST_FUZZERS_FUZZER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace fovea::test {

inline llvm::StringRef asText(const uint8_t *data, size_t size) {
  return {reinterpret_cast<const char *>(data), size};
}

/// Something that holds for every input. If not, says what and dies.
void require(bool condition, const llvm::Twine &what);

/// Whether there is a value; an error's message is made and thrown away.
template <typename T> bool succeeded(llvm::Expected<T> &value) {
  if (value)
    return true;
  (void)llvm::toString(value.takeError());
  return false;
}

} // namespace fovea::test

#endif
