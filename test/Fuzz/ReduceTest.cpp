//===- ReduceTest.cpp - Tests of the reducer ------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Reduce.h"
#include "fovea/Fuzz/Generate.h"
#include "llvm/ADT/STLExtras.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::fuzz;

static bool hasGroupsAndConcat(const Network &network) {
  auto hasGroups = [](const Node &node) {
    return node.layer == "conv" && node.integer("groups", 1) > 1;
  };
  auto isConcat = [](const Node &node) { return node.layer == "concat"; };
  return llvm::any_of(network.nodes, hasGroups) && llvm::any_of(network.nodes, isConcat);
}

TEST(Reduce, FindsTheSmallestNetworkOfAPlantedFailure) {
  unsigned found = 0, smallest = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Network network = generate(seed);
    if (!hasGroupsAndConcat(network))
      continue;
    ++found;
    Network reduced = reduce(network, hasGroupsAndConcat, 5000);
    EXPECT_TRUE(hasGroupsAndConcat(reduced));
    ASSERT_TRUE(inferShapes(reduced));
    EXPECT_LE(reduced.layerCount(), 3u) << toText(network) << toText(reduced);
    smallest += reduced.layerCount() == 2;
    for (const Node &node : reduced.nodes) {
      EXPECT_FALSE(node.labelled);
      EXPECT_LE(node.attributes.size(), 3u) << toText(reduced);
    }
  }
  EXPECT_GE(found, 5u);
  // A step at a time does not always reach it: a split may have to go with its channels.
  EXPECT_GE(10 * smallest, 9 * found);
}

TEST(Reduce, MakesExtentsSmall) {
  Network network;
  network.nodes.push_back({"input", {}, {}, {2, 16, 17, 13}});
  network.nodes.push_back({"conv", {{0, 0}}, {{"channels", int64_t(24)}, {"kernel", int64_t(5)}}});
  network.nodes.push_back({"relu", {{1, 0}}});
  network.outputs = {{2, 0}, {1, 0}};
  Network reduced = reduce(network, [](const Network &candidate) {
    return llvm::any_of(candidate.nodes,
                        [](const Node &node) { return node.integer("kernel", 0) >= 2; });
  });
  EXPECT_EQ(toText(reduced), "network random {\n"
                             "  input in0: f32[1, 1, 2, 2]\n"
                             "  v1 = in0 -> conv(1, kernel = 2)\n"
                             "  output out0 = v1\n"
                             "}\n");
}

/// A failure that needs no layer at all, and one that needs all probes.
TEST(Reduce, StopsAtTheBound) {
  Network network = generate(3);
  Network reduced = reduce(network, [](const Network &) { return true; });
  EXPECT_EQ(reduced.layerCount(), 0u);
  unsigned asked = 0;
  reduce(network, [&](const Network &) { return ++asked, false; }, 5);
  EXPECT_LE(asked, 5u);
}

TEST(Reduce, KeepsSharedWeightsTogether) {
  Network network;
  network.nodes.push_back({"input", {}, {}, {1, 8, 5, 5}});
  Node conv{"conv", {{0, 0}}, {{"channels", int64_t(8)}, {"kernel", int64_t(1)}}};
  network.nodes.push_back(conv);
  conv.operands = {{1, 0}};
  conv.sharedWith = 1;
  network.nodes.push_back(conv);
  network.outputs = {{2, 0}};
  Network reduced = reduce(network, [](const Network &candidate) {
    return llvm::any_of(candidate.nodes, [](const Node &node) { return node.sharedWith; });
  });
  EXPECT_EQ(toText(reduced), "network random {\n"
                             "  input in0: f32[1, 1, 1, 1]\n"
                             "  layer shared1 = conv(1, kernel = 1)\n"
                             "  v1 = in0 -> shared1\n"
                             "  v2 = v1 -> shared1\n"
                             "  output out0 = v2\n"
                             "}\n");
}
