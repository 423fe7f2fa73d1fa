//===- TinyNetwork.h - A network small enough to know by heart --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_TARGET_DRIVER_TINYNETWORK_H
#define FOVEA_TEST_TARGET_DRIVER_TINYNETWORK_H

#include "fovea/Target/Driver/DriverObject.h"
#include "fovea/Target/Driver/PackedWeights.h"
#include <gtest/gtest.h>

namespace fovea::driver::test {

/// t = x * w per channel; big = concat(t, t * b); y = -2 * big. All kinds of calls, views, scratch
/// and parallel loops.
plan::Plan tinyPlan(llvm::StringRef name = "tiny");

/// w = 1 2 3 4, b = 5 6 7 8.
llvm::Error packTiny(unsigned variant, unsigned constant, llvm::MutableArrayRef<char> bytes);

/// What the network computes.
std::vector<float> expectedTiny(llvm::ArrayRef<float> x);

/// The kernels, compiled by the host's C compiler.
const ObjectFile &kernelObject();

/// Driver and kernels.
std::vector<ObjectFile> objectsOf(const plan::Plan &plan);

/// Runs a command, returns its exit status; output goes to the test's.
int runCommand(const std::vector<std::string> &arguments);

/// A fresh folder, removed at the end of the program.
std::string testFolder();

std::string readFile(const std::string &path);
void writeFile(const std::string &path, llvm::StringRef bytes);

/// The message of an error, "" if there is none.
std::string message(llvm::Error error);

template <typename T> T get(llvm::Expected<T> value) {
  EXPECT_TRUE(bool(value)) << llvm::toString(value.takeError());
  return value ? std::move(*value) : T();
}

} // namespace fovea::driver::test

#endif
