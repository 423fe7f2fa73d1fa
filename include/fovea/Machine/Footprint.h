//===- Footprint.h - What a command reads and writes ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_MACHINE_FOOTPRINT_H
#define FOVEA_MACHINE_FOOTPRINT_H

#include "fovea/Machine/Program.h"
#include "llvm/ADT/SmallVector.h"

namespace fovea::isa {

/// What a region lies in. Its unit: an element of a local memory, a unit of DRAM, an entry of a
/// table.
enum class Memory : uint8_t { Spad, Acc, Dram, Quantization, Lookup, Shift };
inline constexpr unsigned memoryCount = 6;

/// "scratchpad", "accumulator", "DRAM", "quantisation table", …
llvm::StringRef nameOf(Memory memory);

/// Units of a memory; DRAM's is the program's matter and 2^32 here.
uint64_t sizeOf(Memory memory, const Accelerator &machine);

/// n2 planes of n1 rows of n0 units; unit (i2, i1, i0) is base + i2*s2 + i1*s1 + i0*s0. Extents are
/// at least 1.
struct Region {
  Memory memory = Memory::Spad;
  bool write = false;
  uint64_t base = 0;
  uint32_t n0 = 1, n1 = 1, n2 = 1;
  uint32_t s0 = 1, s1 = 0, s2 = 0;

  uint64_t count() const { return uint64_t(n0) * n1 * n2; }
  /// One behind the last unit. Less than 2^62.
  uint64_t end() const {
    return base + uint64_t(n2 - 1) * s2 + uint64_t(n1 - 1) * s1 + uint64_t(n0 - 1) * s0 + 1;
  }
};

namespace detail {
/// Extents and strides of a region, innermost first.
struct Block {
  uint32_t n0 = 1, n1 = 1, n2 = 1;
  uint32_t s1 = 0, s2 = 0, s0 = 1;
};

/// Calls a sink with each region of a command.
template <typename Sink> class RegionVisitor {
public:
  RegionVisitor(const Accelerator &machine, Sink &sink) : machine(machine), sink(sink) {}

  void operator()(const Ld &op) {
    uint32_t units = op.wide ? unitsOf(ElementKind::Wide, machine) : 1;
    dram(false, op.src, units, {op.n0, op.n1, op.n2, op.src1, op.src2});
    local(
        true, op.dst,
        {op.n0, op.n1 + op.before1 + op.after1, op.n2 + op.before2 + op.after2, op.dst1, op.dst2});
  }
  void operator()(const SetTable &op) {
    static constexpr std::pair<Memory, ElementKind> tables[] = {
        {Memory::Quantization, ElementKind::Quantization},
        {Memory::Lookup, ElementKind::Lookup},
        {Memory::Shift, ElementKind::Shift}};
    auto [memory, element] = tables[unsigned(op.table)];
    dram(false, op.src, unitsOf(element, machine), {op.count});
    add(memory, true, op.first, {op.count});
  }
  void operator()(const Gemm &op) {
    add(Memory::Spad, false, op.a,
        op.ta ? Block{op.m, op.k, 1, op.lda} : Block{op.k, op.m, 1, op.lda});
    add(Memory::Spad, false, op.b,
        op.tb ? Block{op.k, op.n, 1, op.ldb} : Block{op.n, op.k, 1, op.ldb});
    sums(op.acc, {op.n, op.m, 1, op.ldacc}, op.accumulate);
  }
  void operator()(const Conv &op) {
    image(false, op.a, op.h, op.w, op.c, op.lda);
    add(Memory::Spad, false, op.b, {op.n, op.kh * op.kw * op.c, 1, op.ldb});
    if (op.shift)
      add(Memory::Shift, false, 0, {op.c});
    sums(op.acc, {op.n, op.ow, op.oh, op.ldacc, op.ow * op.ldacc}, op.accumulate);
  }
  void operator()(const Depthwise &op) {
    uint32_t channels = op.c * op.mul;
    image(false, op.a, op.h, op.w, op.c, op.lda);
    add(Memory::Spad, false, op.b, {channels, op.kh * op.kw, 1, op.ldb});
    sums(op.acc, {channels, op.ow, op.oh, op.ldacc, op.ow * op.ldacc}, op.accumulate);
  }
  void operator()(const Shift &op) {
    add(Memory::Shift, false, op.first, {op.c});
    image(false, op.src, op.h, op.w, op.c, op.lds);
    image(true, op.dst, op.h, op.w, op.c, op.ldd);
  }
  void operator()(const Pool &op) {
    image(false, op.src, op.h, op.w, op.c, op.lds);
    image(true, op.dst, op.oh, op.ow, op.c, op.ldd);
  }
  void operator()(const Elementwise &op) {
    local(false, op.x, {op.n0, op.n1, 1, op.ldx});
    local(false, op.y, {op.n0, op.n1, 1, op.ldy});
    for (uint32_t entry : {op.qx, op.qy})
      if (entry)
        add(Memory::Quantization, false, entry - 1, {});
    local(true, op.dst, {op.n0, op.n1, 1, op.ldd});
  }
  void operator()(const Requantize &op) {
    add(Memory::Acc, false, op.src, {op.n0, op.n1, 1, op.lds});
    add(Memory::Quantization, false, op.first, {op.each ? uint32_t(op.n0) : 1});
    add(Memory::Spad, true, op.dst, {op.n0, op.n1, 1, op.ldd});
  }
  void operator()(const Lookup &op) {
    add(Memory::Spad, false, op.src, {op.n0, op.n1, 1, op.lds});
    add(Memory::Lookup, false, 256 * op.table, {256});
    add(Memory::Spad, true, op.dst, {op.n0, op.n1, 1, op.ldd});
  }
  void operator()(const Resize &op) {
    image(false, op.src, op.h, op.w, op.c, op.lds);
    image(true, op.dst, op.oh, op.ow, op.c, op.ldd);
  }
  void operator()(const Copy &op) {
    local(false, op.src, {op.n0, op.n1, op.n2, op.src1, op.src2, op.src0});
    local(true, op.dst, {op.n0, op.n1, op.n2, op.dst1, op.dst2, op.dst0});
  }
  void operator()(const Reduce &op) {
    add(Memory::Spad, false, op.src, {op.c, op.n, 1, op.lds});
    sums(op.acc, {op.c}, op.accumulate);
  }
  void operator()(const St &op) {
    local(false, op.src, {op.n0, op.n1, op.n2, op.src1, op.src2});
    uint32_t units = op.src.accumulator ? unitsOf(ElementKind::Wide, machine) : 1;
    dram(true, op.dst, units, {op.n0, op.n1, op.n2, op.dst1, op.dst2});
  }
  void operator()(const Fence &) {}
  void operator()(const Halt &) {}
  void operator()(std::monostate) {}

private:
  void add(Memory memory, bool write, uint64_t base, Block block) {
    sink(Region{memory, write, base, block.n0, block.n1, block.n2, block.s0, block.s1, block.s2});
  }
  void local(bool write, isa::Local place, Block block) {
    add(place.accumulator ? Memory::Acc : Memory::Spad, write, place.element, block);
  }
  /// Elements of DRAM that are `units` wide lie side by side in a row; strides are in units.
  void dram(bool write, uint32_t base, uint32_t units, Block block) {
    block.n0 *= units;
    add(Memory::Dram, write, base, block);
  }
  void image(bool write, uint32_t base, uint32_t h, uint32_t w, uint32_t c, uint32_t pixel) {
    add(Memory::Spad, write, base, {c, w, h, pixel, w * pixel});
  }
  void sums(uint32_t base, Block block, bool accumulate) {
    if (accumulate)
      add(Memory::Acc, false, base, block);
    add(Memory::Acc, true, base, block);
  }

  const Accelerator &machine;
  Sink &sink;
};
} // namespace detail

/// Calls `sink` with all regions of a command, those it reads first. A tile of an image is read
/// whole, whatever the windows leave out. Fence, halt and an empty command have none.
template <typename Sink>
void forEachRegion(const Command &command, const Accelerator &machine, Sink sink) {
  std::visit(detail::RegionVisitor<Sink>(machine, sink), command.operation);
}

using Footprint = llvm::SmallVector<Region, 6>;

/// The same as a list.
Footprint footprintOf(const Command &command, const Accelerator &machine);

} // namespace fovea::isa

#endif
