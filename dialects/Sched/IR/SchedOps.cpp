//===- SchedOps.cpp - The sched dialect's ops -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

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
  auto tensor = dyn_cast<RankedTensorType>(inner);
  if (tensor && outer == inner)
    return true;
  auto buffer = dyn_cast<MemRefType>(outer);
  if (!tensor || !buffer || !layoutOf(tensor) || buffer.getElementType() != tensor.getElementType())
    return false;
  return buffer.getShape() == ArrayRef(layoutOf(tensor).extents(tensor.getShape()));
}

/// The body: stages that end in the one that is yielded.
static LogicalResult verifyStages(KernelOp kernel) {
  if (!isa<YieldOp>(kernel.block().back()))
    return kernel.emitOpError("C3: expected the body to end in sched.yield");
  Operation *last = nullptr;
  for (Operation &op : kernel.block().without_terminator()) {
    auto stage = dyn_cast<StageOp>(op);
    if (!stage)
      return kernel.emitOpError("C3: expected stages only, got ") << op.getName();
    bool isRead = !op.use_empty() && isa<StageOp>(*op.user_begin());
    if (stage.getKind() == StageKind::pad && !isRead)
      return stage.emitOpError("C3 of sched.kernel: no stage reads the border");
    last = &op;
  }
  if (!last || kernel.yield().getValue().getDefiningOp() != last)
    return kernel.emitOpError("C3: expected the body to yield its last stage");
  return success();
}

LogicalResult KernelOp::verify() {
  if (block().getNumArguments() != getInputs().size())
    return emitOpError("C1: expected ")
           << getInputs().size() << " block arguments, got " << block().getNumArguments();
  if (bool(getOutput()) == bool(getResult()))
    return emitOpError("C2: expected either a result or an output");
  if (failed(verifyStages(*this)))
    return failure();
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
    return {1, 1, {padding, stride}, {Algorithm::pad}};
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
  case StageKind::gelu:
    return {1, 1, {}, {Algorithm::elementwise}};
  case StageKind::add:
    return {2, 2, {}, {Algorithm::elementwise}};
  case StageKind::channel_affine:
    return {2, 3, {}, {Algorithm::elementwise}};
  case StageKind::spatial_shift:
    return {2, 2, {}, {Algorithm::shift}};
  case StageKind::softmax:
    return {1, 1, {{"axis", 1}}, {Algorithm::softmax}};
  case StageKind::channel_shuffle:
    return {1, 1, {groups}, {Algorithm::copy}};
  case StageKind::copy:
  case StageKind::to_tensor:
    return {1, 1, {}, {Algorithm::copy}};
  case StageKind::depth_to_space:
    return {1, 1, {{"factor", 2}, {"offset", 2}, groups}, {Algorithm::copy}};
  case StageKind::extend:
    return {1, 1, {padding, {"channels", 2}}, {Algorithm::copy}};
  case StageKind::resize:
    return {3, 5, {}, {Algorithm::resize}};
  }
  llvm_unreachable("every kind has a row");
}

/// Amounts, flags and places, as opposed to sizes and steps.
static bool mayBeZero(StringRef name) {
  static constexpr StringLiteral names[] = {"padding", "count_include_pad", "offset", "channels",
                                            "axis"};
  return llvm::is_contained(names, name);
}

LogicalResult StageOp::verify() {
  KindRow row = rowOf(getKind());
  unsigned given = getOperands_().size();
  if (given < row.leastOperands || given > row.mostOperands)
    return emitOpError("C1: ") << stringifyStageKind(getKind()) << " takes " << row.leastOperands
                               << " to " << row.mostOperands << " operands, got " << given;
  if (cast<ShapedType>(getOperands_()[0].getType()).getRank() != 4)
    return emitOpError("C1: expected an image as first operand, got ")
           << getOperands_()[0].getType();
  for (const IntList &list : row.ints) {
    if (ints(list.name).size() != list.size)
      return emitOpError("C2: ") << stringifyStageKind(getKind()) << " needs " << list.size
                                 << " integers in '" << list.name << "', got "
                                 << ints(list.name).size();
    int64_t least = mayBeZero(list.name) ? 0 : 1;
    for (int64_t value : ints(list.name))
      if (value < least || !llvm::isInt<32>(value))
        return emitOpError("C2: '") << list.name << "' is out of range: " << value;
  }
  if (getAlgorithm() && !llvm::is_contained(row.algorithms, *getAlgorithm()))
    return emitOpError("C3: algorithm ") << stringifyAlgorithm(*getAlgorithm())
                                         << " does not compute " << stringifyStageKind(getKind());
  return success();
}
