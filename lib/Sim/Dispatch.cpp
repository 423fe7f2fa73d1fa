//===- Dispatch.cpp - Queues, tokens and the dispatcher -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Dispatch.h"
#include "DmaEngine.h"
#include "Fifo.h"
#include "KnownCosts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;
using namespace fovea::sim;
using isa::Queue;
using isa::queueCount;
using llvm::createStringError;

static constexpr unsigned ld = unsigned(Queue::Ld), st = unsigned(Queue::St);
static constexpr llvm::StringLiteral queueNames[queueCount] = {"LD", "EX", "VX", "ST"};

/// Queues of operations, in the variant's order.
static constexpr Queue queuesOfOperations[] = {
#define FOVEA_COMMAND(Name, mnemonic, queue, summary) Queue::queue,
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
    Queue::None};

std::string sim::describe(const Program &program, uint64_t index) {
  return "command " + std::to_string(index) + " (" + disassemble(program.commands[index]) + ")";
}

namespace {
/// One run of a program. That nobody else sees it lets GCC make one loop of it.
class Dispatcher {
public:
  /// `execution` may be null; `records` are filled if there are any.
  Dispatcher(const Program &program, const Accelerator &machine, Execution *execution, Stats &stats,
             llvm::MutableArrayRef<CommandRecord> records);
  llvm::Error run();

  uint64_t cycles() const { return now; }
  uint64_t waitedForRoom() const { return queueFull; }

private:
  /// No time is as late: a run ends with an error at `mostCycles`, and no command takes as many.
  static constexpr uint64_t never = uint64_t(1) << 61, mostCycles = never / 2;
  struct Entry {
    uint64_t index; ///< The command's.
    uint64_t time;  ///< Of its dispatch; once it has begun, of that.
  };
  struct QueueState {
    uint64_t depth, inFlight;
    Ring<Entry> entries; ///< By their numbers in the queue, the last `depth` of them.
    Ring<uint64_t> ends; ///< The same, the last `inFlight`.
    uint64_t dispatched = 0, begun = 0;
    Stall cause = Stall::Dispatch; ///< What its head waits for last.
    uint64_t lastEnd = 0;          ///< Of the commands begun so far.
    uint32_t layer = 0;            ///< Of the command begun last.
    BankUse use;                   ///< Of the command begun last, until the unit is free.
    Clock clock{};
    bool isWaiting() const { return begun < dispatched; }
  };

  void dispatch();
  bool dispatchNext();
  bool dispatchFence();
  uint64_t firstToBegin();
  llvm::Error beginFirst(uint64_t key);
  // What is known of a queue when this is compiled saves a third of the time.
  template <unsigned q> void resolveHead();
  template <unsigned q> llvm::Error begin(uint64_t time);
  template <unsigned q> void takeTokens(uint8_t givers);
  template <unsigned q> void giveTokens(uint8_t takers);
  template <unsigned q> void occupy(uint64_t time, uint64_t bursts);
  bool anyWaiting() const;
  llvm::Error deadlock() const;
  llvm::Error checkTokens() const;
  uint64_t giverOf(unsigned giver, unsigned taker, uint64_t number) const;

  const Program &program;
  const isa::Command *const commands;
  const uint64_t count; ///< Of commands.
  Execution *const execution;
  Stats &stats;
  llvm::MutableArrayRef<CommandRecord> records;
  KnownCosts costs;
  std::array<QueueState, queueCount> queues;
  /// When a queue's head can begin, but for the DMA engine; `never` until that is known.
  std::array<uint64_t, queueCount> starts;
  /// When the DMA engine of LD or ST is free; 0 of the others.
  std::array<uint64_t, queueCount> engineFree{};
  const bool oneEngine;
  std::array<DmaEngine, 2> engines; ///< Of LD and ST, or of both.
  /// When each token was given that queue [from] gave to queue [to].
  std::array<std::array<Fifo<uint64_t>, queueCount>, queueCount> tokens;
  /// What had ended then; of runs with data.
  std::array<std::array<Fifo<Clock>, queueCount>, queueCount> clocks;
  Queue fullQueue = Queue::None; ///< What the dispatcher waits for room in.
  uint8_t changed = 0;           ///< Queues whose heads may have become known.
  uint64_t next = 0;             ///< Command to dispatch.
  uint64_t now = 0;              ///< When the dispatcher is free.
  uint64_t queueFull = 0;
};
} // namespace

Dispatcher::Dispatcher(const Program &program, const Accelerator &machine, Execution *execution,
                       Stats &stats, llvm::MutableArrayRef<CommandRecord> records)
    : program(program), commands(program.commands.data()), count(program.commands.size()),
      execution(execution), stats(stats), records(records), costs(machine),
      oneEngine(machine.dmaReadsAndWritesShare), engines{DmaEngine(machine), DmaEngine(machine)} {
  starts.fill(never);
  for (auto [queue, limits] : llvm::zip(queues, machine.queues)) {
    queue.depth = limits.depth;
    queue.inFlight = limits.inFlight;
    queue.entries = Ring<Entry>(queue.depth);
    queue.ends = Ring<uint64_t>(queue.inFlight);
  }
}

llvm::Error Dispatcher::beginFirst(uint64_t key) {
  uint64_t time = key >> 2;
  switch (key & 3) {
  case 0:
    return begin<0>(time);
  case 1:
    return begin<1>(time);
  case 2:
    return begin<2>(time);
  default:
    return begin<3>(time);
  }
}

llvm::Error Dispatcher::run() {
  while (true) {
    dispatch();
    uint64_t first = firstToBegin();
    if (first == never << 2)
      break;
    if (llvm::Error error = beginFirst(first))
      return error;
  }
  if (next < count || anyWaiting())
    return deadlock();
  if (llvm::Error error = checkTokens())
    return error;
  return execution ? execution->finish() : llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

bool Dispatcher::anyWaiting() const {
  return llvm::any_of(queues, [](const QueueState &queue) { return queue.isWaiting(); });
}

/// Takes as many commands as there is room for.
void Dispatcher::dispatch() {
  if (fullQueue != Queue::None) {
    const QueueState &queue = queues[unsigned(fullQueue)];
    if (queue.dispatched - queue.begun == queue.depth)
      return;
    fullQueue = Queue::None;
  }
  while (next < count && dispatchNext()) {
    if (!records.empty())
      records[next].dispatched = now;
    ++next;
  }
}

bool Dispatcher::dispatchFence() {
  if (anyWaiting())
    return false;
  Clock ended;
  for (auto [count, queue] : llvm::zip(ended, queues)) {
    count = uint32_t(queue.begun);
    now = std::max(now, queue.lastEnd);
  }
  for (QueueState &queue : queues)
    queue.clock = ended;
  ++now;
  if (!records.empty())
    records[next].begin = records[next].end = now;
  return true;
}

bool Dispatcher::dispatchNext() {
  Queue kind = queuesOfOperations[commands[next].operation.index()];
  if (kind == Queue::None)
    return dispatchFence();
  QueueState &queue = queues[unsigned(kind)];
  if (queue.dispatched - queue.begun == queue.depth) {
    fullQueue = kind;
    return false;
  }
  if (queue.dispatched >= queue.depth) { // The place of one that has begun.
    uint64_t room = queue.entries[queue.dispatched - queue.depth].time;
    if (room > now)
      queueFull += room - std::exchange(now, room);
  }
  if (!queue.isWaiting())
    changed |= 1 << unsigned(kind);
  queue.entries[queue.dispatched++] = {next, ++now};
  return true;
}

//===----------------------------------------------------------------------===//
// Begin
//===----------------------------------------------------------------------===//

/// Sets when the queue's head can begin, if it has its tokens.
template <unsigned q> void Dispatcher::resolveHead() {
  QueueState &queue = queues[q];
  if (!(changed >> q & 1) || starts[q] != never || !queue.isWaiting())
    return;
  const Entry head = queue.entries[queue.begun];
  uint64_t start = queue.use.until;
  Stall cause = Stall::Dispatch;
  auto notBefore = [&](uint64_t time, Stall reason) {
    if (time > start) {
      start = time;
      cause = reason;
    }
  };
  notBefore(head.time, Stall::Dispatch);
  const uint8_t givers = commands[head.index].wait;
#pragma GCC unroll 4
  for (unsigned giver = 0; giver < queueCount; ++giver) {
    if (!(givers >> giver & 1))
      continue;
    if (tokens[giver][q].empty())
      return;
    notBefore(tokens[giver][q].front(), Stall(unsigned(Stall::WaitLd) + giver));
  }
  if (queue.begun >= queue.inFlight)
    notBefore(queue.ends[queue.begun - queue.inFlight], Stall::InFlight);
  starts[q] = start;
  queue.cause = cause;
}

/// The queue whose head begins first, the first of several, in the lowest two bits, and when in the
/// others; never << 2 if no head can.
uint64_t Dispatcher::firstToBegin() {
  resolveHead<0>();
  resolveHead<1>();
  resolveHead<2>();
  resolveHead<3>();
  changed = 0;
  uint64_t first = never << 2;
#pragma GCC unroll 4
  for (unsigned q = 0; q < queueCount; ++q)
    first = std::min(first, std::max(starts[q], engineFree[q]) << 2 | q);
  return first;
}

template <unsigned q> void Dispatcher::takeTokens(uint8_t givers) {
  Clock &clock = queues[q].clock;
#pragma GCC unroll 4
  for (unsigned giver = 0; giver < queueCount; ++giver) {
    if (!(givers >> giver & 1))
      continue;
    tokens[giver][q].pop();
    if (!execution) // Nobody asks for clocks.
      continue;
    for (auto [mine, theirs] : llvm::zip(clock, clocks[giver][q].front()))
      mine = std::max(mine, theirs);
    clocks[giver][q].pop();
  }
}

template <unsigned q> void Dispatcher::giveTokens(uint8_t takers) {
  const QueueState &queue = queues[q];
  changed |= takers;
#pragma GCC unroll 4
  for (unsigned taker = 0; taker < queueCount; ++taker) {
    if (!(takers >> taker & 1))
      continue;
    tokens[q][taker].push(queue.lastEnd);
    if (execution)
      clocks[q][taker].push(queue.clock);
  }
}

/// Takes the unit from `time` on: for use.occupied cycles, or longer where bursts of DRAM or banks
/// are not free.
template <unsigned q> void Dispatcher::occupy(uint64_t time, uint64_t bursts) {
  QueueState &queue = queues[q];
  BankUse &use = queue.use;
  constexpr bool isDma = q == ld || q == st;
  if constexpr (isDma)
    use.occupied = std::max(use.occupied, engines[q == st && !oneEngine].ask(time, bursts));
  uint64_t conflict = 0;
#pragma GCC unroll 4
  for (unsigned other = 0; other < queueCount; ++other)
    if (other != q && queues[other].use.until > time && meet(use.banks, queues[other].use.banks))
      conflict += bankConflict(use, queues[other].use, time);
  stats.addStall(queue.layer, Stall::BankConflict, conflict);
  use.occupied += conflict;
  use.until = time + use.occupied;
  if constexpr (isDma)
    for (unsigned direction : {ld, st})
      if (oneEngine || direction == q)
        engineFree[direction] = use.until;
}

/// The head of a queue begins.
template <unsigned q> llvm::Error Dispatcher::begin(uint64_t time) {
  QueueState &queue = queues[q];
  Entry &head = queue.entries[queue.begun];
  const isa::Command &command = commands[head.index];
  takeTokens<q>(command.wait);
  if (execution)
    if (llvm::Error error = execution->execute(head.index, queue.clock))
      return createStringError(describe(program, head.index) + ": " +
                               llvm::toString(std::move(error)));
  Stall cause = engineFree[q] > starts[q] ? Stall::DmaBusy : queue.cause;
  uint64_t stalled = time - queue.use.until;
  const CommandCost &cost = costs.of<Queue(q)>(command.operation, queue.use.banks);
  queue.use.rows = cost.rows;
  queue.use.occupied = cost.occupied;
  queue.layer = stats.layerOf(head.index, queue.layer);
  occupy<q>(time, cost.bursts);

  uint64_t total = cost.total + queue.use.occupied - cost.occupied;
  uint64_t end = std::max(queue.lastEnd, time + total);
  if (end > mostCycles)
    return createStringError(describe(program, head.index) +
                             ": the run takes more than 2^60 cycles");
  uint64_t busy = end - std::max(time, queue.lastEnd);
  stats.add(queue.layer, q, cost, busy, end);
  stats.addStall(queue.layer, cause, stalled);
  stats.addStall(queue.layer, Stall::ArrayFill, cost.fill - std::min(cost.fill, total - busy));
  if (!records.empty())
    records[head.index] = {records[head.index].dispatched, time, end, stalled, cause};

  head.time = time;
  queue.ends[queue.begun++] = queue.lastEnd = end;
  queue.clock[q] = uint32_t(queue.begun);
  starts[q] = never;
  changed |= 1 << q;
  giveTokens<q>(command.signal);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

llvm::Error Dispatcher::deadlock() const {
  std::string text = "deadlock:";
  for (unsigned q = 0; q < queueCount; ++q) {
    if (!queues[q].isWaiting())
      continue;
    uint64_t index = queues[q].entries[queues[q].begun].index;
    std::vector<std::string> givers;
    for (unsigned giver = 0; giver < queueCount; ++giver)
      if ((program.commands[index].wait >> giver & 1) && tokens[giver][q].empty())
        givers.push_back(queueNames[giver].str());
    text += "\n  " + describe(program, index) + " waits for a token of " +
            llvm::join(givers, " and of ");
  }
  if (next < program.commands.size()) {
    Queue kind = isa::queueOf(program.commands[next]);
    text += "\n  " + describe(program, next) + " waits for ";
    text += kind == Queue::None ? "the end of what is before it"
                                : "room in the queue " + queueNames[unsigned(kind)].str();
  }
  return createStringError(text);
}

/// The command that gave a token, the how-many-th from 0 on.
uint64_t Dispatcher::giverOf(unsigned giver, unsigned taker, uint64_t number) const {
  uint64_t index = 0;
  auto gives = [&](const isa::Command &command) {
    return unsigned(isa::queueOf(command)) == giver && (command.signal >> taker & 1);
  };
  while (!gives(commands[index]) || number-- > 0)
    ++index;
  return index;
}

llvm::Error Dispatcher::checkTokens() const {
  for (unsigned giver = 0; giver < queueCount; ++giver)
    for (unsigned taker = 0; taker < queueCount; ++taker)
      if (const auto &left = tokens[giver][taker]; !left.empty())
        return createStringError(describe(program, giverOf(giver, taker, left.popped())) +
                                 ": nobody takes its token for " + queueNames[taker]);
  return llvm::Error::success();
}

llvm::Expected<DispatchResult> sim::dispatch(const Program &program, const Accelerator &machine,
                                             Execution *execution, Stats &stats,
                                             llvm::MutableArrayRef<CommandRecord> records) {
  Dispatcher dispatcher(program, machine, execution, stats, records);
  if (llvm::Error error = dispatcher.run())
    return error;
  return DispatchResult{dispatcher.cycles(), dispatcher.waitedForRoom()};
}
