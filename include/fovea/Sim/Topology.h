//===- Topology.h - SCALE-Sim's networks and machines -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_SIM_TOPOLOGY_H
#define FOVEA_SIM_TOPOLOGY_H

#include "fovea/Machine/MachineFile.h"
#include "fovea/Machine/Program.h"
#include "fovea/Sim/ArrayTiming.h"

namespace fovea::sim {

using isa::Program;

/// A convolution without padding of its own: the input's extents include it. A matrix product
/// [M, K] times [K, N] is one of 1x1 over M pixels in K channels.
struct TopologyLayer {
  std::string name;
  std::string location; ///< "FILE:LINE:COLUMN".
  int64_t height = 1, width = 1;
  int64_t kernelHeight = 1, kernelWidth = 1;
  int64_t channels = 1, filters = 1;
  int64_t strideDown = 1, strideAcross = 1;
  int64_t repeat = 1; ///< How often it happens: groups, say.

  /// SCALE-Sim counts a last window that reaches past the input.
  int64_t outHeight() const { return (height - kernelHeight + strideDown - 1) / strideDown + 1; }
  int64_t outWidth() const { return (width - kernelWidth + strideAcross - 1) / strideAcross + 1; }
  MatrixProduct product() const {
    return {outHeight() * outWidth(), filters, kernelHeight * kernelWidth * channels};
  }
};

using Topology = std::vector<TopologyLayer>;

/// A topology file: lines of values parted by commas under a line that names the columns, which
/// are for convolutions
///   name, height and width of the input, height and width of the kernel, channels, filters, stride
///   [, stride across] [, sparsity]
/// and for matrix products name, M, N, K [, sparsity]. As in SCALE-Sim 3, a convolution whose name
/// has "DP" in it is depthwise: it happens once per channel, each time with one. A column headed
/// "repeat" says how often a layer happens. Sparsity may only be 1:1.
/// Errors: FILE:LINE:COLUMN and what is wrong, one a line; among them more than 2^48
/// multiply-accumulates, so that every count of cycles fits.
llvm::Expected<Topology> parseTopology(llvm::StringRef text, llvm::StringRef fileName);
llvm::Expected<Topology> readTopology(llvm::StringRef path);

/// The network as commands for timing alone: layers one behind the other, parted by fences, each in
/// tiles that take at most half of each local memory, so that the next tile is loaded while one is
/// worked on. The order of loops and the size of tiles are those whose transfers and products take
/// the least time by a simple sum (up to 3 % more for fewer commands). Weights lie in DRAM tile by
/// tile. 1x1 convolutions read only the pixels they need and become gemm, others conv; where a
/// kernel or a stride has no room in a command, the matrix of windows is thought to lie in DRAM.
/// The program passes checkProgram. Error: a layer that does not fit the machine's memories, 2^32
/// units of DRAM or the fields of commands.
llvm::Expected<Program> lowerTopology(const Topology &topology, const Accelerator &machine);

} // namespace fovea::sim

#endif
