//===- Tiling.cpp - A layer in tiles that fit the local memories ----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Tiling.h"
#include "CommandCost.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::sim;

// What the fields of commands have room for (Isa.def).
static constexpr int64_t mostRows = 4096, mostChannels = 4096, mostKernel = 32, mostStride = 16,
                         mostPixels = 16384, mostColumnsOfMatrix = 16384,
                         mostElements = int64_t(1) << 24;

static int64_t ceilDivide(int64_t value, int64_t by) { return (value + by - 1) / by; }

TileableLayer::TileableLayer(const TopologyLayer &layer)
    : height(layer.height), width(layer.width), kernelHeight(layer.kernelHeight),
      kernelWidth(layer.kernelWidth), channels(layer.channels), filters(layer.filters),
      strideDown(layer.strideDown), strideAcross(layer.strideAcross), rows(layer.outHeight()),
      columns(layer.outWidth()) {
  bool hasNoCommand = std::max(kernelHeight, kernelWidth) > mostKernel ||
                      std::max(strideDown, strideAcross) > mostStride;
  bool isPointwise = taps() == 1;
  isMatrixProduct = isPointwise || hasNoCommand;
  channels *= isMatrixProduct ? taps() : 1;
  bool isDense = strideDown * strideAcross == 1 || hasNoCommand;
  if (!isMatrixProduct)
    return;
  if (!isDense) { // A last pixel past the input is thought to be there.
    height = std::max(height, (rows - 1) * strideDown + 1);
    width = std::max(width, (columns - 1) * strideAcross + 1);
    return;
  }
  // Pixels follow one another.
  rows = height = rows * columns;
  columns = width = kernelHeight = kernelWidth = strideDown = strideAcross = 1;
}

int64_t Tiling::products(const TileableLayer &layer) const {
  return ceilDivide(layer.rows, rows) * ceilDivide(layer.columns, columns) *
         ceilDivide(layer.channels, channels) * ceilDivide(layer.filters, filters);
}

TileMemory::TileMemory(const Accelerator &machine) : lanes(machine.vectorLanes) {
  auto half = [&](int64_t elements) { return elements / 2 / lanes * lanes; };
  int64_t bytes = machine.input.bytes();
  activations =
      half((machine.spadActivationBytes ? machine.spadActivationBytes : machine.spadBytes) / bytes);
  weights = half(machine.spadWeightBytes / bytes);
  sums = half(machine.accElements());
}

bool TileMemory::holds(const TileableLayer &layer, const Tiling &tiling) const {
  int64_t output = tiling.outputElements(), weight = tiling.weightElements(layer);
  int64_t activation = wholeRows(tiling.inputElements(layer)) + wholeRows(output);
  return output <= sums && (weights ? activation <= activations && weight <= weights
                                    : activation + weight <= activations);
}

namespace {
using Extents = llvm::SmallVector<int64_t, 32>;

class TilingChoice {
public:
  TilingChoice(const TileableLayer &layer, const Accelerator &machine)
      : layer(layer), machine(machine), memory(machine) {}
  std::optional<Tiling> choose();

private:
  bool fitPixels(Tiling &tiling) const;
  bool fits(const Tiling &tiling) const;
  std::optional<Tiling> fewestProducts() const;
  double cyclesOf(const Tiling &tiling) const;
  double arrayCyclesOf(const Tiling &tiling) const;
  double cyclesOfPixels(int64_t rows, int64_t columns, int64_t allColumns, int64_t channels,
                        int64_t allChannels) const;

  const TileableLayer &layer;
  const Accelerator &machine;
  const TileMemory memory;
  struct Candidate {
    Tiling tiling;
    double cycles;
    int64_t products;
  };
  llvm::SmallVector<Candidate, 64> candidates;
};
} // namespace

/// The whole, and equal parts of it down to one: multiples of `unit` where they are larger.
static Extents partsOf(int64_t whole, int64_t unit, int64_t most) {
  Extents parts;
  for (int64_t count = 1;; count *= 2) {
    int64_t part = ceilDivide(whole, count);
    if (part > unit)
      part = std::min<int64_t>(llvm::alignTo(part, unit), whole);
    if (part <= most && (parts.empty() || parts.back() != part))
      parts.push_back(part);
    if (part <= 1 || count >= whole)
      return parts;
  }
}

bool TilingChoice::fits(const Tiling &tiling) const {
  if (tiling.rows * tiling.columns > mostPixels || !memory.holds(layer, tiling) ||
      std::max(tiling.inputElements(layer), tiling.weightElements(layer)) >= mostElements)
    return false;
  if (layer.isMatrixProduct)
    return tiling.columns == 1 || tiling.rows <= mostRows;
  return layer.inputRows(tiling.rows) <= mostRows && layer.inputColumns(tiling.columns) <= mostRows;
}

/// The most rows of pixels, whole ones if one fits, in equal parts.
bool TilingChoice::fitPixels(Tiling &tiling) const {
  for (int64_t columns : partsOf(layer.columns, 1, mostPixels)) {
    tiling.columns = columns;
    tiling.rows = 1;
    if (!fits(tiling))
      continue;
    int64_t fitting = 1, tooMany = layer.rows + 1;
    while (tooMany - fitting > 1) {
      tiling.rows = (fitting + tooMany) / 2;
      (fits(tiling) ? fitting : tooMany) = tiling.rows;
    }
    tiling.rows = ceilDivide(layer.rows, ceilDivide(layer.rows, fitting));
    int64_t unit =
        machine.dataflows.front() == Dataflow::InputStationary ? machine.cols : machine.rows;
    if (tiling.columns == 1 && tiling.rows > unit)
      tiling.rows = std::min<int64_t>(llvm::alignTo(tiling.rows, unit), fitting / unit * unit);
    return true;
  }
  return false;
}

/// Cycles of one transfer of a tile of pixels with `channels` of `all` channels: rows of channels
/// join where there are all of them, lines of pixels where there are all of those.
double TilingChoice::cyclesOfPixels(int64_t rows, int64_t columns, int64_t allColumns,
                                    int64_t channels, int64_t allChannels) const {
  int64_t pieces = rows * columns, length = channels * machine.input.bytes();
  if (channels == allChannels) {
    int64_t joined = columns == allColumns ? pieces : columns;
    pieces /= joined;
    length *= joined;
  }
  return double(transferCycles(machine, pieces, length));
}

/// Of the products of one tile of pixels. The last tile of channels, and of filters, may be less.
double TilingChoice::arrayCyclesOf(const Tiling &tiling) const {
  double sum = 0;
  auto parts = [](int64_t whole, int64_t tile) {
    return std::array{std::pair(tile, whole / tile), std::pair(whole % tile, int64_t(1))};
  };
  for (auto [channels, countOfChannels] : parts(layer.channels, tiling.channels))
    for (auto [filters, count] : parts(layer.filters, tiling.filters)) {
      if (channels == 0 || filters == 0)
        continue;
      MatrixProduct product{tiling.rows * tiling.columns, filters, layer.taps() * channels};
      // The closed form takes a cycle off each product; that is no reason for many small ones.
      int64_t cycles = arrayCycles(product, machine.dataflows.front(), machine).occupied + 1;
      sum += double(cycles) * double(count * countOfChannels);
    }
  return sum;
}

/// Transfers and products overlap; the first tile's loads and the last one's results do not.
double TilingChoice::cyclesOf(const Tiling &tiling) const {
  int64_t down = ceilDivide(layer.rows, tiling.rows);
  int64_t across = ceilDivide(layer.columns, tiling.columns);
  int64_t depth = ceilDivide(layer.channels, tiling.channels);
  int64_t tilesOfFilters = ceilDivide(layer.filters, tiling.filters);
  int64_t tilesOfPixels = down * across, products = tilesOfPixels * tilesOfFilters * depth;
  // The operand of the outer loop stays, unless its channels come in several tiles.
  bool weightsStay = depth == 1 && (tiling.filtersOutermost || tilesOfFilters == 1);
  bool inputsStay = depth == 1 && (!tiling.filtersOutermost || tilesOfPixels == 1);
  bool isSparse = layer.isMatrixProduct && layer.strideDown * layer.strideAcross > 1;
  int64_t inputColumns = std::min(layer.inputColumns(tiling.columns), layer.width);
  double input =
      cyclesOfPixels(layer.inputRows(tiling.rows), inputColumns, layer.width, tiling.channels,
                     isSparse ? std::numeric_limits<int64_t>::max() : layer.channels);
  double weight =
      double(transferCycles(machine, 1, tiling.weightElements(layer) * machine.input.bytes()));
  double output =
      cyclesOfPixels(tiling.rows, tiling.columns, layer.columns, tiling.filters, layer.filters);
  double loads = input * double(inputsStay ? tilesOfPixels : products) +
                 weight * double(weightsStay ? tilesOfFilters : products);
  double stores = output * double(tilesOfPixels * tilesOfFilters);
  double transfers = machine.dmaReadsAndWritesShare ? loads + stores : std::max(loads, stores);
  double array = arrayCyclesOf(tiling) * double(tilesOfPixels);
  double requantised = double(tiling.outputElements()) / double(machine.vectorLanes);
  double vector = requantised * double(tilesOfPixels * tilesOfFilters);
  return std::max({transfers, array, vector}) + input + weight + requantised + output;
}

std::optional<Tiling> TilingChoice::choose() {
  bool keepsInputs = machine.dataflows.front() == Dataflow::InputStationary;
  int64_t most = layer.isMatrixProduct ? mostColumnsOfMatrix : mostChannels;
  for (int64_t channels : partsOf(layer.channels, machine.rows, most))
    for (int64_t filters : partsOf(layer.filters, keepsInputs ? 1 : machine.cols, most)) {
      Tiling tiling{1, 1, channels, filters, false};
      if (!fitPixels(tiling))
        continue;
      for (bool filtersOutermost : {false, true}) {
        tiling.filtersOutermost = filtersOutermost;
        candidates.push_back({tiling, cyclesOf(tiling), tiling.products(layer)});
      }
    }
  return fewestProducts();
}

std::optional<Tiling> TilingChoice::fewestProducts() const {
  constexpr double tolerance = 1.03;
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate &candidate : candidates)
    least = std::min(least, candidate.cycles);
  const Candidate *best = nullptr;
  for (const Candidate &candidate : candidates)
    if (candidate.cycles <= tolerance * least && (!best || candidate.products < best->products))
      best = &candidate;
  return best ? std::optional(best->tiling) : std::nullopt;
}

std::optional<Tiling> sim::chooseTiling(const TileableLayer &layer, const Accelerator &machine) {
  return TilingChoice(layer, machine).choose();
}
