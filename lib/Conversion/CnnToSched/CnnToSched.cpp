//===- CnnToSched.cpp - Layers to kernels ---------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Lowering.h"
#include "fovea/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace fovea {
#define GEN_PASS_DEF_CONVERTCNNTOSCHED
#include "fovea/Conversion/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

RankedTensorType fovea::imageType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return nullptr;
  ArrayRef<int64_t> s = tensor.getShape();
  SmallVector<int64_t> image;
  switch (tensor.getRank()) {
  case 2:
    image = {s[0], s[1], 1, 1};
    break;
  case 3:
    image = {s[0], s[1], 1, s[2]};
    break;
  case 4:
    image = llvm::to_vector(s);
    break;
  default:
    return nullptr;
  }
  return RankedTensorType::get(image, tensor.getElementType());
}

int64_t fovea::imageAxis(int64_t axis, int64_t rank) { return rank == 3 && axis == 2 ? 3 : axis; }

/// The argument that is passed for one of a fused region.
static Value passedFor(Value value) {
  while (auto argument = dyn_cast<BlockArgument>(value)) {
    auto fused = dyn_cast<cnn::FusedOp>(argument.getOwner()->getParentOp());
    if (!fused)
      break;
    value = fused.getInputs()[argument.getArgNumber()];
  }
  return value;
}

static bool isReadChannelsLast(OpOperand &use) {
  if (auto fused = dyn_cast<cnn::FusedOp>(use.getOwner()))
    return llvm::all_of(fused.getBody().getArgument(use.getOperandNumber()).getUses(),
                        isReadChannelsLast);
  auto toTensor = dyn_cast<cnn::ToTensorOp>(use.getOwner());
  return toTensor && toTensor.getLayout() == "nhwc";
}

bool fovea::isChannelsLast(Value value) {
  value = passedFor(value);
  return isa<BlockArgument>(value) && !value.use_empty() &&
         llvm::all_of(value.getUses(), isReadChannelsLast);
}

/// The image as which the sched level sees an input of the network.
static RankedTensorType inputType(BlockArgument argument) {
  RankedTensorType image = imageType(argument.getType());
  if (!image || !isChannelsLast(argument))
    return image;
  ArrayRef<int64_t> s = image.getShape();
  return RankedTensorType::get({s[0], s[3], s[1], s[2]}, image.getElementType());
}

static SpecResult specOf(Operation *op) {
  for (auto family : {convolutionSpec, poolingSpec, elementwiseSpec, movementSpec, resizingSpec}) {
    SpecResult spec = family(op);
    if (failed(spec) || *spec)
      return spec;
  }
  return op->emitOpError("has no kernel");
}

static StringAttr nameOf(Operation *op) { return op->getAttrOfType<StringAttr>("name"); }

namespace {
/// Rebuilds one function at the sched level, op after op; `values` maps what was to what is.
class FunctionLowering {
public:
  explicit FunctionLowering(func::FuncOp function)
      : function(function), builder(function.getContext()) {}
  LogicalResult run();

private:
  LogicalResult lowerSignature(Block &body);
  LogicalResult lowerOp(Operation *op);
  LogicalResult lowerKernel(Operation *group, ArrayRef<Operation *> members, Value result);
  LogicalResult lowerFused(cnn::FusedOp fused);
  void lowerConcat(cnn::ConcatOp concat);
  void lowerSplit(cnn::SplitOp split);
  void lowerFlatten(cnn::FlattenOp flatten);
  void lowerCrop(cnn::CropOp crop);
  void lowerReturn(func::ReturnOp ret);

  func::FuncOp function;
  OpBuilder builder;
  IRMapping values;
  llvm::DenseSet<Operation *> constants;
};

/// Collects the stages of one kernel. Values from outside become block arguments as they are met.
class KernelBuilder {
public:
  KernelBuilder(OpBuilder &outer, IRMapping &outerValues, Location loc)
      : outer(outer), outerValues(outerValues), inner(outer.getContext()), loc(loc) {
    inner.setInsertionPointToStart(&block);
  }
  LogicalResult addStage(Operation *member, const IRMapping &aliases);
  sched::KernelOp finish(StringAttr name, Value result);

private:
  Value argument(Value lowered);
  Value operand(Value value, const IRMapping &aliases, sched::StageKind reader);

  OpBuilder &outer;
  IRMapping &outerValues;
  Block block;
  OpBuilder inner;
  Location loc;
  IRMapping stages;
  llvm::MapVector<Value, Value> arguments;
};
} // namespace

Value KernelBuilder::argument(Value lowered) {
  Value &argument = arguments[lowered];
  if (!argument)
    argument = block.addArgument(lowered.getType(), loc);
  return argument;
}

/// A linear layer reads an image as it lies; flattening it first would only forget its layout.
static Value unflattened(Value input) {
  auto flatten = input.getDefiningOp<cnn::FlattenOp>();
  if (!flatten || flatten.getStartDim() != 1)
    return input;
  return imageType(flatten.getInput().getType()) ? flatten.getInput() : input;
}

Value KernelBuilder::operand(Value value, const IRMapping &aliases, sched::StageKind reader) {
  value = aliases.lookupOrDefault(value);
  if (Value stage = stages.lookupOrNull(value))
    return stage;
  if (reader == sched::StageKind::linear)
    value = unflattened(value);
  return argument(outerValues.lookup(value));
}

LogicalResult KernelBuilder::addStage(Operation *member, const IRMapping &aliases) {
  SpecResult spec = specOf(member);
  if (failed(spec))
    return failure();
  SmallVector<Value> operands;
  for (Value value : (*spec)->operands)
    operands.push_back(operand(value, aliases, (*spec)->kind));
  for (auto &[literalName, literal] : (*spec)->literals) {
    StringAttr name = outer.getStringAttr(nameOf(member).getValue() + "." + literalName);
    operands.push_back(
        argument(sched::LiteralOp::create(outer, loc, literal.getType(), name, literal)));
  }
  auto stage =
      sched::StageOp::create(inner, member->getLoc(), imageType(member->getResult(0).getType()),
                             (*spec)->kind, operands, nameOf(member), nullptr, nullptr, nullptr);
  for (auto &[name, list] : (*spec)->ints)
    stage.setInts(name, list);
  stages.map(member->getResult(0), stage.getResult());
  return success();
}

sched::KernelOp KernelBuilder::finish(StringAttr name, Value result) {
  sched::YieldOp::create(inner, loc, stages.lookup(result));
  SmallVector<Value> inputs = llvm::to_vector(llvm::make_first_range(arguments));
  auto kernel = sched::KernelOp::create(outer, loc, imageType(result.getType()), name, inputs,
                                        Value(), nullptr);
  Block &body = kernel.getBody().emplaceBlock();
  for (BlockArgument old : block.getArguments())
    old.replaceAllUsesWith(body.addArgument(old.getType(), old.getLoc()));
  body.getOperations().splice(body.end(), block.getOperations());
  return kernel;
}

LogicalResult FunctionLowering::lowerKernel(Operation *group, ArrayRef<Operation *> members,
                                            Value result) {
  IRMapping aliases;
  if (auto fused = dyn_cast<cnn::FusedOp>(group))
    aliases.map(fused.getBody().getArguments(), fused.getInputs());
  KernelBuilder kernel(builder, values, group->getLoc());
  for (Operation *member : members)
    if (failed(kernel.addStage(member, aliases)))
      return failure();
  values.map(group->getResult(0), kernel.finish(nameOf(group), result).getResult());
  return success();
}

LogicalResult FunctionLowering::lowerFused(cnn::FusedOp fused) {
  if (fused.getNumResults() != 1)
    return fused.emitOpError("has no kernel: expected one result, got ") << fused.getNumResults();
  Value result = fused.getBody().front().getTerminator()->getOperand(0);
  if (!result.getDefiningOp())
    return fused.emitOpError("has no kernel: it gives an input as it is");
  SmallVector<Operation *> members;
  for (Operation &op : fused.getBody().front().without_terminator())
    members.push_back(&op);
  return lowerKernel(fused, members, result);
}

void FunctionLowering::lowerConcat(cnn::ConcatOp concat) {
  SmallVector<Value> inputs;
  for (Value input : concat.getInputs())
    inputs.push_back(values.lookup(input));
  auto type = cast<RankedTensorType>(concat.getResult().getType());
  auto view =
      sched::ConcatOp::create(builder, concat.getLoc(), imageType(type), inputs,
                              imageAxis(concat.getAxis(), type.getRank()), concat.getNameAttr());
  values.map(concat.getResult(), view.getResult());
}

void FunctionLowering::lowerSplit(cnn::SplitOp split) {
  int64_t axis = imageAxis(split.getAxis(), cast<ShapedType>(split.getInput().getType()).getRank());
  int64_t offset = 0;
  for (Value piece : split.getResults()) {
    auto view =
        sched::SliceOp::create(builder, split.getLoc(), imageType(piece.getType()),
                               values.lookup(split.getInput()), axis, offset, split.getNameAttr());
    values.map(piece, view.getResult());
    offset += view.getResult().getType().getDimSize(axis);
  }
}

void FunctionLowering::lowerFlatten(cnn::FlattenOp flatten) {
  auto view =
      sched::ReshapeOp::create(builder, flatten.getLoc(), imageType(flatten.getResult().getType()),
                               values.lookup(flatten.getInput()), flatten.getNameAttr());
  values.map(flatten.getResult(), view.getResult());
}

/// One piece of the rows, one of the columns.
void FunctionLowering::lowerCrop(cnn::CropOp crop) {
  Value piece = values.lookup(crop.getInput());
  for (int64_t axis : {2, 3}) {
    auto type = cast<RankedTensorType>(piece.getType());
    SmallVector<int64_t> shape = llvm::to_vector(type.getShape());
    shape[axis] = crop.getSize()[axis - 2];
    if (type.getDimSize(axis) != shape[axis])
      piece = sched::SliceOp::create(builder, crop.getLoc(), type.clone(shape), piece, axis,
                                     crop.getOffset()[axis - 2], crop.getNameAttr());
  }
  values.map(crop.getResult(), piece);
}

void FunctionLowering::lowerReturn(func::ReturnOp ret) {
  SmallVector<Value> results;
  for (Value value : ret.getOperands())
    results.push_back(values.lookup(value));
  func::ReturnOp::create(builder, ret.getLoc(), results);
}

LogicalResult FunctionLowering::lowerOp(Operation *op) {
  if (constants.contains(op))
    return builder.clone(*op, values), success();
  for (Value result : op->getResults())
    if (!imageType(result.getType()))
      return op->emitOpError("has no kernel: expected tensors of rank 2 to 4, got ")
             << result.getType();
  if (auto concat = dyn_cast<cnn::ConcatOp>(op))
    return lowerConcat(concat), success();
  if (auto split = dyn_cast<cnn::SplitOp>(op))
    return lowerSplit(split), success();
  if (auto flatten = dyn_cast<cnn::FlattenOp>(op))
    return lowerFlatten(flatten), success();
  if (auto crop = dyn_cast<cnn::CropOp>(op))
    return lowerCrop(crop), success();
  if (auto ret = dyn_cast<func::ReturnOp>(op))
    return lowerReturn(ret), success();
  if (auto fused = dyn_cast<cnn::FusedOp>(op))
    return lowerFused(fused);
  if (op->getNumResults() != 1)
    return op->emitOpError("has no kernel: expected one result, got ") << op->getNumResults();
  return lowerKernel(op, {op}, op->getResult(0));
}

/// A port keeps its name and the shape that its user sees.
static NamedAttrList portAttributes(DictionaryAttr old, Type type) {
  MLIRContext *context = type.getContext();
  NamedAttrList list;
  list.append("sched.shape", DenseI64ArrayAttr::get(context, cast<ShapedType>(type).getShape()));
  if (Attribute name = old ? old.get("cnn.name") : Attribute())
    list.append("sched.name", name);
  return list;
}

LogicalResult FunctionLowering::lowerSignature(Block &body) {
  SmallVector<Type> inputs, outputs;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    inputs.push_back(inputType(function.getArgument(index)));
    if (!inputs.back())
      return function.emitError("expected inputs of rank 2 to 4, got ") << type;
    NamedAttrList attributes = portAttributes(function.getArgAttrDict(index), type);
    if (isChannelsLast(function.getArgument(index)))
      attributes.set("sched.channels_last", builder.getUnitAttr());
    function.setArgAttrs(index, attributes.getDictionary(function.getContext()));
    values.map(function.getArgument(index), body.addArgument(inputs.back(), function.getLoc()));
  }
  for (auto [index, type] : llvm::enumerate(function.getResultTypes())) {
    outputs.push_back(imageType(type));
    if (!outputs.back())
      return function.emitError("expected outputs of rank 2 to 4, got ") << type;
    function.setResultAttrs(index, portAttributes(function.getResultAttrDict(index), type)
                                       .getDictionary(function.getContext()));
  }
  function.setFunctionType(FunctionType::get(function.getContext(), inputs, outputs));
  return success();
}

LogicalResult FunctionLowering::run() {
  if (function.isExternal() || !llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("must have a body of one block");
  Block *old = &function.getBody().front();
  constants = cnn::constantOps(*old);
  if (failed(checkActivations(*old, constants)))
    return failure();
  auto body = std::make_unique<Block>();
  if (failed(lowerSignature(*body)))
    return failure();
  builder.setInsertionPointToStart(body.get());
  for (Operation &op : *old)
    if (failed(lowerOp(&op)))
      return failure();
  function.getBody().push_back(body.release());
  old->dropAllDefinedValueUses();
  old->erase();
  // Views whose every reader took the tensor behind them, such as a flatten before a linear layer.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  return success();
}

namespace {
struct ConvertCnnToSched : fovea::impl::ConvertCnnToSchedBase<ConvertCnnToSched> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(FunctionLowering(function).run()))
        return signalPassFailure();
  }
};
} // namespace
