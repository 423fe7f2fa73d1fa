//===- main.cpp - A network that CMake compiled ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lenet5.h"

#include <algorithm>
#include <fovea.hpp>
#include <iostream>

/// Reads one digit, 8 x 8 pixels from 0 to 16, from standard input.
int main() {
  fovea::Network net(lenet5_network());
  std::cout << net.name() << ": " << fovea::describe(net.input(0)) << " -> "
            << fovea::describe(net.output(0)) << '\n';
  std::vector<float> image(LENET5_INPUT_IMAGE_ELEMENTS), logits(LENET5_OUTPUT_LOGITS_ELEMENTS);
  for (int y = 0; y < 32; y += 4)
    for (int x = 0; x < 32; x += 4) {
      int pixel = 0;
      std::cin >> pixel;
      for (int i = 0; i < 4; ++i)
        std::fill_n(&image[(y + i) * 32 + x], 4, static_cast<float>(pixel) / 16);
    }
  net.run(image, logits);
  std::cout << std::max_element(logits.begin(), logits.end()) - logits.begin() << '\n';
}
