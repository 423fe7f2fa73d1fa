//===- CnnShapes.cpp - Shape inference of the cnn dialect -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnShapes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

using namespace fovea::cnn;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

static Error error(const Twine &message) { return llvm::createStringError(message); }

/// The product; nothing where it exceeds maxElements or a value is not positive.
static std::optional<int64_t> boundedProduct(ArrayRef<int64_t> values) {
  int64_t product = 1;
  for (int64_t value : values) {
    if (value < 1 || value > maxElements / product)
      return std::nullopt;
    product *= value;
  }
  return product;
}

bool fovea::cnn::isShapeSupported(ShapeRef shape) { return boundedProduct(shape).has_value(); }

std::string fovea::cnn::shapeToString(ShapeRef shape) {
  return "[" +
         llvm::join(llvm::map_range(shape, [](int64_t e) { return std::to_string(e); }), ", ") +
         "]";
}

static Expected<Shape> checkedResult(Shape shape) {
  if (isShapeSupported(shape))
    return shape;
  return error("the result " + shapeToString(shape) + " must have 1 to 2^40 elements");
}

static Error checkRank(StringRef what, ShapeRef shape, StringRef expected, size_t rank) {
  if (shape.size() != rank)
    return error(what + " must be " + expected + ", got " + shapeToString(shape));
  return Error::success();
}

static Error checkImage(ShapeRef shape) { return checkRank("input", shape, "[N, C, H, W]", 4); }

/// An operand [channels]; absent ones are right.
static Error checkVector(StringRef label, StringRef what, OptionalShape shape, int64_t channels) {
  if (!shape || (shape->size() == 1 && shape->front() == channels))
    return Error::success();
  return error(label + ": " + what + " must be " + shapeToString({channels}) + ", got " +
               shapeToString(*shape));
}

/// `count` integers from `least` up.
static Error checkIntegers(StringRef label, StringRef what, ArrayRef<int64_t> values, size_t count,
                           int64_t least) {
  if (values.size() != count)
    return error(label + ": " + what + " must be " + Twine(count) + " integers, got " +
                 shapeToString(values));
  for (int64_t value : values)
    if (value < least || value > maxWindowValue)
      return error(label + ": " + what + " must lie in " + Twine(least) + " to " +
                   Twine(maxWindowValue) + ", got " + shapeToString(values));
  return Error::success();
}

static Error checkAxis(StringRef label, StringRef what, int64_t axis, ShapeRef shape) {
  if (axis >= 0 && axis < static_cast<int64_t>(shape.size()))
    return Error::success();
  return error(label + ": " + what + " " + Twine(axis) + " is no dimension of " +
               shapeToString(shape));
}

static Error checkEps(double eps) {
  if (eps > 0)
    return Error::success();
  return error("C2: eps must be positive, got " + Twine(std::to_string(eps)));
}

/// A window sliding over an image: kernel, stride and dilation are [y, x], padding is top, left,
/// bottom, right.
struct Window {
  ArrayRef<int64_t> kernel, stride, padding, dilation;

  int64_t padded(ShapeRef input, int dim) const {
    return input[2 + dim] + padding[dim] + padding[2 + dim];
  }
  /// Pixels from the first tap to the last.
  int64_t extent(int dim) const { return dilation[dim] * (kernel[dim] - 1) + 1; }
};

static Error checkConvWindow(const Window &window) {
  if (Error e = checkIntegers("C1", "stride", window.stride, 2, 1))
    return e;
  if (Error e = checkIntegers("C1", "dilation", window.dilation, 2, 1))
    return e;
  return checkIntegers("C2", "padding", window.padding, 4, 0);
}

static Error checkFits(StringRef label, const Window &window, ShapeRef input) {
  for (int dim : {0, 1})
    if (window.extent(dim) > window.padded(input, dim))
      return error(label + ": a window of " + Twine(window.extent(dim)) +
                   (dim == 0 ? " rows" : " columns") + " does not fit in the padded input's " +
                   Twine(window.padded(input, dim)));
  return Error::success();
}

/// Windows that fit side by side.
static int64_t outputExtent(const Window &window, ShapeRef input, int dim) {
  return (window.padded(input, dim) - window.extent(dim)) / window.stride[dim] + 1;
}

//===----------------------------------------------------------------------===//
// Convolution and matrix product
//===----------------------------------------------------------------------===//

static Error checkGroups(ShapeRef input, ShapeRef weight, int64_t groups) {
  if (groups < 1)
    return error("C3: groups must be positive, got " + Twine(groups));
  if (input[1] % groups != 0)
    return error("C3: groups " + Twine(groups) + " does not divide " + Twine(input[1]) +
                 " input channels");
  if (weight[0] % groups != 0)
    return error("C3: groups " + Twine(groups) + " does not divide " + Twine(weight[0]) +
                 " output channels");
  if (weight[1] != input[1] / groups)
    return error("C3: weight must have " + Twine(input[1] / groups) + " input channels, got " +
                 Twine(weight[1]));
  return Error::success();
}

Expected<Shape> fovea::cnn::inferConv(ShapeRef input, ShapeRef weight, OptionalShape bias,
                                      ArrayRef<int64_t> stride, ArrayRef<int64_t> padding,
                                      ArrayRef<int64_t> dilation, int64_t groups) {
  if (Error e = checkImage(input))
    return e;
  if (Error e = checkRank("weight", weight, "[O, I, kh, kw]", 4))
    return e;
  Window window{weight.drop_front(2), stride, padding, dilation};
  if (Error e = checkConvWindow(window))
    return e;
  if (Error e = checkGroups(input, weight, groups))
    return e;
  if (Error e = checkIntegers("C4", "the kernel", window.kernel, 2, 1))
    return e;
  if (Error e = checkFits("C4", window, input))
    return e;
  if (Error e = checkVector("C5", "bias", bias, weight[0]))
    return e;
  return checkedResult(
      {input[0], weight[0], outputExtent(window, input, 0), outputExtent(window, input, 1)});
}

/// Rows or columns of a transposed convolution's result; what is left may be none or less.
static int64_t transposedExtent(const Window &window, ShapeRef input, int dim) {
  return (input[2 + dim] - 1) * window.stride[dim] + window.extent(dim) - window.padding[dim] -
         window.padding[2 + dim];
}

static Error checkOutputPadding(const Window &window, ArrayRef<int64_t> outputPadding) {
  if (Error e = checkIntegers("C4", "output_padding", outputPadding, 2, 0))
    return e;
  for (int dim : {0, 1})
    if (outputPadding[dim] >= std::max(window.stride[dim], window.dilation[dim]))
      return error("C4: output_padding " + shapeToString(outputPadding) +
                   " must be less than the stride or the dilation");
  return Error::success();
}

Expected<Shape> fovea::cnn::inferConvTranspose(ShapeRef input, ShapeRef weight, OptionalShape bias,
                                               ArrayRef<int64_t> stride, ArrayRef<int64_t> padding,
                                               ArrayRef<int64_t> outputPadding,
                                               ArrayRef<int64_t> dilation, int64_t groups) {
  if (Error e = checkImage(input))
    return e;
  if (Error e = checkRank("weight", weight, "[I, O, kh, kw]", 4))
    return e;
  Window window{weight.drop_front(2), stride, padding, dilation};
  if (Error e = checkConvWindow(window))
    return e;
  if (Error e = checkIntegers("C1", "the kernel", window.kernel, 2, 1))
    return e;
  if (groups < 1 || input[1] % groups != 0)
    return error("C3: groups " + Twine(groups) + " does not divide " + Twine(input[1]) +
                 " input channels");
  if (weight[0] != input[1])
    return error("C3: weight must have " + Twine(input[1]) + " input channels, got " +
                 Twine(weight[0]));
  if (Error e = checkOutputPadding(window, outputPadding))
    return e;
  std::optional<int64_t> channels = boundedProduct({weight[1], groups});
  if (!channels || std::max(input[2], input[3]) > maxWindowValue)
    return error("the result must have 1 to 2^40 elements");
  if (Error e = checkVector("C6", "bias", bias, *channels))
    return e;
  Shape result{input[0], *channels, transposedExtent(window, input, 0) + outputPadding[0],
               transposedExtent(window, input, 1) + outputPadding[1]};
  if (result[2] < 1 || result[3] < 1)
    return error("C5: nothing is left of the result: " + shapeToString(result));
  return checkedResult(std::move(result));
}

Expected<Shape> fovea::cnn::inferSubPixelWeight(ShapeRef weight, ArrayRef<int64_t> stride,
                                                ArrayRef<int64_t> dilation, int64_t groups) {
  if (Error e = checkRank("weight", weight, "[I, O, kh, kw]", 4))
    return e;
  static constexpr int64_t none[4] = {};
  Window window{weight.drop_front(2), stride, none, dilation};
  if (Error e = checkConvWindow(window))
    return e;
  if (Error e = checkIntegers("C1", "the kernel", window.kernel, 2, 1))
    return e;
  if (groups < 1 || weight[0] % groups != 0)
    return error("C2: groups " + Twine(groups) + " does not divide " + Twine(weight[0]) + " rows");
  std::optional<int64_t> outputs = boundedProduct({groups, stride[0], stride[1], weight[1]});
  if (!outputs)
    return error("the result must have 1 to 2^40 elements");
  return checkedResult({*outputs, weight[0] / groups, (window.extent(0) - 1) / stride[0] + 1,
                        (window.extent(1) - 1) / stride[1] + 1});
}

Expected<Shape> fovea::cnn::inferSubPixelBias(ShapeRef bias, ArrayRef<int64_t> stride,
                                              int64_t groups) {
  if (Error e = checkRank("bias", bias, "[O]", 1))
    return e;
  if (Error e = checkIntegers("C1", "stride", stride, 2, 1))
    return e;
  if (groups < 1 || bias[0] % groups != 0)
    return error("C2: groups " + Twine(groups) + " does not divide " + Twine(bias[0]) +
                 " channels");
  std::optional<int64_t> outputs = boundedProduct({bias[0], stride[0], stride[1]});
  if (!outputs)
    return error("the result must have 1 to 2^40 elements");
  return Shape{*outputs};
}

Expected<Shape> fovea::cnn::inferLinear(ShapeRef input, ShapeRef weight, OptionalShape bias) {
  if (Error e = checkRank("input", input, "[N, F]", 2))
    return e;
  if (Error e = checkRank("weight", weight, "[O, F]", 2))
    return e;
  if (weight[1] != input[1])
    return error("C1: weight must have " + Twine(input[1]) + " input features, got " +
                 Twine(weight[1]));
  if (Error e = checkVector("C2", "bias", bias, weight[0]))
    return e;
  return checkedResult({input[0], weight[0]});
}

Expected<Shape> fovea::cnn::inferIm2Col(ShapeRef input, ArrayRef<int64_t> kernel,
                                        ArrayRef<int64_t> stride, ArrayRef<int64_t> padding,
                                        ArrayRef<int64_t> dilation) {
  if (Error e = checkImage(input))
    return e;
  Window window{kernel, stride, padding, dilation};
  if (Error e = checkIntegers("C1", "kernel", kernel, 2, 1))
    return e;
  if (Error e = checkConvWindow(window))
    return e;
  if (Error e = checkFits("C4", window, input))
    return e;
  int64_t height = outputExtent(window, input, 0), width = outputExtent(window, input, 1);
  if (Expected<Shape> factors =
          checkedResult({input[0], input[1], kernel[0], kernel[1], height, width});
      !factors)
    return factors.takeError();
  return Shape{input[0], input[1] * kernel[0] * kernel[1], height * width};
}

Expected<Shape> fovea::cnn::inferMatmul(ShapeRef columns, ShapeRef weight, OptionalShape bias,
                                        ArrayRef<int64_t> outputSize) {
  if (Error e = checkRank("columns", columns, "[N, K, P]", 3))
    return e;
  if (Error e = checkRank("weight", weight, "[O, I, kh, kw]", 4))
    return e;
  if (boundedProduct(weight.drop_front()) != columns[1])
    return error("C1: columns must have as many rows as weight " + shapeToString(weight) +
                 " has values per output channel, got " + Twine(columns[1]));
  if (Error e = checkIntegers("C2", "output_size", outputSize, 2, 1))
    return e;
  if (boundedProduct(outputSize) != columns[2])
    return error("C2: output_size " + shapeToString(outputSize) + " does not have " +
                 Twine(columns[2]) + " pixels");
  if (Error e = checkVector("C3", "bias", bias, weight[0]))
    return e;
  return checkedResult({columns[0], weight[0], outputSize[0], outputSize[1]});
}

//===----------------------------------------------------------------------===//
// Normalisation and elementwise
//===----------------------------------------------------------------------===//

static Error checkStatistics(int64_t channels, ShapeRef weight, ShapeRef bias, ShapeRef mean,
                             ShapeRef var, double eps) {
  if (Error e = checkVector("C1", "weight", weight, channels))
    return e;
  if (Error e = checkVector("C1", "bias", bias, channels))
    return e;
  if (Error e = checkVector("C1", "mean", mean, channels))
    return e;
  if (Error e = checkVector("C1", "var", var, channels))
    return e;
  return checkEps(eps);
}

Expected<Shape> fovea::cnn::inferBatchNorm(ShapeRef input, ShapeRef weight, ShapeRef bias,
                                           ShapeRef mean, ShapeRef var, double eps) {
  if (input.size() < 2)
    return error("input must be [N, C, ...], got " + shapeToString(input));
  if (Error e = checkStatistics(input[1], weight, bias, mean, var, eps))
    return e;
  return Shape(input);
}

Expected<Shape> fovea::cnn::inferBatchNormAffine(ShapeRef weight, ShapeRef bias, ShapeRef mean,
                                                 ShapeRef var, double eps) {
  if (Error e = checkRank("weight", weight, "[C]", 1))
    return e;
  if (Error e = checkStatistics(weight[0], weight, bias, mean, var, eps))
    return e;
  return Shape(weight);
}

Expected<Shape> fovea::cnn::inferInputAffine(ShapeRef weight, ShapeRef scale, OptionalShape shift,
                                             OptionalShape bias, int64_t groups) {
  if (weight.size() < 2)
    return error("weight must be [O, I, ...], got " + shapeToString(weight));
  if (groups < 1 || weight[0] % groups != 0)
    return error("C1: groups " + Twine(groups) + " does not divide the " + Twine(weight[0]) +
                 " rows of the weight");
  int64_t channels = groups * weight[1];
  if (Error e = checkVector("C2", "scale", scale, channels))
    return e;
  if (Error e = checkVector("C2", "shift", shift, channels))
    return e;
  if (Error e = checkVector("C3", "bias", bias, weight[0]))
    return e;
  return Shape(weight);
}

Expected<Shape> fovea::cnn::inferChannelAffine(ShapeRef input, ShapeRef scale, OptionalShape shift,
                                               int64_t axis) {
  if (Error e = checkAxis("C1", "axis", axis, input))
    return e;
  if (Error e = checkVector("C2", "scale", scale, input[axis]))
    return e;
  if (Error e = checkVector("C2", "shift", shift, input[axis]))
    return e;
  return Shape(input);
}

Expected<Shape> fovea::cnn::inferAdd(ShapeRef lhs, ShapeRef rhs) {
  if (lhs != rhs)
    return error("C1: cannot add " + shapeToString(lhs) + " and " + shapeToString(rhs));
  return Shape(lhs);
}

Expected<Shape> fovea::cnn::inferSoftmax(ShapeRef input, int64_t axis) {
  if (Error e = checkAxis("C1", "axis", axis, input))
    return e;
  return Shape(input);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static Error checkPoolWindow(const Window &window, ShapeRef input) {
  if (Error e = checkIntegers("C1", "kernel", window.kernel, 2, 1))
    return e;
  if (Error e = checkIntegers("C1", "stride", window.stride, 2, 1))
    return e;
  if (Error e = checkIntegers("C1", "dilation", window.dilation, 2, 1))
    return e;
  if (Error e = checkIntegers("C2", "padding", window.padding, 4, 0))
    return e;
  for (int i = 0; i < 4; ++i)
    if (2 * window.padding[i] > window.kernel[i % 2])
      return error("C2: padding " + shapeToString(window.padding) +
                   " is more than half of the kernel " + shapeToString(window.kernel));
  return checkFits("C3", window, input);
}

/// PyTorch's pooling_output_shape: rounded up, a last window that would start past the input and
/// its top or left padding is dropped.
static int64_t poolExtent(const Window &window, ShapeRef input, int dim, bool ceilMode) {
  int64_t count = outputExtent(window, input, dim), stride = window.stride[dim];
  if (!ceilMode || (count - 1) * stride + window.extent(dim) >= window.padded(input, dim))
    return count;
  return count * stride < input[2 + dim] + window.padding[dim] ? count + 1 : count;
}

Expected<Shape> fovea::cnn::inferPool(ShapeRef input, ArrayRef<int64_t> kernel,
                                      ArrayRef<int64_t> stride, ArrayRef<int64_t> padding,
                                      ArrayRef<int64_t> dilation, bool ceilMode) {
  if (Error e = checkImage(input))
    return e;
  Window window{kernel, stride, padding, dilation};
  if (Error e = checkPoolWindow(window, input))
    return e;
  return checkedResult({input[0], input[1], poolExtent(window, input, 0, ceilMode),
                        poolExtent(window, input, 1, ceilMode)});
}

Expected<Shape> fovea::cnn::inferGlobalPool(ShapeRef input) {
  if (Error e = checkImage(input))
    return e;
  return Shape{input[0], input[1], 1, 1};
}

//===----------------------------------------------------------------------===//
// Moving data
//===----------------------------------------------------------------------===//

Expected<Shape> fovea::cnn::inferConcat(ArrayRef<ShapeRef> inputs, int64_t axis) {
  if (inputs.empty())
    return error("C1: at least one operand is needed");
  if (Error e = checkAxis("C2", "axis", axis, inputs.front()))
    return e;
  Shape result(inputs.front());
  for (ShapeRef input : inputs.drop_front()) {
    Shape expected(inputs.front());
    if (input.size() == expected.size())
      expected[axis] = input[axis];
    if (input != ShapeRef(expected))
      return error("C3: cannot join " + shapeToString(inputs.front()) + " and " +
                   shapeToString(input) + " along dimension " + Twine(axis));
    result[axis] += input[axis];
  }
  return checkedResult(result);
}

Expected<llvm::SmallVector<Shape>> fovea::cnn::inferSplit(ShapeRef input, ArrayRef<int64_t> sizes,
                                                          int64_t axis) {
  if (Error e = checkAxis("C1", "axis", axis, input))
    return e;
  if (llvm::any_of(sizes, [](int64_t size) { return size < 1; }))
    return error("C2: the sizes " + shapeToString(sizes) + " must be positive");
  int64_t rest = input[axis];
  llvm::SmallVector<Shape> results;
  for (int64_t size : sizes) {
    if (size > rest)
      break;
    rest -= size;
    results.emplace_back(input);
    results.back()[axis] = size;
  }
  if (rest != 0 || results.size() != sizes.size())
    return error("C2: the sizes " + shapeToString(sizes) + " do not add up to " +
                 Twine(input[axis]));
  return results;
}

Expected<Shape> fovea::cnn::inferChannelShuffle(ShapeRef input, int64_t groups) {
  if (Error e = checkImage(input))
    return e;
  if (groups < 1 || input[1] % groups != 0)
    return error("C1: groups " + Twine(groups) + " does not divide " + Twine(input[1]) +
                 " channels");
  return Shape(input);
}

Expected<Shape> fovea::cnn::inferSpatialShift(ShapeRef input, ArrayRef<int64_t> offsets) {
  if (Error e = checkImage(input))
    return e;
  if (static_cast<int64_t>(offsets.size()) != 2 * input[1])
    return error("C1: " + Twine(input[1]) + " channels need " + Twine(2 * input[1]) +
                 " offsets, got " + Twine(offsets.size()));
  if (llvm::any_of(offsets, [](int64_t o) { return o < -maxWindowValue || o > maxWindowValue; }))
    return error("C2: offsets must lie in " + Twine(-maxWindowValue) + " to " +
                 Twine(maxWindowValue));
  return Shape(input);
}

Expected<Shape> fovea::cnn::inferFlatten(ShapeRef input, int64_t startDim) {
  if (Error e = checkAxis("C1", "start_dim", startDim, input))
    return e;
  Shape result(input.take_front(startDim));
  std::optional<int64_t> merged = boundedProduct(input.drop_front(startDim));
  if (!merged)
    return error("the input " + shapeToString(input) + " must have 1 to 2^40 elements");
  result.push_back(*merged);
  return result;
}

/// A rectangle of an image [..., height, width].
static Error checkRectangle(StringRef label, int64_t height, int64_t width,
                            ArrayRef<int64_t> offset, ArrayRef<int64_t> size) {
  if (offset[0] <= height - size[0] && offset[1] <= width - size[1])
    return Error::success();
  return error(label + ": a rectangle of " + shapeToString(size) + " at " + shapeToString(offset) +
               " does not lie in an image of " + shapeToString({height, width}));
}

Expected<Shape> fovea::cnn::inferDepthToSpace(ShapeRef input, ArrayRef<int64_t> factor,
                                              ArrayRef<int64_t> offset, ArrayRef<int64_t> size,
                                              int64_t groups) {
  if (Error e = checkImage(input))
    return e;
  if (Error e = checkIntegers("C1", "factor", factor, 2, 1))
    return e;
  std::optional<int64_t> pixels = boundedProduct({groups, factor[0], factor[1]});
  if (!pixels || input[1] % *pixels != 0)
    return error("C2: groups " + Twine(groups) + " times factor " + shapeToString(factor) +
                 " does not divide " + Twine(input[1]) + " channels");
  if (Error e = checkIntegers("C3", "offset", offset, 2, 0))
    return e;
  if (Error e = checkIntegers("C3", "size", size, 2, 1))
    return e;
  std::optional<int64_t> height = boundedProduct({input[2], factor[0]});
  std::optional<int64_t> width = boundedProduct({input[3], factor[1]});
  if (!height || !width)
    return error("the result must have 1 to 2^40 elements");
  if (Error e = checkRectangle("C3", *height, *width, offset, size))
    return e;
  return checkedResult({input[0], input[1] / (factor[0] * factor[1]), size[0], size[1]});
}

Expected<Shape> fovea::cnn::inferResize(ShapeRef input, ArrayRef<int64_t> size, StringRef mode,
                                        bool alignCorners) {
  if (Error e = checkImage(input))
    return e;
  if (Error e = checkIntegers("C1", "size", size, 2, 1))
    return e;
  if (mode != "bilinear" && mode != "nearest")
    return error("C2: mode must be bilinear or nearest, got '" + mode + "'");
  if (alignCorners && mode != "bilinear")
    return error("C3: align_corners is for bilinear only");
  return checkedResult({input[0], input[1], size[0], size[1]});
}

Expected<Shape> fovea::cnn::inferCrop(ShapeRef input, ArrayRef<int64_t> offset,
                                      ArrayRef<int64_t> size) {
  if (Error e = checkImage(input))
    return e;
  if (Error e = checkIntegers("C1", "offset", offset, 2, 0))
    return e;
  if (Error e = checkIntegers("C1", "size", size, 2, 1))
    return e;
  if (Error e = checkRectangle("C2", input[2], input[3], offset, size))
    return e;
  return Shape{input[0], input[1], size[0], size[1]};
}

Expected<Shape> fovea::cnn::inferPad(ShapeRef input, ArrayRef<int64_t> padding,
                                     ArrayRef<int64_t> channels) {
  if (Error e = checkImage(input))
    return e;
  if (Error e = checkIntegers("C1", "padding", padding, 4, 0))
    return e;
  if (Error e = checkIntegers("C2", "channels", channels, 2, 0))
    return e;
  return checkedResult({input[0], input[1] + channels[0] + channels[1],
                        input[2] + padding[0] + padding[2], input[3] + padding[1] + padding[3]});
}

Expected<Shape> fovea::cnn::inferToTensor(ShapeRef input, StringRef layout) {
  if (Error e = checkImage(input))
    return e;
  if (layout == "nchw")
    return Shape(input);
  if (layout == "nhwc")
    return Shape{input[0], input[3], input[1], input[2]};
  return error("C1: layout must be nchw or nhwc, got '" + layout + "'");
}
