//===- CnnValues.h - The values of parameters -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_VALUES_H
#define FOVEA_CNN_VALUES_H

#include "mlir/IR/BuiltinAttributes.h"
#include <optional>
#include <vector>

namespace fovea::cnn {

/// The values of a float tensor, row-major, read from `dense` and from `dense_resource` alike.
/// Nothing where the element type is no float, or where the blob is missing or of another size than
/// the type says.
std::optional<std::vector<double>> floatValues(mlir::ElementsAttr value);

} // namespace fovea::cnn

#endif
