//===- CompilerTest.cpp - The way from text to machine code ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Compiler.h"
#include "fovea/Driver/Artefact.h"
#include "fovea/Driver/FmaPeak.h"
#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Driver/Table.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>

using namespace fovea;

namespace {
/// A compiler of LeNet-5 with random weights, and what it says.
struct Fixture {
  explicit Fixture(llvm::function_ref<void(CompilerOptions &)> change = nullptr) {
    CompilerOptions options;
    options.input = FOVEA_LENET5;
    options.weights = "random";
    options.worker = FOVEA_PROGRAM;
    if (change)
      change(options);
    compiler = std::make_unique<Compiler>(options, stream);
  }
  bool said(llvm::StringRef text) { return llvm::StringRef(errors).contains(text); }

  std::string errors;
  llvm::raw_string_ostream stream{errors};
  std::unique_ptr<Compiler> compiler;
};

/// A folder that goes with the test.
struct Folder {
  Folder() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("fovea-compiler-test", path)); }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code error;
    for (llvm::sys::fs::recursive_directory_iterator i(path, error), end; i != end && !error;
         i.increment(error))
      if (llvm::sys::fs::is_regular_file(i->path()))
        names.push_back(i->path());
    return names;
  }
  llvm::SmallString<128> path;
};
} // namespace

TEST(Compiler, PhasesInOrder) {
  Fixture fixture;
  Compiler &compiler = *fixture.compiler;
  for (Phase phase : {Phase::Ast, Phase::Cnn, Phase::CnnOpt, Phase::Sched, Phase::Plan}) {
    ASSERT_TRUE(compiler.reach(phase)) << fixture.errors;
    EXPECT_EQ(compiler.phase(), phase);
    EXPECT_TRUE(compiler.reach(Phase::Ast));
    if (phase != Phase::Ast && phase != Phase::Sched) {
      EXPECT_EQ(compiler.inputs()[0].name, "image");
      EXPECT_EQ(compiler.outputs()[0].shape, (std::vector<int64_t>{1, 10}));
    }
  }
  EXPECT_EQ(fixture.errors, "");
}

TEST(Compiler, AFailureStays) {
  Fixture fixture([](CompilerOptions &options) { options.target = "z80"; });
  EXPECT_FALSE(fixture.compiler->reach(Phase::Cnn));
  EXPECT_FALSE(fixture.compiler->reach(Phase::Ast));
  EXPECT_EQ(llvm::StringRef(fixture.errors).count("unknown target"), 1u);
}

TEST(Compiler, WorkerThatIsNotThere) {
  Fixture fixture([](CompilerOptions &options) { options.worker = "/no/such/program"; });
  EXPECT_FALSE(fixture.compiler->reach(Phase::Object));
  EXPECT_TRUE(fixture.said("/no/such/program")) << fixture.errors;
}

TEST(Compiler, WorkerThatDiesIsAnErrorAtTheLayer) {
  Fixture fixture([](CompilerOptions &options) { options.worker = "/bin/false"; });
  EXPECT_FALSE(fixture.compiler->reach(Phase::Object));
  EXPECT_TRUE(fixture.said("lenet5.cnn:5:16: error: ")) << fixture.errors;
  EXPECT_TRUE(fixture.said("'conv1")) << fixture.errors;
}

TEST(Compiler, CorruptCacheEntriesAreCompiledAgain) {
  Folder cache;
  auto use = [&](CompilerOptions &options) { options.cacheFolder = cache.path.str().str(); };
  Fixture first(use);
  ASSERT_TRUE(first.compiler->reach(Phase::Object)) << first.errors;
  unsigned kernels = first.compiler->statistics().compiled;
  EXPECT_GT(kernels, 0u);
  for (const std::string &file : cache.files()) {
    std::error_code error;
    llvm::raw_fd_ostream(file, error) << "garbage";
  }
  Fixture second(use);
  ASSERT_TRUE(second.compiler->reach(Phase::Object)) << second.errors;
  EXPECT_EQ(second.compiler->statistics().corrupt, kernels);
  EXPECT_EQ(second.compiler->statistics().compiled, kernels);
  Fixture third(use);
  ASSERT_TRUE(third.compiler->reach(Phase::Object)) << third.errors;
  EXPECT_EQ(third.compiler->statistics().cached, kernels);
  EXPECT_EQ(third.compiler->statistics().compiled, 0u);
  for (auto [a, b] : llvm::zip(first.compiler->objects(), third.compiler->objects()))
    EXPECT_EQ(a.bytes, b.bytes);
}

TEST(Compiler, VariantsShareTheirTimes) {
  Fixture first([](CompilerOptions &options) { options.target = "x86-64-v3"; });
  Fixture second([](CompilerOptions &options) { options.target = "x86-64-v2"; });
  ASSERT_TRUE(Artefact::make({first.compiler.get(), second.compiler.get()})) << first.errors;
  EXPECT_EQ(first.compiler->times().size(), 6u);
  EXPECT_EQ(first.compiler->times().data(), second.compiler->times().data());
}

TEST(Compiler, NothingIsWrittenWithoutWeights) {
  Fixture fixture([](CompilerOptions &options) { options.weights = ""; });
  EXPECT_FALSE(Artefact::make({fixture.compiler.get()}));
  EXPECT_TRUE(fixture.said("needs weights for 10 parameters"));
}

TEST(NativeNetwork, ThreadsDoNotChangeTheResult) {
  std::vector<float> results[2];
  for (int threads : {1, 3}) {
    Fixture fixture;
    auto native = NativeNetwork::load(*fixture.compiler, threads);
    ASSERT_TRUE(native) << fixture.errors;
    Tensor image = Tensor::fromFloats({1, 1, 32, 32}, std::vector<float>(1024, 0.5f));
    auto outputs = native->run({image});
    ASSERT_TRUE(bool(outputs));
    results[threads == 1] = (*outputs)[0].floats().vec();
  }
  EXPECT_EQ(results[0], results[1]);
}

TEST(NativeNetwork, BatchSizesAgainstTheReference) {
  for (int64_t batch : {2, 5}) {
    Fixture fixture([&](CompilerOptions &options) {
      options.batch = batch;
      options.keepReference = true;
    });
    auto native = NativeNetwork::load(*fixture.compiler, 2);
    ASSERT_TRUE(native) << fixture.errors;
    std::vector<NetworkPort> inputs = fixture.compiler->inputs();
    EXPECT_EQ(inputs[0].shape, (std::vector<int64_t>{batch, 1, 32, 32}));
    auto images = randomInputs(inputs, 0);
    ASSERT_TRUE(bool(images));
    auto expected = fixture.compiler->runReference(*images);
    auto outputs = native->run(*images);
    ASSERT_TRUE(expected && outputs);
    ASSERT_EQ((*outputs)[0].shape(), (*expected)[0].shape());
    for (auto [got, right] : llvm::zip((*outputs)[0].floats(), (*expected)[0].floats()))
      EXPECT_NEAR(got, right, 1e-5);
  }
}

TEST(Table, Columns) {
  Table table({"name", "n"}, {Align::Left, Align::Right});
  table.add({"größe", groupDigits(1234567)});
  table.addRule();
  table.add({"b", groupDigits(-999)});
  std::string text;
  llvm::raw_string_ostream os(text);
  table.print(os);
  EXPECT_EQ(text, "name           n\n-----  ---------\ngröße  1,234,567\n-----  ---------\n"
                  "b           -999\n");
}

TEST(Table, Digits) {
  EXPECT_EQ(groupDigits(0), "0");
  EXPECT_EQ(groupDigits(1000), "1,000");
  EXPECT_EQ(groupDigits(-123456), "-123,456");
  EXPECT_EQ(groupDigits(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(FmaPeak, WidthsThatAreNotThere) {
  EXPECT_EQ(measureFmaPeak(1024, 1, 1), 0);
  EXPECT_GE(measureFmaPeak(256, 2, 1), 0);
}
