//===- NpyFormat.h - Parts of npy that npz needs ----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_SUPPORT_NPYFORMAT_H
#define FOVEA_LIB_SUPPORT_NPYFORMAT_H

#include "fovea/Support/Tensor.h"

namespace fovea {

struct NpyHeader {
  ElementType type = ElementType::F32;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
};

/// Parses "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }".
llvm::Expected<NpyHeader> parseNpyHeader(llvm::StringRef text);

/// All that stands before the elements in an npy file of version 1.0, a multiple of 64 bytes long.
/// An error for bf16.
llvm::Expected<std::string> npyPrefix(const Tensor &tensor);

} // namespace fovea

#endif
