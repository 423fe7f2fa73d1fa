//===- ArtefactTest.cpp - Archives in C and C++ programs --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TinyNetwork.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;
using namespace fovea::driver::test;

/// Writes NAME.a, NAME.h and NAME.weights.
static void writeArtefact(const std::string &folder, const plan::Plan &plan) {
  std::vector<ObjectFile> objects = objectsOf(plan);
  objects.push_back(runtimeObject());
  std::string prefix = folder + "/" + symbolPrefix(plan);
  writeFile(prefix + ".a", get(packArchive(objects)));
  writeFile(prefix + ".h", emitHeader(plan));
  writeFile(prefix + ".weights", get(packWeights(plan, packTiny))->getBuffer());
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
