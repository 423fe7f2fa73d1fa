//===- Text.h - Text of lists -----------------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_TEXT_H
#define FOVEA_LIB_TARGET_HALIDE_TEXT_H

#include <cstdint>
#include <string>

namespace fovea::halide {

/// The elements as `text` gives them, with commas between.
template <typename Range, typename Function> std::string join(const Range &range, Function text) {
  std::string result;
  for (const auto &element : range)
    result += (result.empty() ? "" : ", ") + text(element);
  return result;
}

inline std::string number(int64_t value) { return std::to_string(value); }

} // namespace fovea::halide

#endif
