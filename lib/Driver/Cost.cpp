//===- Cost.cpp - What a network costs, layer by layer --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Cost.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Driver/LayerValues.h"
#include "fovea/Driver/Provenance.h"
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

static bool isStatistic(OpOperand &operand) {
  auto norm = dyn_cast<cnn::BatchNormOp>(operand.getOwner());
  return norm && (operand.get() == norm.getMean() || operand.get() == norm.getVar());
}

static LayerCost costOf(Operation *op, llvm::StringSet<> &counted) {
  LayerCost cost;
  cost.name = layerName(op).str();
  cost.kind = op->getName().stripDialect().str();
  std::vector<FilePosition> positions = sourcePositions(op->getLoc());
  cost.where = positions.empty() ? "" : positions[0].str();
  cost.shape = cast<ShapedType>(op->getResult(0).getType()).getShape().vec();
  cost.macs = macsOf(op);
  for (OpOperand &operand : op->getOpOperands()) {
    cost.bytes += bytes(operand.get());
    auto load = operand.get().getDefiningOp<cnn::LoadParamOp>();
    if (load && !isStatistic(operand) && counted.insert(load.getParam()).second)
      cost.parameters += elements(load.getResult());
  }
  for (Value result : op->getResults())
    cost.bytes += bytes(result);
  return cost;
}

NetworkCost fovea::costOf(func::FuncOp function) {
  NetworkCost cost;
  cost.network = function.getName().str();
  llvm::StringSet<> counted;
  for (Operation &op : function.getBody().front())
    if (!isa<cnn::LoadParamOp>(op) && op.getNumResults())
      cost.layers.push_back(::costOf(&op, counted));
  return cost;
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
  }
  return sum;
}

static std::string shapeText(llvm::ArrayRef<int64_t> shape) {
  return "[" + llvm::join(llvm::map_range(shape, [](int64_t n) { return llvm::itostr(n); }), ", ") +
         "]";
}

static std::vector<std::string> rowOf(const LayerCost &cost) {
  std::string intensity;
  llvm::raw_string_ostream(intensity) << llvm::format("%.2f", cost.flopsPerByte());
  return {cost.name,
          cost.kind,
          cost.shape.empty() ? "" : shapeText(cost.shape),
          groupDigits(cost.parameters),
          groupDigits(cost.macs),
          groupDigits(cost.bytes),
          intensity,
          llvm::StringRef(cost.kernel).rsplit('_').second.take_front(8).str(),
          cost.where};
}

void fovea::printTable(const NetworkCost &cost, llvm::raw_ostream &os) {
  Table table(
      {"layer", "kind", "output", "parameters", "MACs", "bytes", "FLOP/byte", "kernel", "where"},
      {Align::Left, Align::Left, Align::Left, Align::Right, Align::Right, Align::Right,
       Align::Right, Align::Left, Align::Left});
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
                            {"flopsPerByte", cost.flopsPerByte()}};
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
    object["shape"] = llvm::json::Array(layer.shape);
    layers.push_back(std::move(object));
  }
  return llvm::json::Object{
      {"network", cost.network}, {"layers", std::move(layers)}, {"total", objectOf(cost.total())}};
}
