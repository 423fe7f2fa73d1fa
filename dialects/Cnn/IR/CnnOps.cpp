//===- CnnOps.cpp - The cnn dialect's ops ---------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea::cnn;

//===----------------------------------------------------------------------===//
// What all layers share
//===----------------------------------------------------------------------===//

LogicalResult fovea::cnn::verifyElementTypes(Operation *op) {
  Type first;
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes())) {
    Type element = cast<ShapedType>(type).getElementType();
    first = first ? first : element;
    if (element != first && (isa<FloatType>(element) || isa<FloatType>(first)))
      return op->emitOpError("expected one element type, got ") << first << " and " << element;
  }
  return success();
}

bool fovea::cnn::haveSameShapes(TypeRange a, TypeRange b) {
  return llvm::equal(a, b, [](Type left, Type right) {
    return cast<ShapedType>(left).getShape() == cast<ShapedType>(right).getShape();
  });
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// param-value ::= `:` type | `=` attribute (`:` type)?, the type given only where the attribute
/// has another one
static ParseResult parseParamValue(OpAsmParser &parser, ElementsAttr &value, TypeAttr &type) {
  if (succeeded(parser.parseOptionalEqual())) {
    if (parser.parseAttribute(value))
      return failure();
    type = TypeAttr::get(value.getShapedType());
    if (failed(parser.parseOptionalColon()))
      return success();
  } else if (parser.parseColon()) {
    return failure();
  }
  Type parsed;
  if (parser.parseType(parsed))
    return failure();
  type = TypeAttr::get(parsed);
  return success();
}

static void printParamValue(OpAsmPrinter &printer, ParamOp, ElementsAttr value, TypeAttr type) {
  if (value)
    printer << "= " << value;
  if (!value)
    printer << ": " << type.getValue();
  else if (value.getShapedType() != type.getValue())
    printer << " : " << type.getValue();
}

LogicalResult ParamOp::verify() {
  if (ElementsAttr value = getValueAttr(); value && value.getShapedType() != getType())
    return emitOpError("C1: the value's type ")
           << value.getShapedType() << " differs from the parameter's type " << getType();
  return success();
}

SymbolTable::Visibility ParamOp::getVisibility() { return SymbolTable::Visibility::Private; }

LogicalResult LoadParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *symbol = symbols.lookupNearestSymbolFrom(*this, getParamAttr());
  auto param = dyn_cast_if_present<ParamOp>(symbol);
  if (!param) {
    InFlightDiagnostic diagnostic = emitOpError("C1: no cnn.param is called ") << getParamAttr();
    if (symbol)
      diagnostic.attachNote(symbol->getLoc()) << "this has the name";
    return diagnostic;
  }
  if (param.getType() == getType())
    return success();
  InFlightDiagnostic diagnostic = emitOpError("C1: expected the parameter's type ")
                                  << param.getType() << ", got " << getType();
  diagnostic.attachNote(param.getLoc()) << "the parameter is declared here";
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// Layers that have more to verify than shapes
//===----------------------------------------------------------------------===//

LogicalResult DropoutOp::verify() {
  double p = getP().convertToDouble();
  if (p >= 0 && p <= 1)
    return success();
  return emitOpError("C1: p must be from 0 to 1, got ") << p;
}

LogicalResult ToTensorOp::verify() {
  Type from = getInput().getType().getElementType(), to = getType().getElementType();
  if ((from.isUnsignedInteger(8) || from.isF32()) && to.isF32())
    return success();
  return emitOpError("C2: expected elements ui8 or f32 in and f32 out, got ")
         << from << " and " << to;
}

//===----------------------------------------------------------------------===//
// Fusion
//===----------------------------------------------------------------------===//

LogicalResult FusedOp::verify() {
  Block &block = getBody().front();
  if (TypeRange(block.getArgumentTypes()) != TypeRange(getInputs().getTypes()))
    return emitOpError("C1: the block's arguments have other types than the inputs");
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getValues().getTypes() != getResultTypes())
    return emitOpError("C2: the values of cnn.yield have other types than the results");
  for (Operation &op : block)
    if (!isa_and_present<CnnDialect>(op.getDialect()) || isa<FusedOp, ParamOp>(op)) {
      InFlightDiagnostic diagnostic = emitOpError("C3: the body may not hold '")
                                      << op.getName() << "'";
      diagnostic.attachNote(op.getLoc()) << "it is here";
      return diagnostic;
    }
  return success();
}

//===----------------------------------------------------------------------===//
// Type inference: the shape function's answer as types, or its message as the op's error
//===----------------------------------------------------------------------===//

static ShapeRef shapeOf(Value value) { return cast<ShapedType>(value.getType()).getShape(); }

static OptionalShape optionalShapeOf(Value value) {
  return value ? OptionalShape(shapeOf(value)) : std::nullopt;
}

template <typename Op>
static LogicalResult shapeError(std::optional<Location> loc, llvm::Error error) {
  return emitOptionalError(loc, "'", Op::getOperationName(), "' op ",
                           llvm::toString(std::move(error)));
}

template <typename Op>
static LogicalResult inferOne(std::optional<Location> loc, llvm::Expected<Shape> shape, Value like,
                              SmallVectorImpl<Type> &types) {
  if (!shape)
    return shapeError<Op>(loc, shape.takeError());
  types.push_back(RankedTensorType::get(*shape, cast<ShapedType>(like.getType()).getElementType()));
  return success();
}

// The head of an op's inferReturnTypes.
#define FOVEA_INFER(OP)                                                                            \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,       \
                                     SmallVectorImpl<Type> &types)

FOVEA_INFER(ConvOp) {
  return inferOne<ConvOp>(loc,
                          inferConv(shapeOf(op.getInput()), shapeOf(op.getWeight()),
                                    optionalShapeOf(op.getBias()), op.getStride(), op.getPadding(),
                                    op.getDilation(), op.getGroups()),
                          op.getInput(), types);
}

FOVEA_INFER(ConvTransposeOp) {
  return inferOne<ConvTransposeOp>(
      loc,
      inferConvTranspose(shapeOf(op.getInput()), shapeOf(op.getWeight()),
                         optionalShapeOf(op.getBias()), op.getStride(), op.getPadding(),
                         op.getOutputPadding(), op.getDilation(), op.getGroups()),
      op.getInput(), types);
}

FOVEA_INFER(SubPixelWeightOp) {
  return inferOne<SubPixelWeightOp>(loc,
                                    inferSubPixelWeight(shapeOf(op.getWeight()), op.getStride(),
                                                        op.getDilation(), op.getGroups()),
                                    op.getWeight(), types);
}

FOVEA_INFER(SubPixelBiasOp) {
  return inferOne<SubPixelBiasOp>(
      loc, inferSubPixelBias(shapeOf(op.getBias()), op.getStride(), op.getGroups()), op.getBias(),
      types);
}

FOVEA_INFER(LinearOp) {
  return inferOne<LinearOp>(
      loc,
      inferLinear(shapeOf(op.getInput()), shapeOf(op.getWeight()), optionalShapeOf(op.getBias())),
      op.getInput(), types);
}

FOVEA_INFER(Im2ColOp) {
  return inferOne<Im2ColOp>(loc,
                            inferIm2Col(shapeOf(op.getInput()), op.getKernel(), op.getStride(),
                                        op.getPadding(), op.getDilation()),
                            op.getInput(), types);
}

FOVEA_INFER(MatmulOp) {
  return inferOne<MatmulOp>(loc,
                            inferMatmul(shapeOf(op.getColumns()), shapeOf(op.getWeight()),
                                        optionalShapeOf(op.getBias()), op.getOutputSize()),
                            op.getColumns(), types);
}

FOVEA_INFER(BatchNormOp) {
  return inferOne<BatchNormOp>(loc,
                               inferBatchNorm(shapeOf(op.getInput()), shapeOf(op.getWeight()),
                                              shapeOf(op.getBias()), shapeOf(op.getMean()),
                                              shapeOf(op.getVar()), op.getEps().convertToDouble()),
                               op.getInput(), types);
}

FOVEA_INFER(BatchNormAffineOp) {
  if (failed(inferOne<BatchNormAffineOp>(
          loc,
          inferBatchNormAffine(shapeOf(op.getWeight()), shapeOf(op.getBias()),
                               shapeOf(op.getMean()), shapeOf(op.getVar()),
                               op.getEps().convertToDouble()),
          op.getWeight(), types)))
    return failure();
  Type scale = types.back();
  types.push_back(scale);
  return success();
}

FOVEA_INFER(InputAffineOp) {
  if (failed(
          inferOne<InputAffineOp>(loc,
                                  inferInputAffine(shapeOf(op.getWeight()), shapeOf(op.getScale()),
                                                   optionalShapeOf(op.getShift()),
                                                   optionalShapeOf(op.getBias()), op.getGroups()),
                                  op.getWeight(), types)))
    return failure();
  auto weight = cast<RankedTensorType>(types.back());
  types.push_back(RankedTensorType::get({weight.getDimSize(0)}, weight.getElementType()));
  return success();
}

FOVEA_INFER(ChannelAffineOp) {
  return inferOne<ChannelAffineOp>(loc,
                                   inferChannelAffine(shapeOf(op.getInput()),
                                                      shapeOf(op.getScale()),
                                                      optionalShapeOf(op.getShift()), op.getAxis()),
                                   op.getInput(), types);
}

FOVEA_INFER(AddOp) {
  return inferOne<AddOp>(loc, inferAdd(shapeOf(op.getLhs()), shapeOf(op.getRhs())), op.getLhs(),
                         types);
}

FOVEA_INFER(SoftmaxOp) {
  return inferOne<SoftmaxOp>(loc, inferSoftmax(shapeOf(op.getInput()), op.getAxis()), op.getInput(),
                             types);
}

FOVEA_INFER(MaxPoolOp) {
  return inferOne<MaxPoolOp>(loc,
                             inferPool(shapeOf(op.getInput()), op.getKernel(), op.getStride(),
                                       op.getPadding(), op.getDilation(), op.getCeilMode()),
                             op.getInput(), types);
}

FOVEA_INFER(AvgPoolOp) {
  return inferOne<AvgPoolOp>(loc,
                             inferPool(shapeOf(op.getInput()), op.getKernel(), op.getStride(),
                                       op.getPadding(), /*dilation=*/{1, 1}, op.getCeilMode()),
                             op.getInput(), types);
}

FOVEA_INFER(GlobalAvgPoolOp) {
  return inferOne<GlobalAvgPoolOp>(loc, inferGlobalPool(shapeOf(op.getInput())), op.getInput(),
                                   types);
}

FOVEA_INFER(GlobalMaxPoolOp) {
  return inferOne<GlobalMaxPoolOp>(loc, inferGlobalPool(shapeOf(op.getInput())), op.getInput(),
                                   types);
}

FOVEA_INFER(ConcatOp) {
  SmallVector<ShapeRef> shapes = llvm::map_to_vector(op.getInputs(), shapeOf);
  llvm::Expected<Shape> shape = inferConcat(shapes, op.getAxis());
  if (!shape)
    return shapeError<ConcatOp>(loc, shape.takeError());
  return inferOne<ConcatOp>(loc, std::move(shape), op.getInputs().front(), types);
}

FOVEA_INFER(SplitOp) {
  llvm::Expected<SmallVector<Shape>> shapes =
      inferSplit(shapeOf(op.getInput()), op.getSizes(), op.getAxis());
  if (!shapes)
    return shapeError<SplitOp>(loc, shapes.takeError());
  Type element = cast<ShapedType>(op.getInput().getType()).getElementType();
  for (const Shape &shape : *shapes)
    types.push_back(RankedTensorType::get(shape, element));
  return success();
}

FOVEA_INFER(ChannelShuffleOp) {
  return inferOne<ChannelShuffleOp>(
      loc, inferChannelShuffle(shapeOf(op.getInput()), op.getGroups()), op.getInput(), types);
}

FOVEA_INFER(SpatialShiftOp) {
  return inferOne<SpatialShiftOp>(loc, inferSpatialShift(shapeOf(op.getInput()), op.getOffsets()),
                                  op.getInput(), types);
}

FOVEA_INFER(FlattenOp) {
  return inferOne<FlattenOp>(loc, inferFlatten(shapeOf(op.getInput()), op.getStartDim()),
                             op.getInput(), types);
}

FOVEA_INFER(DepthToSpaceOp) {
  return inferOne<DepthToSpaceOp>(loc,
                                  inferDepthToSpace(shapeOf(op.getInput()), op.getFactor(),
                                                    op.getOffset(), op.getSize(), op.getGroups()),
                                  op.getInput(), types);
}

FOVEA_INFER(ResizeOp) {
  return inferOne<ResizeOp>(
      loc, inferResize(shapeOf(op.getInput()), op.getSize(), op.getMode(), op.getAlignCorners()),
      op.getInput(), types);
}

FOVEA_INFER(CropOp) {
  return inferOne<CropOp>(loc, inferCrop(shapeOf(op.getInput()), op.getOffset(), op.getSize()),
                          op.getInput(), types);
}

FOVEA_INFER(PadOp) {
  return inferOne<PadOp>(loc, inferPad(shapeOf(op.getInput()), op.getPadding(), op.getChannels()),
                         op.getInput(), types);
}

FOVEA_INFER(ToTensorOp) {
  llvm::Expected<Shape> shape = inferToTensor(shapeOf(op.getInput()), op.getLayout());
  if (!shape)
    return shapeError<ToTensorOp>(loc, shape.takeError());
  types.push_back(RankedTensorType::get(*shape, Float32Type::get(op.getInput().getContext())));
  return success();
}

#undef FOVEA_INFER

llvm::DenseSet<Operation *> fovea::cnn::constantOps(Block &block) {
  llvm::DenseSet<Operation *> constants;
  for (Operation &op : block) {
    bool fromConstants = op.getNumOperands() > 0 && llvm::all_of(op.getOperands(), [&](Value v) {
                           return constants.contains(v.getDefiningOp());
                         });
    if (isa<LoadParamOp>(op) || (fromConstants && isa_and_present<CnnDialect>(op.getDialect())))
      constants.insert(&op);
  }
  return constants;
}

#define GET_OP_CLASSES
#include "dialects/Cnn/IR/CnnOps.cpp.inc"
