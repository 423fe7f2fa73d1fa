//===- CnnShapes.h - Shape inference of the cnn dialect ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The one shape function of each op, on plain integers: the ops' type inference and verification,
// the frontend's builder and the reference interpreter all call it. An error is one line that
// begins with the label of the constraint in the op's description: "C3: groups 3 does not divide 64
// input channels". Where a tensor has the wrong rank there is no label. No argument, however large,
// makes the arithmetic overflow.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_CNN_SHAPES_H
#define FOVEA_CNN_SHAPES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>

namespace fovea::cnn {

using Shape = llvm::SmallVector<int64_t, 4>;
using ShapeRef = llvm::ArrayRef<int64_t>;
/// The shape of an optional operand such as a bias.
using OptionalShape = std::optional<ShapeRef>;

/// The most elements a tensor may have.
constexpr int64_t maxElements = int64_t(1) << 40;
/// The largest stride, padding, dilation or kernel extent.
constexpr int64_t maxWindowValue = (int64_t(1) << 31) - 1;

/// Every extent is positive and there are at most `maxElements` elements.
bool isShapeSupported(ShapeRef shape);

/// "[1, 64, 56, 56]".
std::string shapeToString(ShapeRef shape);

/// [N, C, H, W] and [O, C / groups, kh, kw] to [N, O, OH, OW]. `padding` is top, left, bottom,
/// right.
llvm::Expected<Shape> inferConv(ShapeRef input, ShapeRef weight, OptionalShape bias,
                                llvm::ArrayRef<int64_t> stride, llvm::ArrayRef<int64_t> padding,
                                llvm::ArrayRef<int64_t> dilation, int64_t groups);

/// [N, I, H, W] and [I, O / groups, kh, kw] to [N, O, OH, OW], as PyTorch's ConvTranspose2d;
/// `padding` is top, left, bottom, right.
llvm::Expected<Shape> inferConvTranspose(ShapeRef input, ShapeRef weight, OptionalShape bias,
                                         llvm::ArrayRef<int64_t> stride,
                                         llvm::ArrayRef<int64_t> padding,
                                         llvm::ArrayRef<int64_t> outputPadding,
                                         llvm::ArrayRef<int64_t> dilation, int64_t groups);

/// [I, O / groups, kh, kw] to [O * stride[0] * stride[1], I / groups, th, tw].
llvm::Expected<Shape> inferSubPixelWeight(ShapeRef weight, llvm::ArrayRef<int64_t> stride,
                                          llvm::ArrayRef<int64_t> dilation, int64_t groups);

/// [O] to [O * stride[0] * stride[1]].
llvm::Expected<Shape> inferSubPixelBias(ShapeRef bias, llvm::ArrayRef<int64_t> stride,
                                        int64_t groups);

/// [N, F] and [O, F] to [N, O].
llvm::Expected<Shape> inferLinear(ShapeRef input, ShapeRef weight, OptionalShape bias);

/// [N, C, H, W] to [N, C * kh * kw, OH * OW].
llvm::Expected<Shape> inferIm2Col(ShapeRef input, llvm::ArrayRef<int64_t> kernel,
                                  llvm::ArrayRef<int64_t> stride, llvm::ArrayRef<int64_t> padding,
                                  llvm::ArrayRef<int64_t> dilation);

/// [N, K, P] and [O, I, kh, kw] with I * kh * kw = K to [N, O, OH, OW], where `outputSize` is [OH,
/// OW].
llvm::Expected<Shape> inferMatmul(ShapeRef columns, ShapeRef weight, OptionalShape bias,
                                  llvm::ArrayRef<int64_t> outputSize);

/// The input's shape; the others are [C] for an input [N, C, ...].
llvm::Expected<Shape> inferBatchNorm(ShapeRef input, ShapeRef weight, ShapeRef bias, ShapeRef mean,
                                     ShapeRef var, double eps);

/// The shape [C] that scale and shift have.
llvm::Expected<Shape> inferBatchNormAffine(ShapeRef weight, ShapeRef bias, ShapeRef mean,
                                           ShapeRef var, double eps);

/// The shape of the folded weight, which is the weight's; the folded bias is as long as its first
/// dimension.
llvm::Expected<Shape> inferInputAffine(ShapeRef weight, ShapeRef scale, OptionalShape shift,
                                       OptionalShape bias, int64_t groups);

/// The input's shape; scale and shift are as long as dimension `axis`.
llvm::Expected<Shape> inferChannelAffine(ShapeRef input, ShapeRef scale, OptionalShape shift,
                                         int64_t axis);

/// The shape that both have.
llvm::Expected<Shape> inferAdd(ShapeRef lhs, ShapeRef rhs);

/// The input's shape.
llvm::Expected<Shape> inferSoftmax(ShapeRef input, int64_t axis);

/// [N, C, H, W] to [N, C, OH, OW], as PyTorch's pooling layers; `padding` is top, left, bottom,
/// right.
llvm::Expected<Shape> inferPool(ShapeRef input, llvm::ArrayRef<int64_t> kernel,
                                llvm::ArrayRef<int64_t> stride, llvm::ArrayRef<int64_t> padding,
                                llvm::ArrayRef<int64_t> dilation, bool ceilMode);

/// [N, C, H, W] to [N, C, 1, 1].
llvm::Expected<Shape> inferGlobalPool(ShapeRef input);

llvm::Expected<Shape> inferConcat(llvm::ArrayRef<ShapeRef> inputs, int64_t axis);

/// One shape per size.
llvm::Expected<llvm::SmallVector<Shape>> inferSplit(ShapeRef input, llvm::ArrayRef<int64_t> sizes,
                                                    int64_t axis);

/// The input's shape.
llvm::Expected<Shape> inferChannelShuffle(ShapeRef input, int64_t groups);

/// The input's shape; `offsets` is dy[0], dx[0], dy[1], dx[1], ...
llvm::Expected<Shape> inferSpatialShift(ShapeRef input, llvm::ArrayRef<int64_t> offsets);

/// Dimensions `startDim` to the last become one.
llvm::Expected<Shape> inferFlatten(ShapeRef input, int64_t startDim);

/// [N, C, H, W] to [N, C / factor, size], a part of the image that the sub-pixels make.
llvm::Expected<Shape> inferDepthToSpace(ShapeRef input, llvm::ArrayRef<int64_t> factor,
                                        llvm::ArrayRef<int64_t> offset,
                                        llvm::ArrayRef<int64_t> size, int64_t groups);

/// [N, C, H, W] to [N, C, size].
llvm::Expected<Shape> inferResize(ShapeRef input, llvm::ArrayRef<int64_t> size,
                                  llvm::StringRef mode, bool alignCorners);

/// [N, C, H, W] to [N, C, size].
llvm::Expected<Shape> inferCrop(ShapeRef input, llvm::ArrayRef<int64_t> offset,
                                llvm::ArrayRef<int64_t> size);

/// `padding` is top, left, bottom, right; `channels` is before, after.
llvm::Expected<Shape> inferPad(ShapeRef input, llvm::ArrayRef<int64_t> padding,
                               llvm::ArrayRef<int64_t> channels);

/// [N, C, H, W] of an image in `layout`, "nchw" or "nhwc".
llvm::Expected<Shape> inferToTensor(ShapeRef input, llvm::StringRef layout);

} // namespace fovea::cnn

#endif
