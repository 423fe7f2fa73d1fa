//===- CompileService.cpp - All kernels of a plan, by workers ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/CompileService.h"
#include "Protocol.h"
#include "WorkerProcess.h"
#include "fovea/Support/Memory.h"
#include "fovea/Target/Halide/KernelCache.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include <deque>

using namespace llvm;

namespace fovea::halide {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// What the compiler of one kernel allocates at most, as a rule: a memory limit that leaves each
/// worker less means fewer workers.
static constexpr uint64_t usualKernelBytes = uint64_t(128) << 20;

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

using Workers = std::vector<std::unique_ptr<WorkerProcess>>;

struct CompileService::State {
  CompileOptions options;
  KernelCache cache;
  CompileStatistics statistics;
  Workers workers;

  explicit State(CompileOptions given) : options(std::move(given)), cache(options.cacheFolder) {}

  Error startWorkers();
  Expected<std::vector<Job>> distinct(ArrayRef<plan::Kernel> kernels, StringRef target);
  Error compileAll(std::vector<Job *> jobs, StringRef target, std::vector<CompiledKernel> &results);
};

static Error startWorker(const CompileOptions &options, Workers &workers) {
  auto worker = WorkerProcess::start(options.worker, options.workerArguments);
  if (!worker)
    return worker.takeError();
  workers.push_back(std::move(*worker));
  return Error::success();
}

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
  if (Error error = state->startWorkers())
    return error;
  return std::unique_ptr<CompileService>(new CompileService(std::move(state)));
}

/// Starts as many workers as are missing.
Error CompileService::State::startWorkers() {
  while (workers.size() < std::max(options.workers, 1u))
    if (Error error = startWorker(options, workers))
      return error;
  return Error::success();
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

//===----------------------------------------------------------------------===//
// Workers at work
//===----------------------------------------------------------------------===//

namespace {
/// Has workers compile jobs, each busy with one until none is left. A worker that dies or is too
/// slow fails its job alone, and another is started for the rest.
class Round {
public:
  Round(const CompileOptions &options, Workers &workers, StringRef target)
      : options(options), workers(workers), target(target) {}

  /// Compiles `jobs`; `take` gets each result. All that fails is in the error.
  Error run(std::vector<Job *> jobs,
            function_ref<void(const Job &, CompiledKernel, const WorkerReply &)> take);

private:
  struct Running {
    WorkerProcess *worker; ///< Null: it is no more.
    Job *job;
    Clock::time_point deadline;
    std::optional<WorkerReply> reply; ///< Its object has not come yet.
  };
  /// What `pass` may use.
  struct Share {
    size_t workers = 1;
    uint64_t bytes = 0; ///< Of each worker; 0: no limit.
    bool isAll = true;
  };
  Expected<Share> shareMemory() const;
  void pass(std::deque<Job *> jobs, Share given);
  void giveWork(WorkerProcess *worker);
  void replaceWorker();
  void waitForAny();
  bool hearAll();
  bool hear(Running &entry);
  void finish(const Running &entry, std::string object);
  void fail(const Job &job, const Twine &what);
  void failForMemory(Job &job, const WorkerReply &reply);
  void report();

  const CompileOptions &options;
  Workers &workers;
  StringRef target;
  function_ref<void(const Job &, CompiledKernel, const WorkerReply &)> take;
  std::deque<Job *> waiting;
  std::vector<Running> running;
  std::vector<Job *> tooLarge; ///< For a share of the memory.
  Share share;
  unsigned done = 0, total = 0;
  Clock::time_point begin = Clock::now();
  Error errors = Error::success();
};
} // namespace

/// How many workers fit into the limit, and what each may allocate.
Expected<Round::Share> Round::shareMemory() const {
  if (!options.memoryLimit)
    return Share{workers.size(), 0, workers.size() == 1};
  uint64_t own = allocatedMemory();
  if (options.memoryLimit <= own)
    return createStringError("a memory limit of " + printBytes(options.memoryLimit) +
                             " leaves nothing for kernels: this process alone takes " +
                             printBytes(own));
  uint64_t all = options.memoryLimit - own;
  size_t count = std::clamp<size_t>(all / usualKernelBytes, 1, workers.size());
  return Share{count, all / count, count == 1};
}

Error Round::run(std::vector<Job *> jobs,
                 function_ref<void(const Job &, CompiledKernel, const WorkerReply &)> taken) {
  take = taken;
  total = jobs.size();
  Expected<Share> given = shareMemory();
  if (!given)
    return given.takeError();
  pass({jobs.begin(), jobs.end()}, *given);
  // What one of several workers could not do for want of memory, one can that has it all.
  std::deque<Job *> again(tooLarge.begin(), tooLarge.end());
  pass(std::move(again), {1, given->bytes * given->workers, true});
  return std::move(errors);
}

void Round::pass(std::deque<Job *> jobs, Share given) {
  if (jobs.empty())
    return;
  waiting = std::move(jobs);
  share = given;
  for (auto &worker : ArrayRef(workers).take_front(share.workers))
    giveWork(worker.get());
  report();
  while (!running.empty()) {
    waitForAny();
    if (hearAll())
      report();
  }
  for (const Job *job : waiting)
    fail(*job, "no compile worker is left");
}

/// Takes in what workers say, and gives those that are done the next job. False: nobody is.
bool Round::hearAll() {
  size_t busy = running.size(), before = busy;
  for (size_t i = 0; i < busy;) {
    if (!hear(running[i])) {
      ++i;
      continue;
    }
    WorkerProcess *worker = running[i].worker;
    running.erase(running.begin() + i);
    --busy;
    if (worker)
      giveWork(worker);
    else
      replaceWorker();
  }
  return busy < before;
}

void Round::giveWork(WorkerProcess *worker) {
  if (waiting.empty())
    return;
  Job *job = waiting.front();
  waiting.pop_front();
  // A worker that cannot be written to is dead, which waiting for its answer finds out.
  worker->send(toLine(WorkerRequest{static_cast<int64_t>(job->places[0]), *job->kernel,
                                    target.str(), static_cast<int64_t>(share.bytes)}));
  running.push_back({worker, job, Clock::now() + options.timeLimit, std::nullopt});
}

/// In the place of one that is no more. Each has failed a job, so there is an end to it.
void Round::replaceWorker() {
  if (waiting.empty())
    return;
  if (Error error = startWorker(options, workers))
    errors = joinErrors(std::move(errors), std::move(error));
  else
    giveWork(workers.back().get());
}

void Round::waitForAny() {
  std::vector<WorkerProcess *> busy;
  Clock::time_point next = Clock::time_point::max();
  for (const Running &entry : running) {
    busy.push_back(entry.worker);
    next = std::min(next, entry.deadline);
  }
  WorkerProcess::wait(busy, next);
}

/// Takes in what a worker says. True: its job is over, one way or another.
bool Round::hear(Running &entry) {
  if (!entry.reply)
    if (std::optional<std::string> line = entry.worker->takeLine()) {
      Expected<WorkerReply> reply = parseLine<WorkerReply>(*line, "reply");
      if (!reply) {
        fail(*entry.job,
             "the compile worker does not answer as it should: " + toString(reply.takeError()));
        return true;
      }
      entry.reply = std::move(*reply);
    }
  if (entry.reply)
    if (auto object = entry.worker->takeBytes(entry.reply->objectBytes)) {
      finish(entry, std::move(*object));
      return true;
    }
  if (entry.worker->ended())
    fail(*entry.job, "the compile worker " + entry.worker->describeEnd());
  else if (Clock::now() >= entry.deadline)
    fail(*entry.job,
         "the compile worker took longer than " + Twine(options.timeLimit.count()) + " ms");
  else
    return false;
  erase_if(workers, [&](const auto &worker) { return worker.get() == entry.worker; });
  entry.worker = nullptr;
  return true;
}

void Round::finish(const Running &entry, std::string object) {
  const WorkerReply &reply = *entry.reply;
  ++done;
  if (reply.ok)
    take(*entry.job, {std::move(object), reply.scratch}, reply);
  else if (reply.outOfMemory)
    failForMemory(*entry.job, reply);
  else
    fail(*entry.job, reply.error);
}

void Round::fail(const Job &job, const Twine &what) {
  errors = joinErrors(std::move(errors), failureOf(*job.kernel, what));
}

void Round::failForMemory(Job &job, const WorkerReply &reply) {
  if (!share.isAll) {
    tooLarge.push_back(&job);
    --done;
  } else if (share.bytes) {
    fail(job, "it takes more than the " + printBytes(share.bytes) + " that the memory limit of " +
                  printBytes(options.memoryLimit) + " leaves it");
  } else {
    fail(job, reply.error + "; this machine seems to be short of memory");
  }
}

void Round::report() {
  if (!options.progress)
    return;
  CompileProgress progress;
  progress.done = done;
  progress.total = total;
  for (const Running &entry : running)
    progress.running.push_back(layersOf(*entry.job->kernel));
  double seconds = Milliseconds(Clock::now() - begin).count() / 1000;
  progress.secondsLeft = done ? seconds * (total - done) / done : 0;
  options.progress(progress);
}

//===----------------------------------------------------------------------===//
// All kernels
//===----------------------------------------------------------------------===//

Error CompileService::State::compileAll(std::vector<Job *> jobs, StringRef target,
                                        std::vector<CompiledKernel> &results) {
  if (Error error = startWorkers())
    return error;
  auto take = [&](const Job &job, CompiledKernel kernel, const WorkerReply &reply) {
    cache.insert(job.key, kernel);
    ++statistics.misses;
    statistics.peakBytes = std::max(statistics.peakBytes, reply.peakBytes);
    statistics.compiled.push_back({layersOf(*job.kernel), reply.milliseconds});
    for (size_t place : job.places)
      results[place] = kernel;
  };
  Error error = Round(options, workers, target).run(std::move(jobs), take);
  // An old entry that stays costs nothing but its place.
  consumeError(cache.clean(KernelCache::anyAge, options.cacheBytes).takeError());
  return error;
}

Expected<std::vector<CompiledKernel>> CompileService::compile(ArrayRef<plan::Kernel> kernels,
                                                              StringRef target) {
  Clock::time_point begin = Clock::now();
  Expected<std::vector<Job>> jobs = state->distinct(kernels, target);
  if (!jobs)
    return jobs.takeError();
  std::vector<CompiledKernel> results(kernels.size());
  CompileStatistics &statistics = state->statistics;
  std::vector<Job *> waiting;
  for (Job &job : *jobs) {
    bool corrupt = false;
    std::optional<CompiledKernel> found = state->cache.find(job.key, corrupt);
    statistics.corrupt += corrupt;
    if (!found) {
      waiting.push_back(&job);
      continue;
    }
    ++statistics.hits;
    for (size_t place : job.places)
      results[place] = *found;
  }
  Error error = Error::success();
  if (!waiting.empty())
    error = state->compileAll(std::move(waiting), target, results);
  statistics.milliseconds += Milliseconds(Clock::now() - begin).count();
  if (error)
    return error;
  return results;
}

} // namespace fovea::halide
