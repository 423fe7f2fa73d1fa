//===- Interpreter.cpp - What a network means, computed plainly ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Reference/Interpreter.h"
#include "Kernels.h"
#include "fovea/Support/MlirLocations.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace fovea;
using namespace fovea::reference;
using namespace mlir;
using llvm::Error;
using llvm::Expected;

/// Says the layer and its first position, for an error that is returned and not emitted.
static Error errorAt(Operation *op, const llvm::Twine &message) {
  std::vector<FilePosition> positions = sourcePositions(op->getLoc());
  std::string where = positions.empty() ? "" : positions.front().str() + ": ";
  StringRef layer = layerName(op);
  return llvm::createStringError(where + (layer.empty() ? op->getName().getStringRef() : layer) +
                                 ": " + message);
}

static bool isF32(Type type) { return getElementTypeOrSelf(type).isF32(); }

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

static Expected<Tensor> valueOf(cnn::ParamOp param) {
  auto type = cast<RankedTensorType>(param.getType());
  ElementsAttr value = param.getValueAttr();
  if (auto dense = dyn_cast_or_null<DenseFPElementsAttr>(value)) {
    auto values = dense.getValues<float>();
    return Tensor::fromFloats(type.getShape(), std::vector<float>(values.begin(), values.end()));
  }
  auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(value);
  if (!resource || !resource.getRawHandle().getBlob())
    return llvm::createStringError("the parameter '" + param.getSymName() +
                                   "' has no value (were weights given?)");
  Expected<Tensor> view = Tensor::view(ElementType::F32, type.getShape(), resource.getData(),
                                       /*owner=*/nullptr); // The context owns the resource.
  if (!view)
    return llvm::createStringError("the parameter '" + param.getSymName() +
                                   "': " + llvm::toString(view.takeError()));
  return view;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

namespace {
class Evaluator {
public:
  explicit Evaluator(TapFn tap = nullptr, ValueCache *cache = nullptr) : tap(tap), cache(cache) {}

  /// Evaluates one op whose operands have values; keeps its results. The error does not say where.
  Error run(Operation *op);
  Error runBlock(Block &block);

  bool has(Value value) const { return values.contains(value); }
  const Tensor &get(Value value) const { return values.find(value)->second; }
  void set(Value value, Tensor tensor) { values[value] = std::move(tensor); }
  /// Says which value this is among those of the cache.
  void setNumber(Value value, uintptr_t number) { numbers[value] = number; }

private:
  Expected<Tensors> compute(Operation *op, Operands operands);
  std::vector<uintptr_t> keyOf(Operation *op);
  Expected<Tensors> computeOnce(Operation *op, Operands operands);
  Expected<Tensors> loadParam(cnn::LoadParamOp op);
  Expected<Tensors> runFused(cnn::FusedOp op, Operands operands);

  TapFn tap;
  ValueCache *cache;
  llvm::DenseMap<Value, Tensor> values;
  llvm::DenseMap<Value, uintptr_t> numbers; ///< With a cache.
  SymbolTableCollection symbols;
};
} // namespace

const ValueCache::Entry *ValueCache::find(llvm::ArrayRef<uintptr_t> key) const {
  auto found = entries.find(key.vec());
  return found == entries.end() ? nullptr : &found->second;
}

const ValueCache::Entry &ValueCache::add(llvm::ArrayRef<uintptr_t> key, Tensors results) {
  uintptr_t number = nextNumber;
  nextNumber += results.size();
  return entries.insert({key.vec(), {number, std::move(results)}}).first->second;
}

Expected<Tensors> Evaluator::loadParam(cnn::LoadParamOp op) {
  auto param = symbols.lookupNearestSymbolFrom<cnn::ParamOp>(op, op.getParamAttr());
  if (!param)
    return llvm::createStringError("there is no parameter '" + op.getParam() + "'");
  Expected<Tensor> value = valueOf(param);
  if (!value)
    return value.takeError();
  return Tensors{std::move(*value)};
}

Expected<Tensors> Evaluator::runFused(cnn::FusedOp op, Operands operands) {
  Block &body = op.getBody().front();
  for (auto [argument, operand] : llvm::zip_equal(body.getArguments(), operands))
    set(argument, operand);
  if (cache)
    for (auto [argument, input] : llvm::zip_equal(body.getArguments(), op.getInputs()))
      setNumber(argument, numbers.lookup(input));
  if (Error error = runBlock(body))
    return error;
  Tensors results;
  for (auto [result, value] :
       llvm::zip_equal(op.getResults(), body.getTerminator()->getOperands())) {
    results.push_back(get(value));
    setNumber(result, numbers.lookup(value));
  }
  return results;
}

/// What the results depend on: neither the layer's name nor its place.
std::vector<uintptr_t> Evaluator::keyOf(Operation *op) {
  NamedAttrList attributes(op->getAttrDictionary());
  attributes.erase("name");
  if (auto load = dyn_cast<cnn::LoadParamOp>(op))
    if (auto param = symbols.lookupNearestSymbolFrom<cnn::ParamOp>(op, load.getParamAttr()))
      if (ElementsAttr value = param.getValueAttr())
        attributes.set("param", value);
  std::vector<uintptr_t> key;
  auto append = [&](const void *pointer) { key.push_back(reinterpret_cast<uintptr_t>(pointer)); };
  append(op->getName().getAsOpaquePointer());
  append(attributes.getDictionary(op->getContext()).getAsOpaquePointer());
  for (Type type : op->getResultTypes())
    append(type.getAsOpaquePointer());
  for (Value operand : op->getOperands())
    key.push_back(numbers.lookup(operand));
  return key;
}

Expected<Tensors> Evaluator::computeOnce(Operation *op, Operands operands) {
  if (!cache || isa<cnn::FusedOp>(op)) // The ops inside are cached.
    return compute(op, operands);
  std::vector<uintptr_t> key = keyOf(op);
  const ValueCache::Entry *entry = cache->find(key);
  if (!entry) {
    Expected<Tensors> results = compute(op, operands);
    if (!results)
      return results;
    entry = &cache->add(key, std::move(*results));
  }
  for (auto [index, result] : llvm::enumerate(op->getResults()))
    setNumber(result, entry->number + index);
  return entry->results;
}

Expected<Tensors> Evaluator::compute(Operation *op, Operands operands) {
  using Result = Expected<Tensors>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<cnn::ConvOp, cnn::LinearOp, cnn::Im2ColOp, cnn::MatmulOp, cnn::ReluOp, cnn::Relu6Op,
            cnn::TanhOp, cnn::SigmoidOp, cnn::GeluOp, cnn::AddOp, cnn::BatchNormOp,
            cnn::BatchNormAffineOp, cnn::InputAffineOp, cnn::ChannelAffineOp, cnn::SoftmaxOp,
            cnn::MaxPoolOp, cnn::AvgPoolOp, cnn::GlobalAvgPoolOp, cnn::GlobalMaxPoolOp,
            cnn::ConcatOp, cnn::SplitOp, cnn::ChannelShuffleOp, cnn::SpatialShiftOp, cnn::FlattenOp,
            cnn::ConvTransposeOp, cnn::SubPixelWeightOp, cnn::SubPixelBiasOp, cnn::DropoutOp,
            cnn::ResizeOp, cnn::CropOp, cnn::PadOp, cnn::DepthToSpaceOp, cnn::ToTensorOp>(
          [&](auto concrete) -> Result { return evaluate(concrete, operands); })
      .Case([&](cnn::LoadParamOp load) { return loadParam(load); })
      .Case([&](cnn::FusedOp fused) { return runFused(fused, operands); })
      .Default([](Operation *other) -> Result {
        return llvm::createStringError("the interpreter has no meaning for '" +
                                       other->getName().getStringRef() + "'");
      });
}

Error Evaluator::run(Operation *op) {
  if (!llvm::all_of(op->getResultTypes(), isF32))
    return llvm::createStringError("the interpreter computes in f32 only");
  Tensors operands;
  for (Value operand : op->getOperands())
    operands.push_back(get(operand));
  Expected<Tensors> results = computeOnce(op, operands);
  if (!results)
    return results.takeError();
  for (auto [value, tensor] : llvm::zip_equal(op->getResults(), *results))
    set(value, tensor);
  if (tap)
    tap(op, *results);
  return Error::success();
}

Error Evaluator::runBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    Error error = run(&op);
    if (error) // What went wrong in a fused region is located already.
      return isa<cnn::FusedOp>(op) ? std::move(error)
                                   : errorAt(&op, llvm::toString(std::move(error)));
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static Error checkInputs(func::FuncOp function, llvm::ArrayRef<Tensor> inputs) {
  if (!llvm::hasSingleElement(function.getBody()))
    return errorAt(function, "the interpreter runs functions of one block");
  if (inputs.size() != function.getNumArguments())
    return errorAt(function, "the network takes " + llvm::Twine(function.getNumArguments()) +
                                 " inputs, got " + llvm::Twine(inputs.size()));
  for (auto [i, input] : llvm::enumerate(inputs)) {
    auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[i]);
    if (!type || type.getShape() != input.shape())
      return errorAt(function, "input " + llvm::Twine(i) + " of the network is " +
                                   (type ? typeName(ElementType::F32, type.getShape()).substr(3)
                                         : std::string("no tensor")) +
                                   ", got " + input.typeName());
  }
  return Error::success();
}

Expected<std::vector<Tensor>> fovea::interpret(func::FuncOp function, llvm::ArrayRef<Tensor> inputs,
                                               TapFn tap, ValueCache *cache) {
  if (Error error = checkInputs(function, inputs))
    return error;
  Evaluator evaluator(tap, cache);
  Block &body = function.getBody().front();
  for (auto [argument, input] : llvm::zip_equal(body.getArguments(), inputs)) {
    evaluator.set(argument, input.toF32());
    // Numbers of arguments count down, those of results up.
    evaluator.setNumber(argument, ~uintptr_t(argument.getArgNumber()));
  }
  if (Error error = evaluator.runBlock(body))
    return error;
  std::vector<Tensor> results;
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(evaluator.get(value));
  return results;
}

//===----------------------------------------------------------------------===//
// Expressions over parameters
//===----------------------------------------------------------------------===//

/// An argument of a fused region stands for what is passed there.
static Value resolve(Value value) {
  while (auto argument = dyn_cast<BlockArgument>(value)) {
    auto fused = dyn_cast<cnn::FusedOp>(argument.getOwner()->getParentOp());
    if (!fused)
      return value;
    value = fused.getInputs()[argument.getArgNumber()];
  }
  return value;
}

/// The ops that `value` is computed from, each after those it needs; nothing if one is no cnn op or
/// needs an input of the network. Not recursive: an expression may be long.
static std::optional<std::vector<Operation *>> constantSlice(Value value) {
  std::vector<Operation *> order;
  llvm::DenseSet<Operation *> done;
  std::vector<Value> open{value};
  while (!open.empty()) {
    Operation *op = resolve(open.back()).getDefiningOp();
    if (!op || !isa_and_present<cnn::CnnDialect>(op->getDialect()) || isa<cnn::FusedOp>(op))
      return std::nullopt;
    bool ready = true;
    if (!done.contains(op))
      for (Value operand : op->getOperands()) {
        Operation *producer = resolve(operand).getDefiningOp();
        if (producer && done.contains(producer))
          continue;
        open.push_back(operand);
        ready = false;
      }
    if (!ready)
      continue;
    open.pop_back();
    if (done.insert(op).second)
      order.push_back(op);
  }
  return order;
}

bool fovea::isConstantExpression(Value value) { return constantSlice(value).has_value(); }

FailureOr<Tensor> fovea::evaluateConstant(Value value) {
  auto slice = constantSlice(value);
  if (!slice)
    return emitError(value.getLoc(), "expected an expression over parameters alone");
  Evaluator evaluator;
  for (Operation *op : *slice) {
    for (Value operand : op->getOperands())
      if (Value source = resolve(operand); source != operand)
        evaluator.set(operand, evaluator.get(source));
    if (Error error = evaluator.run(op))
      return emitError(op->getLoc(), llvm::toString(std::move(error)));
  }
  return evaluator.get(resolve(value));
}
