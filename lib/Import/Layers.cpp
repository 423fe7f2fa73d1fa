//===- Layers.cpp - Each layer of the language as cnn ops -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Network.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <numeric>

using namespace fovea;
using namespace fovea::import;
using namespace mlir;
using llvm::Expected;

namespace {
/// The code for an error that the shape function labels so: {"C3", "E0206"}.
using Codes = std::initializer_list<std::pair<llvm::StringLiteral, llvm::StringLiteral>>;

/// One call being added: the inputs, typed access to attributes, and errors.
class Layer {
public:
  Layer(Network &network, const LayerCall &call, ValueRange inputs)
      : network(network), call(call), inputs(inputs) {}

  template <typename T> const T &get(llvm::StringRef attribute) const {
    return std::get<T>(call.attributes.find(attribute.str())->second);
  }
  int64_t integer(llvm::StringRef attribute) const { return get<int64_t>(attribute); }
  bool flag(llvm::StringRef attribute) const { return get<bool>(attribute); }
  ArrayRef<int64_t> integers(llvm::StringRef attribute) const {
    return get<std::vector<int64_t>>(attribute);
  }
  const LiteralTensor *literal(llvm::StringRef attribute) const {
    auto found = call.attributes.find(attribute.str());
    return found == call.attributes.end() ? nullptr : &std::get<LiteralTensor>(found->second);
  }

  Value input(unsigned i = 0) const { return inputs[i]; }
  cnn::ShapeRef shape(unsigned i = 0) const {
    return cast<RankedTensorType>(inputs[i].getType()).getShape();
  }
  /// An axis counted from the front; out of range it stays so.
  int64_t axis(llvm::StringRef attribute) const {
    int64_t value = integer(attribute);
    return value < 0 ? value + int64_t(shape().size()) : value;
  }

  LayerError error(llvm::StringRef code, const llvm::Twine &message,
                   std::vector<unsigned> operands = {0}) const {
    return {code.str(), message.str(), std::move(operands)};
  }
  LayerError shapeError(llvm::Error error, Codes codes) const;
  std::optional<LayerError> requireRank(size_t least, size_t most, llvm::StringRef form) const;
  std::optional<LayerError> requireFloat() const;

  /// Adds an op of one result with the first input's element type.
  template <typename Op, typename... Args>
  Outcome add(const Expected<cnn::Shape> &shape, Args &&...args) const {
    Type element = cast<RankedTensorType>(inputs[0].getType()).getElementType();
    Op op = Op::create(network.builder(), network.location(call),
                       RankedTensorType::get(*shape, element), std::forward<Args>(args)...);
    return Values(op->getResults());
  }

  Network &network;
  const LayerCall &call;
  ValueRange inputs;
};

constexpr size_t anyRank = ~size_t(0);
constexpr llvm::StringLiteral imageForm = "an image [N, C, H, W]";
} // namespace

/// "C3: groups 3 does not divide …" without the label, which speaks of the IR. Ranks were checked
/// before, so an error without a label is about size.
LayerError Layer::shapeError(llvm::Error shapeError, Codes codes) const {
  std::string text = llvm::toString(std::move(shapeError));
  llvm::StringRef message(text);
  llvm::StringRef code = "E0212";
  if (message.size() > 4 && message[0] == 'C' && message.substr(2, 2) == ": ") {
    code = "E0200";
    for (auto &[label, itsCode] : codes)
      if (message.starts_with(label))
        code = itsCode;
    message = message.drop_front(4);
  }
  std::vector<unsigned> operands(inputs.size());
  std::iota(operands.begin(), operands.end(), 0u);
  return error(code, message, std::move(operands));
}

std::optional<LayerError> Layer::requireRank(size_t least, size_t most,
                                             llvm::StringRef form) const {
  if (shape().size() >= least && shape().size() <= most)
    return std::nullopt;
  return error("E0201", call.layer + " needs " + form + ", got " + typeText(input().getType()));
}

std::optional<LayerError> Layer::requireFloat() const {
  for (auto [i, value] : llvm::enumerate(inputs))
    if (!cast<RankedTensorType>(value.getType()).getElementType().isF32())
      return error("E0202", call.layer + " works on f32, got " + typeText(value.getType()),
                   {unsigned(i)});
  return std::nullopt;
}

// Returns the error from a layer function, if there is one.
#define FOVEA_CHECK(CONDITION)                                                                     \
  if (std::optional<LayerError> failure = CONDITION)                                               \
  return *failure
#define FOVEA_CHECK_IMAGE(LAYER) FOVEA_CHECK((LAYER).requireRank(4, 4, imageForm))

//===----------------------------------------------------------------------===//
// Layers with weights
//===----------------------------------------------------------------------===//

/// Weight and, where `bias` is set, bias; the latter is null otherwise.
static std::variant<std::pair<Value, Value>, LayerError>
weightAndBias(const Layer &layer, cnn::ShapeRef shape, int64_t outputs) {
  if (!cnn::isShapeSupported(shape))
    return layer.error("E0212", "the weight " + cnn::shapeToString(shape) + " is too large");
  auto weight = layer.network.parameter(layer.call, "weight", shape, layer.literal("weight"));
  if (auto *error = std::get_if<LayerError>(&weight))
    return *error;
  if (!layer.flag("bias"))
    return std::pair(std::get<Value>(weight), Value());
  auto bias = layer.network.parameter(layer.call, "bias", outputs, layer.literal("bias_values"));
  if (auto *error = std::get_if<LayerError>(&bias))
    return *error;
  return std::pair(std::get<Value>(weight), std::get<Value>(bias));
}

static Outcome conv(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  int64_t channels = layer.integer("channels"), groups = layer.integer("groups");
  ArrayRef<int64_t> kernel = layer.integers("kernel"), stride = layer.integers("stride");
  ArrayRef<int64_t> padding = layer.integers("padding"), dilation = layer.integers("dilation");
  int64_t perGroup = std::max<int64_t>(layer.shape()[1] / std::max<int64_t>(groups, 1), 1);
  cnn::Shape weightShape{channels, perGroup, kernel[0], kernel[1]};
  Expected<cnn::Shape> shape =
      cnn::inferConv(layer.shape(), weightShape, std::nullopt, stride, padding, dilation, groups);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C3", "E0206"}, {"C4", "E0205"}});
  auto weights = weightAndBias(layer, weightShape, channels);
  if (auto *error = std::get_if<LayerError>(&weights))
    return *error;
  auto [weight, bias] = std::get<0>(weights);
  return layer.add<cnn::ConvOp>(shape, layer.input(), weight, bias, layer.call.name, stride,
                                padding, dilation, groups);
}

static Outcome convTranspose(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  int64_t channels = layer.integer("channels"), groups = layer.integer("groups");
  ArrayRef<int64_t> kernel = layer.integers("kernel"), stride = layer.integers("stride");
  ArrayRef<int64_t> padding = layer.integers("padding"), dilation = layer.integers("dilation");
  ArrayRef<int64_t> outputPadding = layer.integers("output_padding");
  if (channels % groups != 0)
    return layer.error("E0206", "groups " + llvm::Twine(groups) + " does not divide " +
                                    llvm::Twine(channels) + " output channels");
  cnn::Shape weightShape{layer.shape()[1], channels / groups, kernel[0], kernel[1]};
  Expected<cnn::Shape> shape = cnn::inferConvTranspose(
      layer.shape(), weightShape, std::nullopt, stride, padding, outputPadding, dilation, groups);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C3", "E0206"}, {"C4", "E0406"}, {"C5", "E0216"}});
  auto weights = weightAndBias(layer, weightShape, channels);
  if (auto *error = std::get_if<LayerError>(&weights))
    return *error;
  auto [weight, bias] = std::get<0>(weights);
  return layer.add<cnn::ConvTransposeOp>(shape, layer.input(), weight, bias, layer.call.name,
                                         stride, padding, outputPadding, dilation, groups);
}

static Outcome linear(const Layer &layer) {
  FOVEA_CHECK(layer.requireRank(2, 2, "a matrix [N, F] (flatten first?)"));
  cnn::Shape weightShape{layer.integer("features"), layer.shape()[1]};
  Expected<cnn::Shape> shape = cnn::inferLinear(layer.shape(), weightShape, std::nullopt);
  if (!shape)
    return layer.shapeError(shape.takeError(), {});
  auto weights = weightAndBias(layer, weightShape, weightShape[0]);
  if (auto *error = std::get_if<LayerError>(&weights))
    return *error;
  auto [weight, bias] = std::get<0>(weights);
  return layer.add<cnn::LinearOp>(shape, layer.input(), weight, bias, layer.call.name);
}

static Outcome batchNorm(const Layer &layer) {
  FOVEA_CHECK(layer.requireRank(2, anyRank, "at least [N, C]"));
  cnn::Shape vector{layer.shape()[1]};
  double eps = layer.get<double>("eps");
  Expected<cnn::Shape> shape =
      cnn::inferBatchNorm(layer.shape(), vector, vector, vector, vector, eps);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C2", "E0406"}});
  llvm::SmallVector<Value, 4> parameters;
  for (llvm::StringRef role : {"weight", "bias", "running_mean", "running_var"}) {
    auto parameter = layer.network.parameter(layer.call, role, vector);
    if (auto *error = std::get_if<LayerError>(&parameter))
      return *error;
    parameters.push_back(std::get<Value>(parameter));
  }
  return layer.add<cnn::BatchNormOp>(shape, layer.input(), parameters[0], parameters[1],
                                     parameters[2], parameters[3], layer.call.name,
                                     llvm::APFloat(eps));
}

/// (x - mean) / std as x * scale + shift, whose values stand in the text.
static Outcome normalize(const Layer &layer) {
  FOVEA_CHECK(layer.requireRank(2, anyRank, "at least [N, C]"));
  const LiteralTensor &mean = *layer.literal("mean"), &deviation = *layer.literal("std");
  cnn::Shape vector{layer.shape()[1]};
  for (const LiteralTensor *values : {&mean, &deviation})
    if (cnn::ShapeRef(values->shape) != cnn::ShapeRef(vector))
      return layer.error("E0209", "normalize needs one mean and one std for each of " +
                                      llvm::Twine(vector[0]) + " channels, got " +
                                      cnn::shapeToString(values->shape));
  LiteralTensor scale{mean.shape, {}}, shift{mean.shape, {}};
  for (auto [m, s] : llvm::zip(mean.values, deviation.values)) {
    if (!(s > 0) || !std::isfinite(1 / s) || !std::isfinite(m / s))
      return layer.error("E0406", "'std' of normalize is positive, got " + std::to_string(s), {});
    scale.values.push_back(static_cast<float>(1 / double(s)));
    shift.values.push_back(static_cast<float>(-double(m) / s));
  }
  auto scaleValue = layer.network.parameter(layer.call, "scale", vector, &scale);
  if (auto *error = std::get_if<LayerError>(&scaleValue))
    return *error;
  auto shiftValue = layer.network.parameter(layer.call, "shift", vector, &shift);
  if (auto *error = std::get_if<LayerError>(&shiftValue))
    return *error;
  return layer.add<cnn::ChannelAffineOp>(cnn::Shape(layer.shape()), layer.input(),
                                         std::get<Value>(scaleValue), std::get<Value>(shiftValue),
                                         layer.call.name, /*axis=*/1);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

template <typename Op> static Outcome unary(const Layer &layer) {
  return layer.add<Op>(cnn::Shape(layer.shape()), layer.input(), layer.call.name);
}

static Outcome dropout(const Layer &layer) {
  double p = layer.get<double>("p");
  if (!(p >= 0 && p <= 1))
    return layer.error("E0406", "'p' of dropout is from 0 to 1, got " + std::to_string(p), {});
  return layer.add<cnn::DropoutOp>(cnn::Shape(layer.shape()), layer.input(), layer.call.name,
                                   llvm::APFloat(p));
}

/// "channels differ (64 and 128), height differs (56 and 28)"; `axis` is left out.
static std::string differences(cnn::ShapeRef a, cnn::ShapeRef b,
                               std::optional<size_t> axis = std::nullopt) {
  if (a.size() != b.size())
    return "dimensions differ (" + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
           ")";
  static constexpr llvm::StringLiteral imageNames[] = {"batch differs", "channels differ",
                                                       "height differs", "width differs"};
  std::string text;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || i == axis)
      continue;
    std::string what =
        a.size() == 4 ? imageNames[i].str() : "dimension " + std::to_string(i) + " differs";
    text += (text.empty() ? "" : ", ") + what + " (" + std::to_string(a[i]) + " and " +
            std::to_string(b[i]) + ")";
  }
  return text;
}

static Outcome addition(const Layer &layer) {
  Expected<cnn::Shape> shape = cnn::inferAdd(layer.shape(0), layer.shape(1));
  if (shape)
    return layer.add<cnn::AddOp>(shape, layer.input(0), layer.input(1), layer.call.name);
  llvm::consumeError(shape.takeError());
  return layer.error("E0203",
                     "cannot add " + typeText(layer.input(0).getType()) + " and " +
                         typeText(layer.input(1).getType()) + ": " +
                         differences(layer.shape(0), layer.shape(1)),
                     {0, 1});
}

static Outcome softmax(const Layer &layer) {
  Expected<cnn::Shape> shape = cnn::inferSoftmax(layer.shape(), layer.axis("axis"));
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C1", "E0207"}});
  return layer.add<cnn::SoftmaxOp>(shape, layer.input(), layer.call.name, layer.axis("axis"));
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static Outcome maxPool(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  ArrayRef<int64_t> kernel = layer.integers("kernel"), stride = layer.integers("stride");
  ArrayRef<int64_t> padding = layer.integers("padding"), dilation = layer.integers("dilation");
  bool ceilMode = layer.flag("ceil_mode");
  Expected<cnn::Shape> shape =
      cnn::inferPool(layer.shape(), kernel, stride, padding, dilation, ceilMode);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C2", "E0211"}, {"C3", "E0205"}});
  return layer.add<cnn::MaxPoolOp>(shape, layer.input(), layer.call.name, kernel, stride, padding,
                                   ceilMode, dilation);
}

static Outcome avgPool(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  ArrayRef<int64_t> kernel = layer.integers("kernel"), stride = layer.integers("stride");
  ArrayRef<int64_t> padding = layer.integers("padding");
  bool ceilMode = layer.flag("ceil_mode");
  Expected<cnn::Shape> shape =
      cnn::inferPool(layer.shape(), kernel, stride, padding, {1, 1}, ceilMode);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C2", "E0211"}, {"C3", "E0205"}});
  return layer.add<cnn::AvgPoolOp>(shape, layer.input(), layer.call.name, kernel, stride, padding,
                                   ceilMode, layer.flag("count_include_pad"));
}

template <typename Op> static Outcome globalPool(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  return layer.add<Op>(cnn::inferGlobalPool(layer.shape()), layer.input(), layer.call.name);
}

//===----------------------------------------------------------------------===//
// Moving data
//===----------------------------------------------------------------------===//

static Outcome concat(const Layer &layer) {
  if (layer.inputs.empty())
    return layer.error("E0200", "concat needs at least one tensor", {});
  llvm::SmallVector<cnn::ShapeRef> shapes;
  for (unsigned i = 0; i < layer.inputs.size(); ++i)
    shapes.push_back(layer.shape(i));
  int64_t axis = layer.axis("axis");
  Expected<cnn::Shape> shape = cnn::inferConcat(shapes, axis);
  if (shape)
    return layer.add<cnn::ConcatOp>(shape, layer.inputs, layer.call.name, axis);
  LayerError error = layer.shapeError(shape.takeError(), {{"C2", "E0207"}, {"C3", "E0204"}});
  if (error.code != "E0204")
    return error;
  for (unsigned i = 1; i < shapes.size(); ++i)
    if (std::string text = differences(shapes[0], shapes[i], axis); !text.empty())
      return layer.error("E0204",
                         "cannot join " + typeText(layer.input(0).getType()) + " and " +
                             typeText(layer.input(i).getType()) + " along dimension " +
                             llvm::Twine(axis) + ": " + text,
                         {0, i});
  return error;
}

static Outcome split(const Layer &layer) {
  ArrayRef<int64_t> sizes = layer.integers("sizes");
  int64_t axis = layer.axis("axis");
  auto shapes = cnn::inferSplit(layer.shape(), sizes, axis);
  if (!shapes)
    return layer.shapeError(shapes.takeError(), {{"C1", "E0207"}, {"C2", "E0208"}});
  llvm::SmallVector<Type> types;
  for (const cnn::Shape &shape : *shapes)
    types.push_back(cast<RankedTensorType>(layer.input().getType()).clone(shape));
  auto op = cnn::SplitOp::create(layer.network.builder(), layer.network.location(layer.call), types,
                                 layer.input(), layer.call.name, sizes, axis);
  return Values(op->getResults());
}

static Outcome channelShuffle(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  int64_t groups = layer.integer("groups");
  Expected<cnn::Shape> shape = cnn::inferChannelShuffle(layer.shape(), groups);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C1", "E0206"}});
  return layer.add<cnn::ChannelShuffleOp>(shape, layer.input(), layer.call.name, groups);
}

static Outcome spatialShift(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  ArrayRef<int64_t> offsets = layer.integers("offsets");
  Expected<cnn::Shape> shape = cnn::inferSpatialShift(layer.shape(), offsets);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C1", "E0214"}, {"C2", "E0406"}});
  return layer.add<cnn::SpatialShiftOp>(shape, layer.input(), layer.call.name, offsets);
}

static Outcome resize(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  ArrayRef<int64_t> size = layer.integers("size");
  const auto &mode = layer.get<std::string>("mode");
  bool alignCorners = layer.flag("align_corners");
  Expected<cnn::Shape> shape = cnn::inferResize(layer.shape(), size, mode, alignCorners);
  if (!shape)
    return layer.shapeError(shape.takeError(), {});
  return layer.add<cnn::ResizeOp>(shape, layer.input(), layer.call.name, size, mode, alignCorners);
}

static Outcome cropTo(const Layer &layer, ArrayRef<int64_t> offset, ArrayRef<int64_t> size) {
  Expected<cnn::Shape> shape = cnn::inferCrop(layer.shape(), offset, size);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C2", "E0215"}});
  return layer.add<cnn::CropOp>(shape, layer.input(), layer.call.name, offset, size);
}

static Outcome crop(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  return cropTo(layer, {layer.integer("top"), layer.integer("left")},
                {layer.integer("height"), layer.integer("width")});
}

/// Where torchvision's center_crop begins: round((whole - part) / 2), half to even.
static int64_t centerOffset(int64_t whole, int64_t part) {
  int64_t rest = whole - part, half = rest / 2;
  return rest % 2 == 0 ? half : half + half % 2;
}

static Outcome centerCrop(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  ArrayRef<int64_t> size = layer.integers("size");
  cnn::ShapeRef image = layer.shape().drop_front(2);
  if (size[0] > image[0] || size[1] > image[1])
    return layer.error("E0215", "the middle of " + cnn::shapeToString(size) +
                                    " pixels is larger than the image of " +
                                    cnn::shapeToString(image));
  return cropTo(layer, {centerOffset(image[0], size[0]), centerOffset(image[1], size[1])}, size);
}

static Outcome pad(const Layer &layer) {
  FOVEA_CHECK_IMAGE(layer);
  ArrayRef<int64_t> padding = layer.integers("padding"), channels = layer.integers("channels");
  Expected<cnn::Shape> shape = cnn::inferPad(layer.shape(), padding, channels);
  if (!shape)
    return layer.shapeError(shape.takeError(), {});
  return layer.add<cnn::PadOp>(shape, layer.input(), layer.call.name, padding, channels);
}

static Outcome flatten(const Layer &layer) {
  int64_t start = layer.axis("start_dim");
  Expected<cnn::Shape> shape = cnn::inferFlatten(layer.shape(), start);
  if (!shape)
    return layer.shapeError(shape.takeError(), {{"C1", "E0207"}});
  return layer.add<cnn::FlattenOp>(shape, layer.input(), layer.call.name, start);
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

namespace {
struct LayerFunction {
  Outcome (*build)(const Layer &) = nullptr;
  /// Computes, as opposed to moving elements of any type.
  bool computes = true;
};
} // namespace

static LayerFunction findLayer(llvm::StringRef name) {
  using F = LayerFunction;
  return llvm::StringSwitch<F>(name)
      .Case("conv", F{conv})
      .Case("conv_transpose", F{convTranspose})
      .Case("linear", F{linear})
      .Case("batch_norm", F{batchNorm})
      .Case("normalize", F{normalize})
      .Case("dropout", F{dropout})
      .Case("relu", F{unary<cnn::ReluOp>})
      .Case("relu6", F{unary<cnn::Relu6Op>})
      .Case("tanh", F{unary<cnn::TanhOp>})
      .Case("sigmoid", F{unary<cnn::SigmoidOp>})
      .Case("gelu", F{unary<cnn::GeluOp>})
      .Case("add", F{addition})
      .Case("softmax", F{softmax})
      .Case("max_pool", F{maxPool})
      .Case("avg_pool", F{avgPool})
      .Case("global_avg_pool", F{globalPool<cnn::GlobalAvgPoolOp>})
      .Case("global_max_pool", F{globalPool<cnn::GlobalMaxPoolOp>})
      .Case("concat", F{concat, false})
      .Case("split", F{split, false})
      .Case("channel_shuffle", F{channelShuffle, false})
      .Case("spatial_shift", F{spatialShift, false})
      .Case("resize", F{resize})
      .Case("crop", F{crop})
      .Case("center_crop", F{centerCrop})
      .Case("pad", F{pad})
      .Case("flatten", F{flatten, false})
      .Default(F{});
}

/// All operands of one element type: what every op of the dialect asks for.
static std::optional<LayerError> requireOneElementType(const Layer &layer) {
  for (unsigned i = 1; i < layer.inputs.size(); ++i)
    if (getElementTypeOrSelf(layer.input(i)) != getElementTypeOrSelf(layer.input(0)))
      return layer.error("E0202",
                         "element types differ: " + typeText(layer.input(0).getType()) + " and " +
                             typeText(layer.input(i).getType()),
                         {0, i});
  return std::nullopt;
}

Outcome fovea::import::addLayer(Network &network, const LayerCall &call, ValueRange inputs) {
  Layer layer(network, call, inputs);
  LayerFunction function = findLayer(call.layer);
  if (!function.build)
    return layer.error("E0301", "no layer is called '" + call.layer + "'", {});
  FOVEA_CHECK(requireOneElementType(layer));
  if (function.computes)
    FOVEA_CHECK(layer.requireFloat());
  return function.build(layer);
}
