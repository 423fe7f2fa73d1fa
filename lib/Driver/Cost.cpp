//===- Cost.cpp - What a network costs, layer by layer --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Cost.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Driver/LayerValues.h"
#include "fovea/Driver/Provenance.h"
#include "fovea/Driver/ReceptiveField.h"
#include "fovea/Driver/Table.h"
#include "fovea/Support/MlirLocations.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

using namespace fovea;
using namespace mlir;

static int64_t elements(Value value) { return cast<ShapedType>(value.getType()).getNumElements(); }

static int64_t bytes(Value value) {
  auto type = cast<ShapedType>(value.getType());
  return type.getNumElements() * llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

/// Outputs times what each of them sums up, or inputs times what each of them adds to.
static int64_t macsOf(Operation *op) {
  auto perRow = [](Value weight) {
    return elements(weight) / cast<ShapedType>(weight.getType()).getDimSize(0);
  };
  return llvm::TypeSwitch<Operation *, int64_t>(op)
      .Case([&](cnn::ConvOp conv) { return elements(conv.getResult()) * perRow(conv.getWeight()); })
      .Case([&](cnn::ConvTransposeOp conv) {
        return elements(conv.getInput()) * perRow(conv.getWeight());
      })
      .Case([&](cnn::LinearOp linear) {
        return elements(linear.getResult()) * perRow(linear.getWeight());
      })
      .Case([&](cnn::MatmulOp matmul) {
        return elements(matmul.getResult()) * perRow(matmul.getWeight());
      })
      .Default(int64_t(0));
}

/// Mean and variance.
static bool isStatistic(OpOperand &operand) {
  auto isOf = [&](auto norm) {
    return norm && (operand.get() == norm.getMean() || operand.get() == norm.getVar());
  };
  return isOf(dyn_cast<cnn::BatchNormOp>(operand.getOwner())) ||
         isOf(dyn_cast<cnn::BatchNormAffineOp>(operand.getOwner()));
}

namespace {
class Counter {
public:
  explicit Counter(func::FuncOp function)
      : fields(function), constants(cnn::constantOps(function.getBody().front())) {
    cost.network = function.getName().str();
    for (Operation &op : function.getBody().front())
      if (!constants.contains(&op))
        visit(op);
  }

  NetworkCost cost;

private:
  void visit(Operation &op);
  LayerCost costOf(Operation &op);
  int64_t newParameters(OpOperand &operand);

  ReceptiveFields fields;
  llvm::DenseSet<Operation *> constants;
  llvm::StringSet<> counted;
};
} // namespace

/// What the body of a group sees of an operand of the function.
static OpOperand &outside(OpOperand &operand) {
  auto argument = dyn_cast<BlockArgument>(operand.get());
  auto fused = dyn_cast<cnn::FusedOp>(operand.getOwner()->getParentOp());
  return argument && fused ? fused->getOpOperand(argument.getArgNumber()) : operand;
}

/// Of the parameters that a layer's operand is made of, the elements of those that no layer before
/// uses.
int64_t Counter::newParameters(OpOperand &operand) {
  Operation *op = outside(operand).get().getDefiningOp();
  if (!op || !constants.contains(op) || isStatistic(operand))
    return 0;
  if (auto load = dyn_cast<cnn::LoadParamOp>(op))
    return counted.insert(load.getParam()).second ? elements(load.getResult()) : 0;
  int64_t count = 0;
  for (OpOperand &from : op->getOpOperands())
    count += newParameters(from);
  return count;
}

LayerCost Counter::costOf(Operation &op) {
  LayerCost layer;
  layer.name = layerName(&op).str();
  layer.kind = op.getName().stripDialect().str();
  std::vector<FilePosition> positions = sourcePositions(op.getLoc());
  layer.where = positions.empty() ? "" : positions[0].str();
  layer.macs = macsOf(&op);
  for (OpOperand &operand : op.getOpOperands()) {
    layer.bytes += bytes(operand.get());
    if (constants.contains(outside(operand).get().getDefiningOp()))
      layer.weightBytes += bytes(operand.get());
    layer.parameters += newParameters(operand);
  }
  for (Value result : op.getResults()) {
    layer.bytes += bytes(result);
    layer.outputBytes += bytes(result);
    layer.shapes.push_back(cast<ShapedType>(result.getType()).getShape().vec());
  }
  ReceptiveFields::Fields field = fields.of(op.getResult(0));
  layer.receptiveField = {field[0].size, field[1].size};
  return layer;
}

void Counter::visit(Operation &op) {
  if (auto fused = dyn_cast<cnn::FusedOp>(op))
    for (Operation &layer : fused.getBody().front())
      visit(layer);
  else if (op.getNumResults())
    cost.layers.push_back(costOf(op));
}

NetworkCost fovea::costOf(func::FuncOp function) { return std::move(Counter(function).cost); }

void fovea::addBounds(NetworkCost &cost, const MachineLimits &limits) {
  cost.limits = limits;
  int64_t weights = 0;
  for (const LayerCost &layer : cost.layers)
    weights += layer.weightBytes;
  for (LayerCost &layer : cost.layers)
    layer.leastMilliseconds =
        boundOf({layer.macs, layer.weightBytes, layer.bytes - layer.weightBytes - layer.outputBytes,
                 layer.outputBytes},
                weights, limits)
            .milliseconds();
}

void fovea::addKernels(NetworkCost &cost, Compiler &compiler) {
  if (!compiler.reach(Phase::CnnOpt))
    return;
  LayerIndex index(compiler.reference());
  std::vector<std::string> homes = index.homesIn(compiler.function());
  if (!compiler.reach(Phase::Plan))
    return;
  for (LayerCost &layer : cost.layers)
    for (auto [number, known] : llvm::enumerate(index.layers())) {
      if (known.name != layer.name || known.where != layer.where)
        continue;
      const plan::Call *call = findCall(compiler.plan(), homes[number], layer.where);
      if (!call)
        continue;
      CallOrigin origin = originOf(compiler.plan(), *call);
      layer.together = origin.layers;
      layer.kernel = origin.kernel;
    }
}

LayerCost NetworkCost::total() const {
  LayerCost sum;
  sum.name = "total";
  for (const LayerCost &layer : layers) {
    sum.parameters += layer.parameters;
    sum.macs += layer.macs;
    sum.bytes += layer.bytes;
    sum.leastMilliseconds += layer.leastMilliseconds;
  }
  return sum;
}

static std::string shapeText(const std::vector<int64_t> &shape) {
  return "[" + llvm::join(llvm::map_range(shape, [](int64_t n) { return llvm::itostr(n); }), ", ") +
         "]";
}

static std::string number(double value, const char *form) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(form, value);
  return text;
}

static std::vector<std::string> rowOf(const LayerCost &cost) {
  auto [height, width] = cost.receptiveField;
  return {cost.name,
          cost.kind,
          llvm::join(llvm::map_range(cost.shapes, shapeText), ", "),
          groupDigits(cost.parameters),
          groupDigits(cost.macs),
          groupDigits(cost.bytes),
          number(cost.flopsPerByte(), "%.2f"),
          height > 0 ? number(height, "%.4g") + "x" + number(width, "%.4g") : "",
          cost.leastMilliseconds > 0 ? number(cost.leastMilliseconds, "%.4f") : "",
          llvm::StringRef(cost.kernel).rsplit('_').second.take_front(8).str(),
          cost.where};
}

void fovea::printTable(const NetworkCost &cost, llvm::raw_ostream &os) {
  Table table({"layer", "kind", "output", "parameters", "MACs", "bytes", "FLOP/byte", "sees",
               "least ms", "kernel", "where"},
              {Align::Left, Align::Left, Align::Left, Align::Right, Align::Right, Align::Right,
               Align::Right, Align::Right, Align::Right, Align::Left, Align::Left});
  for (const LayerCost &layer : cost.layers)
    table.add(rowOf(layer));
  table.addRule();
  table.add(rowOf(cost.total()));
  table.print(os);
}

static llvm::json::Object objectOf(const LayerCost &cost) {
  return llvm::json::Object{{"parameters", cost.parameters},
                            {"macs", cost.macs},
                            {"bytes", cost.bytes},
                            {"flopsPerByte", cost.flopsPerByte()},
                            {"leastMilliseconds", cost.leastMilliseconds}};
}

llvm::json::Value fovea::toJSON(const NetworkCost &cost) {
  llvm::json::Array layers;
  for (const LayerCost &layer : cost.layers) {
    llvm::json::Object object = objectOf(layer);
    object["name"] = layer.name;
    object["kind"] = layer.kind;
    object["where"] = layer.where;
    object["together"] = layer.together;
    object["kernel"] = layer.kernel;
    object["shapes"] = llvm::json::Array(layer.shapes);
    object["receptiveField"] = llvm::json::Array(layer.receptiveField);
    layers.push_back(std::move(object));
  }
  llvm::json::Object object{{"network", cost.network},
                            {"layers", std::move(layers)},
                            {"total", objectOf(cost.total())},
                            {"peakGflops", cost.limits.fmaGflops}};
  addBandwidths(object, cost.limits);
  return object;
}
