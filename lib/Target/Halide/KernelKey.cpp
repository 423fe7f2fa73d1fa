//===- KernelKey.cpp - When two kernels are one -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "EmitterHash.inc"
#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <HalideRuntime.h>

using namespace llvm;

namespace fovea::halide {

std::string kernelKey(const plan::Kernel &kernel, StringRef target) {
  std::string text;
  raw_string_ostream stream(text);
  stream << "halide " << HALIDE_VERSION_MAJOR << '.' << HALIDE_VERSION_MINOR << '.'
         << HALIDE_VERSION_PATCH << "\nemitter " << emitterHash << "\ntarget " << target << '\n'
         << plan::toJSON(plan::withoutNames(kernel));
  std::array<uint8_t, 32> digest = SHA256::hash(arrayRefFromStringRef(text));
  return toHex(ArrayRef(digest).take_front(16), /*LowerCase=*/true);
}

std::string kernelSymbol(const plan::Kernel &kernel, StringRef target) {
  return "fovea_" FOVEA_SYMBOL_VERSION "_" + kernelKey(kernel, target);
}

void assignSymbols(plan::Plan &plan) {
  for (plan::Kernel &kernel : plan.kernels)
    kernel.symbol = kernelSymbol(kernel, plan.target);
}

} // namespace fovea::halide
