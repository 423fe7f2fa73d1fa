//===- CommandCost.cpp - What a command costs by itself -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CommandCost.h"
#include "DmaEngine.h"
#include "fovea/Sim/ArrayTiming.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::isa;
using namespace fovea::sim;

static Divider bankElements(int64_t elements, int64_t banks) {
  return Divider(llvm::divideCeil(uint64_t(elements), uint64_t(banks)));
}

CostDividers::CostDividers(const Accelerator &machine)
    : rows(machine.rows), cols(machine.cols), lanes(machine.vectorLanes),
      bytesPerCycle(machine.dmaBytesPerCycle), burstBytes(machine.dmaBurstBytes),
      bankElements{::bankElements(machine.spadElements(), machine.spadBanks),
                   ::bankElements(machine.accElements(), machine.accBanks)} {}

uint64_t sim::transferCycles(const Accelerator &machine, uint64_t rows, uint64_t bytes) {
  uint64_t bus = rows * llvm::divideCeil(bytes, uint64_t(machine.dmaBytesPerCycle));
  uint64_t bursts = rows * llvm::divideCeil(bytes, uint64_t(machine.dmaBurstBytes));
  return std::max(bus, bursts * burstSpan(machine) / machine.dmaInFlight);
}

CostModel::CostModel(const Accelerator &machine)
    : machine(machine), by(machine), wideUnits(unitsOf(ElementKind::Wide, machine)) {}

namespace {
/// Adds up the cost of one command.
class CostVisitor {
public:
  CostVisitor(const Accelerator &machine, const CostDividers &by, uint64_t wideUnits,
              CommandCost &cost)
      : machine(machine), by(by), inBytes(machine.input.bytes()),
        accBytes(machine.accumulator.bytes()), wideUnits(wideUnits), cost(cost) {}

  void operator()(const Ld &op) {
    uint64_t units = op.wide ? wideUnits : 1;
    cost.bytes.dramRead = transfer(op.n0 * units, op.n1, op.n2, op.src1, op.src2);
    uint64_t rows = uint64_t(op.n1 + op.before1 + op.after1) * (op.n2 + op.before2 + op.after2);
    writeLocal(op.dst, rows, op.n0);
    atLeast(op.dst.accumulator ? Port::AccWrite : Port::SpadWrite);
  }
  void operator()(const SetTable &op) {
    static constexpr ElementKind kinds[] = {ElementKind::Quantization, ElementKind::Lookup,
                                            ElementKind::Shift};
    cost.bytes.dramRead =
        transfer(uint64_t(op.count) * unitsOf(kinds[unsigned(op.table)], machine), 1, 1, 0, 0);
  }
  void operator()(const St &op) {
    uint64_t units = op.src.accumulator ? wideUnits : 1;
    cost.bytes.dramWritten = transfer(op.n0 * units, op.n1, op.n2, op.dst1, op.dst2);
    readLocal(op.src, uint64_t(op.n1) * op.n2, op.n0);
    atLeast(op.src.accumulator ? Port::AccRead : Port::SpadRead);
  }

  void operator()(const Gemm &op) { array({op.m, op.n, op.k}, op.dataflow, op.accumulate); }
  void operator()(const Conv &op) {
    array({int64_t(op.oh) * op.ow, op.n, int64_t(op.kh) * op.kw * op.c}, op.dataflow,
          op.accumulate);
  }

  void operator()(const Depthwise &op) {
    uint64_t pixels = uint64_t(op.oh) * op.ow, taps = uint64_t(op.kh) * op.kw;
    uint64_t channels = uint64_t(op.c) * op.mul;
    vector(pixels * taps * groups(channels));
    cost.macs = pixels * taps * channels;
    readSpad(pixels * taps, channels);
    readSpad(taps, channels);
    if (op.accumulate)
      readAcc(pixels, channels);
    writeAcc(pixels, channels);
  }
  void operator()(const Shift &op) {
    uint64_t pixels = uint64_t(op.h) * op.w;
    vector(pixels * groups(op.c));
    cost.vectorOps = pixels * op.c;
    readSpad(pixels, op.c);
    writeSpad(pixels, op.c);
  }
  void operator()(const Pool &op) { image(op, uint64_t(op.kh) * op.kw); }
  void operator()(const Resize &op) { image(op, op.kind == ResizeKind::Nearest ? 1 : 4); }
  void operator()(const Elementwise &op) {
    uint64_t count = uint64_t(op.n0) * op.n1, passes = 1 + (op.qx != 0) + (op.qy != 0);
    vector(op.n1 * passes * groups(op.n0));
    cost.vectorOps = count * passes;
    readLocal(op.x, op.n1, op.n0);
    readLocal(op.y, op.n1, op.n0);
    writeLocal(op.dst, op.n1, op.n0);
  }
  void operator()(const Requantize &op) {
    uint64_t count = uint64_t(op.n0) * op.n1;
    vector(op.n1 * groups(op.n0));
    cost.vectorOps = count;
    readAcc(op.n1, op.n0);
    writeSpad(op.n1, op.n0);
  }
  void operator()(const Lookup &op) {
    uint64_t count = uint64_t(op.n0) * op.n1;
    vector(op.n1 * groups(op.n0));
    cost.vectorOps = count;
    readSpad(op.n1, op.n0);
    writeSpad(op.n1, op.n0);
  }
  void operator()(const Copy &op) {
    uint64_t rows = uint64_t(op.n1) * op.n2, count = rows * op.n0;
    bool isDense = op.src0 == 1 && op.dst0 == 1;
    uint64_t times = isDense ? rows : count, width = isDense ? uint32_t(op.n0) : 1;
    vector(times * groups(width));
    cost.vectorOps = count;
    readLocal(op.src, times, width);
    writeLocal(op.dst, times, width);
  }
  void operator()(const Reduce &op) {
    uint64_t count = uint64_t(op.n) * op.c;
    vector(op.n * groups(op.c));
    cost.vectorOps = count;
    readSpad(op.n, op.c);
    if (op.accumulate)
      readAcc(1, op.c);
    writeAcc(1, op.c);
  }
  void operator()(const Fence &) {}
  void operator()(const Halt &) {}

private:
  uint64_t groups(uint64_t n) const { return by.lanes.ceil(n); }

  /// So many times `width` elements side by side.
  void use(Port port, uint64_t times, uint64_t width, uint64_t &bytes, uint64_t elementBytes) {
    bytes += times * width * elementBytes;
    cost.rows[unsigned(port)] += times * groups(width);
  }
  void readSpad(uint64_t times, uint64_t width) {
    use(Port::SpadRead, times, width, cost.bytes.spadRead, inBytes);
  }
  void writeSpad(uint64_t times, uint64_t width) {
    use(Port::SpadWrite, times, width, cost.bytes.spadWritten, inBytes);
  }
  void readAcc(uint64_t times, uint64_t width) {
    use(Port::AccRead, times, width, cost.bytes.accRead, accBytes);
  }
  void writeAcc(uint64_t times, uint64_t width) {
    use(Port::AccWrite, times, width, cost.bytes.accWritten, accBytes);
  }
  void readLocal(Local place, uint64_t times, uint64_t width) {
    place.accumulator ? readAcc(times, width) : readSpad(times, width);
  }
  void writeLocal(Local place, uint64_t times, uint64_t width) {
    place.accumulator ? writeAcc(times, width) : writeSpad(times, width);
  }

  /// Rows of `units` units of DRAM; strides in units. The result is their bytes.
  uint64_t transfer(uint64_t units, uint64_t n1, uint64_t n2, uint64_t s1, uint64_t s2) {
    uint64_t rows = n1 * n2;
    if (n1 == 1 || s1 == units) { // Rows join to planes, planes to the block.
      units *= n1;
      rows = n2;
      if (n2 == 1 || s2 == units)
        units *= std::exchange(rows, 1);
    }
    uint64_t bytes = units * inBytes;
    cost.occupied = rows * by.bytesPerCycle.ceil(bytes);
    cost.total = cost.occupied + machine.dmaLatency;
    cost.bursts = rows * by.burstBytes.ceil(bytes);
    return rows * bytes;
  }

  /// A transfer takes as long as the local memory needs for its rows, those of fill too.
  void atLeast(Port port) {
    cost.occupied = std::max(cost.occupied, cost.rows[unsigned(port)]);
    cost.total = cost.occupied + machine.dmaLatency;
  }

  void vector(uint64_t steps) { cost.occupied = cost.total = 1 + steps; }

  template <typename Op> void image(const Op &op, uint64_t reads) {
    uint64_t pixels = uint64_t(op.oh) * op.ow;
    vector(pixels * reads * groups(op.c));
    cost.vectorOps = pixels * reads * op.c;
    readSpad(pixels * reads, op.c);
    writeSpad(pixels, op.c);
  }

  void array(const MatrixProduct &product, Dataflow dataflow, bool accumulate) {
    ArrayCycles cycles = arrayCycles(product, dataflow, machine);
    cost.occupied = cycles.occupied;
    cost.total = cycles.total;
    cost.fill = cycles.total - cycles.streaming;
    cost.macs = cost.arrayMacs = product.macs();
    uint64_t m = product.pixels, n = product.filters, k = product.window;
    uint64_t mFolds = 1, nFolds = 1, kFolds = 1;
    switch (dataflow) {
    case Dataflow::OutputStationary:
      mFolds = by.rows.ceil(m);
      nFolds = by.cols.ceil(n);
      break;
    case Dataflow::WeightStationary:
      kFolds = by.rows.ceil(k);
      nFolds = by.cols.ceil(n);
      break;
    case Dataflow::InputStationary:
      kFolds = by.rows.ceil(k);
      mFolds = by.cols.ceil(m);
      break;
    }
    readSpad(m * nFolds, k);
    readSpad(k * mFolds, n);
    readAcc(m * (kFolds - 1 + accumulate), n);
    writeAcc(m * kFolds, n);
  }

  const Accelerator &machine;
  const CostDividers &by;
  const uint64_t inBytes, accBytes, wideUnits;
  CommandCost &cost;
};
} // namespace

template <typename Operands> CommandCost CostModel::costOf(const Operands &operands) const {
  CommandCost cost;
  CostVisitor(machine, by, wideUnits, cost)(operands);
  return cost;
}

#define FOVEA_COMMAND(Name, mnemonic, queue, summary)                                              \
  template CommandCost CostModel::costOf(const Name &operands) const;
#define FOVEA_FIELD(name, bits, Kind, summary)
#define FOVEA_END(Name)
#include "fovea/Machine/Isa.def"
#undef FOVEA_COMMAND
#undef FOVEA_FIELD
#undef FOVEA_END
