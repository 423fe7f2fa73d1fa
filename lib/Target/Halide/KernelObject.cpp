//===- KernelObject.cpp - What an object may ask for ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ObjCopy/ConfigManager.h"
#include "llvm/ObjCopy/ObjCopy.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace fovea::halide {

/// Fovea's functions have a prefix of their own, so that a program may hold Halide's runtime too.
static constexpr std::pair<StringLiteral, StringLiteral> runtimeNames[] = {
    {"halide_do_par_for", "fovea_rt_do_par_for"},
    {"halide_malloc", "fovea_rt_malloc"},
    {"halide_free", "fovea_rt_free"}};

/// What LLVM makes of loops that copy or clear; every C library has them.
static constexpr StringLiteral libraryNames[] = {"memcpy", "memmove", "memset"};

static Error checkImports(const object::ObjectFile &file) {
  StringSet<> allowed;
  for (StringRef name : libraryNames)
    allowed.insert(name);
  for (const auto &[halideName, foveaName] : runtimeNames)
    allowed.insert(halideName);
  for (const object::SymbolRef &symbol : file.symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return flags.takeError();
    if (!(*flags & object::SymbolRef::SF_Undefined) ||
        (*flags & object::SymbolRef::SF_FormatSpecific))
      continue;
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (!allowed.contains(*name))
      return createStringError("the kernel's object calls '" + *name +
                               "', which the runtime does not have");
  }
  return Error::success();
}

Expected<std::string> renameRuntime(StringRef object) {
  MemoryBufferRef buffer(object, "kernel");
  Expected<std::unique_ptr<object::ObjectFile>> file = object::ObjectFile::createObjectFile(buffer);
  if (!file)
    return file.takeError();
  if (Error error = checkImports(**file))
    return error;

  objcopy::ConfigManager config;
  config.Common.InputFilename = config.Common.OutputFilename = "kernel";
  for (const auto &[halideName, foveaName] : runtimeNames)
    config.Common.SymbolsToRename[halideName] = foveaName;
  SmallString<0> result;
  raw_svector_ostream stream(result);
  if (Error error = objcopy::executeObjcopyOnBinary(config, **file, stream))
    return error;
  return result.str().str();
}

} // namespace fovea::halide
