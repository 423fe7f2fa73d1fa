//===- Tensor.cpp - A tensor in host memory -------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/Tensor.h"
#include "fovea/Support/Memory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SwapByteOrder.h"
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace fovea;
using llvm::ArrayRef;
using llvm::Expected;

static_assert(llvm::sys::IsLittleEndianHost, "files are little-endian and mapped as they are");

namespace {
struct ElementInfo {
  ElementType type;
  const char *name;
  int64_t width;
};
} // namespace

static constexpr ElementInfo elementInfos[] = {
    {ElementType::F32, "f32", 4}, {ElementType::F16, "f16", 2},   {ElementType::BF16, "bf16", 2},
    {ElementType::F64, "f64", 8}, {ElementType::Bool, "bool", 1}, {ElementType::U8, "u8", 1},
    {ElementType::I8, "i8", 1},   {ElementType::U16, "u16", 2},   {ElementType::I16, "i16", 2},
    {ElementType::U32, "u32", 4}, {ElementType::I32, "i32", 4},   {ElementType::U64, "u64", 8},
    {ElementType::I64, "i64", 8},
};

llvm::StringRef fovea::toString(ElementType type) {
  return elementInfos[static_cast<size_t>(type)].name;
}

int64_t fovea::byteWidth(ElementType type) { return elementInfos[static_cast<size_t>(type)].width; }

std::optional<ElementType> fovea::parseElementType(llvm::StringRef name) {
  for (const ElementInfo &info : elementInfos)
    if (name == info.name)
      return info.type;
  return std::nullopt;
}

std::string fovea::typeName(ElementType type, ArrayRef<int64_t> shape) {
  std::string text = toString(type).str() + "[";
  for (auto [i, extent] : llvm::enumerate(shape))
    text += (i ? "," : "") + std::to_string(extent);
  return text + "]";
}

Expected<int64_t> fovea::byteSize(ElementType type, ArrayRef<int64_t> shape) {
  // Counted in the widest elements, so that a shape which is possible stays so when converted.
  constexpr int64_t widest = 8;
  int64_t bytes = widest;
  bool overflow = false;
  for (int64_t extent : shape) {
    if (extent < 0)
      return llvm::createStringError("negative extent in " + typeName(type, shape));
    overflow |= llvm::MulOverflow(bytes, extent, bytes);
  }
  // An extent of zero makes a product that overflowed before it harmless in theory; nobody means
  // it.
  if (overflow)
    return llvm::createStringError("a tensor " + typeName(type, shape) + " is too large");
  return bytes / widest * byteWidth(type);
}

Expected<Tensor> Tensor::allocate(ElementType type, ArrayRef<int64_t> shape) {
  Expected<int64_t> size = byteSize(type, shape);
  if (!size)
    return size.takeError();
  constexpr size_t alignment = 64;
  // calloc, not a vector: large tensors are zero pages that cost nothing until written.
  void *raw = *size + alignment > maxAllocation ? nullptr : std::calloc(*size + alignment, 1);
  if (!raw)
    return llvm::createStringError("no memory for a tensor " + fovea::typeName(type, shape));
  Tensor tensor;
  tensor.type = type;
  tensor.extents = shape.vec();
  tensor.owner = std::shared_ptr<const void>(raw, [raw](const void *) { std::free(raw); });
  tensor.data =
      reinterpret_cast<const char *>(llvm::alignTo(reinterpret_cast<uintptr_t>(raw), alignment));
  tensor.size = *size;
  tensor.writable = true;
  return tensor;
}

Tensor Tensor::fromFloats(ArrayRef<int64_t> shape, std::vector<float> values) {
  auto owned = std::make_shared<std::vector<float>>(std::move(values));
  Tensor tensor;
  tensor.extents = shape.vec();
  tensor.data = reinterpret_cast<const char *>(owned->data());
  tensor.size = owned->size() * sizeof(float);
  tensor.owner = std::move(owned);
  tensor.writable = true;
  assert(llvm::cantFail(byteSize(ElementType::F32, shape)) == tensor.size &&
         "as many values as the shape says");
  return tensor;
}

Expected<Tensor> Tensor::view(ElementType type, ArrayRef<int64_t> shape, ArrayRef<char> bytes,
                              std::shared_ptr<const void> owner) {
  Expected<int64_t> size = byteSize(type, shape);
  if (!size)
    return size.takeError();
  if (*size != static_cast<int64_t>(bytes.size()))
    return llvm::createStringError("a tensor " + fovea::typeName(type, shape) + " takes " +
                                   std::to_string(*size) + " bytes, but there are " +
                                   std::to_string(bytes.size()));
  if (reinterpret_cast<uintptr_t>(bytes.data()) % byteWidth(type) != 0) {
    Expected<Tensor> copy = allocate(type, shape);
    if (copy && !bytes.empty())
      std::memcpy(copy->mutableBytes().data(), bytes.data(), bytes.size());
    return copy;
  }
  Tensor tensor;
  tensor.type = type;
  tensor.extents = shape.vec();
  tensor.owner = std::move(owner);
  tensor.data = bytes.data();
  tensor.size = *size;
  return tensor;
}

ArrayRef<float> Tensor::floats() const {
  assert(type == ElementType::F32 && "toF32() first");
  return {reinterpret_cast<const float *>(data), static_cast<size_t>(elementCount())};
}

llvm::MutableArrayRef<char> Tensor::mutableBytes() {
  assert(writable && "mapped and viewed tensors are read-only");
  return {const_cast<char *>(data), static_cast<size_t>(size)};
}

llvm::MutableArrayRef<float> Tensor::mutableFloats() {
  assert(type == ElementType::F32 && "an f32 tensor");
  return {reinterpret_cast<float *>(mutableBytes().data()), static_cast<size_t>(elementCount())};
}

Tensor Tensor::reshaped(ArrayRef<int64_t> shape) const {
  Tensor result = *this;
  result.extents = shape.vec();
  assert(llvm::cantFail(byteSize(type, shape)) == size && "as many elements as before");
  return result;
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

float fovea::halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16;
  uint32_t exponent = (bits >> 10) & 0x1f;
  uint32_t mantissa = bits & 0x3ff;
  if (exponent == 0) { // Zero and subnormals: the mantissa counts units of 2^-24.
    float magnitude = std::ldexp(float(mantissa), -24);
    return sign ? -magnitude : magnitude;
  }
  exponent = exponent == 31 ? 255 : exponent + 127 - 15;
  return llvm::bit_cast<float>(sign | exponent << 23 | mantissa << 13);
}

template <typename T, typename Convert>
static std::vector<float> converted(ArrayRef<char> bytes, Convert convert) {
  ArrayRef<T> values(reinterpret_cast<const T *>(bytes.data()), bytes.size() / sizeof(T));
  std::vector<float> result;
  result.reserve(values.size());
  for (T value : values)
    result.push_back(convert(value));
  return result;
}

template <typename T> static std::vector<float> cast(ArrayRef<char> bytes) {
  return converted<T>(bytes, [](T value) { return static_cast<float>(value); });
}

static std::vector<float> floatsOf(ElementType type, ArrayRef<char> bytes) {
  switch (type) {
  case ElementType::F32:
    return cast<float>(bytes);
  case ElementType::F16:
    return converted<uint16_t>(bytes, halfToFloat);
  case ElementType::BF16:
    return converted<uint16_t>(
        bytes, [](uint16_t bits) { return llvm::bit_cast<float>(uint32_t(bits) << 16); });
  case ElementType::F64:
    return cast<double>(bytes);
  case ElementType::Bool:
    return converted<uint8_t>(bytes, [](uint8_t value) { return value ? 1.0f : 0.0f; });
  case ElementType::U8:
    return cast<uint8_t>(bytes);
  case ElementType::I8:
    return cast<int8_t>(bytes);
  case ElementType::U16:
    return cast<uint16_t>(bytes);
  case ElementType::I16:
    return cast<int16_t>(bytes);
  case ElementType::U32:
    return cast<uint32_t>(bytes);
  case ElementType::I32:
    return cast<int32_t>(bytes);
  case ElementType::U64:
    return cast<uint64_t>(bytes);
  case ElementType::I64:
    return cast<int64_t>(bytes);
  }
  llvm_unreachable("all element types are handled");
}

Tensor Tensor::toF32() const {
  if (type == ElementType::F32)
    return *this;
  return fromFloats(extents, floatsOf(type, bytes()));
}
