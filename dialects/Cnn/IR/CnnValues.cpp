//===- CnnValues.cpp - The values of parameters ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnValues.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Endian.h"

using namespace mlir;

static double toDouble(llvm::APFloat value) {
  bool losesInfo;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToDouble();
}

/// Little-endian values of 2, 4 or 8 bytes.
static llvm::APInt readBits(const char *data, unsigned width) {
  using namespace llvm::support;
  switch (width) {
  case 16:
    return llvm::APInt(16, endian::read16le(data));
  case 32:
    return llvm::APInt(32, endian::read32le(data));
  default:
    return llvm::APInt(64, endian::read64le(data));
  }
}

static std::optional<std::vector<double>> resourceValues(DenseResourceElementsAttr value,
                                                         FloatType type) {
  const AsmResourceBlob *blob = value.getRawHandle().getBlob();
  size_t count = value.getType().getNumElements(), width = type.getWidth();
  if (!blob || width % 16 != 0 || blob->getData().size() != count * width / 8)
    return std::nullopt;
  std::vector<double> values(count);
  for (size_t i = 0; i < count; ++i)
    values[i] = toDouble(
        llvm::APFloat(type.getFloatSemantics(), readBits(&blob->getData()[i * width / 8], width)));
  return values;
}

std::optional<std::vector<double>> fovea::cnn::floatValues(ElementsAttr value) {
  auto type = dyn_cast<FloatType>(value.getElementType());
  if (!type)
    return std::nullopt;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return resourceValues(resource, type);
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return std::nullopt;
  std::vector<double> values;
  values.reserve(dense.getNumElements());
  for (const llvm::APFloat &element : dense.getValues<llvm::APFloat>())
    values.push_back(toDouble(element));
  return values;
}
