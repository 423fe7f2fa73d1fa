//===- KernelWorker.cpp - The helper process that compiles kernels *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/KernelWorker.h"
#include "Protocol.h"
#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <new>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace fovea::halide {

/// What a process that compiles a kernel ends with where memory is short.
static constexpr int outOfMemoryCode = 77;

static bool writeAll(int descriptor, StringRef text) {
  while (!text.empty()) {
    ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    text = text.drop_front(written);
  }
  return true;
}

static std::string readAll(int descriptor) {
  std::string text;
  char part[1 << 16];
  for (;;) {
    ssize_t count = read(descriptor, part, sizeof part);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return text;
    text.append(part, count);
  }
}

/// Ends this process when the one that started it ends, `parent`.
static void endWith(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1);
}

/// Lets allocations beyond `bytes` fail, and this process end when one does. Memory of libraries'
/// code and of files counts for nothing.
static void limitMemory(int64_t bytes) {
  std::set_new_handler([] { _exit(outOfMemoryCode); });
  if (bytes <= 0)
    return;
  rlimit limit = {static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  setrlimit(RLIMIT_DATA, &limit);
}

/// Whether a large block can still be had: Halide takes the want of one for all kinds of errors.
static bool hasMemoryLeft() {
  constexpr size_t bytes = 16 << 20;
  void *block = std::malloc(bytes);
  std::free(block);
  return block != nullptr;
}

/// The forked process: its reply's line and object go to `output`.
[[noreturn]] static void compileAndExit(const WorkerRequest &request, int output) {
  limitMemory(request.memoryLimit);
  Expected<CompiledKernel> compiled = compileKernel(request.kernel, request.target);
  if (!compiled && request.memoryLimit > 0 && !hasMemoryLeft())
    _exit(outOfMemoryCode);
  WorkerReply reply;
  reply.id = request.id;
  reply.ok = bool(compiled);
  if (compiled) {
    reply.scratch = compiled->scratchBytes;
    reply.objectBytes = compiled->object.size();
  } else {
    reply.error = toString(compiled.takeError());
  }
  bool sent = writeAll(output, toLine(reply)) && (!reply.ok || writeAll(output, compiled->object));
  _exit(sent ? 0 : 1);
}

namespace {
/// What became of a forked process.
struct Ended {
  std::string output;
  int status = 0;
  int64_t peakBytes = 0;
};
} // namespace

static Ended waitFor(pid_t child, int output) {
  Ended ended;
  ended.output = readAll(output);
  rusage usage = {};
  while (wait4(child, &ended.status, 0, &usage) < 0 && errno == EINTR) {
  }
  ended.peakBytes = int64_t(usage.ru_maxrss) << 10;
  return ended;
}

/// Whether a process died for want of memory: it said so, or Halide's LLVM aborted at its limit, or
/// the system killed it.
static bool diedOfMemory(const Ended &ended, int64_t limit) {
  if (WIFEXITED(ended.status))
    return WEXITSTATUS(ended.status) == outOfMemoryCode;
  bool isNear = limit > 0 && ended.peakBytes > limit / 10 * 9;
  return WTERMSIG(ended.status) == SIGKILL || isNear;
}

/// Takes the reply of a process that has ended, or makes one of how it ended.
static std::pair<WorkerReply, StringRef> replyOf(const WorkerRequest &request, const Ended &ended) {
  StringRef output = ended.output;
  size_t end = output.find('\n');
  if (WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0 && end != StringRef::npos) {
    Expected<WorkerReply> reply = parseLine<WorkerReply>(output.take_front(end), "reply");
    StringRef object = output.drop_front(end + 1);
    if (reply && reply->objectBytes == int64_t(object.size()))
      return {std::move(*reply), object};
    consumeError(reply.takeError());
  }
  WorkerReply reply;
  reply.id = request.id;
  reply.outOfMemory = diedOfMemory(ended, request.memoryLimit);
  reply.error = "the kernel compiler " + describeEnd(ended.status);
  return {std::move(reply), StringRef()};
}

/// Compiles in a process of its own, which a crash of the compiler ends alone. Gives the reply's
/// line and the object behind it.
static std::string answer(const WorkerRequest &request) {
  auto failed = [&](const std::string &what) {
    WorkerReply reply;
    reply.id = request.id;
    reply.error = what + ": " + std::strerror(errno);
    return toLine(reply);
  };
  auto begin = std::chrono::steady_clock::now();
  int ends[2];
  if (pipe(ends))
    return failed("cannot make a pipe");
  pid_t self = getpid(), child = fork();
  if (child < 0) {
    std::string line = failed("cannot start a process");
    close(ends[0]);
    close(ends[1]);
    return line;
  }
  if (child == 0) {
    close(ends[0]);
    endWith(self);
    compileAndExit(request, ends[1]);
  }
  close(ends[1]);
  Ended ended = waitFor(child, ends[0]);
  close(ends[0]);
  auto [reply, object] = replyOf(request, ended);
  reply.peakBytes = ended.peakBytes;
  reply.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return toLine(reply).append(object);
}

int kernelWorkerMain() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::string line;
  while (std::getline(std::cin, line)) {
    Expected<WorkerRequest> request = parseLine<WorkerRequest>(line, "request");
    if (!request) {
      errs() << "kernel worker: " << toString(request.takeError()) << '\n';
      return 1;
    }
    if (!writeAll(STDOUT_FILENO, answer(*request)))
      return 1;
  }
  return 0;
}

} // namespace fovea::halide
