//===- RuntimeObject.cpp - The run-time library as bytes --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Embed.h"
#include "fovea/Target/Driver/DriverObject.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace fovea::driver;

FOVEA_EMBED("foveaRuntime", FOVEA_RUNTIME_OBJECT);
FOVEA_EMBED("foveaHeader", FOVEA_API_HEADER);
FOVEA_EMBED("foveaDevice", FOVEA_DEVICE_OBJECT);
#ifdef FOVEA_RUNTIME_AARCH64_OBJECT
FOVEA_EMBED("foveaRuntimeAArch64", FOVEA_RUNTIME_AARCH64_OBJECT);
#endif

extern "C" {
extern const char begin[] __asm__("foveaRuntimeBegin");
extern const char end[] __asm__("foveaRuntimeEnd");
extern const char beginHeader[] __asm__("foveaHeaderBegin");
extern const char endHeader[] __asm__("foveaHeaderEnd");
extern const char beginDevice[] __asm__("foveaDeviceBegin");
extern const char endDevice[] __asm__("foveaDeviceEnd");
#ifdef FOVEA_RUNTIME_AARCH64_OBJECT
extern const char beginAArch64[] __asm__("foveaRuntimeAArch64Begin");
extern const char endAArch64[] __asm__("foveaRuntimeAArch64End");
#endif
}

StringRef fovea::driver::apiHeader() { return StringRef(beginHeader, endHeader - beginHeader); }

static constexpr const char *runtimeName = "fovea_runtime.o";

ObjectFile fovea::driver::runtimeObject() { return {runtimeName, std::string(begin, end)}; }

ObjectFile fovea::driver::deviceObject() {
  return {"fovea_device.o", std::string(beginDevice, endDevice)};
}

Expected<ObjectFile> fovea::driver::runtimeObject(StringRef triple) {
  Triple target(triple);
  if (triple.empty() || target.getArch() == Triple(sys::getProcessTriple()).getArch())
    return runtimeObject();
#ifdef FOVEA_RUNTIME_AARCH64_OBJECT
  if (target.isAArch64())
    return ObjectFile{runtimeName, std::string(beginAArch64, endAArch64)};
#endif
  return createStringError("this build of Fovea has no run-time library for " + triple +
                           ": it was built without a C compiler for it");
}
