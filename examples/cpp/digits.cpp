//===- digits.cpp - Several threads read digits ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Each thread has an instance of LeNet-5 and reads every n-th digit of a text, 8 x 8 pixels from 0
// to 16 each.
//
//===----------------------------------------------------------------------===//
#include "lenet5.h"

#include "fovea.hpp"
#include <algorithm>
#include <fstream>
#include <future>
#include <iostream>

using Digit = std::vector<float>;

/// 32 x 32 pixels from 0 to 1 each: those of the text, 4 x 4 times as many.
static std::vector<Digit> readDigits(const char *path) {
  std::ifstream file(path);
  std::vector<float> pixels;
  for (int pixel; file >> pixel;)
    pixels.push_back(static_cast<float>(pixel) / 16);
  std::vector<Digit> digits(pixels.size() / 64, Digit(32 * 32));
  for (std::size_t n = 0; n < digits.size(); ++n)
    for (std::size_t i = 0; i < 32 * 32; ++i)
      digits[n][i] = pixels[n * 64 + i / 128 * 8 + i % 32 / 4];
  return digits;
}

/// What digits number first, first + step, … are.
static std::vector<long> classify(const char *weights, const std::vector<Digit> &digits,
                                  std::size_t first, std::size_t step) {
  fovea_options options = fovea_default_options();
  options.threads = 1; // As many instances as CPUs: each does with one.
  fovea::Network net(lenet5_network(), weights, options);
  std::vector<float> logits(fovea::elementCount(net.output(0)));
  std::vector<long> classes;
  for (std::size_t i = first; i < digits.size(); i += step) {
    net.run(digits[i], logits);
    classes.push_back(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
  return classes;
}

int main(int argc, char **argv) try {
  if (argc != 3)
    return std::cerr << "usage: digits lenet5.weights DIGITS.txt\n", 2;
  constexpr std::size_t threads = 3;
  std::vector<Digit> digits = readDigits(argv[2]);
  std::vector<std::future<std::vector<long>>> parts;
  for (std::size_t t = 0; t < threads; ++t)
    parts.push_back(
        std::async(std::launch::async, classify, argv[1], std::cref(digits), t, threads));
  for (std::size_t t = 0; t < threads; ++t) {
    std::vector<long> classes = parts[t].get();
    std::cout << "thread " << t << ":";
    for (long digit : classes)
      std::cout << ' ' << digit;
    std::cout << '\n';
  }
} catch (const fovea::Error &error) {
  std::cerr << "error " << error.status() << ": " << error.what() << '\n';
  return 1;
}
