//===- ValuesTest.cpp - Reading the values of parameters ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnValues.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

using namespace mlir;
using Values = std::optional<std::vector<double>>;

static Values values(std::vector<double> list) { return list; }

static Values dense(MLIRContext &context, StringRef text) {
  return fovea::cnn::floatValues(cast<ElementsAttr>(parseAttribute(text, &context)));
}

template <typename T> static Values resource(Type element, int64_t count, std::vector<T> bits) {
  AsmResourceBlob blob =
      HeapAsmResourceBlob::allocateAndCopyInferAlign(ArrayRef<T>(bits), /*dataIsMutable=*/false);
  return fovea::cnn::floatValues(DenseResourceElementsAttr::get(
      RankedTensorType::get({count}, element), "values", std::move(blob)));
}

TEST(CnnValues, Dense) {
  MLIRContext context;
  EXPECT_EQ(dense(context, "dense<[1.5, -2.0]> : tensor<2xf32>"), values({1.5, -2}));
  EXPECT_EQ(dense(context, "dense<0.5> : tensor<1x3xf16>"), values({0.5, 0.5, 0.5}));
  EXPECT_EQ(dense(context, "dense<[0.1]> : tensor<1xf64>"), values({0.1}));
  EXPECT_EQ(dense(context, "dense<[3.0]> : tensor<1xbf16>"), values({3}));
  EXPECT_EQ(dense(context, "dense<[3]> : tensor<1xi32>"), std::nullopt);
}

TEST(CnnValues, Resource) {
  MLIRContext context;
  Builder builder(&context);
  EXPECT_EQ(resource<float>(builder.getF32Type(), 2, {1.5, -2}), values({1.5, -2}));
  EXPECT_EQ(resource<double>(builder.getF64Type(), 1, {0.1}), values({0.1}));
  EXPECT_EQ(resource<uint16_t>(builder.getF16Type(), 2, {0x3c00, 0xc000}), values({1, -2}));
  EXPECT_EQ(resource<uint16_t>(builder.getBF16Type(), 1, {0x4040}), values({3}));
  EXPECT_EQ(resource<int32_t>(builder.getI32Type(), 1, {3}), std::nullopt);
}

TEST(CnnValues, BlobOfAnotherSize) {
  MLIRContext context;
  Builder builder(&context);
  EXPECT_EQ(resource<float>(builder.getF32Type(), 3, {1, 2}), std::nullopt);
  EXPECT_EQ(resource<float>(builder.getF32Type(), 1, {1, 2}), std::nullopt);
  // Named but never given.
  EXPECT_EQ(dense(context, "dense_resource<missing> : tensor<2xf32>"), std::nullopt);
}
