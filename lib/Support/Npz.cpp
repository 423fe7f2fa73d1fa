//===- Npz.cpp - NumPy's archives of arrays -------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "NpyFormat.h"
#include "Zip.h"
#include "fovea/Support/AtomicFile.h"
#include "fovea/Support/TensorFile.h"

using namespace fovea;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

Expected<NamedTensors> fovea::parseNpz(std::shared_ptr<llvm::MemoryBuffer> file) {
  std::string path = file->getBufferIdentifier().str();
  Expected<std::vector<ZipMember>> members = readZip(std::move(file));
  if (!members)
    return llvm::createStringError(path + ": " + llvm::toString(members.takeError()));
  NamedTensors tensors;
  for (const ZipMember &member : *members) {
    StringRef name(member.name);
    if (!name.consume_back(".npy"))
      return llvm::createStringError(path + ": member '" + member.name + "' is no .npy file");
    Expected<Tensor> tensor =
        parseNpy(member.bytes, member.owner, path + ": member '" + member.name + "'");
    if (!tensor)
      return tensor.takeError();
    if (!tensors.emplace(name.str(), std::move(*tensor)).second)
      return llvm::createStringError(path + ": two members are called '" + member.name + "'");
  }
  return tensors;
}

Expected<NamedTensors> fovea::readNpz(StringRef path) {
  auto file = mapFile(path);
  if (!file)
    return file.takeError();
  return parseNpz(std::move(*file));
}

Error fovea::writeNpz(StringRef path, const NamedTensors &tensors) {
  std::vector<std::string> prefixes;
  std::vector<ZipSource> members;
  prefixes.reserve(tensors.size()); // The members refer to them.
  for (const auto &[name, tensor] : tensors) {
    Expected<std::string> prefix = npyPrefix(tensor);
    if (!prefix)
      return llvm::createStringError("cannot write '" + path + "': '" + name +
                                     "': " + llvm::toString(prefix.takeError()));
    prefixes.push_back(std::move(*prefix));
    const std::string &kept = prefixes.back();
    members.push_back({name + ".npy", {{kept.data(), kept.size()}, tensor.bytes()}});
  }
  return writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) -> Error {
    if (Error error = writeZip(os, members))
      return llvm::createStringError("cannot write '" + path +
                                     "': " + llvm::toString(std::move(error)));
    return Error::success();
  });
}
