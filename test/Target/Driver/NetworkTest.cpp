//===- NetworkTest.cpp - Several plans in one artefact ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TinyNetwork.h"
#include "lib/Target/Driver/runtime/fovea.h"
#include "llvm/Object/ObjectFile.h"
#include <dlfcn.h>

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;
using namespace fovea::driver::test;

/// The tiny network as if it had been compiled for another batch size: its ports say so.
static plan::Plan tinyOfBatch(int64_t batch) {
  plan::Plan plan = tinyPlan();
  plan.inputs[0].shape[0] = batch;
  plan.outputs[0].shape[0] = batch;
  return plan;
}

static plan::Plan tinyWith(std::vector<std::string> features) {
  plan::Plan plan = tinyPlan();
  plan.cpuFeatures = std::move(features);
  return plan;
}

TEST(Network, MostFeaturesFirstWithinABatch) {
  plan::Plan least = tinyWith({"sse2"}), most = tinyWith({"sse2", "avx2"});
  plan::Plan four = tinyOfBatch(4);
  Network network({{&four, "least"}, {&least, "least"}, {&most, "most"}});
  EXPECT_EQ(network.batches(), (std::vector<int64_t>{4, 1}));
  EXPECT_EQ(network.variants[0].plan, &four);
  EXPECT_EQ(network.variants[1].plan, &most);
  EXPECT_EQ(network.variants[2].plan, &least);
  EXPECT_EQ(message(checkNetwork(network)), "");
}

/// What is wrong with the tiny network beside `other`.
static std::string errorBeside(const plan::Plan &other) {
  plan::Plan plan = tinyPlan();
  return message(checkNetwork(Network({{&plan, "here"}, {&other, "there"}})));
}

TEST(Network, VariantsThatAreNone) {
  EXPECT_EQ(errorBeside(tinyPlan()), "two variants are for batch 1 and there");
  EXPECT_EQ(errorBeside(tinyPlan("other")), "variants are of different networks: tiny and other");
  plan::Plan other = tinyOfBatch(2);
  EXPECT_EQ(errorBeside(other), "");
  other.outputs[0].shape[1] = 9;
  EXPECT_EQ(errorBeside(other), "'y' differs in more than its batch between batch 1 and 2");
  other = tinyOfBatch(2);
  other.outputs.clear();
  other.buffers[7].space = other.buffers[8].space = plan::MemorySpace::Arena;
  other.buffers[7].offset = 0;
  other.arenaBytes = 1024;
  EXPECT_EQ(errorBeside(other), "variants differ in the number of inputs or outputs");
  other = tinyOfBatch(2);
  other.triple = "aarch64-unknown-linux-gnu";
  other.target = "arm-64-linux";
  EXPECT_EQ(errorBeside(other), "one artefact cannot hold code for here and there");
  other = tinyOfBatch(2);
  other.arenaBytes = 1;
  EXPECT_NE(errorBeside(other), ""); // Each plan is checked.
}

TEST(Network, EqualConstantsShareTheirPlace) {
  plan::Plan one = tinyPlan(), two = tinyOfBatch(2);
  shareConstants({&one, &two}, {{"w", "b"}, {"w", "other b"}});
  EXPECT_EQ(one.buffers[1].offset, 0);
  EXPECT_EQ(one.buffers[2].offset, 64);
  EXPECT_EQ(two.buffers[1].offset, 0);
  EXPECT_EQ(two.buffers[2].offset, 128);
  EXPECT_EQ(one.weightBytes, 144);
  EXPECT_EQ(two.weightBytes, 144);

  Network network({{&one, "x"}, {&two, "x"}});
  EXPECT_EQ(weightDataBytes(network), 192u);
  EXPECT_NE(weightsHash(network), weightsHash(one));
  std::vector<std::pair<unsigned, unsigned>> packed;
  auto image = get(packWeights(network, [&](unsigned variant, unsigned constant, auto bytes) {
    packed.emplace_back(variant, constant);
    return packTiny(variant, constant, bytes);
  }));
  ASSERT_TRUE(image);
  EXPECT_EQ(packed, (std::vector<std::pair<unsigned, unsigned>>{{0, 0}, {0, 1}, {1, 1}}));
  EXPECT_EQ(message(checkPackedWeights(network, image->getBuffer())), "");
}

TEST(Network, DriverOfSeveralVariants) {
  plan::Plan one = tinyPlan(), two = tinyOfBatch(2);
  std::string ir = get(emitDriverIR(Network({{&one, "x86-64-v3"}, {&two, "x86-64-v3"}})));
  EXPECT_NE(ir.find("@tiny_b1_x86_64_v3_0_scale("), std::string::npos);
  EXPECT_NE(ir.find("@tiny_b2_x86_64_v3_0_scale("), std::string::npos);
  std::string header = emitHeader(Network({{&one, "x86-64-v3"}, {&two, "x86-64-v3"}}));
  EXPECT_NE(header.find("for batch 1 on x86-64-v3, batch 2 on x86-64-v3."), std::string::npos);
  EXPECT_NE(header.find("#define TINY_BATCHES {1, 2}\n"), std::string::npos);
}

TEST(Network, EmbeddedWeightsAreAlignedAndReadOnly) {
  std::string bytes = get(emitWeightsObject(tinyPlan(), "the weights")).bytes;
  auto object = get(object::ObjectFile::createObjectFile(MemoryBufferRef(bytes, "weights")));
  ASSERT_TRUE(object);
  bool found = false;
  for (const object::SectionRef &section : object->sections()) {
    if (cantFail(section.getName()) != ".rodata")
      continue;
    found = true;
    EXPECT_EQ(section.getAlignment().value(), 64u);
    EXPECT_EQ(cantFail(section.getContents()), "the weights");
    EXPECT_FALSE(section.isText() || section.isBSS());
  }
  EXPECT_TRUE(found);
  ASSERT_FALSE(object->symbols().empty());
  EXPECT_EQ(cantFail(object->symbols().begin()->getName()), "fovea_weights_tiny");
}

namespace {

/// A shared library in this process.
class Library {
public:
  explicit Library(const Network &network) {
    std::vector<ObjectFile> members = {get(emitDriverObject(network)), kernelObject(),
                                       runtimeObject()};
    std::string path = testFolder() + "/tiny.so";
    auto linked = get(linkShared(network, get(packArchive(members)), "tiny.so"));
    if (linked)
      writeFile(path, linked->getBuffer());
    handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    EXPECT_TRUE(handle) << dlerror();
  }
  ~Library() { dlclose(handle); }

  template <typename T> T *function(const char *name) {
    void *address = dlsym(handle, name);
    EXPECT_TRUE(address) << name;
    return reinterpret_cast<T *>(address);
  }
  const fovea_network *network() {
    return function<const fovea_network *()>("fovea_shared_network")();
  }

  /// Creates an instance and runs it. Its target and batch size, or what create says.
  std::string tryBatch(int batch, StringRef weights) {
    char text[300] = "";
    fovea_options options = fovea_default_options();
    options.batch = batch;
    options.weights = weights.data();
    options.weights_bytes = weights.size();
    options.message = text;
    options.message_bytes = sizeof text;
    fovea_instance *instance;
    if (function<decltype(fovea_create)>("fovea_create")(network(), &options, &instance))
      return text;
    alignas(64) float x[32] = {1}, y[64] = {};
    const void *inputs[] = {x};
    void *outputs[] = {y};
    EXPECT_EQ(function<decltype(fovea_run)>("fovea_run")(instance, inputs, outputs), 0);
    EXPECT_EQ(std::vector<float>(y, y + 64), expectedTiny(x));
    std::string target = function<decltype(fovea_target_of)>("fovea_target_of")(instance);
    int size = function<decltype(fovea_batch_of)>("fovea_batch_of")(instance);
    function<decltype(fovea_destroy)>("fovea_destroy")(instance);
    return target + " " + std::to_string(size);
  }

private:
  void *handle = nullptr;
};

} // namespace

TEST(Dispatch, BestThatTheCpuHasOfTheBatchAskedFor) {
  plan::Plan little = tinyWith({"sse2"}), none = tinyWith({"sse2", "avx9000"});
  plan::Plan four = tinyOfBatch(4), fourNone = four;
  fourNone.cpuFeatures = {"sse2", "avx9000"};
  Network network({{&little, "little"}, {&none, "much"}, {&four, "little"}, {&fourNone, "much"}});
  Library library(network);
  auto weights = get(packWeights(network, packTiny));
  ASSERT_TRUE(weights);
  EXPECT_EQ(library.tryBatch(0, weights->getBuffer()), "little 1");
  EXPECT_EQ(library.tryBatch(1, weights->getBuffer()), "little 1");
  EXPECT_EQ(library.tryBatch(4, weights->getBuffer()), "little 4");
  EXPECT_EQ(library.tryBatch(2, weights->getBuffer()),
            "tiny was not compiled for batch size 2; there is 1, 4");
  EXPECT_EQ(library.tryBatch(-1, weights->getBuffer()),
            "tiny was not compiled for batch size -1; there is 1, 4");
  auto size = library.function<decltype(fovea_batch_size)>("fovea_batch_size");
  EXPECT_EQ(size(library.network(), 0), 1);
  EXPECT_EQ(size(library.network(), 1), 4);
  EXPECT_EQ(size(library.network(), 2), 0);
  auto input = library.function<decltype(fovea_input)>("fovea_input");
  EXPECT_EQ(input(library.network(), 0, 0)->shape[0], 1);
  EXPECT_EQ(input(library.network(), 4, 0)->shape[0], 4);
  EXPECT_EQ(input(library.network(), 3, 0), nullptr);
}

TEST(Dispatch, NothingForThisCpu) {
  plan::Plan little = tinyWith({"sse2", "avx9000"}), much = tinyWith({"avx9000", "sse2", "avx"});
  Network network({{&little, "little"}, {&much, "much"}});
  Library library(network);
  auto weights = get(packWeights(network, packTiny));
  ASSERT_TRUE(weights);
  EXPECT_EQ(library.tryBatch(0, weights->getBuffer()),
            "this CPU lacks avx9000, which tiny was compiled for at the least, in little");
}

TEST(Dispatch, GreatestAlignmentOfABatch) {
  plan::Plan loose = tinyWith({"sse2"}), strict = tinyWith({});
  strict.kernels[0].arguments[0].alignment = 64;
  Network network({{&loose, "loose"}, {&strict, "strict"}});
  EXPECT_EQ(portAlignments(network, 1), (std::vector<uint64_t>{64, 4}));
}

TEST(Shared, NothingIsLeftOpen) {
  plan::Plan plan = tinyPlan();
  std::vector<ObjectFile> members = {get(emitDriverObject(plan)), runtimeObject()};
  EXPECT_EQ(
      message(linkShared(plan, get(packArchive(members)), "tiny.so").takeError()).substr(0, 23),
      "no member defines 'test");
}

TEST(Shared, SameMembersSameBytes) {
  plan::Plan plan = tinyPlan();
  std::vector<ObjectFile> members = objectsOf(plan);
  members.push_back(runtimeObject());
  std::string archive = get(packArchive(members));
  auto first = get(linkShared(plan, archive, "tiny.so"));
  auto second = get(linkShared(plan, archive, "tiny.so"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->getBuffer(), second->getBuffer());
}
