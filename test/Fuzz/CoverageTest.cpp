//===- CoverageTest.cpp - Tests of the coverage table ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Coverage.h"
#include "fovea/Fuzz/Campaign.h"
#include "fovea/Fuzz/Generate.h"
#include "llvm/ADT/STLExtras.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::fuzz;

static std::vector<std::string> namesOf(const Network &network) {
  std::vector<std::string> names;
  for (unsigned index : featuresOf(network))
    names.push_back(allFeatures()[index].name());
  return names;
}

TEST(Coverage, ClassifiesLayers) {
  Network network;
  network.nodes.push_back({"input", {}, {}, {2, 4, 5, 5}});
  Node conv{"conv", {{0, 0}}, {{"channels", int64_t(4)}, {"kernel", int64_t(2)}}};
  conv.attributes["groups"] = int64_t(4);
  conv.attributes["padding"] = std::string("same");
  network.nodes.push_back(conv);
  network.nodes.push_back({"add", {{0, 0}, {1, 0}}});
  network.outputs = {{2, 0}};
  EXPECT_EQ(namesOf(network),
            (std::vector<std::string>{
                "conv: kernel even", "conv: padding", "conv: padding asymmetric",
                "conv: padding same", "conv: depthwise", "conv: batch", "add: conv on the right",
                "add: input", "input: batch", "input: odd size", "input: read twice"}));
}

TEST(Coverage, CountsNetworksAndListsEmptyCells) {
  Coverage coverage({"default", "native"});
  size_t all = coverage.emptyCells().size();
  EXPECT_EQ(all, 2 * allFeatures().size());
  coverage.add({0}, 0);
  coverage.add({0, 1}, 0);
  EXPECT_EQ(coverage.count(0, 0), 2u);
  EXPECT_EQ(coverage.count(0, 1), 0u);
  EXPECT_EQ(coverage.emptyCells().size(), all - 2);
}

/// Whether the table can be full is for the generator to see to: each network runs under two of
/// some fifteen switches with machine code.
TEST(Coverage, EveryClassIsDrawn) {
  std::vector<unsigned> counts(allFeatures().size());
  for (uint64_t seed = 1; seed <= 300; ++seed)
    for (unsigned feature : featuresOf(generate(seed)))
      ++counts[feature];
  for (unsigned feature = 0; feature < counts.size(); ++feature)
    EXPECT_GE(counts[feature], 6u) << allFeatures()[feature].name();
}

/// The networks and switches of the campaign that CI runs, without the checks.
TEST(Coverage, TheCampaignFillsTheTable) {
  std::vector<Switch> switches = allSwitches();
  CampaignOptions options;
  options.count = 300;
  options.isolation.body = [](const std::string &, llvm::ArrayRef<std::vector<int64_t>>,
                              const Switch &,
                              const CheckOptions &) { return std::optional<Finding>(); };
  CampaignResult result = llvm::cantFail(runCampaign(options, switches));
  EXPECT_EQ(result.networks, 300u);
  EXPECT_EQ(result.coverage.emptyCells(), std::vector<std::string>());
}
