//===- WorkerProcess.cpp - A helper process and its two pipes ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "WorkerProcess.h"
#include "Protocol.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

using namespace llvm;

namespace fovea::halide {

using Clock = std::chrono::steady_clock;

Expected<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const std::string &program,
                                                              ArrayRef<std::string> arguments) {
  auto failed = [&](int code) {
    return createStringError("cannot start the compile worker " + program + ": " +
                             std::strerror(code));
  };
  // A socket, since writing to one whose other end is gone need not raise a signal.
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
    return failed(errno);
  std::vector<char *> argv = {const_cast<char *>(program.c_str())};
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own, so that the processes that the worker forks can be ended with it.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t process = 0;
  int code = posix_spawn(&process, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (code) {
    close(ends[0]);
    return failed(code);
  }
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(process, ends[0]));
}

WorkerProcess::~WorkerProcess() {
  close(socket);
  if (process > 0) {
    kill(-process, SIGKILL);
    reap();
  }
}

int WorkerProcess::reap() {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  process = 0;
  return status;
}

bool WorkerProcess::send(StringRef text) {
  while (!text.empty()) {
    ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0)
      return false;
    text = text.drop_front(sent);
  }
  return true;
}

void WorkerProcess::receive() {
  char part[1 << 16];
  ssize_t count = recv(socket, part, sizeof part, MSG_DONTWAIT);
  if (count > 0)
    received.append(part, count);
  else if (count == 0 || (errno != EINTR && errno != EAGAIN))
    closed = true;
}

void WorkerProcess::wait(ArrayRef<WorkerProcess *> workers, Clock::time_point deadline) {
  std::vector<pollfd> sockets;
  for (WorkerProcess *worker : workers)
    sockets.push_back({worker->socket, POLLIN, 0});
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  // One more, since the fraction of a millisecond is lost.
  int timeout = static_cast<int>(std::clamp<int64_t>(left.count() + 1, 0, 60'000));
  if (poll(sockets.data(), sockets.size(), timeout) <= 0)
    return;
  for (size_t i = 0; i < sockets.size(); ++i)
    if (sockets[i].revents)
      workers[i]->receive();
}

std::optional<std::string> WorkerProcess::takeLine() {
  size_t end = received.find('\n');
  if (end == std::string::npos)
    return std::nullopt;
  std::string line = received.substr(0, end);
  received.erase(0, end + 1);
  return line;
}

std::optional<std::string> WorkerProcess::takeBytes(size_t count) {
  if (received.size() < count)
    return std::nullopt;
  std::string bytes = received.substr(0, count);
  received.erase(0, count);
  return bytes;
}

std::string WorkerProcess::describeEnd() {
  kill(-process, SIGKILL);
  return halide::describeEnd(reap());
}

} // namespace fovea::halide
