//===- CheckTest.cpp - Tests of checks and their isolation ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Campaign.h"
#include <csignal>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::fuzz;
using Outcome = std::optional<Finding>;

static const Switch plainSwitch{"default", ""};

static Switch nativeSwitch() {
  Switch how{"native", ""};
  how.way = Switch::Way::Native;
  return how;
}

/// All that comes of a case, in the order of its switches.
static std::vector<Outcome> run(const Isolation::Case &one, const Isolation::Options &options) {
  std::vector<Outcome> outcomes(one.switches.size());
  unsigned calls = 0;
  llvm::Error error = Isolation(options).run({one}, [&](unsigned, unsigned how, Outcome outcome) {
    EXPECT_EQ(how, calls++);
    outcomes[how] = std::move(outcome);
  });
  EXPECT_FALSE(bool(error));
  EXPECT_EQ(calls, one.switches.size());
  return outcomes;
}

static Isolation::Case folded() {
  Isolation::Case one;
  one.text = "network n {\n  input x: f32[1, 3, 4, 4]\n"
             "  output y = x -> conv(5, kernel = 3) -> batch_norm -> relu\n}\n";
  one.shapes = {{1, 5, 2, 2}};
  return one;
}

TEST(Check, AcceptsWhatIsRight) {
  Isolation::Options options;
  options.check.worker = FOVEA_PROGRAM;
  Switch native = nativeSwitch(), reparse{"reparse", "", Switch::Way::Reparse};
  Isolation::Case one = folded();
  one.switches = {&plainSwitch, &native, &reparse};
  for (const Outcome &outcome : run(one, options))
    EXPECT_FALSE(outcome) << outcome->station << ": " << outcome->message;
}

TEST(Check, SaysAfterWhichPassValuesDiffer) {
  Isolation::Options options;
  options.check.tolerance = 0;
  Isolation::Case one = folded();
  one.switches = {&plainSwitch};
  Outcome outcome = run(one, options)[0];
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, "mismatch");
  EXPECT_EQ(outcome->station, "fold-batch-norm");
}

TEST(Check, ComparesNativeCode) {
  Isolation::Options options;
  options.check.worker = FOVEA_PROGRAM;
  options.check.tolerance = 0;
  Switch native = nativeSwitch();
  native.disabled = {"fold-batch-norm"};
  Isolation::Case one;
  one.text = "network n {\n  input x: f32[1, 33, 7, 7]\n  output y = x -> conv(8, kernel = 5)\n}\n";
  one.switches = {&native};
  Outcome outcome = run(one, options)[0];
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, "mismatch");
  EXPECT_EQ(outcome->station, "native code");
}

TEST(Check, ComparesShapesWithTheManuals) {
  Isolation::Case one = folded();
  one.shapes = {{1, 5, 4, 4}};
  one.switches = {&plainSwitch};
  Outcome outcome = run(one, {})[0];
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, "shape");
}

TEST(Check, ReportsErrorsOfTheCompiler) {
  Isolation::Case one;
  one.text = "network n {\n  input x: f32[1, 3, 4, 4]\n  output y = x -> conv(5, kernel = 9)\n}\n";
  one.switches = {&plainSwitch};
  Outcome outcome = run(one, {})[0];
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, "error");
  EXPECT_NE(outcome->message.find("E0205"), std::string::npos) << outcome->message;
}

/// Dies, sleeps or is well, as the switch is called.
static Outcome misbehave(const std::string &, llvm::ArrayRef<std::vector<int64_t>>,
                         const Switch &how, const CheckOptions &) {
  if (how.name == "dies") {
    llvm::errs() << "Assertion `right' failed.\n";
    signal(SIGABRT, SIG_DFL);
    abort();
  }
  if (how.name == "hangs")
    sleep(3600);
  if (how.name == "leaves")
    _exit(3);
  return std::nullopt;
}

TEST(Isolation, CatchesCrashesAndHangsAndGoesOn) {
  Isolation::Options options;
  options.body = misbehave;
  options.timeLimit = std::chrono::milliseconds(300);
  Switch dies{"dies", ""}, hangs{"hangs", ""}, leaves{"leaves", ""}, well{"well", ""};
  Isolation::Case one = folded();
  one.switches = {&well, &dies, &well, &hangs, &leaves, &well};
  std::vector<Outcome> outcomes = run(one, options);
  EXPECT_FALSE(outcomes[0] || outcomes[2] || outcomes[5]);
  ASSERT_TRUE(outcomes[1] && outcomes[3] && outcomes[4]);
  EXPECT_EQ(outcomes[1]->kind, "crash");
  EXPECT_EQ(outcomes[1]->message, "Aborted: Assertion `right' failed.");
  EXPECT_EQ(outcomes[3]->kind, "timeout");
  EXPECT_EQ(outcomes[4]->message, "exit code 3");
}

TEST(Finding, IsLikeOnesWithOtherNumbers) {
  Finding one{"error", "cnn", "error: 'a' has 3 channels"};
  EXPECT_TRUE(one.isLike({"error", "cnn", "error: 'bc' has 14 channels"}));
  EXPECT_FALSE(one.isLike({"error", "cnn", "error: 'a' has no channels"}));
  EXPECT_FALSE(one.isLike({"crash", "cnn", "error: 'a' has 3 channels"}));
  Finding wrong{"mismatch", "fuse-conv", "y: relative error 1.0"};
  EXPECT_TRUE(wrong.isLike({"mismatch", "native code", "z: relative error 2.0"}));
}
