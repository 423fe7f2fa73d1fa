//===- Bufferize.cpp - Tensors between kernels to buffers -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Contracts.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Placement.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

namespace fovea::sched {
#define GEN_PASS_DEF_BUFFERIZE
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea::sched;

namespace {
/// Rewrites a function to work on buffers at the places found.
class Rewriter {
public:
  Rewriter(func::FuncOp function, const Placement &placement)
      : function(function), placement(placement), builder(function.getContext()) {}
  void run();

private:
  void createRoots();
  Value bufferOf(Value tensor);
  void rewriteKernel(KernelOp kernel);
  void rewriteSignature();

  func::FuncOp function;
  const Placement &placement;
  OpBuilder builder;
  SmallVector<Value> roots;
  SmallVector<DictionaryAttr> outputAttributes;
};
} // namespace

/// Arena buffers stand at the top; outputs become arguments behind the inputs.
void Rewriter::createRoots() {
  Block &body = function.getBody().front();
  builder.setInsertionPointToStart(&body);
  SmallVector<const Root *> outputs(function.getNumResults());
  for (const Root &root : placement.allRoots())
    if (root.kind == Root::Kind::Output)
      outputs[root.index] = &root;
  unsigned inputs = function.getNumArguments();
  for (const Root *root : outputs)
    body.addArgument(bufferType(root->type), function.getLoc());
  for (const Root &root : placement.allRoots()) {
    if (root.kind == Root::Kind::Arena)
      roots.push_back(
          AllocOp::create(builder, function.getLoc(), bufferType(root.type), root.name));
    else
      roots.push_back(
          body.getArgument(root.kind == Root::Kind::Input ? root.index : inputs + root.index));
  }
}

Value Rewriter::bufferOf(Value tensor) {
  const Place &place = placement.of(tensor);
  auto type = cast<RankedTensorType>(tensor.getType());
  auto view = MemRefType::get(layoutOf(type).extents(type.getShape()), type.getElementType(),
                              StridedLayoutAttr::get(builder.getContext(), 0, place.strides));
  const Root &root = placement.allRoots()[place.root];
  if (place.offset == 0 && view == bufferType(root.type))
    return roots[place.root];
  StringAttr name = root.name;
  if (Operation *op = tensor.getDefiningOp())
    name = op->getAttrOfType<StringAttr>("name");
  return ViewOp::create(builder, tensor.getLoc(), view, roots[place.root], place.offset, name);
}

void Rewriter::rewriteKernel(KernelOp kernel) {
  builder.setInsertionPoint(kernel);
  SmallVector<Value> inputs;
  for (auto [input, argument] : llvm::zip(kernel.getInputs(), kernel.block().getArguments()))
    inputs.push_back(layoutOf(cast<RankedTensorType>(argument.getType())) ? bufferOf(input)
                                                                          : input);
  auto buffered = KernelOp::create(builder, kernel.getLoc(), Type(), kernel.getNameAttr(), inputs,
                                   bufferOf(kernel.getResult()), kernel.getScheduleAttr());
  buffered.getBody().takeBody(kernel.getBody());
}

void Rewriter::rewriteSignature() {
  SmallVector<DictionaryAttr> attributes;
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    attributes.push_back(function.getArgAttrDict(index));
  for (unsigned index = 0; index < function.getNumResults(); ++index) {
    NamedAttrList list(function.getResultAttrDict(index));
    list.set("sched.output", builder.getUnitAttr());
    attributes.push_back(list.getDictionary(builder.getContext()));
  }
  for (auto [argument, type] :
       llvm::zip(function.getBody().getArguments(), function.getArgumentTypes()))
    argument.setType(bufferType(cast<RankedTensorType>(type)));
  function.removeResAttrsAttr();
  function.setFunctionType(
      builder.getFunctionType(function.getBody().getArgumentTypes(), TypeRange()));
  function.setAllArgAttrs(attributes);
}

void Rewriter::run() {
  createRoots();
  Block &body = function.getBody().front();
  for (auto kernel : llvm::make_early_inc_range(body.getOps<KernelOp>()))
    if (kernel.getResult())
      rewriteKernel(kernel);
  builder.setInsertionPointToEnd(&body);
  Operation *old = &body.back();
  func::ReturnOp::create(builder, old->getLoc());
  old->erase();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body))) {
    auto kernel = dyn_cast<KernelOp>(op);
    if (isa<ConcatOp, SliceOp, ReshapeOp>(op) || (kernel && kernel.getBody().empty()))
      op.erase();
  }
  rewriteSignature();
}

namespace {
struct Bufferize : fovea::sched::impl::BufferizeBase<Bufferize> {
  void runOnOperation() override {
    if (failed(checkLayouts(getOperation())))
      return signalPassFailure();
    Placement placement(getOperation());
    placement.run();
    Rewriter(getOperation(), placement).run();
  }
};
} // namespace
