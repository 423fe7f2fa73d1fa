//===- FuzzTest.cpp - Damaged files give errors, never crashes ----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TestFiles.h"
#include "fovea/Support/Image.h"
#include "fovea/Support/TensorFile.h"
#include <chrono>
#include <random>

using namespace fovea;
using namespace fovea::test;

/// Flips, overwrites, cuts, doubles or inserts bytes, a few times.
static std::string mutate(std::string bytes, std::mt19937_64 &random) {
  auto below = [&](size_t bound) { return size_t(random() % std::max<size_t>(bound, 1)); };
  for (size_t count = 1 + below(4); count-- > 0 && !bytes.empty();) {
    size_t at = below(bytes.size());
    static const char extremes[] = {0, 1, '\x7f', '\x80', '\xff', '9', '[', '"'};
    switch (below(6)) {
    case 0:
      bytes[at] ^= char(1 << below(8));
      break;
    case 1:
      bytes[at] = extremes[below(sizeof(extremes))];
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      bytes.insert(at, bytes.substr(at, below(64)));
      break;
    case 4:
      bytes.erase(at, 1 + below(16));
      break;
    case 5:
      for (size_t i = at; i < std::min(at + 4, bytes.size()); ++i)
        bytes[i] = extremes[below(sizeof(extremes))];
      break;
    }
  }
  return bytes;
}

/// Reads mutants of the files for a second; what matters is that it comes back.
template <typename Read> static void fuzz(std::vector<std::string> seeds, Read read) {
  std::mt19937_64 random(20260101);
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  size_t good = 0, bad = 0;
  while (std::chrono::steady_clock::now() < end)
    for (const std::string &seed : seeds)
      ++(read(mutate(seed, random)) ? good : bad);
  EXPECT_GT(bad, 100u);
  testing::Test::RecordProperty("good", static_cast<int>(good));
  testing::Test::RecordProperty("bad", static_cast<int>(bad));
}

/// Whether it could be read; touches every byte, so that a view past the end is seen.
static bool touch(llvm::Expected<NamedTensors> tensors) {
  if (!tensors) {
    llvm::consumeError(tensors.takeError());
    return false;
  }
  for (const auto &[name, tensor] : *tensors)
    (void)tensor.toF32();
  return true;
}

TEST(Fuzz, SafeTensors) {
  fuzz({contents(input("types.safetensors"))},
       [](const std::string &bytes) { return touch(parseSafeTensors(buffer(bytes))); });
}

TEST(Fuzz, Npz) {
  fuzz({contents(input("stored.npz")), contents(input("deflated.npz"))},
       [](const std::string &bytes) { return touch(parseNpz(buffer(bytes))); });
}

TEST(Fuzz, Npy) {
  fuzz({contents(input("fortran.npy"))}, [](const std::string &bytes) {
    auto tensor = parseNpy({bytes.data(), bytes.size()}, nullptr, "x");
    if (!tensor)
      return touch(tensor.takeError());
    return touch(NamedTensors{{"x", std::move(*tensor)}});
  });
}

TEST(Fuzz, Images) {
  Folder folder;
  fuzz({contents(input("colour.png")), contents(input("grey.png")), contents(input("grey.jpg")),
        contents(input("colour.jpg"))},
       [&](const std::string &bytes) {
         auto image = readImage(folder.write("x", bytes));
         return image ? true : (llvm::consumeError(image.takeError()), false);
       });
}
