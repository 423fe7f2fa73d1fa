//===- ReportHints.cpp - Hints that no pass can follow --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Hints.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/MlirLocations.h"
#include "fovea/Support/PassStatistics.h"

#include "mlir/IR/Remarks.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_REPORTHINTS
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

namespace {
struct ReportHints : fovea::cnn::impl::ReportHintsBase<ReportHints> {
  using ReportHintsBase::ReportHintsBase;

  void runOnOperation() override {
    getOperation().walk([&](Operation *layer) {
      for (NamedAttribute attribute : layer->getDiscardableAttrs()) {
        StringRef name = attribute.getName().getValue();
        if (name.consume_front(hintPrefix))
          report(layer, name, attribute.getValue());
      }
    });
    statistics.report(getOperation(), getArgument());
    markAllAnalysesPreserved();
  }

private:
  void report(Operation *layer, StringRef name, Attribute value) {
    auto text = dyn_cast<StringAttr>(value);
    std::string reason = text ? reasonFor(layer, name, text.getValue()) : "it is no text";
    if (reason.empty())
      return;
    statistics.add("not followed");
    remark::missed(layer->getLoc(),
                   remark::RemarkOpts::name(fovea::layerName(layer)).category(getArgument()))
        << (name + (text ? " = " + text.getValue() : "") + " is not followed: " + reason).str();
  }

  std::string reasonFor(Operation *layer, StringRef name, StringRef value) {
    if (name == "precision")
      return value == "f32"
                 ? ""
                 : ("there are no kernels in " + value + ", it is computed in f32").str();
    if (name != "algorithm")
      return "there is no such hint";
    if (value != "direct" && value != "im2col" && value != "shift")
      return "the algorithms are direct, im2col and shift";
    // Of a convolution, the pass that rewrites it says what is in the way.
    if (!isa<ConvOp>(layer))
      return ("only a conv has several algorithms, not a " + layer->getName().getStringRef()).str();
    if (value == "shift" && llvm::is_contained(disabled, "depthwise-to-shift"))
      return "depthwise-to-shift is disabled";
    return "";
  }

  fovea::PassStatistics statistics;
};
} // namespace
