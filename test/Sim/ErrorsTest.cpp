//===- ErrorsTest.cpp - What a run finds wrong ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SimTesting.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

namespace {
const char tensors[] = ".machine gemmini16\n"
                       ".input x narrow [64, 16]\n"
                       ".param w narrow [16, 16] = random 1\n"
                       ".param large narrow [16, 2048] = { 127 }\n"
                       ".param sums wide [16] = { 2147483000 }\n"
                       ".param offsets shift [4] = { 0 0 }\n"
                       ".scratch t narrow [16, 16]\n"
                       ".output y narrow [16]\n";

std::string errorOf(const std::string &commands, const std::string &machine = "gemmini16") {
  Program program = parseProgram(tensors + commands);
  return runProgram(program, machineNamed(machine), randomInputs(program, 1)).error;
}

/// What ends a program well: y is written by a command that waits for LD.
const std::string ending = "ld dst=spad[8192] src=x n0=16 signal=st\n"
                           "st dst=y src=spad[8192] n0=16 wait=ld\n"
                           "halt\n";

TEST(Errors, NothingIsWrong) { EXPECT_EQ(errorOf(ending), ""); }

TEST(Errors, DeadlockNamesWhatIsBlocked) {
  EXPECT_EQ(
      errorOf("ld dst=spad[0] src=x n0=16 wait=ex signal=ex\n"
              "gemm a=spad[0] b=spad[0] acc=acc[0] wait=ld,vx signal=ld\n"
              "halt\n"),
      "deadlock:\n"
      "  command 0 (ld dst=spad[0] src=dram[0] n0=16 wait=ex signal=ex) waits for a token of EX\n"
      "  command 1 (gemm a=spad[0] b=spad[0] acc=acc[0] wait=ld,vx signal=ld) waits for a token "
      "of LD and of VX\n"
      "  command 2 (halt) waits for the end of what is before it");
}

/// A program that runs with deep queues alone.
TEST(Errors, DeadlockByAFullQueue) {
  std::string text;
  for (int i = 0; i < 3; ++i)
    text += "ld dst=spad[" + std::to_string(1024 * i) + "] src=x n0=16 wait=st\n";
  text += "ld dst=spad[4096] src=x n0=16 signal=st\n";
  for (int i = 0; i < 3; ++i)
    text += "st dst=t src=spad[8192] n0=16 signal=ld\n";
  text = "ld dst=spad[8192] src=x n0=16 signal=st\nst dst=y src=spad[8192] n0=16 wait=ld\n" + text +
         "st dst=t src=spad[4096] n0=16 wait=ld\nhalt\n";
  EXPECT_EQ(errorOf(text, "gemmini16:queue.ld=4:queue.st=8"), "");
  std::string error = errorOf(text, "gemmini16:queue.ld=2:queue.st=8");
  EXPECT_NE(error.find("waits for a token of ST"), std::string::npos) << error;
  EXPECT_NE(error.find("waits for room in the queue LD"), std::string::npos) << error;
}

TEST(Errors, TokensLeftOver) {
  EXPECT_EQ(
      errorOf("ld dst=spad[0] src=x n0=16 signal=vx\n" + ending),
      "command 0 (ld dst=spad[0] src=dram[0] n0=16 signal=vx): nobody takes its token for VX");
}

TEST(Errors, ReadBeforeWrite) {
  EXPECT_EQ(errorOf("ld dst=spad[0] src=x n0=15 signal=vx\n"
                    "lut src=spad[0] dst=spad[0] table=0 n0=16 wait=ld\n" +
                    ending),
            "command 1 (lut src=spad[0] dst=spad[0] n0=16 wait=ld): reads element 15 of the "
            "scratchpad, which was never written");
  EXPECT_NE(errorOf("ld dst=spad[0] src=x n0=16 signal=vx\n"
                    "lut src=spad[0] dst=spad[0] table=3 n0=16 wait=ld\n" +
                    ending)
                .find("reads element 768 of the lookup tables, which was never written"),
            std::string::npos);
  EXPECT_NE(errorOf("ld dst=spad[0] src=t n0=16\n" + ending)
                .find("of DRAM, which holds no input, no parameter, and was never written"),
            std::string::npos);
}

/// A command that uses the accumulator's content needs some.
TEST(Errors, AccumulatesOnNothing) {
  EXPECT_NE(
      errorOf("ld dst=spad[0] src=x n0=256 signal=ex\n"
              "gemm a=spad[0] b=spad[0] acc=acc[0] m=2 k=4 n=4 lda=4 ldb=4 ldacc=4 accumulate "
              "wait=ld\n" +
              ending)
          .find("reads element 0 of the accumulator, which was never written"),
      std::string::npos);
}

TEST(Errors, RacesWithoutAToken) {
  // Read while it may still be written, written while it may still be read.
  EXPECT_EQ(
      errorOf("ld dst=spad[0] src=x n0=64 signal=vx\n"
              "ld dst=spad[128] src=x n0=64\n"
              "reduce src=spad[64] acc=acc[0] n=4 c=16 lds=32 wait=ld\n" +
              ending),
      "command 2 (reduce src=spad[64] acc=acc[0] n=4 c=16 lds=32 wait=ld): reads element 64 of "
      "the scratchpad, which was never written");
  EXPECT_EQ(
      errorOf("ld dst=spad[0] src=x n0=64 signal=vx\n"
              "ld dst=spad[64] src=x n0=64\n"
              "reduce src=spad[0] acc=acc[0] n=8 c=16 lds=16 wait=ld\n" +
              ending),
      "command 2 (reduce src=spad[0] acc=acc[0] n=8 c=16 lds=16 wait=ld): reads elements 64 to "
      "79 of the scratchpad, which command 1 (ld dst=spad[64] src=dram[0] n0=64) writes, and no "
      "token says which comes first");
  EXPECT_EQ(errorOf("ld dst=spad[0] src=x n0=64 signal=vx\n"
                    "reduce src=spad[0] acc=acc[0] n=4 c=16 lds=16 wait=ld\n"
                    "ld dst=spad[65536] src=large n0=32768\n"
                    "ld dst=spad[48] src=x n0=16\n" +
                    ending),
            "command 3 (ld dst=spad[48] src=dram[0] n0=16): writes elements 48 to 63 of the "
            "scratchpad, which command 1 (reduce src=spad[0] acc=acc[0] n=4 c=16 lds=16 wait=ld) "
            "reads, and no token says which comes first");
  // Whichever queue reads.
  EXPECT_EQ(errorOf("ld dst=spad[0] src=x n0=64 signal=ex,vx\n"
                    "gemm a=spad[0] b=spad[0] acc=acc[0] wait=ld\n"
                    "copy src=spad[32] dst=spad[0] n0=16 src0=1 dst0=1 wait=ld\n" +
                    ending),
            "command 2 (copy src=spad[32] dst=spad[0] n0=16 src0=1 dst0=1 wait=ld): writes "
            "elements 0 to 15 of the scratchpad, which command 1 (gemm a=spad[0] b=spad[0] "
            "acc=acc[0] wait=ld) reads, and no token says which comes first");
}

/// The row that a bank writes at once counts, not the element.
TEST(Errors, RowsAreWrittenAsOne) {
  const std::string text = "ld dst=spad[0] src=x n0=8 signal=vx\n"
                           "ld dst=spad[8] src=x n0=8\n"
                           "lut src=spad[0] dst=spad[4096] n0=8 wait=ld\n" +
                           ending;
  EXPECT_NE(errorOf(text).find("reads elements 0 to 15"), std::string::npos);
  EXPECT_EQ(errorOf(text, "gemmini16:vector.lanes=8").find("reads elements"), std::string::npos);
}

TEST(Errors, OrderGoesThroughOtherQueues) {
  // LD's second command is ordered behind VX's read by way of ST.
  EXPECT_EQ(errorOf("ld dst=spad[0] src=x n0=16 signal=vx\n"
                    "copy src=spad[0] dst=spad[4096] n0=16 src0=1 dst0=1 wait=ld signal=st\n"
                    "st dst=t src=spad[4096] n0=16 wait=vx signal=ld\n"
                    "ld dst=spad[0] src=x n0=16 wait=st\n" +
                    ending),
            "");
}

TEST(Errors, FencesOrderEverything) {
  EXPECT_EQ(errorOf("ld dst=spad[0] src=x n0=16\n"
                    "fence\n"
                    "copy src=spad[0] dst=spad[4096] n0=16 src0=1 dst0=1\n"
                    "fence\n"
                    "ld dst=spad[0] src=x n0=16\n" +
                    ending),
            "");
}

TEST(Errors, RacesInDram) {
  const std::string store = "ld dst=spad[0] src=x n0=16 signal=st\n"
                            "st dst=t src=spad[0] n0=16 wait=ld";
  EXPECT_EQ(errorOf(store + " signal=ld\nld dst=spad[4096] src=t n0=16 wait=st\n" + ending), "");
  std::string error = errorOf(store + "\nld dst=spad[4096] src=t n0=16\n" + ending);
  bool found = error.find("of DRAM, which holds no input") != std::string::npos ||
               error.find("no token says which comes first") != std::string::npos;
  EXPECT_TRUE(found) << error;
  EXPECT_NE(
      errorOf("ld dst=spad[0] src=x n0=16 signal=st\n"
              "ld dst=spad[4096] src=x[64] n0=16\n"
              "st dst=x[64] src=spad[0] n0=16 wait=ld\n" +
              ending)
          .find("of DRAM, which command 1 (ld dst=spad[4096] src=dram[64] n0=16) reads, and no "
                "token says which comes first"),
      std::string::npos);
}

TEST(Errors, OutputsAreWrittenWhole) {
  EXPECT_EQ(errorOf("ld dst=spad[0] src=x n0=16 signal=st\n"
                    "st dst=y src=spad[0] n0=15 wait=ld\n"
                    "halt\n"),
            "output 'y': unit 15 was never written");
}

TEST(Errors, TheAccumulatorOverflows) {
  const std::string text = "ld dst=acc[0] src=sums n0=16 n1=1 wide\n"
                           "ld dst=spad[0] src=large n0=2048 signal=ex\n"
                           "gemm a=spad[0] b=spad[0] acc=acc[0] m=1 k=8 n=16 lda=8 ldb=16 ldacc=16 "
                           "accumulate wait=ld\n" +
                           ending;
  EXPECT_EQ(
      errorOf(text),
      "command 2 (gemm a=spad[0] b=spad[0] acc=acc[0] k=8 n=16 lda=8 ldb=16 ldacc=16 accumulate "
      "wait=ld): the sum of row 0, column 0 becomes 2147612032, more than 32 bits hold");
  EXPECT_NE(errorOf("ld dst=acc[0] src=sums n0=16 wide\n"
                    "ld dst=spad[0] src=large n0=2048 signal=vx\n"
                    "reduce src=spad[0] acc=acc[0] n=8 c=16 lds=16 accumulate wait=ld\n" +
                    ending)
                .find("becomes 2147484016, more than 32 bits hold"),
            std::string::npos);
}

/// Weights that stay are added up over a fold of 16 rows, sums that stay over everything.
TEST(Errors, PartialSumsOverflow) {
  auto text = [](const std::string &flow, int k) {
    return "ld dst=spad[0] src=large n0=2048 signal=ex\n"
           "gemm a=spad[0] b=spad[0] acc=acc[0] m=1 k=" +
           std::to_string(k) + " n=16 lda=64 ldb=16 ldacc=16 wait=ld dataflow=" + flow + "\n" +
           ending;
  };
  EXPECT_EQ(errorOf(text("ws", 64)), "");
  EXPECT_EQ(errorOf(text("os", 32)), "");
  EXPECT_NE(errorOf(text("os", 33))
                .find("the sum of row 0, column 0 becomes 532257, more than 20 bits hold"),
            std::string::npos);
}

TEST(Errors, OutOfBounds) {
  std::string error = errorOf("ld dst=spad[262140] src=x n0=16\n" + ending);
  EXPECT_EQ(error.find("command 0 (ld dst=spad[262140]"), 0u) << error;
}

TEST(Errors, AFloatThatIsNoOffset) {
  Program program =
      parseProgram(std::string(tensors) + "sett table=shift src=offsets count=4\n" + ending);
  program = withFloats(program);
  float half = 0.5f;
  for (DramTensor &tensor : program.tensors)
    if (tensor.name == "offsets")
      tensor.bytes.replace(8, 4, reinterpret_cast<char *>(&half), 4);
  std::string error =
      runProgram(program, machineNamed("gemmini16"), randomInputs(program, 1)).error;
  EXPECT_NE(error.find("is no offset of the shift table"), std::string::npos) << error;
}

TEST(Errors, DramLargerThanMemory) {
  Program program = parseProgram(std::string(".float\n.dram 4294967296\n") + tensors + ending);
  llvm::Expected<Dram> dram = Dram::forProgram(program, machineNamed("gemmini16"));
  if (!dram)
    EXPECT_NE(llvm::toString(dram.takeError()).find("larger than memory"), std::string::npos);
  else // Pages that nothing touches cost nothing.
    EXPECT_EQ(dram->bytes().size(), size_t(4294967296) * 4);
}

TEST(Errors, InputsOfAnotherType) {
  Program program = parseProgram(tensors + ending);
  Dram dram = valueOf(Dram::forProgram(program, machineNamed("gemmini16")));
  const DramTensor &x = program.tensors[0];
  EXPECT_EQ(llvm::toString(dram.write(x, std::vector<double>(3))),
            "tensor 'x' has 1024 elements, not 3");
  std::vector<double> values(1024);
  values[5] = 128;
  EXPECT_NE(llvm::toString(dram.write(x, values)).find("is no integer of 8 bits"),
            std::string::npos);
  values[5] = 0.5;
  EXPECT_NE(llvm::toString(dram.write(x, values)).find("is no integer of 8 bits"),
            std::string::npos);
}
} // namespace
