//===- TensorFile.cpp - Files of tensors by their extension ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/TensorFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace fovea;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

Expected<std::shared_ptr<llvm::MemoryBuffer>> fovea::mapFile(StringRef path) {
  namespace fs = llvm::sys::fs;
  fs::file_status status;
  if (std::error_code code = fs::status(path, status))
    return llvm::createStringError("cannot read '" + path + "': " + code.message());
  if (!fs::is_regular_file(status)) // A device may never end.
    return llvm::createStringError("cannot read '" + path + "': is " +
                                   (fs::is_directory(status) ? "a directory" : "no regular file"));
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return llvm::createStringError("cannot read '" + path + "': " + file.getError().message());
  return std::shared_ptr<llvm::MemoryBuffer>(std::move(*file));
}

static Error unknownExtension(StringRef path) {
  return llvm::createStringError("'" + path + "': expected a file .safetensors, .npz or .npy");
}

Expected<NamedTensors> fovea::readTensorFile(StringRef path) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".safetensors")
    return readSafeTensors(path);
  if (extension == ".npz")
    return readNpz(path);
  if (extension != ".npy")
    return unknownExtension(path);
  Expected<Tensor> tensor = readNpy(path);
  if (!tensor)
    return tensor.takeError();
  return NamedTensors{{llvm::sys::path::stem(path).str(), std::move(*tensor)}};
}

Error fovea::checkTensorFileName(StringRef path, size_t tensors) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".safetensors" || extension == ".npz")
    return Error::success();
  if (extension != ".npy")
    return unknownExtension(path);
  if (tensors != 1)
    return llvm::createStringError("cannot write '" + path +
                                   "': an .npy file holds one tensor, not " + llvm::Twine(tensors));
  return Error::success();
}

Error fovea::writeTensorFile(StringRef path, const NamedTensors &tensors) {
  if (Error error = checkTensorFileName(path, tensors.size()))
    return error;
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".safetensors")
    return writeSafeTensors(path, tensors);
  if (extension == ".npz")
    return writeNpz(path, tensors);
  return writeNpy(path, tensors.begin()->second);
}
