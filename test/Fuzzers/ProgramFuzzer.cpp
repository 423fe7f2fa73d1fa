//===- ProgramFuzzer.cpp - Programs of accelerators, as files -------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AccelPrograms.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"

using namespace fovea;

/// A checksum that agrees, which no mutation would find.
static void mendChecksum(std::string &bytes) {
  if (bytes.size() >= sizeof(uint64_t))
    llvm::support::endian::write64le(bytes.data() + bytes.size() - sizeof(uint64_t),
                                     llvm::xxh3_64bits(llvm::StringRef(bytes).drop_back(8)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string bytes = test::asText(data, size).str();
  mendChecksum(bytes);
  auto program = readProgram(bytes);
  if (!test::succeeded(program))
    return 0;
  auto written = writeProgram(*program);
  test::require(bool(written) && *written == bytes, "a program is written as it was read");
  test::requireRoundTrips(*program);
  return 0;
}
