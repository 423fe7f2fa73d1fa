//===- RuntimeObject.cpp - The run-time library as bytes --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"

__asm__(".section .rodata\n"
        ".balign 16\n"
        "foveaRuntimeBegin:\n"
        ".incbin \"" FOVEA_RUNTIME_OBJECT "\"\n"
        "foveaRuntimeEnd:\n"
        ".byte 0\n"
        ".text\n");
extern "C" {
extern const char begin[] __asm__("foveaRuntimeBegin");
extern const char end[] __asm__("foveaRuntimeEnd");
}

fovea::driver::ObjectFile fovea::driver::runtimeObject() {
  return {"fovea_runtime.o", std::string(begin, end)};
}
