//===- Isolation.cpp - Checks in processes of their own -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Campaign.h"
#include "fovea/Support/AtomicFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::fuzz;
using Clock = std::chrono::steady_clock;

namespace {
/// A process that runs the checks of one case, one after the other, and writes a line for each.
class Worker {
public:
  static llvm::Expected<std::unique_ptr<Worker>> start(const Isolation::Case &task, unsigned index,
                                                       unsigned first,
                                                       const Isolation::Options &options);
  ~Worker();

  /// Takes what there is to read. False once the process has nothing more to say.
  bool receive();
  /// The findings of the checks that have ended since the last call.
  std::vector<std::optional<Finding>> take();
  /// Waits for the process to end, ends it if it is late; says how it ended.
  Finding describeEnd();

  unsigned theCase, next; ///< The number of the check that runs.
  int pipe = -1;
  Clock::time_point deadline;

private:
  Worker(unsigned theCase, unsigned next) : theCase(theCase), next(next) {}
  std::string lastWords() const;

  pid_t process = 0;
  std::string folder, received;
  std::chrono::milliseconds timeLimit{0};
};
} // namespace

//===----------------------------------------------------------------------===//
// In the new process
//===----------------------------------------------------------------------===//

static std::string toLine(const std::optional<Finding> &finding) {
  llvm::json::Object object;
  if (finding)
    object = llvm::json::Object{{"kind", finding->kind},
                                {"station", finding->station},
                                {"message", llvm::json::fixUTF8(finding->message)}};
  std::string line;
  llvm::raw_string_ostream(line) << llvm::json::Value(std::move(object)) << '\n';
  return line;
}

[[noreturn]] static void runChecks(const Isolation::Case &task, unsigned first,
                                   const CheckOptions &options, decltype(&check) body, int pipe) {
  // What a crash leaves behind of kernel workers goes with the folder; they themselves end when
  // nobody asks them any more.
  setenv("TMPDIR", options.folder.c_str(), /*overwrite=*/1);
  std::string words = options.folder + "/stderr", path = options.folder + "/random.cnn";
  int file = open(words.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file >= 0)
    dup2(file, STDERR_FILENO);
  for (unsigned i = first; i < task.switches.size(); ++i) {
    std::string line = toLine(body(path, task.shapes, *task.switches[i], options));
    if (write(pipe, line.data(), line.size()) != ssize_t(line.size()))
      _exit(1);
  }
  _exit(0);
}

//===----------------------------------------------------------------------===//
// In the old one
//===----------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<Worker>> Worker::start(const Isolation::Case &task, unsigned index,
                                                      unsigned first,
                                                      const Isolation::Options &options) {
  std::unique_ptr<Worker> worker(new Worker(index, first));
  llvm::SmallString<128> folder;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("fovea-fuzz", folder))
    return llvm::createStringError(error, "cannot make a temporary folder: " + error.message());
  worker->folder = folder.str().str();
  if (llvm::Error error = writeFileAtomically(worker->folder + "/random.cnn", task.text))
    return error;
  CheckOptions checking = options.check;
  checking.folder = worker->folder;
  checking.seed = task.seed;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC))
    return llvm::createStringError("cannot make a pipe: " + llvm::Twine(std::strerror(errno)));
  llvm::outs().flush();
  worker->process = fork();
  if (worker->process == 0)
    runChecks(task, first, checking, options.body, ends[1]);
  close(ends[1]);
  worker->pipe = ends[0];
  if (worker->process < 0)
    return llvm::createStringError("cannot start a process: " + llvm::Twine(std::strerror(errno)));
  worker->timeLimit = options.timeLimit;
  worker->deadline = Clock::now() + options.timeLimit;
  return worker;
}

Worker::~Worker() {
  if (process > 0) {
    kill(process, SIGKILL);
    describeEnd();
  }
  if (pipe >= 0)
    close(pipe);
  if (!folder.empty())
    llvm::sys::fs::remove_directories(folder);
}

bool Worker::receive() {
  char part[4096];
  ssize_t count = read(pipe, part, sizeof part);
  if (count < 0 && errno == EINTR)
    return true;
  if (count > 0)
    received.append(part, count);
  return count > 0;
}

std::vector<std::optional<Finding>> Worker::take() {
  std::vector<std::optional<Finding>> findings;
  for (size_t end; (end = received.find('\n')) != std::string::npos;) {
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(received.substr(0, end));
    received.erase(0, end + 1);
    findings.emplace_back();
    deadline = Clock::now() + timeLimit;
    if (!value) {
      llvm::consumeError(value.takeError());
      continue;
    }
    const llvm::json::Object *object = value->getAsObject();
    if (std::optional<llvm::StringRef> kind = object->getString("kind"))
      findings.back() = Finding{kind->str(), object->getString("station")->str(),
                                object->getString("message")->str()};
  }
  return findings;
}

/// The last line that the process wrote to its standard error: what an assertion says.
std::string Worker::lastWords() const {
  auto file = llvm::MemoryBuffer::getFile(folder + "/stderr", /*IsText=*/true);
  if (!file)
    return "";
  llvm::SmallVector<llvm::StringRef> lines;
  (*file)->getBuffer().trim().split(lines, '\n');
  for (llvm::StringRef line : lines)
    if (line.contains("ssertion") || line.contains("ERROR"))
      return ": " + line.trim().take_front(300).str();
  return lines.back().empty() ? "" : ": " + lines.back().trim().take_front(300).str();
}

Finding Worker::describeEnd() {
  bool late = Clock::now() >= deadline;
  if (late)
    kill(process, SIGKILL);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  process = 0;
  if (late)
    return {"timeout", "process", "no end after " + std::to_string(timeLimit.count()) + " ms"};
  std::string what = WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                         : "exit code " + std::to_string(WEXITSTATUS(status));
  return {"crash", "process", what + lastWords()};
}

//===----------------------------------------------------------------------===//
// All cases
//===----------------------------------------------------------------------===//

/// Waits until one of the workers has something to say or the first deadline passes.
static void waitFor(llvm::ArrayRef<std::unique_ptr<Worker>> workers, std::vector<bool> &ready) {
  std::vector<pollfd> pipes;
  Clock::time_point first = Clock::time_point::max();
  for (const auto &worker : workers) {
    pipes.push_back({worker->pipe, POLLIN, 0});
    first = std::min(first, worker->deadline);
  }
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(first - Clock::now()).count();
  poll(pipes.data(), pipes.size(), int(std::clamp<int64_t>(left + 1, 0, 60'000)));
  ready.clear();
  for (const pollfd &pipe : pipes)
    ready.push_back(pipe.revents != 0);
}

llvm::Error
Isolation::run(llvm::ArrayRef<Case> cases,
               llvm::function_ref<void(unsigned, unsigned, std::optional<Finding>)> done) {
  std::vector<std::unique_ptr<Worker>> workers;
  unsigned nextCase = 0;
  auto start = [&](unsigned theCase, unsigned first) -> llvm::Error {
    auto worker = Worker::start(cases[theCase], theCase, first, options);
    if (!worker)
      return worker.takeError();
    workers.push_back(std::move(*worker));
    return llvm::Error::success();
  };
  while (nextCase < cases.size() || !workers.empty()) {
    for (; workers.size() < std::max(options.jobs, 1u) && nextCase < cases.size(); ++nextCase)
      if (llvm::Error error = start(nextCase, 0))
        return error;
    std::vector<bool> ready;
    waitFor(workers, ready);
    std::vector<std::unique_ptr<Worker>> turn = std::move(workers);
    workers.clear();
    for (auto [worker, isReady] : llvm::zip(turn, ready)) {
      bool open = !isReady || worker->receive();
      for (std::optional<Finding> &finding : worker->take())
        done(worker->theCase, worker->next++, std::move(finding));
      const Case &task = cases[worker->theCase];
      if (open && Clock::now() < worker->deadline) {
        workers.push_back(std::move(worker));
        continue;
      }
      if (worker->next == task.switches.size())
        continue;
      // The check that ran takes the blame; those behind it get a process of their own.
      done(worker->theCase, worker->next, worker->describeEnd());
      if (worker->next + 1 < task.switches.size())
        if (llvm::Error error = start(worker->theCase, worker->next + 1))
          return error;
    }
  }
  return llvm::Error::success();
}
