//===- RandomRuns.cpp - Random programs that run --------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RandomRuns.h"
#include "fovea/Machine/Footprint.h"
#include "fovea/Support/Requantize.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::sim;
using isa::Memory;

Accelerator sim::randomMachine(RandomSequence &random) {
  auto among = [&](std::initializer_list<int64_t> values) {
    return values.begin()[random.below(values.size())];
  };
  Accelerator machine;
  machine.name = "random";
  machine.rows = 1 + random.below(40);
  machine.cols = 1 + random.below(40);
  machine.dataflows = {Dataflow(random.below(3))};
  machine.preloadOverlap = random.below(2);
  machine.timing =
      !machine.preloadOverlap && random.below(2) ? ArrayTiming::Scalesim : ArrayTiming::Folds;
  machine.input = machine.weight = {unsigned(among({8, 8, 8, 4, 6, 12, 16}))};
  machine.accumulator = {unsigned(among({32, 32, 28}))};
  machine.partialSum = machine.accumulator;
  if (random.below(4) == 0)
    machine.partialSum.bits = 18 + random.below(11);
  machine.spadBytes = among({4096, 8192, 16384}) * machine.input.bytes();
  machine.spadBanks = among({1, 2, 4, 8});
  if (random.below(2))
    machine.spadActivationBytes = machine.spadWeightBytes = machine.spadBytes / 2;
  machine.accBytes = among({4096, 16384});
  machine.accBanks = among({1, 2, 4});
  for (QueueLimits &limits : machine.queues)
    limits = {int64_t(1 + random.below(8)), int64_t(1 + random.below(6))};
  machine.dmaReadsAndWritesShare = random.below(2);
  machine.dmaBytesPerCycle = 1 + random.below(64);
  machine.dmaBurstBytes = among({16, 64, 256});
  machine.dmaInFlight = 1 + random.below(16);
  machine.dmaLatency = random.below(3) * random.below(200);
  machine.vectorLanes = 1 + random.below(40);
  machine.shiftInAddressGenerator = random.below(2);
  return machine;
}

namespace {
class Generator {
public:
  Generator(RandomSequence &random, const Accelerator &machine)
      : random(random), machine(machine), spad(machine.spadElements()), acc(machine.accElements()) {
    program.machine = machine.name;
    program.input = machine.input;
    program.accumulator = machine.accumulator;
    addTensor("x", TensorRole::Input, ElementKind::Narrow, {int64_t(spad)});
    addTensor("sums", TensorRole::Param, ElementKind::Wide, {int64_t(acc)});
    addTensor("scales", TensorRole::Param, ElementKind::Quantization, {64});
    addTensor("tables", TensorRole::Param, ElementKind::Lookup, {4096});
    addTensor("offsets", TensorRole::Param, ElementKind::Shift, {64});
    addTensor("y", TensorRole::Output, ElementKind::Narrow, {int64_t(spad)});
    addTensor("z", TensorRole::Output, ElementKind::Wide, {int64_t(acc)});
  }

  Program run(int count) {
    begin();
    for (int i = 0; i < count; ++i) {
      if (random.below(6) == 0)
        program.layers.push_back(
            {"layer" + std::to_string(i), "", program.commands.size(), 0, 0, 0, 0});
      if (random.below(12) == 0)
        addFence();
      add(randomOperation());
    }
    end();
    return std::move(program);
  }

private:
  void addTensor(llvm::StringRef name, TensorRole role, ElementKind kind,
                 std::vector<int64_t> shape) {
    DramTensor tensor{name.str(), role, kind, std::move(shape), program.dramUnits, ""};
    uint64_t units = *unitsOf(tensor, program), unitBytes = unitBytesOf(program);
    program.dramUnits += units;
    if (role == TensorRole::Param && kind == ElementKind::Shift)
      for (uint64_t i = 0; i < units; ++i) { // -1, 0 or 1.
        int offset = int(random.below(3)) - 1;
        tensor.bytes.append(1, char(offset)).append(unitBytes - 1, char(offset >> 8));
      }
    else if (role == TensorRole::Param)
      for (uint64_t i = 0; i < units * unitBytes; ++i) // Small sums.
        tensor.bytes += kind == ElementKind::Wide ? char(i % 4 == 0 ? random.below(100) : 0)
                                                  : char(random.below(256));
    program.tensors.push_back(std::move(tensor));
  }
  uint32_t addressOf(size_t tensor) const { return uint32_t(program.tensors[tensor].address); }

  void begin() {
    isa::Ld spadLoad, accLoad;
    spadLoad.src = addressOf(0);
    spadLoad.n0 = spad;
    add(spadLoad);
    accLoad.dst.accumulator = true;
    accLoad.src = addressOf(1);
    accLoad.n0 = acc;
    accLoad.wide = true;
    add(accLoad);
    uint32_t counts[] = {64, 4096, 64};
    for (unsigned table = 0; table < 3; ++table) {
      isa::SetTable set;
      set.table = isa::TableKind(table);
      set.count = counts[table];
      set.src = addressOf(2 + table);
      add(set);
    }
  }
  void end() {
    isa::St spadStore, accStore;
    spadStore.dst = addressOf(5);
    spadStore.n0 = spad;
    add(spadStore);
    accStore.src.accumulator = true;
    accStore.dst = addressOf(6);
    accStore.n0 = acc;
    add(accStore);
    program.commands.push_back({isa::Halt(), 0, 0});
  }

  uint32_t upTo(uint64_t most) { return 1 + uint32_t(random.below(most)); }
  /// Where a region of `size` elements may begin.
  uint32_t place(uint64_t size, uint64_t memory) {
    return uint32_t(random.below(memory - size + 1));
  }
  isa::Local local(uint64_t size, bool accumulator) {
    return {accumulator, place(size, accumulator ? acc : spad)};
  }
  bool coin() { return random.below(2); }

  isa::Operation randomOperation() {
    switch (random.below(13)) {
    case 0:
    case 1:
      return load();
    case 2:
      return store();
    case 3:
    case 4:
      return gemm();
    case 5:
      return convolution<isa::Conv>();
    case 6:
      return depthwise();
    case 7:
      return shift();
    case 8:
      return coin() ? pool() : resize();
    case 9:
      return elementwise();
    case 10:
      return rows<isa::Requantize>(acc);
    case 11:
      return rows<isa::Lookup>(spad);
    default:
      return coin() ? copy() : reduce();
    }
  }

  isa::Operation load() {
    isa::Ld op;
    op.n0 = upTo(64);
    op.n1 = upTo(8);
    op.n2 = upTo(3);
    op.before1 = random.below(3);
    op.after2 = random.below(2);
    op.src1 = random.below(100);
    op.src2 = random.below(300);
    op.dst1 = op.n0 + random.below(8);
    op.dst2 = op.dst1 * (op.n1 + op.before1);
    op.fill = int8_t(saturate(int64_t(random.below(256)) - 128, machine.input));
    op.dst = local(op.dst2 * (op.n2 + op.after2), false);
    op.src = addressOf(0) + place(uint64_t(op.n2) * op.src2 + op.n1 * op.src1 + op.n0, spad);
    return op;
  }
  isa::Operation store() {
    isa::St op;
    op.n0 = upTo(64);
    op.n1 = upTo(8);
    op.dst1 = op.n0;
    op.src1 = random.below(80);
    op.src = local(uint64_t(op.n1) * op.src1 + op.n0, false);
    op.dst = addressOf(5) + place(op.n0 * op.n1, spad);
    return op;
  }
  isa::Operation gemm() {
    isa::Gemm op;
    op.m = upTo(24);
    op.k = upTo(24);
    op.n = upTo(24);
    op.ta = coin();
    op.tb = coin();
    op.accumulate = coin();
    op.dataflow = machine.dataflows.front();
    op.lda = (op.ta ? op.m : op.k) + random.below(4);
    op.ldb = (op.tb ? op.n : op.n) + random.below(4);
    if (op.tb)
      op.ldb = op.k + random.below(4);
    op.ldacc = op.n + random.below(4);
    op.a = place(op.lda * (op.ta ? op.k : op.m), spad);
    op.b = place(op.ldb * (op.tb ? op.n : op.k), spad);
    op.acc = place(op.ldacc * op.m, acc);
    return op;
  }
  /// What conv and dwc have in common.
  template <typename Op> Op convolution() {
    Op op;
    op.h = upTo(8);
    op.w = upTo(8);
    op.c = upTo(8);
    op.kh = upTo(3);
    op.kw = upTo(3);
    op.sh = upTo(2);
    op.sw = upTo(2);
    op.dh = upTo(2);
    op.dw = upTo(2);
    op.pt = random.below(3);
    op.pl = random.below(3);
    op.oh = upTo(6);
    op.ow = upTo(6);
    op.lda = op.c + random.below(4);
    op.fill = int8_t(saturate(int64_t(random.below(256)) - 128, machine.input));
    op.accumulate = coin();
    uint32_t columns = 8;
    if constexpr (std::is_same_v<Op, isa::Conv>) {
      op.n = columns = upTo(12);
      op.shift = machine.shiftInAddressGenerator && coin();
      op.dataflow = machine.dataflows.front();
      op.ldb = op.n + random.below(4);
      op.b = place(op.ldb * op.kh * op.kw * op.c, spad);
    } else {
      op.mul = upTo(2);
      columns = op.c * op.mul;
      op.ldb = columns + random.below(4);
      op.b = place(op.ldb * op.kh * op.kw, spad);
    }
    op.ldacc = columns + random.below(4);
    op.a = place(op.h * op.w * op.lda, spad);
    op.acc = place(op.oh * op.ow * op.ldacc, acc);
    return op;
  }
  isa::Operation depthwise() { return convolution<isa::Depthwise>(); }
  isa::Operation shift() {
    isa::Shift op;
    op.h = upTo(8);
    op.w = upTo(8);
    op.c = upTo(8);
    op.first = random.below(56);
    op.lds = op.ldd = op.c + random.below(3);
    op.src = place(op.h * op.w * op.lds, spad);
    op.dst = place(op.h * op.w * op.ldd, spad);
    return op;
  }
  isa::Operation pool() {
    isa::Pool op;
    op.kind = isa::PoolKind(random.below(3));
    op.kh = upTo(3);
    op.kw = upTo(3);
    op.sh = upTo(2);
    op.sw = upTo(2);
    op.pt = random.below(2);
    op.pl = random.below(2);
    image(op);
    return op;
  }
  isa::Operation resize() {
    isa::Resize op;
    op.kind = isa::ResizeKind(random.below(3));
    image(op);
    return op;
  }
  template <typename Op> void image(Op &op) {
    op.h = upTo(8);
    op.w = upTo(8);
    op.c = upTo(8);
    op.oh = upTo(8);
    op.ow = upTo(8);
    op.lds = op.c + random.below(3);
    op.ldd = op.c + random.below(3);
    op.src = place(op.h * op.w * op.lds, spad);
    op.dst = place(op.oh * op.ow * op.ldd, spad);
  }
  isa::Operation elementwise() {
    isa::Elementwise op;
    op.kind = isa::EltKind(random.below(5));
    op.n0 = upTo(40);
    op.n1 = upTo(10);
    op.ldx = random.below(50);
    op.ldy = random.below(50);
    op.ldd = op.n0 + random.below(4);
    op.x = local(op.n0 + op.n1 * op.ldx, false);
    op.y = local(op.n0 + op.n1 * op.ldy, false);
    op.dst = local(op.ldd * op.n1, false);
    op.qx = random.below(64);
    op.qy = random.below(64);
    return op;
  }
  template <typename Op> isa::Operation rows(uint64_t source) {
    Op op;
    op.n0 = upTo(40);
    op.n1 = upTo(10);
    op.lds = op.n0 + random.below(4);
    op.ldd = op.n0 + random.below(4);
    op.src = place(op.lds * op.n1, source);
    op.dst = place(op.ldd * op.n1, spad);
    if constexpr (std::is_same_v<Op, isa::Requantize>) {
      op.each = coin();
      op.first = random.below(24);
    } else {
      op.table = random.below(16);
    }
    return op;
  }
  isa::Operation copy() {
    isa::Copy op;
    op.n0 = upTo(16);
    op.n1 = upTo(4);
    op.n2 = upTo(4);
    op.src0 = random.below(3);
    op.src1 = random.below(40);
    op.src2 = random.below(100);
    op.dst0 = upTo(2);
    op.dst1 = 40;
    op.dst2 = 160;
    op.src = local(op.n0 * op.src0 + op.n1 * op.src1 + op.n2 * op.src2 + 1, coin());
    op.dst = local(op.n0 * op.dst0 + op.n1 * op.dst1 + op.n2 * op.dst2, false);
    return op;
  }
  isa::Operation reduce() {
    isa::Reduce op;
    op.kind = isa::ReduceKind(random.below(2));
    op.n = upTo(20);
    op.c = upTo(20);
    op.lds = op.c + random.below(4);
    op.accumulate = coin();
    op.src = place(op.n * op.lds, spad);
    op.acc = place(op.c, acc);
    return op;
  }

  //===--------------------------------------------------------------------===//
  // Tokens
  //===--------------------------------------------------------------------===//

  /// Whether two commands touch the same rows and one writes; generous with rows between.
  bool conflict(size_t first, const isa::Footprint &second) {
    for (const isa::Region &a : footprints[first])
      for (const isa::Region &b : second) {
        uint64_t row = a.memory <= Memory::Acc ? machine.vectorLanes : 1;
        if (a.memory == b.memory && (a.write || b.write) && a.base / row <= (b.end() - 1) / row &&
            b.base / row <= (a.end() - 1) / row)
          return true;
      }
    return false;
  }

  void addFence() {
    program.commands.push_back({isa::Fence(), 0, 0});
    footprints.emplace_back();
    for (auto &others : ordered)
      others.fill(program.commands.size());
  }

  /// Adds a command behind those it conflicts with.
  void add(isa::Operation operation) {
    isa::Command command{std::move(operation), 0, 0};
    unsigned queue = unsigned(isa::queueOf(command));
    isa::Footprint footprint = footprintOf(command, machine);
    for (unsigned other = 0; other < isa::queueCount; ++other) {
      if (other == queue)
        continue;
      auto &known = ordered[queue][other];
      for (size_t index = program.commands.size(); index-- > known;)
        if (unsigned(isa::queueOf(program.commands[index])) == other &&
            conflict(index, footprint)) {
          program.commands[index].signal |= 1 << queue;
          command.wait |= 1 << other;
          known = index + 1;
          break;
        }
    }
    program.commands.push_back(std::move(command));
    footprints.push_back(std::move(footprint));
  }

  RandomSequence &random;
  const Accelerator &machine;
  const uint64_t spad, acc;
  Program program;
  std::vector<isa::Footprint> footprints;
  /// Commands of [other] before this index end before the next one of [queue] begins.
  std::array<std::array<size_t, isa::queueCount>, isa::queueCount> ordered{};
};
} // namespace

Program sim::randomProgram(RandomSequence &random, const Accelerator &machine, int count) {
  return Generator(random, machine).run(count);
}
