//===- DepthwiseToShift.cpp - Depthwise convolutions as shifts ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnValues.h"
#include "dialects/Cnn/Transforms/Hints.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "fovea/Support/PassStatistics.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

namespace fovea::cnn {
#define GEN_PASS_DEF_DEPTHWISETOSHIFT
#include "dialects/Cnn/Transforms/Passes.h.inc"
} // namespace fovea::cnn

using namespace mlir;
using namespace fovea::cnn;

/// A splat of any size is a few bytes of text: what is expanded here must fit in memory.
static constexpr int64_t maxWeightElements = 1 << 24;

/// Why the convolution does not filter every channel alone, at the same size; empty where it does.
static std::string notDepthwise(ConvOp conv) {
  int64_t channels = conv.getInput().getType().getDimSize(1);
  if (conv.getGroups() != static_cast<uint64_t>(channels))
    return "groups " + std::to_string(conv.getGroups()) + " are not its " +
           std::to_string(channels) + " channels";
  if (llvm::any_of(conv.getStride(), [](int64_t stride) { return stride != 1; }))
    return "its stride is not 1";
  if (conv.getType() != conv.getInput().getType())
    return "its result has not the size of its input";
  return "";
}

namespace {
/// A convolution as one tap per channel, and what the other taps were.
struct Taps {
  SmallVector<int64_t> offsets; ///< dy[0], dx[0], dy[1], dx[1], ...
  SmallVector<double> scales;   ///< One per channel; zero where all taps are.
  int64_t lossy = 0;            ///< Channels with several taps.
  int64_t most = 0;             ///< Taps in a channel.
  double kept = 0, dropped = 0; ///< Sums of squares over all channels.

  /// ||w - w'|| / ||w|| of the whole weight.
  double relativeError() const { return dropped == 0 ? 0 : std::sqrt(dropped / (kept + dropped)); }
  std::string report() const {
    int64_t channels = scales.size();
    std::string text = llvm::formatv("{0} of {1} channels exact", channels - lossy, channels).str();
    if (lossy > 0)
      text += llvm::formatv(", {0} lossy, relative weight error {1:F4}", lossy, relativeError());
    return text;
  }
};

/// Rewrites convolutions, or says why not.
class Rewriter {
public:
  /// With a relative error per weight of at most `budget`; nothing: none at all.
  Rewriter(ModuleOp module, std::optional<double> budget)
      : symbols(module), rewriter(module.getContext()), budget(budget) {}

  /// Fills in the taps; the reason where the convolution has to be kept.
  std::string read(ConvOp conv, Taps &taps);
  void replace(ConvOp conv, const Taps &taps);

private:
  std::string readWeight(ConvOp conv, std::vector<double> &values);
  Value createScales(ConvOp conv, ArrayRef<double> scales);
  ParamOp weightOf(ConvOp conv) {
    auto load = conv.getWeight().getDefiningOp<LoadParamOp>();
    return load ? symbols.lookup<ParamOp>(load.getParam()) : ParamOp();
  }

  SymbolTable symbols;
  IRRewriter rewriter;
  std::optional<double> budget;
};
} // namespace

/// The reason where the values are not at hand.
std::string Rewriter::readWeight(ConvOp conv, std::vector<double> &values) {
  ParamOp param = weightOf(conv);
  if (!param)
    return "its weight is computed";
  if (conv.getWeight().getType().getNumElements() > maxWeightElements)
    return ("the weight " + param.getSymName() + " is too large").str();
  if (!param.getValueAttr())
    return ("the value of " + param.getSymName() + " is missing").str();
  std::optional<std::vector<double>> read = floatValues(param.getValueAttr());
  if (!read)
    return ("the value of " + param.getSymName() + " cannot be read as floats").str();
  values = std::move(*read);
  return "";
}

/// Of all kernels of one tap, the one with the greatest tap of a kernel is nearest to it. An
/// all-zero kernel stays where it is and is scaled by zero.
static void appendTap(ArrayRef<double> kernel, ConvOp conv, Taps &taps) {
  const double *greatest = std::max_element(
      kernel.begin(), kernel.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  int64_t index = greatest - kernel.begin(), width = conv.getWeight().getType().getDimSize(3);
  int64_t count = llvm::count_if(kernel, [](double tap) { return tap != 0; });
  if (count == 0)
    taps.offsets.append({0, 0});
  else
    taps.offsets.append({index / width * conv.getDilation()[0] - conv.getPadding()[0],
                         index % width * conv.getDilation()[1] - conv.getPadding()[1]});
  taps.scales.push_back(*greatest);
  taps.lossy += count > 1;
  taps.most = std::max(taps.most, count);
  taps.kept += *greatest * *greatest;
  for (const double &tap : kernel)
    taps.dropped += &tap == greatest ? 0 : tap * tap;
}

std::string Rewriter::read(ConvOp conv, Taps &taps) {
  if (algorithmHint(conv) == "direct")
    return "the network asks for direct";
  std::vector<double> values;
  if (std::string reason = readWeight(conv, values); !reason.empty())
    return reason;
  int64_t channels = conv.getWeight().getType().getDimSize(0);
  int64_t area = static_cast<int64_t>(values.size()) / channels;
  for (int64_t channel = 0; channel < channels; ++channel)
    appendTap(ArrayRef(values).slice(channel * area, area), conv, taps);
  if (taps.lossy > 0 && !budget)
    return llvm::formatv("up to {0} nonzero taps in {1} of {2} channels", taps.most, taps.lossy,
                         channels);
  // A weight that is no number has no error within any budget.
  if (taps.lossy > 0 && !(taps.relativeError() <= *budget))
    return llvm::formatv("{0}, over the budget of {1:F4}", taps.report(), *budget);
  llvm::Error error =
      inferSpatialShift(conv.getInput().getType().getShape(), taps.offsets).takeError();
  return error ? llvm::toString(std::move(error)) : std::string();
}

void Rewriter::replace(ConvOp conv, const Taps &taps) {
  rewriter.setInsertionPoint(conv);
  bool ones = llvm::all_of(taps.scales, [](double scale) { return scale == 1; });
  bool isAll = ones && !conv.getBias();
  // Where scales follow, the shift alone is not what the layer of that name computes.
  auto named = dyn_cast<NameLoc>(conv.getLoc());
  Location loc = named && !isAll ? named.getChildLoc() : conv.getLoc();
  Value result =
      SpatialShiftOp::create(rewriter, loc, conv.getInput(), conv.getName(), taps.offsets);
  if (!isAll)
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
  using DepthwiseToShiftBase::DepthwiseToShiftBase;

  void runOnOperation() override {
    if (!(budget >= 0)) {
      getOperation().emitError("depthwise-to-shift: budget must be at least 0");
      return signalPassFailure();
    }
    SmallVector<ConvOp> convs;
    getOperation().walk([&](ConvOp conv) { convs.push_back(conv); });
    Rewriter rewriter(getOperation(), lossy ? std::optional<double>(budget) : std::nullopt);
    for (ConvOp conv : convs)
      run(conv, rewriter);
    statistics.report(getOperation(), getArgument());
  }

private:
  void run(ConvOp conv, Rewriter &rewriter) {
    std::string reason = notDepthwise(conv);
    // Nobody expects a shift of any other convolution, unless it is asked for.
    if (!reason.empty() && algorithmHint(conv) != "shift")
      return;
    Taps taps;
    if (reason.empty())
      reason = rewriter.read(conv, taps);
    auto remark = remark::RemarkOpts::name(conv.getName()).category(getArgument());
    if (!reason.empty()) {
      statistics.add("kept");
      remark::missed(conv.getLoc(), remark) << "kept: " + reason;
      return;
    }
    statistics.add("rewritten");
    statistics.add("channels without their small taps", taps.lossy);
    remark::passed(conv.getLoc(), remark) << "became a spatial_shift: " + taps.report();
    rewriter.replace(conv, taps);
  }

  fovea::PassStatistics statistics;
};
} // namespace
