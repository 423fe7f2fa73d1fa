//===- Kernels.h - One function per op of the cnn dialect -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Operands are f32 in the op's order, of the shapes of a verified op; optional operands that are
// absent are absent here. The results have the shapes of the op's result types.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_REFERENCE_KERNELS_H
#define FOVEA_LIB_REFERENCE_KERNELS_H

#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Support/Tensor.h"

namespace fovea::reference {

using Tensors = llvm::SmallVector<Tensor>;
using Operands = llvm::ArrayRef<Tensor>;

// Conv.cpp
Tensors evaluate(cnn::ConvOp op, Operands operands);
Tensors evaluate(cnn::ConvTransposeOp op, Operands operands);
Tensors evaluate(cnn::SubPixelWeightOp op, Operands operands);
Tensors evaluate(cnn::SubPixelBiasOp op, Operands operands);
Tensors evaluate(cnn::LinearOp op, Operands operands);
Tensors evaluate(cnn::Im2ColOp op, Operands operands);
Tensors evaluate(cnn::MatmulOp op, Operands operands);

// Elementwise.cpp
Tensors evaluate(cnn::ReluOp op, Operands operands);
Tensors evaluate(cnn::Relu6Op op, Operands operands);
Tensors evaluate(cnn::TanhOp op, Operands operands);
Tensors evaluate(cnn::SigmoidOp op, Operands operands);
Tensors evaluate(cnn::GeluOp op, Operands operands);
Tensors evaluate(cnn::AddOp op, Operands operands);
Tensors evaluate(cnn::DropoutOp op, Operands operands);

// Normalise.cpp
Tensors evaluate(cnn::BatchNormOp op, Operands operands);
Tensors evaluate(cnn::BatchNormAffineOp op, Operands operands);
Tensors evaluate(cnn::InputAffineOp op, Operands operands);
Tensors evaluate(cnn::ChannelAffineOp op, Operands operands);
Tensors evaluate(cnn::SoftmaxOp op, Operands operands);

// Pool.cpp
Tensors evaluate(cnn::MaxPoolOp op, Operands operands);
Tensors evaluate(cnn::AvgPoolOp op, Operands operands);
Tensors evaluate(cnn::GlobalAvgPoolOp op, Operands operands);
Tensors evaluate(cnn::GlobalMaxPoolOp op, Operands operands);

// Move.cpp
Tensors evaluate(cnn::ConcatOp op, Operands operands);
Tensors evaluate(cnn::SplitOp op, Operands operands);
Tensors evaluate(cnn::ChannelShuffleOp op, Operands operands);
Tensors evaluate(cnn::SpatialShiftOp op, Operands operands);
Tensors evaluate(cnn::FlattenOp op, Operands operands);

// Resize.cpp
Tensors evaluate(cnn::ResizeOp op, Operands operands);
Tensors evaluate(cnn::CropOp op, Operands operands);
Tensors evaluate(cnn::PadOp op, Operands operands);
Tensors evaluate(cnn::DepthToSpaceOp op, Operands operands);
Tensors evaluate(cnn::ToTensorOp op, Operands operands);

/// The shape of the op's n-th result.
inline llvm::ArrayRef<int64_t> resultShape(mlir::Operation *op, unsigned n = 0) {
  return llvm::cast<mlir::ShapedType>(op->getResult(n).getType()).getShape();
}

/// The one result of `op`, from its values in row-major order.
inline Tensors result(mlir::Operation *op, std::vector<float> values) {
  return {Tensor::fromFloats(resultShape(op), std::move(values))};
}

/// [N, C, H, W] as it is read by a formula.
struct Image {
  explicit Image(const Tensor &tensor)
      : data(tensor.floats().data()), batch(tensor.shape()[0]), channels(tensor.shape()[1]),
        height(tensor.shape()[2]), width(tensor.shape()[3]) {}

  bool contains(int64_t y, int64_t x) const { return y >= 0 && y < height && x >= 0 && x < width; }
  float at(int64_t n, int64_t c, int64_t y, int64_t x) const {
    return data[((n * channels + c) * height + y) * width + x];
  }
  float atOrZero(int64_t n, int64_t c, int64_t y, int64_t x) const {
    return contains(y, x) ? at(n, c, y, x) : 0.0f;
  }

  const float *data;
  int64_t batch, channels, height, width;
};

/// A tensor seen as [outer, size, inner] around one of its axes.
struct AxisView {
  AxisView(llvm::ArrayRef<int64_t> shape, int64_t axis) : size(shape[axis]) {
    for (int64_t extent : shape.take_front(axis))
      outer *= extent;
    for (int64_t extent : shape.drop_front(axis + 1))
      inner *= extent;
  }
  int64_t index(int64_t o, int64_t i, int64_t rest) const { return (o * size + i) * inner + rest; }

  int64_t outer = 1, size, inner = 1;
};

} // namespace fovea::reference

#endif
