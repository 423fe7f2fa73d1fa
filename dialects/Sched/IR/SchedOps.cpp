//===- SchedOps.cpp - The sched dialect's ops -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "llvm/ADT/STLExtras.h"

#define GET_OP_CLASSES
#include "dialects/Sched/IR/SchedOps.cpp.inc"

using namespace mlir;
using namespace fovea::sched;

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

YieldOp KernelOp::yield() { return cast<YieldOp>(block().getTerminator()); }

SmallVector<StageOp> fovea::sched::stagesOf(KernelOp kernel) {
  return llvm::to_vector(kernel.block().getOps<StageOp>());
}

void KernelOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &input : getInputsMutable())
    if (isa<MemRefType>(input.get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), &input);
  for (OpOperand &output : getOutputMutable())
    effects.emplace_back(MemoryEffects::Write::get(), &output);
}

/// A buffer input may be any view with the extents that the layout of its block argument gives.
static bool matches(Type outer, Type inner) {
  if (outer == inner)
    return true;
  auto tensor = dyn_cast<RankedTensorType>(inner);
  auto buffer = dyn_cast<MemRefType>(outer);
  if (!tensor || !buffer || !layoutOf(tensor) || buffer.getElementType() != tensor.getElementType())
    return false;
  return buffer.getShape() == ArrayRef(layoutOf(tensor).extents(tensor.getShape()));
}

LogicalResult KernelOp::verify() {
  if (block().getNumArguments() != getInputs().size())
    return emitOpError("C1: expected ")
           << getInputs().size() << " block arguments, got " << block().getNumArguments();
  if (bool(getOutput()) == bool(getResult()))
    return emitOpError("C2: expected either a result or an output");
  if (!isa<YieldOp>(block().back()))
    return emitOpError("C3: expected the body to end in sched.yield");
  for (Operation &op : block().without_terminator())
    if (!isa<StageOp>(op))
      return emitOpError("C3: expected stages only, got ") << op.getName();
  for (auto [input, argument] : llvm::zip(getInputs(), block().getArguments()))
    if (!matches(input.getType(), argument.getType()))
      return emitOpError("C4: input of type ")
             << input.getType() << " does not fit block argument of type " << argument.getType();
  Type outer = getOutput() ? Type(getOutput().getType()) : Type(getResult().getType());
  if (!matches(outer, yield().getValue().getType()))
    return emitOpError("C4: yields ")
           << yield().getValue().getType() << ", which does not fit " << outer;
  return success();
}

//===----------------------------------------------------------------------===//
// StageOp
//===----------------------------------------------------------------------===//

ArrayRef<int64_t> StageOp::ints(StringRef name) {
  auto attribute = (*this)->getAttrOfType<DenseI64ArrayAttr>(name);
  return attribute ? attribute.asArrayRef() : ArrayRef<int64_t>();
}

void StageOp::setInts(StringRef name, ArrayRef<int64_t> values) {
  (*this)->setAttr(name, DenseI64ArrayAttr::get(getContext(), values));
}

namespace {
struct IntList {
  StringRef name;
  unsigned size;
};
/// The table of KernelPlan.h: operands and integer lists of a kind, and the algorithms for it.
struct KindRow {
  unsigned leastOperands, mostOperands;
  SmallVector<IntList> ints;
  SmallVector<Algorithm> algorithms;
};
} // namespace

static KindRow rowOf(StageKind kind) {
  const IntList kernel{"kernel", 2}, stride{"stride", 2}, padding{"padding", 4};
  const IntList dilation{"dilation", 2}, groups{"groups", 1};
  switch (kind) {
  case StageKind::conv:
    return {2,
            3,
            {kernel, stride, padding, dilation, groups},
            {Algorithm::direct, Algorithm::depthwise, Algorithm::grouped}};
  case StageKind::pad:
    return {1, 1, {padding}, {Algorithm::pad}};
  case StageKind::linear:
    return {2, 3, {}, {Algorithm::matvec}};
  case StageKind::matmul:
    return {2, 3, {}, {Algorithm::matmul}};
  case StageKind::im2col:
    return {1, 1, {kernel, stride, padding, dilation}, {Algorithm::im2col}};
  case StageKind::max_pool:
    return {1, 1, {kernel, stride, padding, dilation}, {Algorithm::pool}};
  case StageKind::avg_pool:
    return {1, 1, {kernel, stride, padding, {"count_include_pad", 1}}, {Algorithm::pool}};
  case StageKind::global_avg_pool:
  case StageKind::global_max_pool:
    return {1, 1, {}, {Algorithm::global_pool}};
  case StageKind::relu:
  case StageKind::relu6:
  case StageKind::tanh:
  case StageKind::sigmoid:
    return {1, 1, {}, {Algorithm::elementwise}};
  case StageKind::add:
    return {2, 2, {}, {Algorithm::elementwise}};
  case StageKind::channel_affine:
    return {2, 3, {}, {Algorithm::elementwise}};
  case StageKind::spatial_shift:
    return {2, 2, {}, {Algorithm::shift}};
  case StageKind::softmax:
    return {1, 1, {}, {Algorithm::softmax}};
  case StageKind::channel_shuffle:
    return {1, 1, {groups}, {Algorithm::copy}};
  case StageKind::copy:
    return {1, 1, {}, {Algorithm::copy}};
  }
  llvm_unreachable("every kind has a row");
}

LogicalResult StageOp::verify() {
  KindRow row = rowOf(getKind());
  unsigned given = getOperands_().size();
  if (given < row.leastOperands || given > row.mostOperands)
    return emitOpError("C1: ") << stringifyStageKind(getKind()) << " takes " << row.leastOperands
                               << " to " << row.mostOperands << " operands, got " << given;
  for (const IntList &list : row.ints)
    if (ints(list.name).size() != list.size)
      return emitOpError("C2: ") << stringifyStageKind(getKind()) << " needs " << list.size
                                 << " integers in '" << list.name << "', got "
                                 << ints(list.name).size();
  if (getAlgorithm() && !llvm::is_contained(row.algorithms, *getAlgorithm()))
    return emitOpError("C3: algorithm ") << stringifyAlgorithm(*getAlgorithm())
                                         << " does not compute " << stringifyStageKind(getKind());
  return success();
}

//===----------------------------------------------------------------------===//
// Views and buffers
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  auto from = cast<ShapedType>(getSource().getType());
  auto to = cast<ShapedType>(getResult().getType());
  if (from.getNumElements() != to.getNumElements())
    return emitOpError("C1: expected ")
           << from.getNumElements() << " elements, got " << to.getNumElements();
  return success();
}

void AllocOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  effects.emplace_back(MemoryEffects::Allocate::get(), getOperation()->getOpResult(0));
}

/// Elements from the first to behind the last.
static int64_t span(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return -1;
  int64_t last = 0;
  for (auto [extent, stride] : llvm::zip(type.getShape(), strides))
    last += (extent - 1) * stride;
  return last + 1;
}

LogicalResult ViewOp::verify() {
  int64_t inside = span(getParent().getType()), mine = span(getResult().getType());
  if (inside < 0 || mine < 0 || int64_t(getOffset()) < 0 || int64_t(getOffset()) + mine > inside)
    return emitOpError("C1: elements ") << getOffset() << " to " << int64_t(getOffset()) + mine
                                        << " do not lie in a parent of " << inside;
  return success();
}
