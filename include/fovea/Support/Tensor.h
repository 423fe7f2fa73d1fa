//===- Tensor.h - A tensor in host memory -----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// What files hold and the interpreter computes: an element type, a shape and row-major
// little-endian bytes, owned or mapped from a file. Copies share the bytes.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SUPPORT_TENSOR_H
#define FOVEA_SUPPORT_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

enum class ElementType { F32, F16, BF16, F64, Bool, U8, I8, U16, I16, U32, I32, U64, I64 };

/// Fovea's name of a type: "f32", "bf16", "bool", "u8".
llvm::StringRef toString(ElementType type);
std::optional<ElementType> parseElementType(llvm::StringRef name);
int64_t byteWidth(ElementType type);

/// "f32[1,3,224,224]"; a scalar is "f32[]".
std::string typeName(ElementType type, llvm::ArrayRef<int64_t> shape);

/// Bytes of a tensor. An error if an extent is negative or as many of the widest
/// elements do not fit in 63 bits.
llvm::Expected<int64_t> byteSize(ElementType type, llvm::ArrayRef<int64_t> shape);

class Tensor {
public:
  /// An f32 scalar without bytes; only good for being assigned to.
  Tensor() = default;

  /// Zeros, 64-byte aligned, writable. An error if the shape is impossible or larger than memory.
  static llvm::Expected<Tensor> allocate(ElementType type, llvm::ArrayRef<int64_t> shape);

  /// Takes `values`, which must be as many as `shape` says.
  static Tensor fromFloats(llvm::ArrayRef<int64_t> shape, std::vector<float> values);

  /// A view of `bytes`, kept alive by `owner` (null: the caller keeps them). An error if they are
  /// not as many as type and shape say. Bytes that are not aligned for the type are copied.
  static llvm::Expected<Tensor> view(ElementType type, llvm::ArrayRef<int64_t> shape,
                                     llvm::ArrayRef<char> bytes, std::shared_ptr<const void> owner);

  ElementType elementType() const { return type; }
  llvm::ArrayRef<int64_t> shape() const { return extents; }
  int64_t elementCount() const { return size / byteWidth(type); }
  llvm::ArrayRef<char> bytes() const { return {data, static_cast<size_t>(size)}; }
  std::string typeName() const { return fovea::typeName(type, extents); }

  /// The elements of an f32 tensor.
  llvm::ArrayRef<float> floats() const;

  /// Of a tensor from `allocate` or `fromFloats` alone. Copies of the tensor see what is written.
  llvm::MutableArrayRef<char> mutableBytes();
  llvm::MutableArrayRef<float> mutableFloats();

  /// The same values as f32, rounded to nearest even where f32 cannot hold them; itself if it is
  /// f32 already.
  Tensor toF32() const;

  /// The same bytes under another shape of as many elements.
  Tensor reshaped(llvm::ArrayRef<int64_t> shape) const;

private:
  ElementType type = ElementType::F32;
  std::vector<int64_t> extents;
  std::shared_ptr<const void> owner;
  const char *data = nullptr;
  int64_t size = 0;
  bool writable = false;
};

/// Tensors by name, in the order of their names.
using NamedTensors = std::map<std::string, Tensor, std::less<>>;

/// An f16 (IEEE 754 binary16) as f32, exactly.
float halfToFloat(uint16_t bits);

} // namespace fovea

#endif
