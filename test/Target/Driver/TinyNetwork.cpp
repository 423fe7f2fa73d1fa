//===- TinyNetwork.cpp - A network small enough to know by heart *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TinyNetwork.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

static plan::Buffer image(StringRef name, int64_t channels, plan::MemorySpace space,
                          int64_t offset = 0, std::optional<unsigned> parent = std::nullopt) {
  plan::Buffer buffer;
  buffer.name = name.str();
  buffer.extents = {1, channels, 1, 8, 1};
  buffer.strides = {channels * 8, 8, 8, 1, 1};
  buffer.space = space;
  buffer.offset = offset;
  buffer.parent = parent;
  return buffer;
}

static plan::Buffer vector(StringRef name, plan::MemorySpace space, int64_t elements,
                           int64_t offset, std::optional<unsigned> parent = std::nullopt) {
  plan::Buffer buffer;
  buffer.name = name.str();
  buffer.extents = {elements};
  buffer.strides = {1};
  buffer.space = space;
  buffer.offset = offset;
  buffer.parent = parent;
  return buffer;
}

static plan::Kernel kernel(StringRef symbol, unsigned arguments) {
  plan::Kernel kernel;
  kernel.symbol = symbol.str();
  kernel.arguments.resize(arguments);
  for (plan::Argument &argument : kernel.arguments)
    argument.alignment = 4;
  return kernel;
}

static plan::Call call(StringRef name, plan::Call::Kind kind, unsigned kernel,
                       std::vector<unsigned> buffers) {
  plan::Call call;
  call.name = name.str();
  call.kind = kind;
  call.kernel = kernel;
  call.buffers = std::move(buffers);
  return call;
}

plan::Plan test::tinyPlan(StringRef name) {
  using plan::MemorySpace;
  plan::Plan plan;
  plan.network = name.str();
  plan.target = "x86-64-linux";
  plan.cpuFeatures = {"sse2"};
  plan.buffers = {image("x", 4, MemorySpace::Input),
                  vector("w", MemorySpace::Constant, 4, 0),
                  vector("b", MemorySpace::Constant, 4, 64),
                  image("t", 4, MemorySpace::Arena),
                  image("big", 8, MemorySpace::Arena, 128),
                  image("low", 4, MemorySpace::Arena, 0, 4),
                  image("high", 4, MemorySpace::Arena, 128, 4),
                  image("y", 8, MemorySpace::Output),
                  vector("row", MemorySpace::Output, 8, 0, 7)};
  plan.kernels = {kernel("test_scale", 3), kernel("test_twice", 2), kernel("test_negate", 2)};
  plan.calls = {call("scale", plan::Call::Kind::Kernel, 0, {0, 1, 3}),
                call("copy", plan::Call::Kind::Copy, 0, {3, 5}),
                call("scale2", plan::Call::Kind::Kernel, 0, {3, 2, 6}),
                call("twice", plan::Call::Kind::Kernel, 1, {4, 7}),
                call("negate", plan::Call::Kind::Loop, 2, {8, 8})};
  plan.calls[4].count = 8;
  plan.calls[4].steps = {32, 32};
  plan.constants.resize(2);
  plan.constants[0].name = "w";
  plan.constants[0].buffer = 1;
  plan.constants[1].name = "b";
  plan.constants[1].buffer = 2;
  plan.inputs = {{"x", 0, {1, 4, 1, 8}}};
  plan.outputs = {{"y", 7, {1, 8, 1, 8}}};
  plan.arenaBytes = 384;
  plan.weightBytes = 80;
  // Of 'twice': 64 and 256 bytes, in a task 100 and 1, each rounded up to 128 and with as much
  // before it.
  plan.scratchBytes = 256 + 384 + 256 + 256;
  return plan;
}

Error test::packTiny(unsigned, unsigned constant, MutableArrayRef<char> bytes) {
  for (unsigned i = 0; i < bytes.size() / 4; ++i) {
    float value = 1 + 4 * constant + i;
    memcpy(bytes.data() + 4 * i, &value, 4);
  }
  return Error::success();
}

std::vector<float> test::expectedTiny(ArrayRef<float> x) {
  std::vector<float> y(64);
  for (unsigned i = 0; i < 32; ++i) {
    float t = x[i] * (1 + i / 8);
    y[i] = -2 * t;
    y[32 + i] = -2 * t * (5 + i / 8);
  }
  return y;
}

const ObjectFile &test::kernelObject() {
  static ObjectFile object = [] {
    std::string path = testFolder() + "/kernels.o";
    EXPECT_EQ(runCommand({FOVEA_TEST_CC, "-std=c11", "-O1", "-fPIC", "-c",
                          FOVEA_TEST_INPUTS "/kernels.c", "-o", path}),
              0);
    return ObjectFile{"kernels.o", readFile(path)};
  }();
  return object;
}

std::vector<ObjectFile> test::objectsOf(const plan::Plan &plan) {
  return {get(emitDriverObject(plan)), kernelObject()};
}

int test::runCommand(const std::vector<std::string> &arguments) {
  std::vector<StringRef> views(arguments.begin(), arguments.end());
  ErrorOr<std::string> program = sys::findProgramByName(arguments[0]);
  EXPECT_TRUE(bool(program)) << arguments[0];
  return program ? sys::ExecuteAndWait(*program, views) : -1;
}

namespace {
struct Folders {
  ~Folders() {
    for (const std::string &path : paths)
      sys::fs::remove_directories(path);
  }
  std::vector<std::string> paths;
};
} // namespace

std::string test::testFolder() {
  static Folders folders;
  SmallString<128> folder;
  EXPECT_FALSE(sys::fs::createUniqueDirectory("fovea-driver-test", folder));
  folders.paths.push_back(folder.str().str());
  return folders.paths.back();
}

std::string test::readFile(const std::string &path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(path, false, false);
  EXPECT_TRUE(bool(file)) << path;
  return file ? (*file)->getBuffer().str() : "";
}

void test::writeFile(const std::string &path, StringRef bytes) {
  std::error_code error;
  raw_fd_ostream os(path, error);
  EXPECT_FALSE(error) << path;
  os << bytes;
}

std::string test::message(Error error) { return toString(std::move(error)); }
