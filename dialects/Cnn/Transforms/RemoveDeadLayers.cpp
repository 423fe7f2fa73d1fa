//===- RemoveDeadLayers.cpp - Layers that do nothing ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/MlirLocations.h"
#include "fovea/Support/PassStatistics.h"

#include "mlir/IR/Remarks.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_REMOVEDEADLAYERS
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

namespace {
struct RemoveDeadLayers : fovea::cnn::impl::RemoveDeadLayersBase<RemoveDeadLayers> {
  /// From the last layer on, so that a layer goes after all that read it.
  void runOnOperation() override {
    for (Block &block : getOperation().getBody()) {
      llvm::DenseSet<Operation *> constants = constantOps(block);
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
        auto dropout = dyn_cast<DropoutOp>(op);
        bool isRead = !isOpTriviallyDead(&op);
        if (isRead && !dropout)
          continue;
        if (!constants.contains(&op))
          report(&op, isRead ? "it changes nothing at inference" : "it reaches no output");
        if (dropout)
          dropout.replaceAllUsesWith(dropout.getInput());
        op.erase();
      }
    }
    statistics.report(getOperation(), getArgument());
  }

private:
  void report(Operation *layer, StringRef reason) {
    statistics.add("removed");
    remark::passed(layer->getLoc(),
                   remark::RemarkOpts::name(fovea::layerName(layer)).category(getArgument()))
        << "removed: " + reason.str();
  }

  fovea::PassStatistics statistics;
};
} // namespace
