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
#include <map>

using namespace llvm;

namespace fovea::halide {

/// Fovea's functions have a prefix of their own, so that a program may hold Halide's runtime too.
static constexpr std::pair<StringLiteral, StringLiteral> runtimeNames[] = {
    {"halide_do_par_for", "fovea_rt_do_par_for"},
    {"halide_malloc", "fovea_rt_malloc"},
    {"halide_free", "fovea_rt_free"}};

/// What LLVM makes of loops that copy or clear; every C library has them.
static constexpr StringLiteral libraryNames[] = {"memcpy", "memmove", "memset"};

static Error checkImports(const object::ObjectFile &file, bool forDevice) {
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
    bool isDevices = forDevice && name->starts_with("halide_");
    if (!allowed.contains(*name) && !isDevices)
      return createStringError("the kernel's object calls '" + *name +
                               "', which the runtime does not have");
  }
  return Error::success();
}

using NewNames = std::map<std::string, std::string>;

/// What brings the variables of a device runtime to life. It may be called more than once, and must
/// be where a linker does not: in process.
static constexpr StringLiteral initializer = "fovea_halide_initialize";

/// Others may refer to the symbol, and several objects define it.
static Error makeWeak(objcopy::CommonConfig &config, StringRef symbol) {
  for (objcopy::NameMatcher *matcher : {&config.SymbolsToGlobalize, &config.SymbolsToWeaken})
    if (Error error = matcher->addMatcher(objcopy::NameOrPattern::create(
            symbol, objcopy::MatchStyle::Literal, [](Error error) { return error; })))
      return error;
  return Error::success();
}

static Expected<std::string> renameSymbols(object::ObjectFile &file, const NewNames &names,
                                           bool weaken) {
  objcopy::ConfigManager config;
  config.Common.InputFilename = config.Common.OutputFilename = "kernel";
  config.Common.Weaken = weaken;
  for (const auto &[from, to] : names) {
    config.Common.SymbolsToRename[from] = to;
    if (to == initializer)
      if (Error error = makeWeak(config.Common, from))
        return error;
  }
  SmallString<0> result;
  raw_svector_ostream stream(result);
  if (Error error = objcopy::executeObjcopyOnBinary(config, file, stream))
    return error;
  return result.str().str();
}

/// The symbols that `isHalides` picks get "fovea_" in front.
static Expected<NewNames> prefixed(const object::ObjectFile &file,
                                   function_ref<bool(StringRef name, uint32_t flags)> isHalides) {
  NewNames names;
  for (const object::SymbolRef &symbol : file.symbols()) {
    Expected<StringRef> name = symbol.getName();
    Expected<uint32_t> flags = symbol.getFlags();
    if (!name || !flags)
      return joinErrors(name.takeError(), flags.takeError());
    if (isHalides(*name, *flags))
      names[name->str()] = ("fovea_" + *name).str();
    else if (name->starts_with("_GLOBAL__sub_I_"))
      names[name->str()] = initializer.str();
  }
  return names;
}

using ObjectPointer = Expected<std::unique_ptr<object::ObjectFile>>;

static ObjectPointer parse(StringRef object, StringRef name) {
  return object::ObjectFile::createObjectFile(MemoryBufferRef(object, name));
}

Expected<std::string> finishObject(StringRef halides, bool forDevice) {
  std::string object = halides.str();
  ObjectPointer file = parse(object, "kernel");
  if (!file)
    return file.takeError();
  if (Error error = checkImports(**file, forDevice))
    return error;
  Expected<NewNames> names =
      prefixed(**file, [](StringRef name, uint32_t) { return name.starts_with("halide_"); });
  if (!names)
    return names.takeError();
  for (const auto &[halideName, foveaName] : runtimeNames)
    (*names)[halideName.str()] = foveaName.str();
  // Weak, because two archives may bring a kernel into one program whole.
  return renameSymbols(**file, *names, /*weaken=*/true);
}

Expected<std::string> renameDeviceRuntime(StringRef object) {
  ObjectPointer file = parse(object, "runtime");
  if (!file)
    return file.takeError();
  constexpr uint32_t global = object::SymbolRef::SF_Global, open = object::SymbolRef::SF_Undefined;
  Expected<NewNames> names = prefixed(
      **file, [](StringRef, uint32_t flags) { return (flags & (global | open)) == global; });
  return names ? renameSymbols(**file, *names, /*weaken=*/false) : names.takeError();
}

} // namespace fovea::halide
