//===- ImageFuzzer.cpp - The readers of PNG and JPEG ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "fovea/Support/Image.h"
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A file in memory: pictures are read by name.
  static const int file = memfd_create("fuzz", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  test::require(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == ssize_t(size),
                "the input can be written to a file");
  auto image = readImage(path);
  if (test::succeeded(image))
    test::require(image->shape().size() == 3, "a picture has rows, columns and channels");
  return 0;
}
