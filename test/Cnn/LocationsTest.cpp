//===- LocationsTest.cpp - Layer names and positions of ops ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/MlirLocations.h"

#include "dialects/Cnn/IR/CnnOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OwningOpRef.h"
#include <gtest/gtest.h>

using namespace mlir;

static std::string positions(Location location) {
  std::string text;
  for (const fovea::FilePosition &position : fovea::sourcePositions(location))
    text += (text.empty() ? "" : " ") + position.str();
  return text;
}

TEST(Locations, ChainOfCallSites) {
  MLIRContext context;
  EXPECT_EQ(positions(fovea::layerLocation(&context, "a", {})), "");
  EXPECT_EQ(positions(fovea::layerLocation(&context, "a", {{"n.cnn", 3, 4}})), "n.cnn:3:4");
  EXPECT_EQ(positions(fovea::layerLocation(&context, "a",
                                           {{"b.cnn", 3, 4}, {"n.cnn", 7, 1}, {"n.cnn", 20, 14}})),
            "b.cnn:3:4 n.cnn:7:1 n.cnn:20:14");
}

TEST(Locations, FusedGivesTheFirstThatHasAny) {
  MLIRContext context;
  Location unknown = UnknownLoc::get(&context);
  Location conv = fovea::layerLocation(&context, "conv", {{"n.cnn", 3, 4}, {"n.cnn", 9, 1}});
  Location relu = fovea::layerLocation(&context, "relu", {{"n.cnn", 5, 4}});
  EXPECT_EQ(positions(FusedLoc::get(&context, {conv, relu})), "n.cnn:3:4 n.cnn:9:1");
  EXPECT_EQ(
      positions(FusedLoc::get(&context, {NameLoc::get(StringAttr::get(&context, "a")), relu})),
      "n.cnn:5:4");
  EXPECT_EQ(positions(unknown), "");
}

TEST(Locations, NamesOfOps) {
  MLIRContext context;
  context.loadDialect<fovea::cnn::CnnDialect>();
  OpBuilder builder(&context);
  Location conv = fovea::layerLocation(&context, "conv", {{"n.cnn", 3, 4}});
  OwningOpRef<ModuleOp> module = ModuleOp::create(conv);
  // No attribute: the location's name. A fused location: the first name in it. Neither: empty.
  EXPECT_EQ(fovea::layerName(*module), "conv");
  (*module)->setLoc(FusedLoc::get(&context, {UnknownLoc::get(&context), conv}));
  EXPECT_EQ(fovea::layerName(*module), "conv");
  (*module)->setLoc(UnknownLoc::get(&context));
  EXPECT_EQ(fovea::layerName(*module), "");
  (*module)->setLoc(conv);
  (*module)->setAttr("name", builder.getStringAttr("attribute"));
  EXPECT_EQ(fovea::layerName(*module), "attribute");
}
