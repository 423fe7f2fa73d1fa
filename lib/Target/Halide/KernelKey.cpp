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

std::string version() {
  return (Twine(HALIDE_VERSION_MAJOR) + "." + Twine(HALIDE_VERSION_MINOR) + "." +
          Twine(HALIDE_VERSION_PATCH))
      .str();
}

static std::string keyOf(StringRef target, const json::Value &what) {
  std::string text;
  raw_string_ostream stream(text);
  stream << "halide " << version() << "\nemitter " << emitterHash << "\ntarget " << target << '\n'
         << what;
  std::array<uint8_t, 32> digest = SHA256::hash(arrayRefFromStringRef(text));
  return toHex(ArrayRef(digest).take_front(16), /*LowerCase=*/true);
}

std::string kernelKey(const plan::Kernel &kernel, StringRef target) {
  return keyOf(target, plan::toJSON(plan::withoutNames(kernel)));
}

std::string deviceRuntimeKey(StringRef target) { return keyOf(target, "device runtime"); }

std::string kernelSymbol(const plan::Kernel &kernel, StringRef target) {
  return "fovea_" FOVEA_SYMBOL_VERSION "_" + kernelKey(kernel, target);
}

void assignSymbols(plan::Plan &plan) {
  for (plan::Kernel &kernel : plan.kernels)
    kernel.symbol = kernelSymbol(kernel, plan.target);
}

} // namespace fovea::halide
