//===- TensorFile.h - Files of tensors: safetensors, npy, npz ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Reading maps the file and copies nothing where the format allows it (not for compressed or
// unaligned members). Every size and offset in a file is checked before it is used. Errors name the
// file.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_TENSORFILE_H
#define FOVEA_SUPPORT_TENSORFILE_H

#include "fovea/Support/Tensor.h"
#include "llvm/Support/MemoryBuffer.h"

namespace fovea {

/// Maps a regular file for reading. The error says the path and the reason.
llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> mapFile(llvm::StringRef path);

/// The safetensors format: 8 bytes of header length, a JSON header, the bytes of the tensors
/// without overlaps. f8 and other types that `ElementType` lacks are an error.
llvm::Expected<NamedTensors> readSafeTensors(llvm::StringRef path);
llvm::Expected<NamedTensors> parseSafeTensors(std::shared_ptr<llvm::MemoryBuffer> file);
/// Tensors ordered by element width, then name, each aligned for its type; the same tensors give
/// the same bytes.
llvm::Error writeSafeTensors(llvm::StringRef path, const NamedTensors &tensors,
                             const std::map<std::string, std::string> &metadata = {});

/// NumPy's format 1.0 to 3.0 (numpy.lib.format), little-endian, C order or Fortran order
/// (transposed while read).
llvm::Expected<Tensor> readNpy(llvm::StringRef path);
/// `bytes` are kept alive by `owner`; `name` is for errors.
llvm::Expected<Tensor> parseNpy(llvm::ArrayRef<char> bytes, std::shared_ptr<const void> owner,
                                llvm::StringRef name);
llvm::Error writeNpy(llvm::StringRef path, const Tensor &tensor);

/// A zip file of npy members, stored or deflated; each tensor has the member's name without ".npy".
llvm::Expected<NamedTensors> readNpz(llvm::StringRef path);
llvm::Expected<NamedTensors> parseNpz(std::shared_ptr<llvm::MemoryBuffer> file);
/// Stored members, no time stamps: the same tensors give the same bytes. Less than 4 GiB together,
/// or an error.
llvm::Error writeNpz(llvm::StringRef path, const NamedTensors &tensors);

/// One of the above by the file's extension; an npy holds one tensor, named by the file's stem.
llvm::Expected<NamedTensors> readTensorFile(llvm::StringRef path);
/// Error: a name that so many tensors cannot be written to.
llvm::Error checkTensorFileName(llvm::StringRef path, size_t tensors);
llvm::Error writeTensorFile(llvm::StringRef path, const NamedTensors &tensors);

} // namespace fovea

#endif
