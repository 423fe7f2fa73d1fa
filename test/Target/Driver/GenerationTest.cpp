//===- GenerationTest.cpp - What is generated, and that it is repeatable *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TinyNetwork.h"
#include "fovea/Target/Driver/StagedFiles.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;
using namespace fovea::driver::test;

TEST(Generation, SamePlanSameBytes) {
  plan::Plan plan = tinyPlan();
  EXPECT_EQ(get(emitDriverObject(plan)).bytes, get(emitDriverObject(plan)).bytes);
  EXPECT_EQ(emitHeader(plan), emitHeader(plan));
  EXPECT_EQ(get(packArchive(objectsOf(plan))), get(packArchive(objectsOf(plan))));
  auto first = get(packWeights(plan, packTiny)), second = get(packWeights(plan, packTiny));
  EXPECT_EQ(first->getBuffer(), second->getBuffer());
}

TEST(Generation, WeightsHashIsOfPlaces) {
  plan::Plan plan = tinyPlan(), other = tinyPlan("other");
  EXPECT_EQ(weightsHash(plan), weightsHash(other));
  other.buffers[1].offset = 32;
  EXPECT_NE(weightsHash(plan), weightsHash(other));
}

TEST(Generation, DriverNamesItsCalls) {
  std::string ir = get(emitDriverIR(tinyPlan()));
  EXPECT_NE(ir.find("define internal i32 @tiny_0_scale("), std::string::npos);
  EXPECT_NE(ir.find("define ptr @tiny_network()"), std::string::npos);
}

TEST(Generation, NamesThatCDoesNotAllow) {
  plan::Plan plan = tinyPlan("3d-net");
  plan.inputs[0].name = "3d image";
  plan.inputs.push_back(plan.inputs[0]);
  plan.inputs[1].name = "3D.image";
  EXPECT_EQ(Network(plan).prefix, "n3d_net");
  std::string header = emitHeader(plan);
  EXPECT_NE(header.find("int n3d_net_run(n3d_net_instance *instance, const float *input_3d_image, "
                        "const float *input_3D_image_, float *output_y)"),
            std::string::npos)
      << header;
  for (StringRef macro : {"INPUT_3D_IMAGE_RANK 4", "INPUT_3D_IMAGE__RANK 4", "OUTPUT_Y_RANK 4"})
    EXPECT_NE(header.find("#define N3D_NET_" + macro.str()), std::string::npos) << header;
}

TEST(Generation, NamesOfTheApi) {
  EXPECT_EQ(symbolPrefix("fovea"), "nfovea");
  EXPECT_EQ(symbolPrefix("fovea-shared"), "nfovea_shared");
  EXPECT_EQ(symbolPrefix("foveal"), "foveal");
}

TEST(Generation, TwoMembersOfOneName) {
  EXPECT_EQ(message(packArchive({{"a.o", ""}, {"a.o", ""}}).takeError()),
            "two members of an archive are called 'a.o'");
}

/// The error that a plan gives after `change`.
static std::string errorOf(function_ref<void(plan::Plan &)> change) {
  plan::Plan plan = tinyPlan();
  change(plan);
  return message(emitDriverObject(plan).takeError());
}

TEST(CheckPlan, HostCall) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[0].kind = plan::Call::Kind::Host; }),
            "plan.calls[0] (scale): no host op is known to the driver");
}
TEST(CheckPlan, CopyOfDifferentShapes) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[1].buffers[1] = 4; }),
            "plan.calls[1] (copy): source and destination differ in shape or type");
}
TEST(CheckPlan, CopyOfOneBuffer) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[1].buffers.pop_back(); }),
            "plan.calls[1] (copy): expected a source and a destination");
}
TEST(CheckPlan, ArgumentCount) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[0].buffers.pop_back(); }),
            "plan.calls[0] (scale): expected one buffer per argument of its kernel");
}
TEST(CheckPlan, NoSuchBufferOrKernel) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[0].buffers[0] = 99; }),
            "plan.calls[0] (scale): there is no buffer 99");
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[0].kernel = 99; }),
            "plan.calls[0] (scale): there is no kernel 99");
}
TEST(CheckPlan, Loop) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[4].steps.clear(); }),
            "plan.calls[4] (negate): expected a positive count and one step per argument");
}
TEST(CheckPlan, LoopPastTheEnd) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.calls[4].count = 9; }),
            "plan.calls[4] (negate): its loop leaves the memory of buffer 8 (row)");
}
TEST(CheckPlan, PastTheEnd) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.arenaBytes = 383; }),
            "plan.buffers[4] (big): it reaches past the end of its memory");
}
TEST(CheckPlan, ViewsInACircle) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.buffers[4].parent = 5; }),
            "plan.buffers[4] (big): it has no root");
}
TEST(CheckPlan, ImpossibleNumbers) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.buffers[3].extents[0] = 0; }),
            "plan.buffers[3] (t): extents or strides are impossible");
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.buffers[3].extents[1] = int64_t(1) << 40; }),
            "plan.buffers[3] (t): extents or strides are impossible");
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.buffers[3].offset = INT64_MAX; }),
            "plan.buffers[3] (t): its offset is impossible");
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.scratchBytes = -1; }), "plan: a negative size");
}
TEST(CheckPlan, Ports) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.inputs[0].buffer = 99; }),
            "plan.inputs[0] (x): it has no buffer");
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.inputs[0].buffer = 3; }),
            "plan.buffers[3] (t): it is not the memory of port 'x'");
  for (int64_t extent : {int64_t(0), int64_t(-1), int64_t(1) << 31})
    EXPECT_EQ(errorOf([&](plan::Plan &p) { p.inputs[0].shape[0] = extent; }),
              "plan.buffers[0] (x): its port's shape is impossible");
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.inputs[0].shape.assign(3, INT32_MAX); }),
            "plan.buffers[0] (x): its port's shape is impossible");
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.buffers[0].index = 1; }),
            "plan.buffers[0] (x): there is no such input or output");
}
TEST(CheckPlan, Constants) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.constants[0].buffer = 0; }),
            "plan.constants[0] (w): it has no place");
}
TEST(CheckPlan, Symbols) {
  EXPECT_EQ(errorOf([](plan::Plan &p) { p.kernels[0].symbol = "a b"; }),
            "plan.kernels[0]: 'a b' is no symbol");
}

TEST(PackedWeights, Overlap) {
  plan::Plan plan = tinyPlan();
  plan.buffers[2].offset = 8;
  EXPECT_EQ(message(packWeights(plan, packTiny).takeError()),
            "constant 'b' overlaps another or the weights' end");
}

TEST(PackedWeights, ErrorOfThePacker) {
  auto fail = [](unsigned, unsigned, MutableArrayRef<char>) {
    return createStringError("no value");
  };
  EXPECT_EQ(message(packWeights(tinyPlan(), fail).takeError()), "no value");
}

TEST(PackedWeights, FileIsWhatMemoryIs) {
  plan::Plan plan = tinyPlan();
  plan.buffers[2].offset = 20; // Blocks that straddle constants.
  std::string path = testFolder() + "/w", streamed;
  StagedFiles files;
  EXPECT_EQ(
      message(files.add(
          path, [&](raw_pwrite_stream &os) { return writePackedWeights(plan, packTiny, os); })),
      "");
  EXPECT_EQ(message(files.commit()), "");
  EXPECT_EQ(readFile(path), get(packWeights(plan, packTiny))->getBuffer());
}

/// Names in a folder.
static std::vector<std::string> filesIn(const std::string &folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (sys::fs::directory_iterator i(folder, error), end; i != end && !error; i.increment(error))
    names.push_back(i->path());
  return names;
}

TEST(StagedFiles, NothingWithoutCommit) {
  std::string folder = testFolder();
  {
    StagedFiles files;
    EXPECT_EQ(message(files.add(folder + "/a", "text")), "");
  }
  EXPECT_TRUE(filesIn(folder).empty());
}

TEST(StagedFiles, NothingAfterAnError) {
  std::string folder = testFolder();
  {
    StagedFiles files;
    EXPECT_EQ(message(files.add(folder + "/a", "text")), "");
    EXPECT_EQ(message(files.add(folder + "/b",
                                [](raw_ostream &os) {
                                  os << "half";
                                  return createStringError("stopped");
                                })),
              "stopped");
  }
  EXPECT_TRUE(filesIn(folder).empty());
}

TEST(StagedFiles, PercentSignsAreOrdinary) {
  std::string folder = testFolder() + "/50%";
  ASSERT_FALSE(sys::fs::create_directory(folder));
  StagedFiles files;
  EXPECT_EQ(message(files.add(folder + "/%a%", "text")), "");
  EXPECT_EQ(message(files.commit()), "");
  EXPECT_EQ(readFile(folder + "/%a%"), "text");
}

TEST(StagedFiles, ReplacesWhatIsThere) {
  std::string folder = testFolder();
  writeFile(folder + "/a", "old");
  StagedFiles files;
  EXPECT_EQ(message(files.add(folder + "/a", "new")), "");
  EXPECT_EQ(readFile(folder + "/a"), "old");
  EXPECT_EQ(message(files.commit()), "");
  EXPECT_EQ(readFile(folder + "/a"), "new");
  EXPECT_EQ(filesIn(folder).size(), 1u);
}

TEST(StagedFiles, FollowsLinks) {
  std::string folder = testFolder();
  writeFile(folder + "/a", "old");
  ASSERT_FALSE(sys::fs::create_link(folder + "/a", folder + "/link"));
  StagedFiles files;
  EXPECT_EQ(message(files.add(folder + "/link", "new")), "");
  EXPECT_EQ(message(files.commit()), "");
  EXPECT_EQ(readFile(folder + "/a"), "new");
  EXPECT_TRUE(sys::fs::is_symlink_file(folder + "/link"));
}

TEST(StagedFiles, Unwritable) {
  StagedFiles files;
  EXPECT_EQ(message(files.add("/no/such/folder/a", "")),
            "cannot write /no/such/folder/a: No such file or directory");
  EXPECT_EQ(message(files.add("/tmp", "")), "cannot write /tmp: Is a directory");
}
