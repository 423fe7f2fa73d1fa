//===- CompileServiceTest.cpp - Workers and the cache -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/CompileService.h"
#include "KernelRunner.h"
#include "fovea/Support/Memory.h"
#include "fovea/Target/Halide/KernelCache.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <csignal>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

using namespace fovea;
using namespace fovea::test;
using halide::CompiledKernel;
using halide::CompileOptions;
using halide::CompileProgress;
using halide::CompileService;
using halide::KernelCache;

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
  // Another worker takes the rest.
  EXPECT_EQ(
      errorOf(*service, {reluKernel(3, "layer1.relu"), reluKernel(5, "layer2.relu")}),
      "cannot compile the kernel of 'layer1.relu': the compile worker was killed by signal 9");
  EXPECT_EQ(entries().size(), 1u);
  EXPECT_EQ(errorOf(*service, {reluKernel(3, "layer1.relu")}), "no error");
}

/// Waits for a process that `parent` starts and ends it as a crash does.
void crashChildOf(int parent) {
  std::string id = std::to_string(parent), path = "/proc/" + id + "/task/" + id + "/children";
  for (;;) {
    auto file = llvm::MemoryBuffer::getFileAsStream(path);
    int child = 0;
    if (file && !llvm::StringRef((*file)->getBuffer()).consumeInteger(10, child)) {
      kill(child, SIGABRT); // Sanitizers leave it alone.
      return;
    }
  }
}

TEST_F(CompileServiceTest, CompilerThatCrashes) {
  options.workers = 1;
  auto service = start();
  std::thread killer(crashChildOf, service->workerIds()[0]);
  plan::Kernel kernel = reluKernel(3, "layer1.relu");
  EXPECT_EQ(errorOf(*service, {kernel}), "cannot compile the kernel of 'layer1.relu': the kernel "
                                         "compiler was killed by signal 6");
  killer.join();
  EXPECT_TRUE(entries().empty());
  EXPECT_EQ(errorOf(*service, {kernel}), "no error");
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
            "cannot compile the kernel of 'c': the compile worker took longer than 200 ms");
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

//===----------------------------------------------------------------------===//
// Progress and memory
//===----------------------------------------------------------------------===//

TEST_F(CompileServiceTest, Progress) {
  std::vector<std::string> said;
  options.workers = 1;
  options.progress = [&](const CompileProgress &progress) {
    said.push_back(std::to_string(progress.done) + "/" + std::to_string(progress.total) + " " +
                   llvm::join(progress.running, ","));
    EXPECT_EQ(progress.secondsLeft > 0, progress.done > 0 && progress.done < progress.total);
  };
  std::vector<plan::Kernel> kernels = {reluKernel(3, "a"), reluKernel(5, "b"), reluKernel(3, "c")};
  auto service = start();
  EXPECT_EQ(errorOf(*service, kernels), "no error");
  EXPECT_EQ(said, (std::vector<std::string>{"0/2 a", "1/2 b", "2/2 "}));
  EXPECT_EQ(service->statistics().compiled.size(), 2u);
  EXPECT_EQ(service->statistics().compiled[0].layers, "a");
  EXPECT_GT(service->statistics().compiled[0].milliseconds, 0);
  EXPECT_GT(service->statistics().peakBytes, 1 << 20);

  said.clear(); // Nothing is at work where all is cached.
  EXPECT_EQ(errorOf(*service, kernels), "no error");
  EXPECT_TRUE(said.empty());
}

/// A worker that says of every kernel that it needs more than `bytes`, or gives an object of three
/// bytes.
std::vector<std::string> hungryWorker(uint64_t bytes) {
  std::string program =
      "import json, sys\n"
      "for line in sys.stdin:\n"
      "    ask = json.loads(line)\n"
      "    fits = ask['memory'] >= " +
      std::to_string(bytes) +
      "\n"
      "    reply = {'id': ask['id'], 'ok': fits, 'outOfMemory': not fits, 'bytes': 3 * fits,\n"
      "             'scratch': 0, 'error': 'it starved'}\n"
      "    sys.stdout.write(json.dumps(reply) + '\\n' + 'obj' * fits)\n"
      "    sys.stdout.flush()\n";
  return {"python3", "-c", program};
}

TEST_F(CompileServiceTest, AKernelThatIsTooLargeForItsShareIsCompiledAlone) {
  constexpr uint64_t mebibyte = 1 << 20;
  options.worker = "/usr/bin/env";
  options.workerArguments = hungryWorker(300 * mebibyte);
  options.memoryLimit = allocatedMemory() + 500 * mebibyte; // 250 for each of two.
  size_t most = 0;
  options.progress = [&](const CompileProgress &progress) {
    EXPECT_LE(progress.done, progress.total);
    most = std::max(most, progress.running.size());
  };
  std::vector<CompiledKernel> compiled =
      cantFail(start()->compile({reluKernel(3, "a"), reluKernel(5, "b")}, target));
  EXPECT_EQ(compiled[0].object, "obj");
  EXPECT_EQ(compiled[1].object, "obj");
  EXPECT_EQ(most, 2u);
}

TEST_F(CompileServiceTest, LittleMemoryMeansFewWorkers) {
  constexpr uint64_t mebibyte = 1 << 20;
  options.worker = "/usr/bin/env";
  options.workerArguments = hungryWorker(150 * mebibyte);
  options.memoryLimit = allocatedMemory() + 200 * mebibyte;
  options.progress = [](const CompileProgress &progress) {
    EXPECT_LE(progress.running.size(), 1u);
  };
  EXPECT_EQ(errorOf(*start(), {reluKernel(3, "a"), reluKernel(5, "b")}), "no error");
}

TEST_F(CompileServiceTest, AKernelThatIsTooLargeForTheLimit) {
  constexpr uint64_t gibibyte = 1 << 30;
  options.worker = "/usr/bin/env";
  options.workerArguments = hungryWorker(4 * gibibyte);
  options.memoryLimit = 2 * gibibyte;
  std::string message = errorOf(*start(), {reluKernel(3, "a")});
  EXPECT_EQ(message.find("cannot compile the kernel of 'a': it takes more than the "), 0u)
      << message;
  EXPECT_NE(message.find(" that the memory limit of 2.0 GiB leaves it"), std::string::npos)
      << message;
}

TEST_F(CompileServiceTest, AMachineWithoutMemory) {
  options.worker = "/usr/bin/env";
  options.workerArguments = hungryWorker(1);
  EXPECT_EQ(errorOf(*start(), {reluKernel(3, "a")}),
            "cannot compile the kernel of 'a': it starved; this machine seems to be short of "
            "memory");
}

TEST_F(CompileServiceTest, ALimitThatLeavesNothing) {
  options.memoryLimit = 1000;
  std::string message = errorOf(*start(), {reluKernel(3, "a")});
  EXPECT_EQ(message.find("a memory limit of 1000 bytes leaves nothing for kernels: this process "
                         "alone takes "),
            0u)
      << message;
}

//===----------------------------------------------------------------------===//
// The cache's size
//===----------------------------------------------------------------------===//

class KernelCacheTest : public CompileServiceTest {
protected:
  std::string key(char digit) { return std::string(32, digit); }
  /// An entry of about a thousand bytes that was last used some hours ago.
  void insert(char digit, int hours) {
    KernelCache(options.cacheFolder).insert(key(digit), {std::string(1000, 'x'), 0});
    int descriptor = -1;
    std::string path = options.cacheFolder + "/" + key(digit) + ".kernel";
    ASSERT_FALSE(llvm::sys::fs::openFileForReadWrite(
        path, descriptor, llvm::sys::fs::CD_OpenExisting, llvm::sys::fs::OF_None));
    llvm::sys::fs::setLastAccessAndModificationTime(descriptor, std::chrono::system_clock::now() -
                                                                    std::chrono::hours(hours));
    close(descriptor);
  }
  /// The first letters of what is there.
  std::string left() {
    std::string letters;
    for (const std::string &path : entries())
      letters += llvm::sys::path::filename(path)[0];
    return letters;
  }
};

TEST_F(KernelCacheTest, CleanByAgeAndSize) {
  for (auto [digit, hours] : {std::pair('a', 50), {'b', 3}, {'c', 30}, {'d', 1}})
    insert(digit, hours);
  std::string leftover = options.cacheFolder + "/" + key('e') + ".kernel.12345678";
  std::string foreign = options.cacheFolder + "/notes.kernel";
  write(leftover, "half");
  write(foreign, "of somebody else");
  KernelCache cache(options.cacheFolder);
  EXPECT_EQ(cache.contents().entries, 5u);
  EXPECT_GT(cache.contents().bytes, 4000u);
  EXPECT_LT(cache.contents().bytes, 4800u);

  halide::CacheContents removed = cantFail(cache.clean(std::chrono::hours(40), UINT64_MAX));
  EXPECT_EQ(removed.entries, 1u);
  EXPECT_EQ(left(), "bcden");
  cantFail(cache.clean(KernelCache::anyAge, 2500)); // What was not used for longest goes.
  EXPECT_EQ(left(), "bden");
  bool corrupt = false;
  EXPECT_TRUE(cache.find(key('b'), corrupt)); // That is a use.
  cantFail(cache.clean(KernelCache::anyAge, 1500));
  EXPECT_EQ(left(), "ben");
  EXPECT_EQ(cantFail(cache.clean(KernelCache::anyAge, 0)).entries, 2u);
  EXPECT_EQ(left(), "n");
  EXPECT_EQ(KernelCache("/no/such/folder").contents().entries, 0u);
}

TEST_F(KernelCacheTest, DoesNotGrowBeyondItsBound) {
  insert('a', 50);
  insert('b', 3);
  options.cacheBytes =
      cantFail(start()->compile({reluKernel(3, "a")}, target))[0].object.size() + 200;
  EXPECT_EQ(entries().size(), 3u);
  EXPECT_EQ(errorOf(*start(), {reluKernel(5, "b")}), "no error");
  EXPECT_EQ(entries().size(), 1u);
  auto service = start();
  EXPECT_EQ(errorOf(*service, {reluKernel(5, "b")}), "no error");
  EXPECT_EQ(service->statistics().hits, 1u);
}

} // namespace
