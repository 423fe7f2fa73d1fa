//===- CompileServiceTest.cpp - Workers and the cache -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/CompileService.h"
#include "KernelRunner.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <csignal>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;
using halide::CompiledKernel;
using halide::CompileOptions;
using halide::CompileService;

namespace {

const std::string target = "x86-64-linux-sse41";

class CompileServiceTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("fovea-cache", folder));
    options.worker = FOVEA_TEST_WORKER;
    options.workers = 2;
    options.cacheFolder = (folder + "/new/cache").str();
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::unique_ptr<CompileService> start() { return cantFail(CompileService::start(options)); }

  /// The files of the cache, sorted.
  std::vector<std::string> entries() {
    std::vector<std::string> paths;
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(options.cacheFolder, error), end; !error && it != end;
         it.increment(error))
      paths.push_back(it->path());
    llvm::sort(paths);
    return paths;
  }

  llvm::SmallString<128> folder;
  CompileOptions options;
};

plan::Kernel reluKernel(int64_t width, const std::string &layer) {
  std::vector<int64_t> shape = {1, 8, 4, width};
  plan::Kernel kernel = singleStage("relu", "elementwise", {{shape, 8}}, {}, shape, 8);
  kernel.stages[0].name = layer;
  kernel.symbol = halide::kernelSymbol(kernel, target);
  return kernel;
}

std::string errorOf(CompileService &service, llvm::ArrayRef<plan::Kernel> kernels) {
  auto compiled = service.compile(kernels, target);
  return compiled ? "no error" : toString(compiled.takeError());
}

std::string contents(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

void write(const std::string &path, llvm::StringRef text) {
  std::error_code error;
  llvm::raw_fd_ostream(path, error) << text;
  ASSERT_FALSE(error);
}

TEST_F(CompileServiceTest, CompilesEachDistinctKernelOnce) {
  std::vector<plan::Kernel> kernels = {reluKernel(3, "a"), reluKernel(5, "b"), reluKernel(3, "c"),
                                       reluKernel(7, "d")};
  auto service = start();
  std::vector<CompiledKernel> first = cantFail(service->compile(kernels, target));
  ASSERT_EQ(first.size(), 4u);
  EXPECT_EQ(first[0].object, first[2].object);
  EXPECT_NE(first[0].object, first[1].object);
  EXPECT_EQ(service->statistics().misses, 3u);
  EXPECT_EQ(service->statistics().hits, 0u);
  EXPECT_EQ(entries().size(), 3u);

  std::vector<CompiledKernel> second = cantFail(service->compile(kernels, target));
  EXPECT_EQ(service->statistics().misses, 3u);
  EXPECT_EQ(service->statistics().hits, 3u);
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].object, second[i].object);
    EXPECT_EQ(first[i].scratchBytes, second[i].scratchBytes);
  }
}

TEST_F(CompileServiceTest, BytesAreTheSameEveryTime) {
  std::vector<plan::Kernel> kernels = {reluKernel(3, "a"), reluKernel(5, "b")};
  options.cacheFolder.clear();
  std::vector<CompiledKernel> first = cantFail(start()->compile(kernels, target));
  std::swap(kernels[0], kernels[1]);
  options.workers = 1;
  std::vector<CompiledKernel> second = cantFail(start()->compile(kernels, target));
  EXPECT_EQ(first[0].object, second[1].object);
  EXPECT_EQ(first[1].object, second[0].object);
}

TEST_F(CompileServiceTest, CorruptEntriesAreCompiledAgain) {
  std::vector<plan::Kernel> kernels = {reluKernel(3, "a")};
  std::string object = cantFail(start()->compile(kernels, target))[0].object;
  std::string path = entries().at(0), good = contents(path);
  std::string flipped = good, scratch = good;
  flipped[good.size() / 2] ^= 1;
  scratch.insert(scratch.find('\n'), "7");
  for (const std::string &bad : {flipped, scratch, good.substr(0, good.size() - 1), std::string(),
                                 std::string("garbage"), good + "x"}) {
    write(path, bad);
    auto service = start();
    EXPECT_EQ(cantFail(service->compile(kernels, target))[0].object, object);
    EXPECT_EQ(service->statistics().corrupt, 1u);
    EXPECT_EQ(service->statistics().misses, 1u);
    EXPECT_EQ(contents(path), good);
  }
}

TEST_F(CompileServiceTest, CacheThatCannotBeWritten) {
  write((folder + "/file").str(), "not a folder");
  options.cacheFolder = (folder + "/file/cache").str();
  EXPECT_EQ(errorOf(*start(), {reluKernel(3, "a")}), "no error");
}

TEST_F(CompileServiceTest, IllegalKernelsAreAllReported) {
  std::vector<plan::Kernel> kernels = {reluKernel(3, "a"), reluKernel(5, "b"), reluKernel(7, "c")};
  for (size_t i : {0, 2}) {
    kernels[i].stages[0].schedule = {{"dance", {}}};
    kernels[i].symbol = halide::kernelSymbol(kernels[i], target);
  }
  std::string message = errorOf(*start(), kernels);
  EXPECT_NE(message.find("cannot compile the kernel of 'a': stage 'a': dance(): is no directive"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("cannot compile the kernel of 'c'"), std::string::npos) << message;
  EXPECT_EQ(message.find("'b'"), std::string::npos) << message;
  EXPECT_EQ(entries().size(), 1u);
}

TEST_F(CompileServiceTest, SymbolOfOtherContents) {
  plan::Kernel kernel = reluKernel(3, "a");
  kernel.symbol = "fovea_0_1_0_0";
  EXPECT_EQ(errorOf(*start(), {kernel}), "cannot compile the kernel of 'a': its symbol "
                                         "'fovea_0_1_0_0' is not that of its contents");
}

TEST_F(CompileServiceTest, KilledWorker) {
  options.workers = 1;
  auto service = start();
  ASSERT_EQ(service->workerIds().size(), 1u);
  kill(service->workerIds()[0], SIGKILL);
  EXPECT_EQ(
      errorOf(*service, {reluKernel(3, "layer1.relu")}),
      "cannot compile the kernel of 'layer1.relu': the compile worker was killed by signal 9");
  EXPECT_TRUE(entries().empty());
  // The next compilation starts a new one.
  EXPECT_EQ(errorOf(*service, {reluKernel(3, "layer1.relu")}), "no error");
}

/// Halide's LLVM gives up on 256-bit selects where it has AVX-512 without VL: a crash of the
/// compiler, which the worker survives.
TEST_F(CompileServiceTest, CompilerThatCrashes) {
  std::string narrow = "x86-64-linux-sse41-avx-avx2-f16c-fma-avx512";
  std::vector<int64_t> shape = {1, 8, 9, 13}, padded = {1, 8, 11, 15};
  plan::Kernel pad =
      singleStage("pad", "pad", {{shape, 8}}, {}, padded, 8, {{"padding", {1, 1, 1, 1}}});
  pad.stages[0].name = "layer1.pad";
  pad.schedule = {{"vectorize", {"oi"}}};
  pad.symbol = halide::kernelSymbol(pad, narrow);
  options.workers = 1;
  auto service = start();
  auto compiled = service->compile({pad}, narrow);
  ASSERT_FALSE(bool(compiled));
  EXPECT_EQ(toString(compiled.takeError()), "cannot compile the kernel of 'layer1.pad': the kernel "
                                            "compiler was killed by signal 6");
  EXPECT_EQ(errorOf(*service, {reluKernel(3, "a")}), "no error");
}

TEST_F(CompileServiceTest, HangingWorker) {
  options.worker = "/bin/sleep";
  options.workerArguments = {"1000"};
  options.timeLimit = std::chrono::milliseconds(200);
  auto service = start();
  std::vector<int> ids = service->workerIds();
  EXPECT_EQ(errorOf(*service, {reluKernel(3, "a"), reluKernel(5, "b"), reluKernel(7, "c")}),
            "cannot compile the kernel of 'a': the compile worker took longer than 200 ms\n"
            "cannot compile the kernel of 'b': the compile worker took longer than 200 ms\n"
            "cannot compile the kernel of 'c': no compile worker is left");
  for (int id : ids)
    EXPECT_NE(kill(id, 0), 0) << "the worker lives on";
}

TEST_F(CompileServiceTest, WorkerThatTalksNonsense) {
  options.worker = "/bin/cat";
  options.workerArguments = {};
  options.workers = 1;
  std::string message = errorOf(*start(), {reluKernel(3, "a")});
  EXPECT_EQ(message, "cannot compile the kernel of 'a': the compile worker does not answer as it "
                     "should: missing value at reply.ok");
}

TEST_F(CompileServiceTest, WorkerThatEnds) {
  options.worker = "/bin/false";
  options.workerArguments = {};
  options.workers = 1;
  EXPECT_EQ(errorOf(*start(), {reluKernel(3, "a")}),
            "cannot compile the kernel of 'a': the compile worker ended with code 1");
}

TEST_F(CompileServiceTest, WorkerThatIsNotThere) {
  options.worker = "/no/such/program";
  auto service = CompileService::start(options);
  ASSERT_FALSE(bool(service));
  EXPECT_EQ(toString(service.takeError()),
            "cannot start the compile worker /no/such/program: No such file or directory");
}

} // namespace
