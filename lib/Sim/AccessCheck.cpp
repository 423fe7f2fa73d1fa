//===- AccessCheck.cpp - Whether accesses to memories are in order --------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AccessCheck.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::sim;
using isa::Queue;
using isa::Region;
using llvm::createStringError;

static constexpr unsigned ld = unsigned(Queue::Ld), st = unsigned(Queue::St);

/// Index of the how-many-th command of a queue. Only errors ask.
static uint64_t indexOf(const Program &program, Queue queue, uint32_t sequence) {
  for (auto [index, command] : llvm::enumerate(program.commands))
    if (isa::queueOf(command) == queue && --sequence == 0)
      return index;
  return 0;
}

/// Calls `run` with each [first, end) of units side by side.
template <typename Run> static llvm::Error forEachRun(const Region &region, Run run) {
  uint64_t width = region.s0 == 1 ? region.n0 : 1, n0 = region.n0 / width;
  uint64_t n1 = region.n1, n2 = region.n2;
  if (n0 == 1 && (n1 == 1 || region.s1 == width)) {
    width *= std::exchange(n1, 1);
    if (n2 == 1 || region.s2 == width)
      width *= std::exchange(n2, 1);
  }
  for (uint64_t i2 = 0; i2 < n2; ++i2)
    for (uint64_t i1 = 0; i1 < n1; ++i1)
      for (uint64_t i0 = 0; i0 < n0; ++i0) {
        uint64_t first = region.base + i2 * region.s2 + i1 * region.s1 + i0 * region.s0;
        if (llvm::Error error = run(first, first + width))
          return error;
      }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Local memories
//===----------------------------------------------------------------------===//

LocalCheck::LocalCheck(const Program &program, isa::Memory memory, uint64_t size,
                       uint64_t rowElements)
    : program(program), memory(memory), rowElements(rowElements), written(size / 64 + 1),
      rows(size / rowElements + 1) {}

llvm::Error LocalCheck::access(const Region &region, const Accessor &by) {
  return forEachRun(region, [&](uint64_t first, uint64_t end) {
    return accessRun(first, end, region.write, by);
  });
}

llvm::Error LocalCheck::accessRun(uint64_t first, uint64_t end, bool write, const Accessor &by) {
  for (uint64_t row = first / rowElements, last = (end - 1) / rowElements; row <= last; ++row)
    if (llvm::Error error = accessRow(rows[row], write, by))
      return error;
  if (write)
    markWritten(first, end);
  else if (std::optional<uint64_t> unwritten = firstUnwritten(first, end))
    return createStringError("reads element " + llvm::Twine(*unwritten) + " of the " +
                             nameOf(memory) + ", which was never written");
  return llvm::Error::success();
}

llvm::Error LocalCheck::accessRow(Row &row, bool write, const Accessor &by) const {
  if (row.writer && row.writerQueue != by.queue && row.writer > by.clock[row.writerQueue])
    return conflict(row, write, row.writerQueue, row.writer, "writes");
  if (!write) {
    row.readers[by.queue] = by.sequence;
    return llvm::Error::success();
  }
  for (unsigned queue = 0; queue < isa::queueCount; ++queue)
    if (queue != by.queue && row.readers[queue] > by.clock[queue])
      return conflict(row, write, queue, row.readers[queue], "reads");
  row.writer = by.sequence;
  row.writerQueue = by.queue;
  row.readers = {};
  return llvm::Error::success();
}

llvm::Error LocalCheck::conflict(const Row &row, bool write, unsigned queue, uint32_t sequence,
                                 llvm::StringRef verb) const {
  uint64_t first = (&row - rows.data()) * rowElements;
  uint64_t index = indexOf(program, Queue(queue), sequence);
  return createStringError(llvm::Twine(write ? "writes" : "reads") + " elements " +
                           llvm::Twine(first) + " to " + llvm::Twine(first + rowElements - 1) +
                           " of the " + nameOf(memory) + ", which " + describe(program, index) +
                           " " + verb + ", and no token says which comes first");
}

std::optional<uint64_t> LocalCheck::firstUnwritten(uint64_t first, uint64_t end) const {
  while (first < end) {
    uint64_t bit = first % 64, wanted = std::min<uint64_t>(64 - bit, end - first);
    uint64_t missing = ~written[first / 64] >> bit & (~uint64_t(0) >> (64 - wanted));
    if (missing)
      return first + llvm::countr_zero(missing);
    first += wanted;
  }
  return std::nullopt;
}

void LocalCheck::markWritten(uint64_t first, uint64_t end) {
  while (first < end) {
    uint64_t bit = first % 64, count = std::min<uint64_t>(64 - bit, end - first);
    written[first / 64] |= (~uint64_t(0) >> (64 - count)) << bit;
    first += count;
  }
}

//===----------------------------------------------------------------------===//
// DRAM
//===----------------------------------------------------------------------===//

DramCheck::DramCheck(const Program &program, const Accelerator &machine)
    : program(program), stored(program.dramUnits / pageUnits + 1),
      pages(program.dramUnits / pageUnits + 1) {
  for (const DramTensor &tensor : program.tensors)
    if (tensor.role == TensorRole::Input || tensor.role == TensorRole::Param)
      filled.push_back({tensor.address, tensor.address + *unitsOf(tensor, program)});
  llvm::sort(filled, [](Interval a, Interval b) { return a.first < b.first; });
  std::vector<Interval> joined;
  for (Interval next : filled)
    if (!joined.empty() && next.first <= joined.back().end)
      joined.back().end = std::max(joined.back().end, next.end);
    else
      joined.push_back(next);
  filled = std::move(joined);
  findStoredPages(machine);
}

void DramCheck::findStoredPages(const Accelerator &machine) {
  for (const isa::Command &command : program.commands) {
    if (isa::queueOf(command) != Queue::St)
      continue;
    for (const Region &region : footprintOf(command, machine))
      if (region.memory == isa::Memory::Dram)
        llvm::cantFail(forEachRun(region, [&](uint64_t first, uint64_t end) {
          for (uint64_t page = first / pageUnits; page <= (end - 1) / pageUnits; ++page)
            stored[page] = true;
          return llvm::Error::success();
        }));
  }
}

/// The end of the interval that holds a unit; `unit` itself if none does.
uint64_t DramCheck::filledUntil(uint64_t unit) const {
  auto next = llvm::upper_bound(filled, unit,
                                [](uint64_t unit, Interval range) { return unit < range.first; });
  return next == filled.begin() ? unit : std::max(unit, std::prev(next)->end);
}

DramCheck::Page &DramCheck::pageAt(uint64_t page) {
  if (!pages[page]) {
    pages[page] = std::make_unique<Page>();
    for (uint64_t i = 0; i < pageUnits; ++i) {
      uint64_t unit = page * pageUnits + i;
      pages[page]->writer[i] = filledUntil(unit) > unit ? fromStart : never;
    }
  }
  return *pages[page];
}

llvm::Error DramCheck::conflict(uint64_t unit, llvm::StringRef verb, Queue queue,
                                uint32_t sequence) const {
  return createStringError(verb + (" unit " + llvm::Twine(unit)) + " of DRAM, which " +
                           describe(program, indexOf(program, queue, sequence)) +
                           (queue == Queue::St ? " writes" : " reads") +
                           ", and no token says which comes first");
}

static llvm::Error neverWritten(uint64_t unit) {
  return createStringError("reads unit " + llvm::Twine(unit) +
                           " of DRAM, which holds no input, no parameter, and was never written");
}

llvm::Error DramCheck::readRun(uint64_t first, uint64_t end, const Accessor &by) {
  while (first < end) {
    uint64_t number = first / pageUnits, last = std::min(end, (number + 1) * pageUnits);
    if (!stored[number]) {
      if (uint64_t until = filledUntil(first); until < last)
        return neverWritten(until);
      first = last;
      continue;
    }
    Page &page = pageAt(number);
    for (; first < last; ++first) {
      uint32_t writer = page.writer[first % pageUnits];
      if (writer == never)
        return neverWritten(first);
      if (writer - 1 > by.clock[st])
        return conflict(first, "reads", Queue::St, writer - 1);
      page.reader[first % pageUnits] = by.sequence;
    }
  }
  return llvm::Error::success();
}

llvm::Error DramCheck::writeRun(uint64_t first, uint64_t end, const Accessor &by) {
  for (; first < end; ++first) {
    Page &page = pageAt(first / pageUnits);
    uint32_t reader = page.reader[first % pageUnits];
    if (reader > by.clock[ld])
      return conflict(first, "writes", Queue::Ld, reader);
    page.writer[first % pageUnits] = by.sequence + 1;
  }
  return llvm::Error::success();
}

llvm::Error DramCheck::access(const Region &region, const Accessor &by) {
  return forEachRun(region, [&](uint64_t first, uint64_t end) {
    return region.write ? writeRun(first, end, by) : readRun(first, end, by);
  });
}

llvm::Error DramCheck::checkOutputs() const {
  for (const DramTensor &tensor : program.tensors) {
    if (tensor.role != TensorRole::Output)
      continue;
    for (uint64_t i = 0, count = *unitsOf(tensor, program); i < count; ++i) {
      uint64_t unit = tensor.address + i;
      const Page *page = pages[unit / pageUnits].get();
      if (!page || page->writer[unit % pageUnits] <= fromStart)
        return createStringError("output '" + tensor.name + "': unit " + llvm::Twine(i) +
                                 " was never written");
    }
  }
  return llvm::Error::success();
}
