//===- ScalesimTest.cpp - Compute cycles as SCALE-Sim counts them ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// test/Sim/scalesim holds what SCALE-Sim v2 counted for every layer of several networks:
// layers_<net>_a<rows>_<dataflow>.csv.
//
//===----------------------------------------------------------------------===//
#include "fovea/Machine/MachineFile.h"
#include "fovea/Sim/ArrayTiming.h"
#include "fovea/Sim/Simulator.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

namespace {
struct Row {
  MatrixProduct product;
  int64_t repeat, macs, cycles, bound;
  double utilisation;
};
} // namespace

static int64_t number(llvm::StringRef cell) {
  int64_t value = -1;
  EXPECT_FALSE(cell.trim().getAsInteger(10, value)) << cell.str();
  return value;
}

// layer,P_outpx,M_filters,K_window,repeat,MACs,scalesim_compute_cycles,util_pct,lower_bound
static Row parsed(llvm::StringRef line) {
  llvm::SmallVector<llvm::StringRef> cells;
  line.split(cells, ',');
  EXPECT_EQ(cells.size(), 9u);
  Row row{{number(cells[1]), number(cells[2]), number(cells[3])},
          number(cells[4]),
          number(cells[5]),
          number(cells[6]),
          number(cells[8]),
          0};
  EXPECT_FALSE(cells[7].getAsDouble(row.utilisation));
  return row;
}

/// The rows as layers of a program, and what a run of it reports.
static void check(llvm::ArrayRef<Row> rows, llvm::StringRef dataflow, int64_t size) {
  std::string arraySize = std::to_string(size);
  Accelerator machine = llvm::cantFail(findAccelerator("scalesim32:array.rows=" + arraySize +
                                                       ":array.cols=" + arraySize +
                                                       ":array.dataflow=" + dataflow.str()));
  Program program;
  program.commands = {{isa::Halt(), 0, 0}};
  for (auto [index, row] : llvm::enumerate(rows))
    program.layers.push_back({"layer" + std::to_string(index), "", 0, row.product.pixels,
                              row.product.filters, row.product.window, row.repeat});
  Simulation run = llvm::cantFail(simulate(program, machine, nullptr, {/*timingOnly=*/true}));
  ASSERT_EQ(run.layers.size(), rows.size());
  for (auto [row, layer] : llvm::zip_equal(rows, run.layers)) {
    EXPECT_EQ(layer.computeCycles, row.cycles) << layer.name;
    EXPECT_EQ(int64_t(layer.macs), row.macs) << layer.name;
    EXPECT_EQ((row.macs + size * size - 1) / (size * size), row.bound) << layer.name;
    EXPECT_NEAR(100 * double(row.macs) / double(row.cycles * size * size), row.utilisation, 0.00051)
        << layer.name;
  }
}

TEST(Scalesim, EveryRow) {
  std::error_code failure;
  unsigned files = 0, rows = 0;
  for (llvm::sys::fs::directory_iterator file(FOVEA_SOURCE_DIR "/test/Sim/scalesim", failure), end;
       file != end && !failure; file.increment(failure)) {
    llvm::StringRef name = llvm::sys::path::stem(file->path());
    int64_t size = number(name.rsplit("_a").second.split('_').first);
    std::string text = llvm::cantFail(readText(file->path()));
    ++files;
    SCOPED_TRACE(name.str());
    std::vector<Row> layers;
    for (llvm::StringRef line : llvm::drop_begin(llvm::split(text, '\n'))) {
      if (line.trim().empty())
        continue;
      layers.push_back(parsed(line));
      ++rows;
    }
    check(layers, name.rsplit('_').second, size);
  }
  EXPECT_FALSE(failure) << failure.message();
  EXPECT_EQ(files, 16u);
  EXPECT_EQ(rows, 296u);
}
