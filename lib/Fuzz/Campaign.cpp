//===- Campaign.cpp - Many networks, many switches ------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Campaign.h"
#include "fovea/Fuzz/Generate.h"
#include "fovea/Fuzz/Reduce.h"
#include "llvm/ADT/STLExtras.h"
#include <map>

using namespace fovea;
using namespace fovea::fuzz;
using Clock = std::chrono::steady_clock;

Isolation::Case fuzz::caseOf(const Network &network, uint64_t seed,
                             std::vector<const Switch *> switches) {
  Isolation::Case result;
  result.text = toText(network);
  result.seed = seed;
  result.switches = std::move(switches);
  if (auto shapes = inferShapes(network))
    for (const Value &value : network.outputs)
      result.shapes.push_back((*shapes)[value.node][value.result]);
  return result;
}

namespace {
class Campaign {
public:
  Campaign(const CampaignOptions &options, const std::vector<Switch> &switches);
  llvm::Expected<CampaignResult> run();

private:
  /// A network and the switches it runs under.
  struct Plan {
    uint64_t seed;
    Network network;
    std::vector<unsigned> columns;
    /// By column.
    std::map<unsigned, Finding> findings;
  };
  Plan plan(uint64_t seed);
  void countFeatures();
  unsigned switchesFor(const std::vector<unsigned> &features, size_t native) const;
  std::vector<unsigned> chooseNative(const std::vector<unsigned> &features, uint64_t seed);
  llvm::Error runBatch(uint64_t seed, unsigned count);
  llvm::Error addFailure(const Plan &plan);
  llvm::Expected<Network> cutDown(const Plan &plan, const Switch &how, const Finding &finding);

  const CampaignOptions &options;
  const std::vector<Switch> &switches;
  CampaignResult result;
  unsigned failures = 0;
  std::vector<unsigned> networksWith; ///< Each feature; empty if the number of networks is open.
};
} // namespace

static Coverage emptyCoverage(const std::vector<Switch> &switches) {
  std::vector<std::string> names;
  for (const Switch &one : switches)
    names.push_back(one.name);
  return Coverage(std::move(names));
}

Campaign::Campaign(const CampaignOptions &options, const std::vector<Switch> &switches)
    : options(options), switches(switches), result{0, 0, emptyCoverage(switches), {}} {}

void Campaign::countFeatures() {
  networksWith.resize(allFeatures().size());
  for (unsigned i = 0; i < options.count; ++i)
    for (unsigned feature : featuresOf(generate(options.seed + i)))
      ++networksWith[feature];
}

/// More than usual for a network with a class that few others have: they have to meet all switches
/// together, with some to spare, since no two of them should meet the same.
unsigned Campaign::switchesFor(const std::vector<unsigned> &features, size_t native) const {
  unsigned needed = options.nativeSwitches;
  if (!networksWith.empty())
    for (unsigned feature : features)
      needed = std::max<unsigned>(needed, (native * 3 / 2) / networksWith[feature]);
  return std::min<unsigned>(needed, 2 * options.nativeSwitches);
}

/// Those that fill most empty cells; where none is left, each in its turn.
std::vector<unsigned> Campaign::chooseNative(const std::vector<unsigned> &features, uint64_t seed) {
  std::vector<unsigned> columns;
  for (unsigned column = 0; column < switches.size(); ++column)
    if (switches[column].isNative())
      columns.push_back(column);
  if (columns.empty())
    return columns;
  std::rotate(columns.begin(), columns.begin() + seed % columns.size(), columns.end());
  // An empty cell counts the more, the fewer networks can fill it.
  std::map<unsigned, double> worth;
  for (unsigned column : columns)
    for (unsigned feature : features)
      if (result.coverage.count(feature, column) == 0)
        worth[column] += networksWith.empty() ? 1 : 1.0 / networksWith[feature];
  llvm::stable_sort(columns, [&](unsigned a, unsigned b) { return worth[a] > worth[b]; });
  columns.resize(std::min<size_t>(columns.size(), switchesFor(features, columns.size())));
  return columns;
}

/// Decided by the seeds alone: what runs where does not depend on how long it takes.
Campaign::Plan Campaign::plan(uint64_t seed) {
  Plan plan{seed, generate(seed), {}, {}};
  std::vector<unsigned> features = featuresOf(plan.network);
  for (unsigned column = 0; column < switches.size(); ++column)
    if (!switches[column].isNative())
      plan.columns.push_back(column);
  llvm::append_range(plan.columns, chooseNative(features, seed));
  for (unsigned column : plan.columns)
    result.coverage.add(features, column);
  return plan;
}

llvm::Error Campaign::runBatch(uint64_t seed, unsigned count) {
  std::vector<Plan> plans;
  std::vector<Isolation::Case> cases;
  for (unsigned i = 0; i < count; ++i) {
    plans.push_back(plan(seed + i));
    std::vector<const Switch *> chosen;
    for (unsigned column : plans.back().columns)
      chosen.push_back(&switches[column]);
    cases.push_back(caseOf(plans.back().network, plans.back().seed, std::move(chosen)));
  }
  Isolation isolation(options.isolation);
  std::vector<unsigned> left;
  for (const Plan &plan : plans) {
    left.push_back(plan.columns.size());
    result.networks += plan.columns.empty(); // None of the switches is for it.
  }
  auto done = [&](unsigned theCase, unsigned how, std::optional<Finding> finding) {
    ++result.checks;
    if (finding)
      plans[theCase].findings[plans[theCase].columns[how]] = std::move(*finding);
    if (--left[theCase] > 0)
      return;
    ++result.networks;
    failures += !plans[theCase].findings.empty();
    if (options.progress)
      options.progress(result.networks, failures);
  };
  if (llvm::Error error = isolation.run(cases, done))
    return error;
  for (const Plan &plan : plans)
    if (!plan.findings.empty())
      if (llvm::Error error = addFailure(plan))
        return error;
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Failures
//===----------------------------------------------------------------------===//

/// The same switch, the same kind of finding.
llvm::Expected<Network> Campaign::cutDown(const Plan &plan, const Switch &how,
                                          const Finding &finding) {
  Isolation isolation(options.isolation);
  llvm::Error failure = llvm::Error::success();
  auto fails = [&](const Network &candidate) {
    if (failure)
      return false;
    bool same = false;
    llvm::Error error = isolation.run({caseOf(candidate, plan.seed, {&how})},
                                      [&](unsigned, unsigned, std::optional<Finding> other) {
                                        same = other && finding.isLike(*other);
                                      });
    failure = llvm::joinErrors(std::move(failure), std::move(error));
    return same;
  };
  Network network = reduce(plan.network, fails);
  if (failure)
    return failure;
  return network;
}

/// Cuts it down under the first switch that it fails under; failures that become the same network
/// are one.
llvm::Error Campaign::addFailure(const Plan &plan) {
  auto &[column, finding] = *plan.findings.begin();
  Failure failure{plan.seed, &switches[column], finding, plan.network, {}, 1};
  for (auto &[other, ignored] : plan.findings)
    if (other != column)
      failure.also.push_back(switches[other].name);
  if (result.failures.size() < options.reductions) {
    llvm::Expected<Network> network = cutDown(plan, *failure.how, finding);
    if (!network)
      return network.takeError();
    failure.network = std::move(*network);
  }
  std::string text = toText(failure.network);
  for (Failure &known : result.failures)
    if (known.how == failure.how && toText(known.network) == text)
      return ++known.networks, llvm::Error::success();
  if (options.found)
    options.found(failure);
  result.failures.push_back(std::move(failure));
  return llvm::Error::success();
}

llvm::Expected<CampaignResult> Campaign::run() {
  constexpr unsigned batch = 50;
  if (options.minutes == 0)
    countFeatures();
  Clock::time_point begin = Clock::now();
  auto isOver = [&](unsigned done) {
    std::chrono::duration<double, std::ratio<60>> passed = Clock::now() - begin;
    return options.minutes > 0 ? passed.count() >= options.minutes : done >= options.count;
  };
  for (unsigned done = 0; !isOver(done); done += batch) {
    unsigned count = options.minutes > 0 ? batch : std::min(batch, options.count - done);
    if (llvm::Error error = runBatch(options.seed + done, count))
      return error;
  }
  return std::move(result);
}

llvm::Expected<CampaignResult> fuzz::runCampaign(const CampaignOptions &options,
                                                 const std::vector<Switch> &switches) {
  return Campaign(options, switches).run();
}
