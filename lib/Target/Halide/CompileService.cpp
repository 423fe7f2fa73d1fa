//===- CompileService.cpp - All kernels of a plan, by workers ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/CompileService.h"
#include "KernelCache.h"
#include "Protocol.h"
#include "WorkerProcess.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <deque>

using namespace llvm;

namespace fovea::halide {

using Clock = std::chrono::steady_clock;

/// The layers a kernel stands for, in the words of its stages.
static std::string layersOf(const plan::Kernel &kernel) {
  SetVector<StringRef> names;
  for (const plan::Stage &stage : kernel.stages)
    names.insert(stage.name);
  return join(names.begin(), names.end(), " + ");
}

static Error failureOf(const plan::Kernel &kernel, const Twine &what) {
  return createStringError("cannot compile the kernel of '" + layersOf(kernel) + "': " + what);
}

namespace {
/// A distinct kernel and the places of the caller's list that it stands at.
struct Job {
  const plan::Kernel *kernel;
  std::string key;
  std::vector<size_t> places;
};
} // namespace

struct CompileService::State {
  CompileOptions options;
  KernelCache cache;
  CompileStatistics statistics;
  std::vector<std::unique_ptr<WorkerProcess>> workers;
  SmallString<128> folder; ///< Where workers leave objects.

  explicit State(CompileOptions given) : options(std::move(given)), cache(options.cacheFolder) {}
  ~State() {
    workers.clear();
    if (!folder.empty())
      sys::fs::remove_directories(folder);
  }

  Error startWorkers();
  Expected<std::vector<Job>> distinct(ArrayRef<plan::Kernel> kernels, StringRef target);
  Error compileAll(std::deque<Job *> waiting, StringRef target,
                   std::vector<CompiledKernel> &results);
  Error finish(Job &job, StringRef line, std::vector<CompiledKernel> &results);
  std::string objectPath(const Job &job) const;
};

CompileService::CompileService(std::unique_ptr<State> state) : state(std::move(state)) {}
CompileService::~CompileService() = default;

const CompileStatistics &CompileService::statistics() const { return state->statistics; }

std::vector<int> CompileService::workerIds() const {
  std::vector<int> ids;
  for (const auto &worker : state->workers)
    ids.push_back(worker->id());
  return ids;
}

Expected<std::unique_ptr<CompileService>> CompileService::start(CompileOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  if (std::error_code error = sys::fs::createUniqueDirectory("fovea-kernels", state->folder))
    return createStringError(error, "cannot make a temporary folder: " + error.message());
  if (Error error = state->startWorkers())
    return error;
  return std::unique_ptr<CompileService>(new CompileService(std::move(state)));
}

/// Starts as many workers as are missing.
Error CompileService::State::startWorkers() {
  while (workers.size() < std::max(options.workers, 1u)) {
    auto worker = WorkerProcess::start(options.worker, options.workerArguments);
    if (!worker)
      return worker.takeError();
    workers.push_back(std::move(*worker));
  }
  return Error::success();
}

std::string CompileService::State::objectPath(const Job &job) const {
  SmallString<128> path(folder);
  sys::path::append(path, job.key + ".o");
  return path.str().str();
}

Expected<std::vector<Job>> CompileService::State::distinct(ArrayRef<plan::Kernel> kernels,
                                                           StringRef target) {
  std::vector<Job> jobs;
  StringMap<size_t> jobOfKey;
  for (size_t i = 0; i < kernels.size(); ++i) {
    std::string key = kernelKey(kernels[i], target);
    if (kernels[i].symbol != kernelSymbol(kernels[i], target))
      return failureOf(kernels[i],
                       "its symbol '" + kernels[i].symbol + "' is not that of its contents");
    auto [entry, isNew] = jobOfKey.try_emplace(key, jobs.size());
    if (isNew)
      jobs.push_back({&kernels[i], key, {}});
    jobs[entry->second].places.push_back(i);
  }
  return jobs;
}

Expected<std::vector<CompiledKernel>> CompileService::compile(ArrayRef<plan::Kernel> kernels,
                                                              StringRef target) {
  Clock::time_point begin = Clock::now();
  Expected<std::vector<Job>> jobs = state->distinct(kernels, target);
  if (!jobs)
    return jobs.takeError();
  std::vector<CompiledKernel> results(kernels.size());
  std::deque<Job *> waiting;
  for (Job &job : *jobs) {
    bool corrupt = false;
    std::optional<CompiledKernel> found = state->cache.find(job.key, corrupt);
    state->statistics.corrupt += corrupt;
    if (!found) {
      waiting.push_back(&job);
      continue;
    }
    ++state->statistics.hits;
    for (size_t place : job.places)
      results[place] = *found;
  }
  Error error = state->compileAll(std::move(waiting), target, results);
  state->statistics.milliseconds +=
      std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  if (error)
    return error;
  return results;
}

/// Takes in the answer of a worker.
Error CompileService::State::finish(Job &job, StringRef line,
                                    std::vector<CompiledKernel> &results) {
  Expected<WorkerReply> reply = parseLine<WorkerReply>(line, "reply");
  if (!reply)
    return failureOf(*job.kernel, "the compile worker does not answer as it should: " +
                                      toString(reply.takeError()));
  if (!reply->ok)
    return failureOf(*job.kernel, reply->error);
  std::string path = objectPath(job);
  auto object = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!object)
    return failureOf(*job.kernel, "cannot read its object: " + object.getError().message());
  CompiledKernel compiled{(*object)->getBuffer().str(), reply->scratch};
  sys::fs::remove(path);
  cache.insert(job.key, compiled);
  ++statistics.misses;
  for (size_t place : job.places)
    results[place] = compiled;
  return Error::success();
}

/// Keeps every worker busy with one job until none is left. A worker that dies or is too slow fails
/// its job alone.
Error CompileService::State::compileAll(std::deque<Job *> waiting, StringRef target,
                                        std::vector<CompiledKernel> &results) {
  if (waiting.empty())
    return Error::success();
  Error errors = startWorkers();
  if (errors)
    return errors;
  struct Running {
    WorkerProcess *worker;
    Job *job;
    Clock::time_point deadline;
  };
  std::vector<Running> running;
  auto giveWork = [&](WorkerProcess *worker) {
    if (waiting.empty())
      return;
    Job *job = waiting.front();
    waiting.pop_front();
    // A worker that cannot be written to is dead, which waiting for its answer finds out.
    worker->send(toLine(WorkerRequest{static_cast<int64_t>(job->places[0]), *job->kernel,
                                      target.str(), objectPath(*job)}));
    running.push_back({worker, job, Clock::now() + options.timeLimit});
  };
  auto drop = [&](WorkerProcess *worker) {
    erase_if(workers, [&](const auto &entry) { return entry.get() == worker; });
  };
  for (auto &worker : workers)
    giveWork(worker.get());

  while (!running.empty()) {
    std::vector<WorkerProcess *> busy;
    Clock::time_point next = Clock::time_point::max();
    for (const Running &entry : running) {
      busy.push_back(entry.worker);
      next = std::min(next, entry.deadline);
    }
    WorkerProcess::wait(busy, next);
    std::vector<Running> turn = std::move(running);
    running.clear();
    for (const Running &entry : turn) {
      std::optional<std::string> line = entry.worker->takeLine();
      if (line) {
        errors = joinErrors(std::move(errors), finish(*entry.job, *line, results));
        giveWork(entry.worker);
      } else if (entry.worker->ended()) {
        errors = joinErrors(
            std::move(errors),
            failureOf(*entry.job->kernel, "the compile worker " + entry.worker->describeEnd()));
        drop(entry.worker);
      } else if (Clock::now() >= entry.deadline) {
        errors =
            joinErrors(std::move(errors),
                       failureOf(*entry.job->kernel, "the compile worker took longer than " +
                                                         Twine(options.timeLimit.count()) + " ms"));
        drop(entry.worker);
      } else {
        running.push_back(entry);
      }
    }
  }
  for (const Job *job : waiting)
    errors = joinErrors(std::move(errors), failureOf(*job->kernel, "no compile worker is left"));
  return errors;
}

} // namespace fovea::halide
