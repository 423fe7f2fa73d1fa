//===- ConvTransposeToConv.cpp - Transposed convolutions by sub-pixels ----===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// With Y = y + padding, a row of the uncut result is Y = q*s + r for a sub-pixel r below the stride
// s. The taps that reach it have ky*dilation = r + s*t for some t, and read the input's row q - t:
// for each r that is a convolution with stride 1, and rows of all r interleaved are the result (Shi
// et al. 2016, "Is the deconvolution layer the same as a convolutional layer?").
//
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/PassStatistics.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_CONVTRANSPOSETOCONV
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

namespace {
/// Rows, or columns, of the convolution and what is kept of its interleaved result.
struct Extent {
  int64_t before, after; ///< Padding of the convolution.
  int64_t rows;          ///< Of its result.
  int64_t offset;        ///< Where the kept part begins.
};
} // namespace

/// The rows q from `first` on that have something of the result, which lies from `cut` on. Rows
/// before the last tap can be left out, as padding the convolution does not need.
static Extent extentOf(int64_t input, int64_t taps, int64_t stride, int64_t cut, int64_t output) {
  int64_t first = std::min(cut / stride, taps - 1);
  int64_t end = (cut + output + stride - 1) / stride;
  int64_t after = std::max<int64_t>(end - input, 0);
  return {taps - 1 - first, after, input + after - first, cut - first * stride};
}

static Value subPixelWeight(ConvTransposeOp op, OpBuilder &builder) {
  return SubPixelWeightOp::create(builder, op.getLoc(), op.getWeight(),
                                  (op.getName() + ".weight").str(), op.getStride(),
                                  op.getDilation(), op.getGroups());
}

static Value subPixelBias(ConvTransposeOp op, OpBuilder &builder) {
  if (!op.getBias())
    return nullptr;
  return SubPixelBiasOp::create(builder, op.getLoc(), op.getBias(), (op.getName() + ".bias").str(),
                                op.getStride(), op.getGroups());
}

static void rewrite(ConvTransposeOp op, RewriterBase &rewriter) {
  rewriter.setInsertionPoint(op);
  Value weight = subPixelWeight(op, rewriter);
  ArrayRef<int64_t> taps = cast<ShapedType>(weight.getType()).getShape().drop_front(2);
  ArrayRef<int64_t> input = op.getInput().getType().getShape().drop_front(2);
  ArrayRef<int64_t> output = op.getType().getShape().drop_front(2);
  ArrayRef<int64_t> stride = op.getStride(), cut = op.getPadding();
  Extent y = extentOf(input[0], taps[0], stride[0], cut[0], output[0]);
  Extent x = extentOf(input[1], taps[1], stride[1], cut[1], output[1]);
  auto conv = ConvOp::create(rewriter, op.getLoc(), op.getInput(), weight,
                             subPixelBias(op, rewriter), op.getName(), ArrayRef<int64_t>{1, 1},
                             ArrayRef<int64_t>{y.before, x.before, y.after, x.after},
                             ArrayRef<int64_t>{1, 1}, op.getGroups());
  conv->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  if (conv.getType() == op.getType()) // Stride 1 and nothing to cut off.
    return rewriter.replaceOp(op, conv);
  rewriter.replaceOpWithNewOp<DepthToSpaceOp>(op, conv, op.getName(), stride,
                                              ArrayRef<int64_t>{y.offset, x.offset}, output,
                                              op.getGroups());
}

namespace {
struct ConvTransposeToConv : fovea::cnn::impl::ConvTransposeToConvBase<ConvTransposeToConv> {
  void runOnOperation() override {
    SmallVector<ConvTransposeOp> ops;
    getOperation().walk([&](ConvTransposeOp op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (ConvTransposeOp op : ops) {
      statistics.add("rewritten");
      remark::passed(op.getLoc(), remark::RemarkOpts::name(op.getName()).category(getArgument()))
          << "became a convolution with stride 1 and a depth_to_space";
      rewrite(op, rewriter);
    }
    statistics.report(getOperation(), getArgument());
  }

  fovea::PassStatistics statistics;
};
} // namespace
