//===- ArtefactTest.cpp - Archives in C and C++ programs --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TinyNetwork.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;
using namespace fovea::driver::test;

/// What the archive holds: driver, kernels, run-time library, and the weights where the network
/// embeds them.
static std::vector<ObjectFile> membersOf(const Network &network) {
  std::vector<ObjectFile> objects = {get(emitDriverObject(network)), kernelObject(),
                                     runtimeObject()};
  if (network.embedsWeights)
    objects.push_back(
        get(emitWeightsObject(network, get(packWeights(network, packTiny))->getBuffer())));
  return objects;
}

/// Writes NAME.a, NAME.h and NAME.weights.
static void writeArtefact(const std::string &folder, const Network &network) {
  std::string prefix = folder + "/" + network.prefix;
  writeFile(prefix + ".a", get(packArchive(membersOf(network))));
  writeFile(prefix + ".h", emitHeader(network));
  writeFile(prefix + ".weights", get(packWeights(network, packTiny))->getBuffer());
}

TEST(Artefact, TwoThreadsTwoInstancesNoAllocation) {
  std::string folder = testFolder();
  writeArtefact(folder, tinyPlan());
  ASSERT_EQ(
      runCommand({FOVEA_TEST_CC, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                  "-pedantic", "-Wl,--wrap=mmap", "-I" + folder, FOVEA_TEST_INPUTS "/two_threads.c",
                  folder + "/tiny.a", "-lpthread", "-lm", "-o", folder + "/program"}),
      0);
  EXPECT_EQ(runCommand({folder + "/program", folder + "/tiny.weights"}), 0);
}

TEST(Artefact, TwoNetworksInOneProgram) {
  std::string folder = testFolder();
  writeArtefact(folder, tinyPlan("tiny"));
  writeArtefact(folder, tinyPlan("other"));
  ASSERT_EQ(runCommand({FOVEA_TEST_CXX, "-Wall", "-Wextra", "-Werror", "-I" + folder,
                        FOVEA_TEST_INPUTS "/two_networks.cpp", folder + "/tiny.a",
                        folder + "/other.a", "-lpthread", "-lm", "-o", folder + "/program"}),
            0);
  EXPECT_EQ(runCommand({folder + "/program", folder + "/tiny.weights", folder + "/other.weights"}),
            0);
}

TEST(Artefact, NeedsTheCLibraryAlone) {
  std::string folder = testFolder();
  writeArtefact(folder, tinyPlan());
  EXPECT_EQ(runCommand({FOVEA_TEST_CC, "-shared", "-nostdlib", "-Wl,-z,defs", "-o",
                        folder + "/all.so", "-Wl,--whole-archive", folder + "/tiny.a",
                        "-Wl,--no-whole-archive", "-lc", "-lm", "-lpthread"}),
            0);
}

TEST(Artefact, TheWholeApi) {
  std::string folder = testFolder();
  plan::Plan plan = tinyPlan();
  Network network = plan;
  network.embedsWeights = true;
  writeArtefact(folder, network);
  ASSERT_EQ(runCommand({FOVEA_TEST_CC, "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic",
                        "-Wl,--wrap=mmap", "-I" + folder, FOVEA_TEST_INPUTS "/api.c",
                        folder + "/tiny.a", "-lpthread", "-o", folder + "/program"}),
            0);
  EXPECT_EQ(runCommand({folder + "/program", folder + "/tiny.weights"}), 0);
}

TEST(Artefact, HeaderIsC99AndCxx11) {
  std::string folder = testFolder();
  plan::Plan plan = tinyPlan();
  writeFile(folder + "/tiny.h", emitHeader(plan));
  writeFile(folder + "/use.c", "#include \"tiny.h\"\n");
  for (auto [language, standard] : {std::pair("c", "c99"), std::pair("c++", "c++11")})
    EXPECT_EQ(runCommand({FOVEA_TEST_CC, "-x", language, std::string("-std=") + standard, "-Wall",
                          "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", folder + "/use.c"}),
              0);
}

/// Names that are the API's own, keywords or macros, or differ only in their case.
TEST(Artefact, HeaderOfAnyNames) {
  std::string folder = testFolder();
  plan::Plan plan = tinyPlan("fovea");
  plan::Port input = plan.inputs[0];
  for (const char *name : {"X", "NULL", "requires", "linux", "instance"}) {
    input.name = name;
    plan.inputs.push_back(input);
  }
  plan.outputs[0].name = "inputs";
  writeFile(folder + "/net.h", emitHeader(plan));
  writeFile(folder + "/use.c", "#include \"net.h\"\n");
  for (auto [language, standard] : {std::pair("c", "gnu11"), std::pair("c++", "gnu++20")})
    EXPECT_EQ(runCommand({FOVEA_TEST_CC, "-x", language, std::string("-std=") + standard, "-Wall",
                          "-Wextra", "-Werror", "-fsyntax-only", folder + "/use.c"}),
              0);
}

TEST(Artefact, OneNetworkTwiceInOneProgram) {
  std::string folder = testFolder();
  plan::Plan plan = tinyPlan();
  Network tiny = plan, other = plan;
  other.prefix = "other";
  writeArtefact(folder, tiny);
  writeArtefact(folder, other);
  ASSERT_EQ(runCommand({FOVEA_TEST_CXX, "-Wall", "-Wextra", "-Werror", "-I" + folder,
                        FOVEA_TEST_INPUTS "/two_networks.cpp", folder + "/tiny.a",
                        folder + "/other.a", "-lpthread", "-o", folder + "/program"}),
            0);
  EXPECT_EQ(runCommand({folder + "/program", folder + "/tiny.weights", folder + "/other.weights"}),
            0);
}

/// Two archives whose run-time libraries differ: each network is served by its own, whichever
/// functions of the API the linker takes.
TEST(Artefact, TwoVersionsOfFoveaInOneProgram) {
  std::string folder = testFolder();
  plan::Plan tiny = tinyPlan("tiny"), other = tinyPlan("other");
  writeArtefact(folder, tiny);
  writeArtefact(folder, other);
  ASSERT_EQ(runCommand({FOVEA_TEST_OBJCOPY, "--redefine-sym", "fovea_rt_api_2=fovea_rt_api_1",
                        folder + "/other.a"}),
            0);
  for (bool otherFirst : {false, true}) {
    ASSERT_EQ(runCommand({FOVEA_TEST_CXX, "-I" + folder, FOVEA_TEST_INPUTS "/two_networks.cpp",
                          folder + (otherFirst ? "/other.a" : "/tiny.a"),
                          folder + (otherFirst ? "/tiny.a" : "/other.a"), "-lpthread", "-o",
                          folder + "/program"}),
              0);
    EXPECT_EQ(
        runCommand({folder + "/program", folder + "/tiny.weights", folder + "/other.weights"}), 0);
    std::string program = readFile(folder + "/program");
    EXPECT_NE(program.find("fovea_rt_api_1"), std::string::npos);
    EXPECT_NE(program.find("fovea_rt_api_2"), std::string::npos);
  }
}
