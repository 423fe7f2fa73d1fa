//===- Installation.h - What Fovea works with on this machine ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_INSTALLATION_H
#define FOVEA_DRIVER_INSTALLATION_H

#include "fovea/Target/Halide/KernelCache.h"
#include <string>

namespace fovea {

/// "21.0.0"
std::string halideVersion();
std::string llvmVersion();

/// Where compiled kernels are kept if nobody says otherwise: the folder "fovea" in $XDG_CACHE_HOME
/// or ~/.cache. Empty: there is no such folder.
std::string defaultCacheFolder();

} // namespace fovea

#endif
