//===- LayerValues.cpp - What each layer of a network computes ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/LayerValues.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Support/Diagnostics.h"
#include "fovea/Support/MlirLocations.h"
#include <set>

using namespace fovea;
using namespace mlir;

//===----------------------------------------------------------------------===//
// Which op is which layer
//===----------------------------------------------------------------------===//

/// The ops that compute something of the inputs, in order, those of fused groups in their places;
/// the groups themselves are none.
static std::vector<Operation *> layersOf(func::FuncOp function) {
  llvm::DenseSet<Value> fromInputs;
  auto mark = [&](ValueRange values) { fromInputs.insert(values.begin(), values.end()); };
  mark(function.getArguments());
  std::vector<Operation *> result;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!llvm::any_of(op->getOperands(), [&](Value v) { return fromInputs.contains(v); }))
      return;
    mark(op->getResults());
    if (auto fused = dyn_cast<cnn::FusedOp>(op)) {
      for (auto [argument, input] :
           llvm::zip_equal(fused.getBody().front().getArguments(), fused.getInputs()))
        if (fromInputs.contains(input))
          fromInputs.insert(argument);
      return;
    }
    if (op->getNumResults())
      result.push_back(op);
  });
  return result;
}

static void collectNames(Location location, llvm::SmallVectorImpl<NameLoc> &names) {
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      collectNames(part, names);
  } else if (auto name = dyn_cast<NameLoc>(location)) {
    names.push_back(name);
  }
}

/// A text for each layer that the op was made of: its name and place.
static llvm::SmallVector<std::string, 2> identitiesOf(Operation *op) {
  llvm::SmallVector<NameLoc> names;
  collectNames(op->getLoc(), names);
  llvm::SmallVector<std::string, 2> identities;
  for (NameLoc name : names) {
    std::string identity = name.getName().str();
    for (const FilePosition &position : sourcePositions(name))
      identity += " " + position.str();
    identities.push_back(std::move(identity));
  }
  if (identities.empty())
    identities.push_back(layerName(op).str());
  return identities;
}

LayerIndex::LayerIndex(func::FuncOp reference) {
  llvm::StringMap<unsigned> calls;
  for (Operation *op : layersOf(reference)) {
    std::string name = layerName(op).str();
    if (unsigned call = ++calls[name]; call > 1)
      name += "#" + std::to_string(call);
    byIdentity[identitiesOf(op).front()].push_back(all.size());
    std::vector<FilePosition> positions = sourcePositions(op->getLoc());
    for (OpResult result : op->getResults()) {
      unsigned number = result.getResultNumber();
      all.push_back({number ? name + "[" + std::to_string(number) + "]" : name,
                     positions.empty() ? "" : positions[0].str(),
                     cast<ShapedType>(result.getType()).getShape().vec(), result});
    }
  }
}

std::optional<unsigned> LayerIndex::find(llvm::StringRef name) const {
  std::optional<unsigned> last;
  std::string prefix = (name + ".").str();
  for (auto [index, layer] : llvm::enumerate(all)) {
    if (layer.name == name)
      return index;
    if (llvm::StringRef(layer.name).starts_with(prefix))
      last = index;
  }
  return last;
}

llvm::StringRef LayerIndex::nearest(llvm::StringRef name) const {
  std::set<llvm::StringRef> names; // Layers and blocks.
  for (const Layer &layer : all)
    for (llvm::StringRef part = layer.name; names.insert(part).second && part.contains('.');)
      part = part.rsplit('.').first;
  std::vector<llvm::StringRef> candidates(names.begin(), names.end());
  return nearestName(name, candidates);
}

const LayerIndex::Calls *LayerIndex::callsOf(Operation *op) const {
  const Calls *last = nullptr;
  for (const std::string &identity : identitiesOf(op)) {
    auto found = byIdentity.find(identity);
    if (found != byIdentity.end() && (!last || found->second.back() > last->back()))
      last = &found->second;
  }
  return last;
}

std::vector<Value> LayerIndex::valuesIn(func::FuncOp function) const {
  llvm::DenseMap<const Calls *, llvm::SmallVector<Operation *, 1>> ops;
  for (Operation *op : layersOf(function))
    if (const Calls *calls = callsOf(op))
      ops[calls].push_back(op);
  std::vector<Value> values(all.size());
  for (auto &[calls, made] : ops) {
    // A layer may have become several ops, of which the last one computes it. Calls that cannot be
    // told apart by name and place are told apart by their order, if each is one op still.
    if (calls->size() == 1)
      made.erase(made.begin(), made.end() - 1);
    else if (calls->size() != made.size())
      continue;
    for (auto [first, op] : llvm::zip_equal(*calls, made))
      for (OpResult result : op->getResults()) {
        unsigned layer = first + result.getResultNumber();
        if (layer < all.size() && cast<ShapedType>(result.getType()).getShape() ==
                                      llvm::ArrayRef<int64_t>(all[layer].shape))
          values[layer] = result;
      }
  }
  return values;
}

std::vector<std::string> LayerIndex::homesIn(func::FuncOp function) const {
  std::vector<std::string> homes(all.size());
  for (Operation *op : layersOf(function))
    for (const std::string &identity : identitiesOf(op))
      if (auto found = byIdentity.find(identity); found != byIdentity.end())
        for (unsigned layer : found->second)
          homes[layer] = layerName(op).str();
  return homes;
}

//===----------------------------------------------------------------------===//
// Their values
//===----------------------------------------------------------------------===//

bool fovea::canInterpret(func::FuncOp function) {
  return llvm::all_of(function.getBody().front(), [](Operation &op) {
    return isa<func::ReturnOp>(op) || isa_and_present<cnn::CnnDialect>(op.getDialect());
  });
}

llvm::Expected<LayerValues> fovea::computeLayers(const LayerIndex &index, func::FuncOp function,
                                                 llvm::ArrayRef<Tensor> inputs, ValueCache &cache) {
  LayerValues values(index.layers().size());
  llvm::DenseMap<Value, unsigned> wanted;
  for (auto [number, value] : llvm::enumerate(index.valuesIn(function)))
    if (value)
      wanted[value] = number;
  auto tap = [&](Operation *op, llvm::ArrayRef<Tensor> results) {
    for (auto [value, tensor] : llvm::zip(op->getResults(), results))
      if (auto found = wanted.find(value); found != wanted.end())
        values[found->second] = tensor;
  };
  auto outputs = interpret(function, inputs, tap, &cache);
  if (!outputs)
    return outputs.takeError();
  return values;
}

std::vector<LayerDeviation> fovea::compareLayers(const LayerValues &expected,
                                                 const LayerValues &actual) {
  std::vector<LayerDeviation> errors;
  for (unsigned i = 0; i < expected.size(); ++i)
    if (expected[i] && actual[i])
      errors.push_back({i, llvm::cantFail(compare(*expected[i], *actual[i]))}); // Shapes are equal.
  return errors;
}

const LayerDeviation *fovea::firstAbove(llvm::ArrayRef<LayerDeviation> errors, double tolerance) {
  auto found = llvm::find_if(
      errors, [&](const LayerDeviation &error) { return !error.comparison.within(tolerance); });
  return found == errors.end() ? nullptr : &*found;
}

const LayerDeviation *fovea::greatest(llvm::ArrayRef<LayerDeviation> errors) {
  auto found = std::max_element(errors.begin(), errors.end(),
                                [](const LayerDeviation &a, const LayerDeviation &b) {
                                  return a.comparison.relativeError < b.comparison.relativeError;
                                });
  return found == errors.end() ? nullptr : &*found;
}
