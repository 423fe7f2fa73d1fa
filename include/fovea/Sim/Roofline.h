//===- Roofline.h - Layers under a machine's roof ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SIM_ROOFLINE_H
#define FOVEA_SIM_ROOFLINE_H

#include "fovea/Sim/Simulator.h"

namespace fovea::sim {

/// An SVG picture: each layer's multiply-accumulates a second over its multiply-accumulates per
/// byte of DRAM, both logarithmic, below what the array and all DMA engines together allow
/// (Williams, Waterman and Patterson 2009). Layers without multiply-accumulates or bytes are left
/// out.
void writeRoofline(const Simulation &simulation, const Accelerator &machine, llvm::raw_ostream &os);

} // namespace fovea::sim

#endif
