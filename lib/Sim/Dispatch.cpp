//===- Dispatch.cpp - Queues, tokens and the dispatcher -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Dispatch.h"
#include "CommandCost.h"
#include "Fifo.h"
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
  struct Pending {
    uint64_t index, dispatched;
    uint32_t layer;
  };
  struct Token {
    uint64_t time;
    uint64_t giver; ///< The command's index.
    Clock clock;
  };
  static constexpr uint64_t never = ~uint64_t(0);
  /// When a head can begin, and what it had to wait for.
  struct Start {
    uint64_t time = 0;
    Stall cause = Stall::Dispatch;
  };
  struct QueueState {
    Fifo<Pending> pending;
    Fifo<uint64_t> begins; ///< Of commands whose places in the queue nobody took since.
    Fifo<uint64_t> ends;   ///< Of the commands begun last.
    Start start{never};    ///< Of its head, but for the DMA engine; `never` until that is known.
    uint64_t free = 0;     ///< When the unit takes the next command.
    uint64_t lastEnd = 0;  ///< Of the commands begun so far.
    uint32_t begun = 0;
    Clock clock{};
    CommandCost cost; ///< Of the command begun last; it uses its ports until `free`.
  };

  void dispatch();
  bool dispatchNext();
  void resolveHead(unsigned q);
  unsigned firstToBegin(Start &start);
  llvm::Error begin(unsigned q, const Start &start);
  void takeTokens(unsigned q, uint8_t givers);
  void giveTokens(unsigned q, uint64_t index);
  uint64_t bankConflict(unsigned q, uint64_t time) const;
  void account(unsigned q, const Pending &head, const Start &start);
  bool anyPending() const;
  llvm::Error deadlock() const;
  llvm::Error checkTokens() const;

  const Program &program;
  const isa::Command *const commands;
  const uint64_t count; ///< Of commands.
  const Accelerator &machine;
  const CostModel costs;
  Execution *execution;
  Stats &stats;
  llvm::MutableArrayRef<CommandRecord> records;
  std::array<QueueState, isa::queueCount> queues;
  /// Tokens that queue [from] gave to queue [to].
  std::array<std::array<Fifo<Token>, isa::queueCount>, isa::queueCount> tokens;
  isa::Queue fullQueue = isa::Queue::None; ///< What the dispatcher waits for room in.
  uint8_t changed = 0;                     ///< Queues whose heads may have become known.
  uint64_t dmaFree = 0;                    ///< Of an engine that both directions share.
  uint64_t next = 0;                       ///< Command to dispatch.
  uint32_t layer = 0;                      ///< Its layer.
  uint64_t now = 0;                        ///< When the dispatcher is free.
  uint64_t queueFull = 0;
};
} // namespace

Dispatcher::Dispatcher(const Program &program, const Accelerator &machine, Execution *execution,
                       Stats &stats, llvm::MutableArrayRef<CommandRecord> records)
    : program(program), commands(program.commands.data()), count(program.commands.size()),
      machine(machine), costs(machine), execution(execution), stats(stats), records(records) {}

llvm::Error Dispatcher::run() {
  while (true) {
    dispatch();
    Start start;
    unsigned queue = firstToBegin(start);
    if (queue == queueCount)
      break;
    if (llvm::Error error = begin(queue, start))
      return error;
  }
  if (next < program.commands.size() || anyPending())
    return deadlock();
  if (llvm::Error error = checkTokens())
    return error;
  return execution ? execution->finish() : llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

bool Dispatcher::anyPending() const {
  return llvm::any_of(queues, [](const QueueState &queue) { return !queue.pending.empty(); });
}

/// Takes as many commands as there is room for.
void Dispatcher::dispatch() {
  if (fullQueue != Queue::None && queues[unsigned(fullQueue)].pending.size() >=
                                      uint64_t(machine.queues[unsigned(fullQueue)].depth))
    return;
  fullQueue = Queue::None;
  while (next < count && dispatchNext()) {
    if (!records.empty())
      records[next].dispatched = now;
    ++next;
  }
}

bool Dispatcher::dispatchNext() {
  Queue kind = queuesOfOperations[commands[next].operation.index()];
  if (kind == Queue::None) { // fence, halt
    if (anyPending())
      return false;
    Clock ended;
    for (auto [count, queue] : llvm::zip(ended, queues)) {
      count = queue.begun;
      now = std::max(now, queue.lastEnd);
    }
    for (QueueState &queue : queues)
      queue.clock = ended;
    ++now;
    if (!records.empty())
      records[next].begin = records[next].end = now;
    return true;
  }
  QueueState &queue = queues[unsigned(kind)];
  const uint64_t depth = machine.queues[unsigned(kind)].depth;
  if (queue.pending.size() >= depth) {
    fullQueue = kind;
    return false;
  }
  if (queue.pending.size() + queue.begins.size() == depth) { // The place of one that has begun.
    uint64_t room = queue.begins.front();
    queue.begins.pop();
    if (room > now)
      queueFull += room - std::exchange(now, room);
  }
  layer = stats.layerOf(next, layer);
  if (queue.pending.empty())
    changed |= 1 << unsigned(kind);
  queue.pending.push({next, ++now, layer});
  return true;
}

//===----------------------------------------------------------------------===//
// Begin
//===----------------------------------------------------------------------===//

/// Sets when the queue's head can begin, if it has its tokens.
void Dispatcher::resolveHead(unsigned q) {
  QueueState &queue = queues[q];
  if (queue.start.time != never || queue.pending.empty())
    return;
  const Pending &head = queue.pending.front();
  Start start{queue.free, Stall::Dispatch};
  auto notBefore = [&start](uint64_t time, Stall cause) {
    if (time > start.time)
      start = {time, cause};
  };
  notBefore(head.dispatched, Stall::Dispatch);
  for (unsigned wait = commands[head.index].wait; wait; wait &= wait - 1) {
    unsigned giver = llvm::countr_zero(wait);
    if (tokens[giver][q].empty())
      return;
    notBefore(tokens[giver][q].front().time, Stall(unsigned(Stall::WaitLd) + giver));
  }
  if (queue.ends.size() >= uint64_t(machine.queues[q].inFlight))
    notBefore(queue.ends.front(), Stall::InFlight);
  queue.start = start;
}

/// The queue whose head begins first, the first of several; queueCount if no head can.
unsigned Dispatcher::firstToBegin(Start &start) {
  for (; changed; changed &= changed - 1)
    resolveHead(llvm::countr_zero(changed));
  start.time = never;
  unsigned first = queueCount;
  for (unsigned q = 0; q < queueCount; ++q) {
    Start candidate = queues[q].start;
    if (machine.dmaReadsAndWritesShare && (q == ld || q == st) && dmaFree > candidate.time)
      candidate = {dmaFree, Stall::DmaBusy};
    if (candidate.time < start.time) {
      first = q;
      start = candidate;
    }
  }
  return first;
}

void Dispatcher::takeTokens(unsigned q, uint8_t givers) {
  if (!execution) { // Nobody asks for clocks.
    for (unsigned rest = givers; rest; rest &= rest - 1)
      tokens[llvm::countr_zero(rest)][q].pop();
    return;
  }
  Clock &clock = queues[q].clock;
  for (unsigned rest = givers; rest; rest &= rest - 1) {
    Fifo<Token> &fifo = tokens[llvm::countr_zero(rest)][q];
    const Clock &given = fifo.front().clock;
    for (unsigned i = 0; i < queueCount; ++i)
      clock[i] = std::max(clock[i], given[i]);
    fifo.pop();
  }
}

void Dispatcher::giveTokens(unsigned q, uint64_t index) {
  const QueueState &queue = queues[q];
  uint8_t takers = commands[index].signal;
  changed |= takers;
  for (unsigned rest = takers; rest; rest &= rest - 1)
    tokens[q][llvm::countr_zero(rest)].push({queue.lastEnd, index, queue.clock});
}

/// Whether two commands use the same port of the same bank.
static bool meet(const CommandCost &a, const CommandCost &b) {
  uint64_t shared = 0;
  for (unsigned port = 0; port < portCount; ++port)
    shared |= a.ports[port].banks & b.ports[port].banks;
  return shared;
}

/// Cycles by which a command takes longer because the commands that other queues began last use
/// the same ports of the same banks, and both together more than a row a cycle.
uint64_t Dispatcher::bankConflict(unsigned q, uint64_t time) const {
  const CommandCost &mine = queues[q].cost;
  uint64_t result = 0;
  for (unsigned other = 0; other < queueCount; ++other) {
    const QueueState &queue = queues[other];
    if (other == q || queue.free <= time || !meet(mine, queue.cost))
      continue;
    uint64_t worst = 0;
    for (unsigned port = 0; port < portCount; ++port) {
      const PortUse &use = mine.ports[port], &otherUse = queue.cost.ports[port];
      if (!(use.banks & otherUse.banks))
        continue;
      // Rows a cycle and bank, in units of 2^-16.
      auto rate = [](const PortUse &use, uint64_t cycles) {
        bool oneBank = (use.banks & (use.banks - 1)) == 0;
        uint64_t slots = oneBank ? cycles : cycles * llvm::popcount(use.banks);
        return use.rows >= slots ? 65536 : (use.rows << 16) / slots;
      };
      worst = std::max(worst, rate(use, mine.occupied) + rate(otherUse, queue.cost.occupied));
    }
    if (worst > 65536)
      result += (std::min(mine.occupied, queue.free - time) * (worst - 65536)) >> 16;
  }
  return result;
}

/// Adds a command that has just begun to its layer, before `free` and `lastEnd` move on.
void Dispatcher::account(unsigned q, const Pending &head, const Start &start) {
  const QueueState &queue = queues[q];
  const CommandCost &cost = queue.cost;
  uint64_t end = std::max(queue.lastEnd, start.time + cost.total);
  uint64_t busy = end - std::max(start.time, queue.lastEnd);
  uint64_t stalled = start.time - queue.free;
  stats.add(head.layer, q, cost, busy, end);
  stats.addStall(head.layer, start.cause, stalled);
  uint64_t hidden = std::min(cost.fill, cost.total - std::min(cost.total, busy));
  stats.addStall(head.layer, Stall::ArrayFill, cost.fill - hidden);
  if (!records.empty()) {
    CommandRecord &record = records[head.index];
    record.begin = start.time;
    record.end = end;
    record.stalled = stalled;
    record.cause = start.cause;
  }
}

llvm::Error Dispatcher::begin(unsigned q, const Start &start) {
  QueueState &queue = queues[q];
  const Pending head = queue.pending.front();
  const isa::Command &command = commands[head.index];
  queue.pending.pop();
  takeTokens(q, command.wait);
  if (execution)
    if (llvm::Error error = execution->execute(head.index, queue.clock))
      return createStringError(describe(program, head.index) + ": " +
                               llvm::toString(std::move(error)));
  costs(command, queue.cost);
  uint64_t conflict = bankConflict(q, start.time);
  queue.cost.occupied += conflict;
  queue.cost.total += conflict;
  stats.addStall(head.layer, Stall::BankConflict, conflict);
  account(q, head, start);

  if (queue.ends.size() >= uint64_t(machine.queues[q].inFlight))
    queue.ends.pop();
  queue.lastEnd = std::max(queue.lastEnd, start.time + queue.cost.total);
  queue.ends.push(queue.lastEnd);
  queue.begins.push(start.time);
  queue.free = start.time + queue.cost.occupied;
  if (q == ld || q == st)
    dmaFree = queue.free;
  queue.clock[q] = ++queue.begun;
  queue.start.time = never;
  changed |= 1 << q;
  giveTokens(q, head.index);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

llvm::Error Dispatcher::deadlock() const {
  std::string text = "deadlock:";
  for (unsigned q = 0; q < queueCount; ++q) {
    if (queues[q].pending.empty())
      continue;
    uint64_t index = queues[q].pending.front().index;
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

llvm::Error Dispatcher::checkTokens() const {
  for (unsigned giver = 0; giver < queueCount; ++giver)
    for (unsigned taker = 0; taker < queueCount; ++taker)
      if (!tokens[giver][taker].empty())
        return createStringError(describe(program, tokens[giver][taker].front().giver) +
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
