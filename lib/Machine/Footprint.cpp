//===- Footprint.cpp - What a command reads and writes --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/Footprint.h"

using namespace fovea;
using namespace fovea::isa;

llvm::StringRef isa::nameOf(Memory memory) {
  static constexpr llvm::StringLiteral names[memoryCount] = {
      "scratchpad", "accumulator", "DRAM", "quantisation table", "lookup tables", "shift table"};
  return names[unsigned(memory)];
}

uint64_t isa::sizeOf(Memory memory, const Accelerator &machine) {
  switch (memory) {
  case Memory::Spad:
    return machine.spadElements();
  case Memory::Acc:
    return machine.accElements();
  case Memory::Dram:
    return uint64_t(1) << 32;
  case Memory::Quantization:
  case Memory::Lookup:
  case Memory::Shift:
    break;
  }
  return 4096;
}

Footprint isa::footprintOf(const Command &command, const Accelerator &machine) {
  Footprint footprint;
  forEachRegion(command, machine, [&](const Region &region) { footprint.push_back(region); });
  return footprint;
}
