//===- GenerateTest.cpp - Tests of random networks ------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Generate.h"
#include "fovea/Frontend/Evaluator.h"
#include "fovea/Frontend/Layers.h"
#include "fovea/Fuzz/Coverage.h"
#include "fovea/Import/CnnBuilder.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <gtest/gtest.h>
#include <set>

using namespace fovea;
using namespace fovea::fuzz;

TEST(Generate, IsDecidedByTheSeed) {
  std::set<std::string> texts;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    std::string text = toText(generate(seed));
    EXPECT_EQ(text, toText(generate(seed)));
    EXPECT_TRUE(texts.insert(text).second) << text;
  }
}

/// The same on every machine: if this changes, seeds in reports mean other networks.
TEST(Generate, HasNetworksThatStay) {
  EXPECT_EQ(toText(generate(29)), "network random {\n"
                                  "  input in0: f32[1, 3, 8, 5]\n"
                                  "  v1 = in0 -> resize(7)\n"
                                  "  v2 = v1 -> conv(16, kernel = 1)\n"
                                  "  v3 = v2 -> n3: sigmoid\n"
                                  "  v4 = v3 -> max_pool(2)\n"
                                  "  output out0 = v4\n"
                                  "  output out1 = v3\n"
                                  "}\n");
}

TEST(Generate, KnowsEveryLayer) {
  std::vector<std::string> known = generatedLayers();
  std::set<std::string> classified, drawn;
  for (const Feature &feature : allFeatures())
    classified.insert(feature.layer.str());
  for (uint64_t seed = 0; seed < 300; ++seed)
    for (const Node &node : generate(seed).nodes)
      drawn.insert(node.layer);
  for (const LayerKind &kind : allLayerKinds()) {
    EXPECT_TRUE(llvm::is_contained(known, kind.name))
        << kind.name.str() << " needs an entry in LayerMoves.cpp and a rule in Shapes.cpp";
    EXPECT_TRUE(classified.count(kind.name.str()))
        << kind.name.str() << " needs a row in Features.cpp";
    EXPECT_TRUE(drawn.count(kind.name.str())) << kind.name.str() << " is never drawn";
  }
}

/// The rows that a node's network would lose or gain without an attribute, or false if it cannot be
/// without.
static bool matters(Network network, unsigned node, llvm::StringRef attribute) {
  std::vector<unsigned> before = featuresOf(network);
  network.nodes[node].attributes.erase(attribute.str());
  return inferShapes(network) && featuresOf(network) != before;
}

/// An attribute that may be left out has a row that tells networks with it from those without, and
/// is drawn. Those that are required are in every network that has the layer.
TEST(Generate, KnowsEveryAttribute) {
  std::set<std::pair<std::string, std::string>> covered;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Network network = generate(seed);
    for (unsigned i = 0; i < network.nodes.size(); ++i)
      for (const auto &[name, value] : network.nodes[i].attributes) {
        std::pair key(network.nodes[i].layer, name);
        if (!covered.count(key) && matters(network, i, name))
          covered.insert(key);
      }
  }
  for (const LayerKind &kind : allLayerKinds())
    for (const LayerAttribute &attribute : kind.attributes)
      EXPECT_TRUE(attribute.isRequired() || covered.count({kind.name.str(), attribute.name.str()}))
          << kind.name.str() << ": " << attribute.name.str()
          << " needs a row in Features.cpp, or is never drawn";
}

/// Compiles the text up to the cnn dialect. What was reported, and the shapes of the outputs.
static std::string import(const std::string &text, std::vector<Shape> &outputs) {
  llvm::SmallString<128> path;
  int descriptor;
  if (llvm::sys::fs::createTemporaryFile("random", "cnn", descriptor, path))
    return "no temporary file";
  llvm::FileRemover remover(path);
  llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << text;
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Program program = parseProgram(sources, path, {}, diagnostics);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  CnnBuilder builder(&context);
  std::string report;
  llvm::raw_string_ostream os(report);
  if (!diagnostics.hasErrors() && evaluate(program, {}, sources, builder, diagnostics)) {
    mlir::OwningOpRef<mlir::ModuleOp> module = builder.finish();
    for (auto function : module->getOps<mlir::func::FuncOp>())
      for (mlir::Type type : function.getResultTypes())
        outputs.push_back(mlir::cast<mlir::ShapedType>(type).getShape().vec());
  }
  diagnostics.print(os, /*colours=*/false);
  return report;
}

/// The compiler takes every network without a warning and agrees on its shapes.
TEST(Generate, MakesLegalNetworks) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Network network = generate(seed);
    auto shapes = inferShapes(network);
    ASSERT_TRUE(shapes);
    std::vector<Shape> expected, outputs;
    for (const Value &value : network.outputs)
      expected.push_back((*shapes)[value.node][value.result]);
    std::string text = toText(network);
    EXPECT_EQ(import(text, outputs), "") << "seed " << seed << ":\n" << text;
    EXPECT_EQ(outputs, expected) << "seed " << seed << ":\n" << text;
  }
}

TEST(Generate, MakesSmallNetworks) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    unsigned layers = generate(seed).layerCount();
    EXPECT_LE(layers, 20u);
  }
}
