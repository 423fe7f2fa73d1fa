//===- Image.h - Pictures as tensors ----------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_IMAGE_H
#define FOVEA_SUPPORT_IMAGE_H

#include "fovea/Support/Tensor.h"

namespace fovea {

/// A PNG or JPEG file, told apart by its first bytes, as u8[H, W, C]: C = 1 for grey pictures, else
/// 3 (red, green, blue; sRGB). Transparent pixels are laid over white; 16-bit samples become 8-bit.
/// More than 2^27 pixels are an error.
llvm::Expected<Tensor> readImage(llvm::StringRef path);

/// Writes u8[H, W, C] with C = 1 or 3 as a PNG file.
llvm::Error writePng(llvm::StringRef path, const Tensor &image);

} // namespace fovea

#endif
