//===- Fuzz.cpp - fovea fuzz ----------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Fuzz/Campaign.h"
#include "fovea/Fuzz/Generate.h"
#include "fovea/Support/AtomicFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Threading.h"

using namespace fovea;
using namespace fovea::fuzz;

namespace {
struct FuzzOptions {
  int seed = 1, count = 100, jobs = 0, native = 2, timeLimit = 120;
  double minutes = 0;
  std::vector<std::string> switches;
  std::string out, file, cache;
  bool noCache = false, json = false, coverage = false, print = false;
};
} // namespace

/// "all" and nothing are all of them.
static llvm::Expected<std::vector<Switch>> chooseSwitches(const std::vector<std::string> &names) {
  std::vector<Switch> all = allSwitches(), chosen;
  if (names.empty() || names == std::vector<std::string>{"all"})
    return all;
  for (const std::string &name : names) {
    auto found = llvm::find_if(all, [&](const Switch &one) { return one.name == name; });
    if (found == all.end()) {
      std::string known;
      for (const Switch &one : all)
        known += (known.empty() ? "" : ", ") + one.name;
      return llvm::createStringError("unknown switch '" + name + "'; known: all, " + known);
    }
    chosen.push_back(*found);
  }
  return chosen;
}

static Isolation::Options isolationOptions(const FuzzOptions &options,
                                           const CommandArguments &command) {
  Isolation::Options result;
  result.check.worker = command.program;
  llvm::SmallString<128> folder(options.cache);
  if (folder.empty() && llvm::sys::path::cache_directory(folder))
    llvm::sys::path::append(folder, "fovea");
  if (!options.noCache)
    result.check.cacheFolder = folder.str().str();
  result.jobs = options.jobs ? options.jobs : llvm::hardware_concurrency().compute_thread_count();
  result.timeLimit = std::chrono::seconds(options.timeLimit);
  return result;
}

//===----------------------------------------------------------------------===//
// One file
//===----------------------------------------------------------------------===//

static int checkFile(const FuzzOptions &options, const std::vector<Switch> &switches,
                     const Isolation::Options &isolation) {
  auto file = llvm::MemoryBuffer::getFile(options.file, /*IsText=*/true);
  if (!file)
    return report("cannot read '" + options.file + "': " + file.getError().message());
  Isolation::Case theCase;
  theCase.text = (*file)->getBuffer().str();
  theCase.seed = options.seed;
  for (const Switch &one : switches)
    theCase.switches.push_back(&one);
  unsigned failures = 0;
  auto done = [&](unsigned, unsigned how, std::optional<Finding> finding) {
    llvm::outs() << switches[how].name << ": ";
    if (finding)
      llvm::outs() << finding->kind << " after " << finding->station << ": " << finding->message;
    else
      llvm::outs() << "ok";
    llvm::outs() << '\n';
    failures += finding.has_value();
  };
  if (llvm::Error error = Isolation(isolation).run({theCase}, done))
    return report(std::move(error));
  return failures ? 1 : 0;
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

/// What stands above a minimal network: what is wrong with it and how to see that.
static std::string describe(const Failure &failure, llvm::StringRef path) {
  std::string also;
  for (const std::string &name : failure.also)
    also += (also.empty() ? "" : ", ") + name;
  std::string text = llvm::formatv("# {0} after {1}: {2}\n# seed {3}, switch {4}",
                                   failure.finding.kind, failure.finding.station,
                                   failure.finding.message, failure.seed, failure.how->name);
  if (!also.empty())
    text += "; the whole network fails too under " + also;
  if (failure.networks > 1)
    text += llvm::formatv("; {0} networks came down to it", failure.networks);
  return text + llvm::formatv("\n# fovea fuzz --file={0} --seed={1} --switches={2}\n"
                              "# fovea verify {0} --weights random:{1} --seed={1} {3}\n",
                              path, failure.seed, failure.how->name, failure.how->options)
                    .str();
}

static std::string pathOf(const FuzzOptions &options, const Failure &failure) {
  std::string name = "seed-" + std::to_string(failure.seed) + ".cnn";
  return options.out.empty() ? name : options.out + "/" + name;
}

/// As soon as it is found: a long run may be ended from outside.
static void writeFailure(const FuzzOptions &options, const Failure &failure) {
  if (options.out.empty())
    return;
  std::string path = pathOf(options, failure);
  if (llvm::Error error =
          writeFileAtomically(path, describe(failure, path) + toText(failure.network)))
    report(std::move(error));
}

static llvm::json::Value toJson(const CampaignResult &result) {
  llvm::json::Array failures;
  for (const Failure &failure : result.failures)
    failures.push_back(llvm::json::Object{{"seed", int64_t(failure.seed)},
                                          {"switch", failure.how->name},
                                          {"kind", failure.finding.kind},
                                          {"station", failure.finding.station},
                                          {"message", failure.finding.message},
                                          {"network", toText(failure.network)}});
  llvm::json::Array empty;
  for (std::string &cell : result.coverage.emptyCells())
    empty.push_back(std::move(cell));
  return llvm::json::Object{{"networks", result.networks},
                            {"checks", result.checks},
                            {"failures", std::move(failures)},
                            {"coverage", result.coverage.toJson()},
                            {"emptyCells", std::move(empty)}};
}

/// Small campaigns cannot fill the table: they are not asked to.
static int summarise(const FuzzOptions &options, const CampaignResult &result, double seconds) {
  constexpr unsigned enough = 300;
  std::vector<std::string> empty = result.coverage.emptyCells();
  bool mustBeFull = options.coverage || result.networks >= enough;
  if (options.json)
    llvm::outs() << llvm::formatv("{0:2}\n", toJson(result));
  else
    result.coverage.print(llvm::outs());
  if (!options.json) {
    for (const Failure &failure : result.failures)
      llvm::outs() << describe(failure, pathOf(options, failure)) << toText(failure.network)
                   << '\n';
    if (mustBeFull)
      for (const std::string &cell : empty)
        llvm::outs() << "no network has " << cell << '\n';
    llvm::outs() << llvm::formatv("{0} networks, {1} checks, {2} findings, {3} empty cells\n",
                                  result.networks, result.checks, result.failures.size(),
                                  empty.size());
    llvm::errs() << llvm::formatv("{0:F0} s, {1:F0} networks a minute\n", seconds,
                                  60 * result.networks / std::max(seconds, 1e-3));
  }
  return !result.failures.empty() || (mustBeFull && !empty.empty()) ? 1 : 0;
}

//===----------------------------------------------------------------------===//
// The command
//===----------------------------------------------------------------------===//

static int fuzzRandom(const FuzzOptions &options, const std::vector<Switch> &switches,
                      const Isolation::Options &isolation) {
  CampaignOptions campaign;
  campaign.seed = options.seed;
  campaign.count = options.count;
  campaign.minutes = options.minutes;
  campaign.nativeSwitches = options.native;
  if (options.switches == std::vector<std::string>{"all"})
    campaign.nativeSwitches = switches.size();
  campaign.isolation = isolation;
  if (onTerminal())
    campaign.progress = [](unsigned networks, unsigned failures) {
      llvm::errs() << '\r' << networks << " networks, " << failures << " fail ";
    };
  campaign.found = [&](const Failure &failure) { writeFailure(options, failure); };
  if (!options.out.empty())
    if (std::error_code error = llvm::sys::fs::create_directories(options.out))
      return report("cannot make the folder " + options.out + ": " + error.message());
  auto begin = std::chrono::steady_clock::now();
  llvm::Expected<CampaignResult> result = runCampaign(campaign, switches);
  if (onTerminal())
    llvm::errs() << '\r';
  if (!result)
    return report(result.takeError());
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  return summarise(options, *result, time.count());
}

static void declare(CommandLine &line, FuzzOptions &options) {
  line.integer("seed", options.seed, 0, INT32_MAX, "Of the first network (default: 1)");
  line.integer("count", options.count, 1, INT32_MAX, "How many networks (default: 100)");
  line.number("minutes", options.minutes, "Go on for so long instead");
  line.list("switches", options.switches, "NAME",
            "Ways of compiling, or all for every one with every network");
  line.integer("native", options.native, 0, 100,
               "Under how many switches a network becomes machine code (default: 2)");
  line.integer("jobs", options.jobs, 1, 1024, "Networks at a time (default: one per CPU)");
  line.letter('j');
  line.integer("time-limit", options.timeLimit, 1, 86400,
               "Seconds after which a check hangs (default: 120)");
  line.text("file", options.file, "FILE", "Check this network and no random ones");
  line.flag("print", options.print, "Print the network of the seed, run nothing");
  line.section("Results");
  line.text("out", options.out, "DIR", "Where minimal failing networks are written");
  line.flag("coverage", options.coverage,
            "Fail on an empty cell of the table, whatever the count (from 300 on always)");
  line.flag("json", options.json, "Print JSON");
  line.text("cache", options.cache, "DIR",
            "Folder of compiled kernels (default: the user's cache)");
  line.flag("no-cache", options.noCache, "Compile every kernel anew");
  line.example("fovea fuzz --seed 1 --count 300", "what CI runs");
  line.example("fovea fuzz --minutes 60 --seed 1000000 --out findings", "an hour of it");
  line.example("fovea fuzz --file findings/seed-17.cnn --seed 17 --switches native",
               "one of its findings again");
}

int fovea::fuzzCommand(const CommandArguments &command) {
  CommandLine line("fuzz",
                   "Generates random networks and compares the reference interpreter with every "
                   "way of compiling them.\nPrints which layers ran under which switch, and cuts "
                   "down what fails.",
                   "[--seed=N] [--count=M] [options]");
  FuzzOptions options;
  declare(line, options);
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (options.print) {
    fuzz::print(generate(options.seed), llvm::outs());
    return 0;
  }
  llvm::Expected<std::vector<Switch>> switches = chooseSwitches(options.switches);
  if (!switches)
    return report(switches.takeError()), 2;
  Isolation::Options isolation = isolationOptions(options, command);
  return options.file.empty() ? fuzzRandom(options, *switches, isolation)
                              : checkFile(options, *switches, isolation);
}
