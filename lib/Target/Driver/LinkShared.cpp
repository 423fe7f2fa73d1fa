//===- LinkShared.cpp - Shared libraries ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

namespace {
struct SymbolNames {
  StringSet<> defined, undefined;
};
} // namespace

static Error collectSymbols(MemoryBufferRef buffer, SymbolNames &names) {
  auto object = object::ObjectFile::createObjectFile(buffer);
  if (!object)
    return object.takeError();
  for (const object::SymbolRef &symbol : (*object)->symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    Expected<StringRef> name = symbol.getName();
    if (!flags || !name)
      return joinErrors(flags.takeError(), name.takeError());
    if (*flags & object::SymbolRef::SF_Undefined)
      names.undefined.insert(*name);
    else if (*flags & object::SymbolRef::SF_Global)
      names.defined.insert(*name);
  }
  return Error::success();
}

/// What is left open must be what the run-time library asks the C library for, or what LLVM makes
/// of loops that copy or clear: a linker of shared libraries does not look.
static Error checkImports(const Network &network, StringRef bytes) {
  auto archive = object::Archive::create(MemoryBufferRef(bytes, "archive"));
  if (!archive)
    return archive.takeError();
  SymbolNames all, runtime;
  Error error = Error::success();
  for (const object::Archive::Child &child : (*archive)->children(error)) {
    Expected<MemoryBufferRef> member = child.getMemoryBufferRef();
    if (Error failure = member ? collectSymbols(*member, all) : member.takeError())
      return joinErrors(std::move(failure), std::move(error));
  }
  if (error)
    return error;
  Expected<ObjectFile> object = runtimeObject(network.first().triple);
  if (!object)
    return object.takeError();
  if (Error failure = collectSymbols(MemoryBufferRef(object->bytes, object->name), runtime))
    return failure;
  for (const auto &name : all.undefined)
    if (!name.getKey().empty() && !all.defined.contains(name.getKey()) &&
        !runtime.undefined.contains(name.getKey()) &&
        !is_contained({"memcpy", "memmove", "memset"}, name.getKey()))
      return createStringError("no member defines '" + name.getKey() + "'");
  return Error::success();
}

/// The functions of fovea.h are those of the run-time library that are not the kernels'.
static Expected<std::string> versionScript(const Network &network) {
  std::string text =
      "{\nglobal:\n  " + symbolPrefix(network.first()) + "_network;\n  fovea_shared_network;\n";
  Expected<ObjectFile> object = runtimeObject(network.first().triple);
  if (!object)
    return object.takeError();
  SymbolNames names;
  if (Error error = collectSymbols(MemoryBufferRef(object->bytes, object->name), names))
    return error;
  for (const auto &name : names.defined)
    if (!name.getKey().starts_with("fovea_rt_"))
      text += "  " + name.getKey().str() + ";\n";
  return text + "local:\n  *;\n};\n";
}

//===----------------------------------------------------------------------===//
// Linking
//===----------------------------------------------------------------------===//

/// Runs the linker in this process.
static Error runLinker(ArrayRef<std::string> arguments) {
  std::vector<const char *> pointers = {"ld.lld"};
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  std::string out, problems;
  raw_string_ostream outStream(out), problemStream(problems);
  lld::Result result =
      lld::lldMain(pointers, outStream, problemStream, {{lld::Gnu, &lld::elf::link}});
  return result.retCode ? createStringError("cannot link the shared library: " + problems)
                        : Error::success();
}

static Error writeFile(const Twine &path, StringRef bytes) {
  std::error_code error;
  raw_fd_ostream os(path.str(), error);
  if (error)
    return createStringError(error, "cannot write " + path + ": " + error.message());
  os << bytes;
  os.close();
  std::error_code reason = os.error();
  os.clear_error();
  return reason ? createStringError(reason, "cannot write " + path + ": " + reason.message())
                : Error::success();
}

/// Links in `folder`. An empty library stands for the C library, so that the result asks for that
/// one without the version that this machine happens to have.
static Error linkIn(const Twine &folder, ArrayRef<std::pair<StringRef, StringRef>> files,
                    StringRef soname, StringRef emulation) {
  std::string path = folder.str() + "/";
  for (auto [name, bytes] : files)
    if (Error error = writeFile(path + name, bytes))
      return error;
  std::vector<std::string> arguments = {"-shared", "-m", emulation.str(), "--threads=1"};
  std::vector<std::string> empty = arguments, whole = arguments;
  for (StringRef text : {"-soname", "libc.so.6", "-o"})
    empty.push_back(text.str());
  empty.insert(empty.end(), {path + "libc.so", path + "empty"});
  if (Error error = runLinker(empty))
    return error;
  for (StringRef text : {"-O1", "-z", "relro", "-z", "now", "--hash-style=gnu", "--build-id=fast",
                         "--no-as-needed", "--no-undefined-version"})
    whole.push_back(text.str());
  whole.insert(whole.end(), {"-soname", soname.str(), "--version-script", path + "exports", "-o",
                             path + "network.so", path + "entry.o", "--whole-archive",
                             path + "network.a", "--no-whole-archive", path + "libc.so"});
  return runLinker(whole);
}

Expected<std::unique_ptr<MemoryBuffer>> driver::linkShared(const Network &network,
                                                           StringRef archive, StringRef soname) {
  const std::string &device = network.first().device;
  if (!device.empty())
    return createStringError("no shared library is made for " + device +
                             ": link the archive into your own");
  if (Error error = checkImports(network, archive))
    return error;
  Expected<std::string> script = versionScript(network);
  if (!script)
    return script.takeError();
  Expected<ObjectFile> entry = emitSharedEntry(network);
  if (!entry)
    return entry.takeError();
  SmallString<128> folder;
  if (std::error_code error = sys::fs::createUniqueDirectory("fovea-link", folder))
    return createStringError(error, "cannot make a temporary folder: " + error.message());
  scope_exit cleanUp([&] { sys::fs::remove_directories(folder); });
  Triple triple = tripleOf(network.first());
  if (Error error = linkIn(
          folder,
          {{"network.a", archive}, {"entry.o", entry->bytes}, {"exports", *script}, {"empty", ""}},
          soname, triple.isAArch64() ? "aarch64linux" : "elf_x86_64"))
    return error;
  auto linked = MemoryBuffer::getFile(folder + "/network.so", /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!linked)
    return createStringError("cannot read the linked library: " + linked.getError().message());
  return std::move(*linked);
}
