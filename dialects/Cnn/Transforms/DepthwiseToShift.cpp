//===- DepthwiseToShift.cpp - Depthwise convolutions as shifts ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnValues.h"
#include "dialects/Cnn/Transforms/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"

namespace fovea::cnn {
#define GEN_PASS_DEF_DEPTHWISETOSHIFT
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

/// A splat of any size is a few bytes of text: what is expanded here must fit in memory.
static constexpr int64_t maxWeightElements = 1 << 24;

/// Every channel of the result is one channel of the input, filtered alone, at the same size.
static bool isDepthwise(ConvOp conv) {
  int64_t channels = conv.getInput().getType().getDimSize(1);
  return conv.getGroups() == static_cast<uint64_t>(channels) &&
         conv.getType() == conv.getInput().getType() &&
         llvm::all_of(conv.getStride(), [](int64_t stride) { return stride == 1; });
}

namespace {
/// A convolution as one tap per channel.
struct Taps {
  SmallVector<int64_t> offsets; ///< dy[0], dx[0], dy[1], dx[1], ...
  SmallVector<double> scales;   ///< One per channel; zero where all taps are.
};

/// Rewrites one convolution, or says why not.
class Rewriter {
public:
  Rewriter(ModuleOp module) : symbols(module), rewriter(module.getContext()) {}

  void run(ConvOp conv) {
    auto remark = remark::RemarkOpts::name(conv.getName()).category("depthwise-to-shift");
    Taps taps;
    std::string reason = readTaps(conv, taps);
    if (!reason.empty()) {
      remark::missed(conv.getLoc(), remark) << "kept: " + reason;
      return;
    }
    remark::passed(conv.getLoc(), remark) << "became a spatial_shift";
    replace(conv, taps);
  }

private:
  std::string readTaps(ConvOp conv, Taps &taps);
  void replace(ConvOp conv, const Taps &taps);
  Value createScales(ConvOp conv, ArrayRef<double> scales);
  ParamOp weightOf(ConvOp conv) {
    auto load = conv.getWeight().getDefiningOp<LoadParamOp>();
    return load ? symbols.lookup<ParamOp>(load.getParam()) : ParamOp();
  }

  SymbolTable symbols;
  IRRewriter rewriter;
};
} // namespace

/// Fills in the taps; gives the reason where a channel has several, or where the values are not at
/// hand.
std::string Rewriter::readTaps(ConvOp conv, Taps &taps) {
  ParamOp param = weightOf(conv);
  if (!param)
    return "its weight is computed";
  if (conv.getWeight().getType().getNumElements() > maxWeightElements)
    return ("the weight " + param.getSymName() + " is too large").str();
  if (!param.getValueAttr())
    return ("the value of " + param.getSymName() + " is missing").str();
  std::optional<std::vector<double>> values = floatValues(param.getValueAttr());
  if (!values)
    return ("the value of " + param.getSymName() + " cannot be read as floats").str();

  ArrayRef<int64_t> shape = conv.getWeight().getType().getShape();
  int64_t width = shape[3], area = shape[2] * width, dense = 0, most = 0;
  for (int64_t channel = 0; channel < shape[0]; ++channel) {
    ArrayRef<double> kernel = ArrayRef(*values).slice(channel * area, area);
    int64_t count = llvm::count_if(kernel, [](double tap) { return tap != 0; });
    dense += count > 1;
    most = std::max(most, count);
    // An all-zero kernel stays where it is and is scaled by zero.
    int64_t y = 0, x = 0;
    double scale = 0;
    if (const double *tap = llvm::find_if(kernel, [](double t) { return t != 0; });
        tap != kernel.end()) {
      int64_t index = tap - kernel.begin();
      scale = *tap;
      y = index / width * conv.getDilation()[0] - conv.getPadding()[0];
      x = index % width * conv.getDilation()[1] - conv.getPadding()[1];
    }
    taps.offsets.append({y, x});
    taps.scales.push_back(scale);
  }
  if (dense > 0)
    return "up to " + std::to_string(most) + " nonzero taps in " + std::to_string(dense) + " of " +
           std::to_string(shape[0]) + " channels";
  llvm::Error error =
      inferSpatialShift(conv.getInput().getType().getShape(), taps.offsets).takeError();
  return error ? llvm::toString(std::move(error)) : std::string();
}

void Rewriter::replace(ConvOp conv, const Taps &taps) {
  rewriter.setInsertionPoint(conv);
  Value result = SpatialShiftOp::create(rewriter, conv.getLoc(), conv.getInput(), conv.getName(),
                                        taps.offsets);
  bool ones = llvm::all_of(taps.scales, [](double scale) { return scale == 1; });
  if (!ones || conv.getBias())
    result =
        ChannelAffineOp::create(rewriter, conv.getLoc(), result, createScales(conv, taps.scales),
                                conv.getBias(), conv.getName());
  rewriter.replaceOp(conv, result);
}

/// A new parameter beside the weight, brought into the function. It has no hash: dumps print its
/// value.
Value Rewriter::createScales(ConvOp conv, ArrayRef<double> scales) {
  ParamOp weight = weightOf(conv);
  auto floatType = cast<FloatType>(conv.getType().getElementType());
  auto type = RankedTensorType::get(static_cast<int64_t>(scales.size()), floatType);
  SmallVector<Attribute> elements = llvm::map_to_vector(
      scales, [&](double scale) -> Attribute { return FloatAttr::get(floatType, scale); });
  OpBuilder atWeight(weight->getContext());
  auto param = ParamOp::create(atWeight, conv.getLoc(), conv.getName().str() + ".shift_scale", type,
                               DenseElementsAttr::get(type, elements), StringAttr());
  symbols.insert(param, std::next(weight->getIterator()));
  return LoadParamOp::create(rewriter, conv.getLoc(), type, param.getSymName());
}

namespace {
struct DepthwiseToShift : fovea::cnn::impl::DepthwiseToShiftBase<DepthwiseToShift> {
  void runOnOperation() override {
    SmallVector<ConvOp> convs;
    getOperation().walk([&](ConvOp conv) {
      if (isDepthwise(conv))
        convs.push_back(conv);
    });
    Rewriter rewriter(getOperation());
    for (ConvOp conv : convs)
      rewriter.run(conv);
  }
};
} // namespace
