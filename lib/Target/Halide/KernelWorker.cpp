//===- KernelWorker.cpp - The helper process that compiles kernels *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/KernelWorker.h"
#include "Protocol.h"
#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>
#include <iostream>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace fovea::halide {

static WorkerReply failure(int64_t id, std::string message) {
  WorkerReply reply;
  reply.id = id;
  reply.error = std::move(message);
  return reply;
}

static Error writeObject(StringRef path, StringRef object) {
  std::error_code error;
  raw_fd_ostream stream(path, error);
  if (error)
    return createStringError(error, "cannot write %s", path.str().c_str());
  stream << object;
  stream.close();
  if (stream.has_error()) {
    error = stream.error();
    stream.clear_error();
    return createStringError(error, "cannot write %s", path.str().c_str());
  }
  return Error::success();
}

static WorkerReply answer(const WorkerRequest &request) {
  Expected<CompiledKernel> compiled = compileKernel(request.kernel, request.target);
  if (!compiled)
    return failure(request.id, toString(compiled.takeError()));
  if (Error error = writeObject(request.output, compiled->object))
    return failure(request.id, toString(std::move(error)));
  WorkerReply reply;
  reply.id = request.id;
  reply.ok = true;
  reply.scratch = compiled->scratchBytes;
  return reply;
}

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
  char part[4096];
  for (;;) {
    ssize_t count = read(descriptor, part, sizeof part);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return text;
    text.append(part, count);
  }
}

/// Compiles in a process of its own, which a crash of the compiler ends alone. Gives the reply's
/// line.
static std::string answerInChild(const WorkerRequest &request) {
  auto failed = [&](const std::string &what) { return toLine(failure(request.id, what)); };
  int ends[2];
  if (pipe(ends))
    return failed(std::string("cannot make a pipe: ") + std::strerror(errno));
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    bool sent = writeAll(ends[1], toLine(answer(request)));
    _exit(sent ? 0 : 1);
  }
  int error = errno;
  close(ends[1]);
  std::string line = child < 0 ? "" : readAll(ends[0]);
  close(ends[0]);
  if (child < 0)
    return failed(std::string("cannot start a process: ") + std::strerror(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && StringRef(line).ends_with("\n"))
    return line;
  return failed("the kernel compiler " + describeEnd(status));
}

int kernelWorkerMain() {
  std::string line;
  while (std::getline(std::cin, line)) {
    Expected<WorkerRequest> request = parseLine<WorkerRequest>(line, "request");
    if (!request) {
      errs() << "kernel worker: " << toString(request.takeError()) << '\n';
      return 1;
    }
    if (!writeAll(STDOUT_FILENO, answerInChild(*request)))
      return 1;
  }
  return 0;
}

} // namespace fovea::halide
