//===- ConvToIm2Col.cpp - Convolutions as im2col and matrix product -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Hints.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/PassStatistics.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Regex.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_CONVTOIM2COL
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

/// Why the convolution cannot be rewritten, or is asked to stay; empty where it can.
static std::string refusal(ConvOp conv) {
  StringRef hint = algorithmHint(conv);
  if (!hint.empty() && hint != "im2col")
    return "the network asks for " + hint.str();
  if (conv.getGroups() != 1)
    return "groups " + std::to_string(conv.getGroups()) + " is not 1";
  llvm::Error error = inferIm2Col(conv.getInput().getType().getShape(),
                                  conv.getWeight().getType().getShape().take_back(2),
                                  conv.getStride(), conv.getPadding(), conv.getDilation())
                          .takeError();
  return error ? llvm::toString(std::move(error)) : std::string();
}

/// conv(x, w, b) = matmul(im2col(x), w, b).
static void rewrite(ConvOp conv, RewriterBase &rewriter) {
  rewriter.setInsertionPoint(conv);
  auto columns = Im2ColOp::create(rewriter, conv.getLoc(), conv.getInput(), conv.getName(),
                                  conv.getWeight().getType().getShape().take_back(2),
                                  conv.getStride(), conv.getPadding(), conv.getDilation());
  rewriter.replaceOpWithNewOp<MatmulOp>(conv, columns, conv.getWeight(), conv.getBias(),
                                        conv.getName(), conv.getType().getShape().take_back(2));
}

namespace {
struct ConvToIm2Col : fovea::cnn::impl::ConvToIm2ColBase<ConvToIm2Col> {
  using ConvToIm2ColBase::ConvToIm2ColBase;

  void runOnOperation() override {
    llvm::Regex regex("^(" + layers + ")$");
    std::string error;
    if (!regex.isValid(error)) {
      getOperation().emitError("conv-to-im2col: layers='")
          << layers << "' is no regular expression: " << error;
      return signalPassFailure();
    }
    SmallVector<ConvOp> convs;
    getOperation().walk([&](ConvOp conv) {
      if (algorithmHint(conv) == "im2col" || regex.match(conv.getName()))
        convs.push_back(conv);
    });
    IRRewriter rewriter(&getContext());
    for (ConvOp conv : convs)
      run(conv, rewriter);
    statistics.report(getOperation(), getArgument());
  }

private:
  void run(ConvOp conv, RewriterBase &rewriter) {
    auto remark = remark::RemarkOpts::name(conv.getName()).category(getArgument());
    std::string reason = refusal(conv);
    if (!reason.empty()) {
      statistics.add("kept");
      remark::missed(conv.getLoc(), remark) << "kept: " + reason;
      return;
    }
    statistics.add("rewritten");
    remark::passed(conv.getLoc(), remark) << "became an im2col and a matmul";
    rewrite(conv, rewriter);
  }

  fovea::PassStatistics statistics;
};
} // namespace
