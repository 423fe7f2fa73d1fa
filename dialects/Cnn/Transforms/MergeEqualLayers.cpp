//===- MergeEqualLayers.cpp - Layers that compute the same ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Hints.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/MlirLocations.h"
#include "fovea/Support/PassStatistics.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include <map>

namespace fovea::cnn {
#define GEN_PASS_DEF_MERGEEQUALLAYERS
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

/// What makes two layers alike: kind, attributes, operands and types of results. All are unique in
/// their context, so that pointers stand for them; the order of the keys means nothing.
using Key = std::vector<const void *>;

static Key keyOf(Operation *op) {
  NamedAttrList attributes(op->getAttrDictionary());
  for (NamedAttribute attribute : op->getAttrDictionary())
    if (attribute.getName() == "name" || attribute.getName().getValue().starts_with(hintPrefix))
      attributes.erase(attribute.getName());
  Key key = {op->getName().getAsOpaquePointer(),
             attributes.getDictionary(op->getContext()).getAsOpaquePointer()};
  size_t operands = key.size();
  for (Value operand : op->getOperands())
    key.push_back(operand.getAsOpaquePointer());
  if (op->hasTrait<OpTrait::IsCommutative>())
    std::sort(key.begin() + operands, key.end());
  for (Type type : op->getResultTypes())
    key.push_back(type.getAsOpaquePointer());
  return key;
}

namespace {
struct MergeEqualLayers : fovea::cnn::impl::MergeEqualLayersBase<MergeEqualLayers> {
  void runOnOperation() override {
    for (Block &block : getOperation().getBody()) {
      std::map<Key, Operation *> first;
      for (Operation &op : llvm::make_early_inc_range(block)) {
        if (!isa_and_present<CnnDialect>(op.getDialect()) || op.getNumRegions() != 0)
          continue;
        auto [place, fresh] = first.try_emplace(keyOf(&op), &op);
        if (!fresh)
          merge(&op, place->second);
      }
    }
    statistics.report(getOperation(), getArgument());
  }

private:
  void merge(Operation *layer, Operation *first) {
    // Loads of a parameter are no layers.
    if (layer->hasAttr("name")) {
      statistics.add("merged");
      remark::passed(layer->getLoc(),
                     remark::RemarkOpts::name(fovea::layerName(layer)).category(getArgument()))
          << ("computed once: it equals " + fovea::layerName(first)).str();
    }
    IRRewriter rewriter(&getContext());
    first->setLoc(rewriter.getFusedLoc({first->getLoc(), layer->getLoc()}));
    rewriter.replaceOp(layer, first);
  }

  fovea::PassStatistics statistics;
};
} // namespace
