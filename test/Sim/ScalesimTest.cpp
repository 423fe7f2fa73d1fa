//===- ScalesimTest.cpp - Compute cycles as SCALE-Sim counts them ---------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// test/Sim/scalesim holds what SCALE-Sim v2 counted for every layer of several networks:
// layers_<net>_a<rows>_<dataflow>.csv.
//
//===----------------------------------------------------------------------===//
#include "fovea/Sim/ArrayTiming.h"
#include "fovea/Support/TextErrors.h"
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

static void check(const Row &row, Dataflow dataflow, int64_t size) {
  int64_t cycles = row.repeat * closedForm(row.product, dataflow, size, size).total;
  EXPECT_EQ(cycles, row.cycles);
  EXPECT_EQ(row.product.macs() * row.repeat, row.macs);
  EXPECT_EQ((row.macs + size * size - 1) / (size * size), row.bound);
  EXPECT_NEAR(100 * double(row.macs) / double(cycles * size * size), row.utilisation, 0.00051);
}

TEST(Scalesim, EveryRow) {
  std::error_code failure;
  unsigned files = 0, rows = 0;
  for (llvm::sys::fs::directory_iterator file(FOVEA_SOURCE_DIR "/test/Sim/scalesim", failure), end;
       file != end && !failure; file.increment(failure)) {
    llvm::StringRef name = llvm::sys::path::stem(file->path());
    Dataflow dataflow = name.ends_with("_os")   ? Dataflow::OutputStationary
                        : name.ends_with("_is") ? Dataflow::InputStationary
                                                : Dataflow::WeightStationary;
    int64_t size = number(name.rsplit("_a").second.split('_').first);
    std::string text = llvm::cantFail(readText(file->path()));
    ++files;
    for (llvm::StringRef line : llvm::drop_begin(llvm::split(text, '\n'))) {
      if (line.trim().empty())
        continue;
      SCOPED_TRACE(name.str() + ": " + line.str());
      check(parsed(line), dataflow, size);
      ++rows;
    }
  }
  EXPECT_FALSE(failure) << failure.message();
  EXPECT_EQ(files, 16u);
  EXPECT_EQ(rows, 296u);
}
