//===- ConvToIm2Col.cpp - Convolutions as im2col and matrix product -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/Support/Regex.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_CONVTOIM2COL
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

namespace {
/// conv(x, w, b) = matmul(im2col(x), w, b).
struct ConvToMatmul : OpRewritePattern<ConvOp> {
  ConvToMatmul(MLIRContext *context, const llvm::Regex &layers)
      : OpRewritePattern(context), layers(layers) {}

  LogicalResult matchAndRewrite(ConvOp conv, PatternRewriter &rewriter) const override {
    if (!layers.match(conv.getName()))
      return rewriter.notifyMatchFailure(conv, "the layer is not asked for");
    if (conv.getGroups() != 1)
      return refuse(conv, rewriter, "groups " + std::to_string(conv.getGroups()) + " is not 1");
    ArrayRef<int64_t> kernel = conv.getWeight().getType().getShape().take_back(2);
    llvm::Expected<Shape> columnShape =
        inferIm2Col(conv.getInput().getType().getShape(), kernel, conv.getStride(),
                    conv.getPadding(), conv.getDilation());
    if (!columnShape)
      return refuse(conv, rewriter, llvm::toString(columnShape.takeError()));
    auto columns =
        Im2ColOp::create(rewriter, conv.getLoc(), conv.getInput(), conv.getName(), kernel,
                         conv.getStride(), conv.getPadding(), conv.getDilation());
    rewriter.replaceOpWithNewOp<MatmulOp>(conv, columns, conv.getWeight(), conv.getBias(),
                                          conv.getName(), conv.getType().getShape().take_back(2));
    return success();
  }

private:
  static LogicalResult refuse(ConvOp conv, PatternRewriter &rewriter, const std::string &reason) {
    remark::missed(conv.getLoc(),
                   remark::RemarkOpts::name(conv.getName()).category("conv-to-im2col"))
        << "kept: " + reason;
    return rewriter.notifyMatchFailure(conv, reason);
  }

  const llvm::Regex &layers;
};

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
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvToMatmul>(&getContext(), regex);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
