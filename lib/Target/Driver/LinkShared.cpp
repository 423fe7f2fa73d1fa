//===- LinkShared.cpp - Shared libraries ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/AtomicFile.h"
#include "fovea/Target/Driver/DriverObject.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ObjectFile.h"
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
  std::string text = "{\nglobal:\n  " + network.prefix + "_network;\n  fovea_shared_network;\n";
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

namespace {
/// Files that the linker reads and writes. None is left when it ends, crashes or is interrupted.
class TemporaryFiles {
public:
  ~TemporaryFiles() {
    for (const std::string &path : paths)
      removeTemporary(path);
  }

  /// The path of a new file.
  Expected<std::string> add(StringRef bytes) {
    SmallString<128> folder;
    sys::path::system_temp_directory(/*erasedOnReboot=*/true, folder);
    std::string path;
    std::optional<raw_fd_ostream> os;
    if (std::error_code error = openTemporary(folder + "/fovea-link", "", path, os))
      return cannotWrite(path, error);
    paths.push_back(path);
    *os << bytes;
    os->close();
    std::error_code reason = os->error();
    os->clear_error();
    if (reason)
      return cannotWrite(path, reason);
    return path;
  }

private:
  static Error cannotWrite(StringRef path, std::error_code reason) {
    return createStringError(reason, "cannot write " + path + ": " + reason.message());
  }

  std::vector<std::string> paths;
};
} // namespace

/// A linker script for the library that stands for the C library. That is empty, so that the result
/// asks for no version that this machine happens to have, but for what glibc for x86-64 has twice:
/// who asks for no version of these gets the older one, whose pthread_cond_wait allocates.
static std::string cLibraryScript(const Triple &triple) {
  if (triple.isAArch64())
    return "";
  std::string symbols, condition;
  for (StringRef function : {"broadcast", "destroy", "init", "signal", "wait"}) {
    std::string name = ("pthread_cond_" + function).str();
    symbols += name + " = 0;\n";
    condition += name + "; ";
  }
  return symbols + "memcpy = 0;\nVERSION { GLIBC_2.3.2 { " + condition +
         "}; GLIBC_2.14 { memcpy; }; }\n";
}

/// Links into the file `output`.
static Error linkFiles(TemporaryFiles &files, const Network &network, StringRef archive,
                       StringRef soname, const std::string &output) {
  Expected<std::string> script = versionScript(network);
  if (!script)
    return script.takeError();
  Expected<ObjectFile> entry = emitSharedEntry(network);
  if (!entry)
    return entry.takeError();
  Triple triple = tripleOf(network.first());
  std::string stubScript = cLibraryScript(triple);
  std::vector<std::string> paths;
  for (StringRef bytes :
       {archive, StringRef(entry->bytes), StringRef(*script), StringRef(stubScript), StringRef()}) {
    Expected<std::string> path = files.add(bytes);
    if (!path)
      return path.takeError();
    paths.push_back(std::move(*path));
  }
  const std::string &members = paths[0], &object = paths[1], &exports = paths[2], &stub = paths[4];
  std::vector<std::string> arguments = {
      "-shared", "-m", triple.isAArch64() ? "aarch64linux" : "elf_x86_64", "--threads=1"};
  std::vector<std::string> library = arguments, whole = arguments;
  library.insert(library.end(), {"-soname", "libc.so.6", "-o", stub, paths[3]});
  if (Error error = runLinker(library))
    return error;
  for (StringRef text : {"-O1", "-z", "relro", "-z", "now", "--hash-style=gnu", "--build-id=fast",
                         "--no-as-needed", "--no-undefined-version"})
    whole.push_back(text.str());
  whole.insert(whole.end(), {"-soname", soname.str(), "--version-script", exports, "-o", output,
                             object, "--whole-archive", members, "--no-whole-archive", stub});
  return runLinker(whole);
}

Error driver::checkShared(const Network &network) {
  const std::string &device = network.first().device;
  return device.empty() ? Error::success()
                        : createStringError("no shared library is made for " + device +
                                            ": link the archive into your own");
}

Expected<std::unique_ptr<MemoryBuffer>> driver::linkShared(const Network &network,
                                                           StringRef archive, StringRef soname) {
  if (Error error = checkShared(network))
    return error;
  if (Error error = checkImports(network, archive))
    return error;
  TemporaryFiles files;
  Expected<std::string> output = files.add("");
  if (!output)
    return output.takeError();
  if (Error error = linkFiles(files, network, archive, soname, *output))
    return error;
  auto linked = MemoryBuffer::getFile(*output, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!linked)
    return createStringError("cannot read the linked library: " + linked.getError().message());
  return std::move(*linked);
}
