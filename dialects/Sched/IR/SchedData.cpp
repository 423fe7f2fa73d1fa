//===- SchedData.cpp - Constants, views and buffers of sched ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea::sched;

constexpr int64_t maxElements = int64_t(1) << 40;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

bool fovea::sched::isShapeSupported(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    if (extent < 1 || llvm::MulOverflow(count, extent, count) || count > maxElements)
      return false;
  return true;
}

std::optional<int64_t> fovea::sched::spanOf(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (!isShapeSupported(type.getShape()) || failed(type.getStridesAndOffset(strides, offset)))
    return std::nullopt;
  std::optional<int64_t> span = 1;
  for (auto [extent, stride] : llvm::zip(type.getShape(), strides)) {
    span = stride < 0 ? std::nullopt : llvm::checkedMulAdd<int64_t>(extent - 1, stride, *span);
    if (!span || *span > maxElements)
      return std::nullopt;
  }
  return span;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

LogicalResult LiteralOp::verify() {
  if (!isa<DenseElementsAttr>(getValue()) || getValue().getShapedType() != getResult().getType())
    return emitOpError("C1: expected a dense value of type ") << getResult().getType();
  return success();
}

/// What the source is taken for: [O], [C, 1, kh, kw], [O, I, kh, kw] or, of an image, [O, C, H, W];
/// nothing if it has another rank.
static std::optional<SmallVector<int64_t>> sourceExtents(PackOp pack) {
  ArrayRef<int64_t> shape = shapeOf(pack.getSource());
  size_t rank = pack.getKind() == PackingKind::vector ? 1 : 4;
  if (pack.getKind() == PackingKind::linear) {
    std::optional<ArrayRef<int64_t>> image = pack.getInputShape();
    if (shape.size() < 2 || !image || image->size() != 3)
      return std::nullopt;
    SmallVector<int64_t> extents{shape[0]};
    llvm::append_range(extents, *image);
    return extents;
  }
  if (pack.getKind() != PackingKind::plain && shape.size() != rank)
    return std::nullopt;
  return llvm::to_vector(shape);
}

/// The extents that the table in SchedOps.td gives.
static SmallVector<int64_t> packedExtents(PackOp pack, ArrayRef<int64_t> source) {
  int64_t out = pack.getOutBlock(), in = pack.getInBlock();
  switch (pack.getKind()) {
  case PackingKind::plain:
    return llvm::to_vector(source);
  case PackingKind::vector:
    return {ceilDiv(source[0], out), out};
  case PackingKind::depthwise:
    return {ceilDiv(source[0], out), source[2], source[3], out};
  default:
    return {ceilDiv(source[0], out), ceilDiv(source[1], in), source[2], source[3], in, out};
  }
}

LogicalResult PackOp::verify() {
  int64_t out = getOutBlock(), in = getInBlock();
  if (out < 1 || out > maxBlock || in < 1 || in > maxBlock)
    return emitOpError("C1: expected blocks from 1 to ") << maxBlock;
  std::optional<SmallVector<int64_t>> source = sourceExtents(*this);
  if (!source)
    return emitOpError("C1: cannot pack ")
           << getSource().getType() << " as " << stringifyPackingKind(getKind());
  ArrayRef<int64_t> shape = shapeOf(getSource());
  if (!isShapeSupported(*source) || llvm::product_of(*source) != llvm::product_of(shape) ||
      (getKind() == PackingKind::depthwise && shape[1] != 1))
    return emitOpError("C2: the extents do not have the values of ") << getSource().getType();
  std::optional<ArrayRef<int64_t>> order = getInputPermutation();
  if (order && (source->size() < 2 || int64_t(order->size()) != (*source)[1] ||
                !isPermutationVector(*order)))
    return emitOpError("C3: expected a permutation of the input channels");
  if (getResult().getType().getElementType() != getSource().getType().getElementType() ||
      shapeOf(getResult()) != ArrayRef(packedExtents(*this, *source)))
    return emitOpError("C4: the result does not have the packed extents");
  return success();
}

//===----------------------------------------------------------------------===//
// Views of tensors
//===----------------------------------------------------------------------===//

/// Whether the shapes differ along `axis` only.
static bool differAlong(int64_t axis, ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  for (int64_t d = 0; d < 4; ++d)
    if (d != axis && a[d] != b[d])
      return false;
  return true;
}

static LogicalResult verifyAxis(Operation *op, uint64_t axis) {
  if (axis > 3)
    return op->emitOpError("C1: expected an axis from 0 to 3, got ") << int64_t(axis);
  return success();
}

LogicalResult ConcatOp::verify() {
  if (failed(verifyAxis(*this, getAxis())))
    return failure();
  int64_t sum = 0;
  bool fits = true;
  for (Value input : getInputs()) {
    sum += shapeOf(input)[getAxis()];
    fits &= differAlong(getAxis(), shapeOf(input), shapeOf(getResult()));
  }
  if (!fits || sum != shapeOf(getResult())[getAxis()])
    return emitOpError("C2: the operands do not fill ") << getResult().getType();
  return success();
}

LogicalResult SliceOp::verify() {
  if (failed(verifyAxis(*this, getAxis())))
    return failure();
  int64_t offset = getOffset(), whole = shapeOf(getSource())[getAxis()];
  int64_t part = shapeOf(getResult())[getAxis()];
  if (offset < 0 || part > whole || offset > whole - part ||
      !differAlong(getAxis(), shapeOf(getSource()), shapeOf(getResult())))
    return emitOpError("C2: ") << getResult().getType() << " at " << offset << " is no piece of "
                               << getSource().getType();
  return success();
}

LogicalResult ReshapeOp::verify() {
  ArrayRef<int64_t> from = shapeOf(getSource()), to = shapeOf(getResult());
  if (llvm::product_of(from) != llvm::product_of(to))
    return emitOpError("C1: expected ")
           << llvm::product_of(from) << " elements, got " << llvm::product_of(to);
  bool isVector = to[2] == 1 && to[3] == 1;
  if (from[0] != to[0] || (from[1] != to[1] && !isVector))
    return emitOpError("C2: cannot see ")
           << getSource().getType() << " as " << getResult().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

void AllocOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  effects.emplace_back(MemoryEffects::Allocate::get(), getOperation()->getOpResult(0));
}

LogicalResult ViewOp::verify() {
  int64_t inside = *spanOf(getParent().getType()), mine = *spanOf(getResult().getType());
  int64_t offset = getOffset();
  if (offset < 0 || mine > inside || offset > inside - mine)
    return emitOpError("C1: ") << mine << " elements from " << offset
                               << " do not lie in a parent of " << inside;
  return success();
}
