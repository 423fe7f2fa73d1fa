//===- Network.cpp - A network while it is being built --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Network.h"
#include "dialects/Cnn/Transforms/Hints.h"
#include "fovea/Import/CnnBuilder.h"
#include "fovea/Support/Hash.h"
#include "fovea/Support/MlirLocations.h"
#include "llvm/ADT/StringSwitch.h"

using namespace fovea;
using namespace fovea::import;
using namespace mlir;

constexpr llvm::StringLiteral portName = "cnn.name";

std::string fovea::import::typeText(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Type element = tensor.getElementType();
  std::string text;
  llvm::raw_string_ostream os(text);
  if (auto integer = dyn_cast<IntegerType>(element))
    os << (integer.getWidth() == 1 ? "bool" : integer.isUnsigned() ? "u" : "i");
  if (!element.isInteger())
    os << element;
  else if (!element.isInteger(1))
    os << element.getIntOrFloatBitWidth();
  os << '[';
  llvm::interleave(tensor.getShape(), os, ",");
  os << ']';
  return text;
}

Type fovea::import::elementFromName(MLIRContext *context, llvm::StringRef name) {
  Builder builder(context);
  return llvm::StringSwitch<Type>(name)
      .Case("f32", builder.getF32Type())
      .Case("f16", builder.getF16Type())
      .Case("bf16", builder.getBF16Type())
      .Case("f64", builder.getF64Type())
      .Case("bool", builder.getI1Type())
      .Case("u8", builder.getIntegerType(8, /*isSigned=*/false))
      .Case("i8", builder.getI8Type())
      .Case("i32", builder.getI32Type())
      .Case("i64", builder.getI64Type())
      .Default(Type());
}

Network::Network(MLIRContext *context, llvm::StringRef name, const SourcePosition &where)
    : bodyBuilder(context) {
  Location loc = location(where);
  module = ModuleOp::create(loc);
  bodyBuilder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(bodyBuilder, loc, name, bodyBuilder.getFunctionType({}, {}));
  bodyBuilder.setInsertionPointToStart(function.addEntryBlock());
}

Location Network::location(const SourcePosition &where) {
  return FileLineColLoc::get(bodyBuilder.getContext(), where.file, where.line, where.column);
}

Location Network::location(const LayerCall &call) {
  std::vector<FilePosition> positions;
  for (const SourcePosition &where : call.callSites)
    positions.push_back({where.file, where.line, where.column});
  return layerLocation(bodyBuilder.getContext(), call.name, positions);
}

static bool isPicture(RankedTensorType type, llvm::StringRef layout) {
  return layout == "nhwc" || (type.getElementType().isUnsignedInteger(8) && type.getRank() == 4);
}

Value Network::addInput(llvm::StringRef name, RankedTensorType type, llvm::StringRef layout,
                        const SourcePosition &where) {
  unsigned index = function.getNumArguments();
  DictionaryAttr attributes = bodyBuilder.getDictionaryAttr(
      bodyBuilder.getNamedAttr(portName, bodyBuilder.getStringAttr(name)));
  // Cannot fail: the function has a plain signature.
  (void)function.insertArgument(index, type, attributes, location(where));
  Value argument = function.getArgument(index);
  if (!isPicture(type, layout))
    return argument;
  std::string layer = (name + ".to_tensor").str();
  Location loc =
      layerLocation(bodyBuilder.getContext(), layer, {{where.file, where.line, where.column}});
  return cnn::ToTensorOp::create(bodyBuilder, loc, argument, layer, layout);
}

void Network::addOutput(llvm::StringRef name, Value value) {
  outputs.emplace_back(name.str(), value);
}

void Network::setLabels(ArrayRef<std::string> names) {
  llvm::SmallVector<llvm::StringRef> labels(names.begin(), names.end());
  function->setAttr(labelsAttribute, bodyBuilder.getStrArrayAttr(labels));
}

void Network::addUnused(llvm::StringRef pattern) {
  unused.push_back(bodyBuilder.getStringAttr(pattern));
}

void fovea::import::setHints(Value result, const LayerCall &call) {
  for (auto &[name, value] : call.hints)
    result.getDefiningOp()->setDiscardableAttr((cnn::hintPrefix + name).str(),
                                               StringAttr::get(result.getContext(), value));
}

OwningOpRef<ModuleOp> Network::finish() {
  llvm::SmallVector<Value> values;
  for (auto &[name, value] : outputs)
    values.push_back(value);
  func::ReturnOp::create(bodyBuilder, function.getLoc(), values);
  function.setType(
      bodyBuilder.getFunctionType(function.getArgumentTypes(), TypeRange(ValueRange(values))));
  for (auto [index, output] : llvm::enumerate(outputs))
    function.setResultAttr(index, portName, bodyBuilder.getStringAttr(output.first));
  if (!unused.empty())
    function->setAttr(unusedAttribute, bodyBuilder.getArrayAttr(unused));
  return std::move(module);
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

std::vector<std::string> Network::weightNames() const {
  std::vector<std::string> names;
  module.get().walk([&](cnn::ParamOp param) {
    if (!param.getValueAttr())
      names.push_back(param.getSymName().str());
  });
  return names;
}

cnn::ParamOp Network::createParam(Location loc, llvm::StringRef name, RankedTensorType type,
                                  const LiteralTensor *literal) {
  OpBuilder moduleBuilder(function);
  ElementsAttr value;
  StringAttr hash;
  if (literal) {
    ArrayRef<float> values(literal->values);
    value = DenseElementsAttr::get(type, values);
    hash = moduleBuilder.getStringAttr(
        hash8({reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)}));
  }
  return cnn::ParamOp::create(moduleBuilder, loc, moduleBuilder.getStringAttr(name),
                              TypeAttr::get(type), value, hash);
}

static LayerError literalError(llvm::StringRef role, cnn::ShapeRef expected,
                               const LiteralTensor &literal) {
  return {"E0209",
          "the literal " + role.str() + " is " + cnn::shapeToString(literal.shape) +
              ", but the layer needs " + cnn::shapeToString(expected),
          {}};
}

std::variant<Value, LayerError> Network::parameter(const LayerCall &call, llvm::StringRef role,
                                                   cnn::ShapeRef shape,
                                                   const LiteralTensor *literal) {
  if (literal && cnn::ShapeRef(literal->shape) != shape)
    return literalError(role, shape, *literal);
  std::string name = call.weights + "." + role.str();
  auto type = RankedTensorType::get(shape, bodyBuilder.getF32Type());
  Value &value = parameters[name];
  if (value && value.getType() != type)
    return LayerError{"E0200",
                      "shares the weights '" + name + "' of " + typeText(value.getType()) +
                          ", but here they would be " + typeText(type),
                      {0}};
  if (!value) {
    Location loc = location(call);
    createParam(loc, name, type, literal);
    value = cnn::LoadParamOp::create(bodyBuilder, loc, type, name);
  }
  return value;
}
