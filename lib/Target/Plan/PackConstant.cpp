//===- PackConstant.cpp - Weights in the order of their kernels -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Target/Plan/BuildPlan.h"
#include "llvm/Support/Error.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::sched;

/// Calls `visit` with every index below `extents`, the last dimension fastest.
static void forEachIndex(ArrayRef<int64_t> extents,
                         llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> index(extents.size(), 0);
  int64_t count = 1;
  for (int64_t extent : extents)
    count *= extent;
  for (int64_t step = 0; step < count; ++step) {
    visit(index);
    for (int64_t d = extents.size() - 1; d >= 0 && ++index[d] == extents[d]; --d)
      index[d] = 0;
  }
}

namespace {
/// Copies elements of a row-major source to their places in the packed form; the packed extents are
/// those of `sched.pack`.
struct Packer {
  PackOp pack;
  ArrayRef<int64_t> shape;  ///< Of the source.
  ArrayRef<int64_t> packed; ///< Of the result.
  ArrayRef<float> from;
  MutableArrayRef<float> to;

  int64_t at(ArrayRef<int64_t> index) const {
    int64_t offset = 0;
    for (auto [extent, i] : llvm::zip(packed, index))
      offset = offset * extent + i;
    return offset;
  }

  void plain() { llvm::copy(from, to.begin()); }

  void vector() { llvm::copy(from, to.begin()); }

  void depthwise() {
    int64_t block = pack.getOutBlock(), element = 0;
    forEachIndex({shape[0], shape[2], shape[3]}, [&](ArrayRef<int64_t> i) {
      to[at({i[0] / block, i[1], i[2], i[0] % block})] = from[element++];
    });
  }

  /// The source seen as [O, I, h, w]. Each step writes one vector, of a block of output channels.
  void matrix(ArrayRef<int64_t> extents) {
    int64_t out = pack.getOutBlock(), in = pack.getInBlock();
    int64_t outputs = extents[0], inputs = extents[1], area = extents[2] * extents[3];
    int64_t row = inputs * area, packedRow = packed[1] * area * in;
    std::optional<ArrayRef<int64_t>> order = pack.getInputPermutation();
    for (int64_t o = 0; o < outputs; o += out) {
      int64_t lanes = std::min(out, outputs - o);
      for (int64_t i = 0; i < inputs; ++i) {
        int64_t channel = order ? (*order)[i] : i;
        const float *source = from.data() + o * row + i * area;
        float *target = to.data() + o * packedRow;
        target += (channel / in * area * in + channel % in) * out;
        for (int64_t pixel = 0; pixel < area; ++pixel, ++source, target += in * out)
          for (int64_t lane = 0; lane < lanes; ++lane)
            target[lane] = source[lane * row];
      }
    }
  }

  void run() {
    switch (pack.getKind()) {
    case PackingKind::plain:
      return plain();
    case PackingKind::vector:
      return vector();
    case PackingKind::depthwise:
      return depthwise();
    case PackingKind::conv:
      return matrix(shape);
    case PackingKind::linear: {
      ArrayRef<int64_t> image = *pack.getInputShape();
      return matrix({shape[0], image[0], image[1], image[2]});
    }
    }
  }
};
} // namespace

/// A table of integers stays as it is.
static void packIntegers(DenseElementsAttr table, MutableArrayRef<char> bytes) {
  for (auto [index, value] : llvm::enumerate(table.getValues<int32_t>()))
    std::memcpy(bytes.data() + index * sizeof(value), &value, sizeof(value));
}

static FailureOr<Tensor> valuesOf(Value source, ConstantValues values) {
  auto literal = source.getDefiningOp<LiteralOp>();
  if (!literal)
    return values(source);
  auto data = cast<DenseElementsAttr>(literal.getValue());
  auto range = data.getValues<float>();
  return Tensor::fromFloats(data.getType().getShape(), {range.begin(), range.end()});
}

llvm::Error fovea::packConstant(Operation *op, ConstantValues values, MutableArrayRef<char> bytes) {
  auto pack = cast<PackOp>(op);
  auto type = cast<ShapedType>(pack.getSource().getType());
  if (type.getElementType().isInteger(32)) {
    auto literal = pack.getSource().getDefiningOp<LiteralOp>();
    if (!literal)
      return llvm::createStringError("expected a table of integers to be a literal");
    packIntegers(cast<DenseElementsAttr>(literal.getValue()), bytes);
    return llvm::Error::success();
  }
  FailureOr<Tensor> source = valuesOf(pack.getSource(), values);
  if (failed(source))
    return llvm::createStringError("the values of a weight of '" +
                                   llvm::Twine(op->getName().getStringRef()) + "' are missing");
  Tensor tensor = source->toF32();
  auto *floats = reinterpret_cast<float *>(bytes.data());
  Packer{pack,
         type.getShape(),
         cast<ShapedType>(pack.getResult().getType()).getShape(),
         tensor.floats(),
         {floats, bytes.size() / sizeof(float)}}
      .run();
  return llvm::Error::success();
}
